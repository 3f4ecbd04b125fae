"""Sees to it that a plugin that comes to no end keeps nobody waiting."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from studio.plugin.host import PluginHost
from studio.plugin.overseer import AtWork
from studio.worker.job_queue import JobQueue

LOOK_MS = 250
# How long a plugin may be at one call before it is told how long it takes, in seconds.
SLOW = 5.0
# How long it may go on where nobody waits for a run: the worker only asks it for a formula or a picture's noise.
UNWANTED = 10.0
# A cancel is heard between two network calls by itself; after that the plugin is interrupted.
GRACE = 1.0
# How long it may ignore that before its thread is left to itself.
IGNORED = 5.0


class PluginWatch(QObject):
    """Looks at the plugin at work from the main thread.

    `slow(sentence)` tells how long one takes, "" when it is over; `trouble(plugin, sentence)` that one is off now.
    """

    slow = Signal(str)
    trouble = Signal(str, str)

    def __init__(self, queue: JobQueue, host: PluginHost, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue, self._host = queue, host
        # For how long it has worked without anybody waiting for it, in seconds; the network's time does not count.
        self._unwanted = 0.0
        self._told = ""
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    def look(self) -> None:
        """Look once: tell, interrupt or give up, whatever is due."""
        self._tell_left_threads()
        work = self._host.overseer.at_work()
        if work is None or self._queue.is_wanted():
            self._unwanted = 0.0
            self._tell(self._slowness(work))
        elif not work.in_network:
            self._unwanted += LOOK_MS / 1000
            patience = GRACE if self._queue.unfinished() else UNWANTED
            if self._is_ignored(patience):
                self._queue.replace_worker(self._quarantine())

    def give_up(self, seconds: float) -> bool:
        """For the end of the program, asked again after so many `seconds`: whether to wait no longer."""
        work = self._host.overseer.at_work()
        if work is None or work.in_network:
            return False
        self._unwanted += seconds
        if not self._is_ignored(GRACE):
            return False
        self._quarantine()
        return True

    def _is_ignored(self, patience: float) -> bool:
        """Interrupt it if it is time to; whether it has ignored that long enough."""
        if self._unwanted > patience:
            self._host.overseer.interrupt()
        return self._unwanted > patience + IGNORED

    def _slowness(self, work: AtWork | None) -> str:
        if work is None or work.in_network or work.seconds < SLOW:
            return ""
        text = self.tr("{name} has been at this step for {seconds} s. Cancel stops it.")
        return text.format(name=work.name, seconds=int(work.seconds))

    def _quarantine(self) -> str:
        self._unwanted = 0.0
        work = self._host.overseer.at_work()
        if work is None:
            return ""
        sentence = self.tr("{name} did not stop when it was asked to, so it was left alone. It is off.")
        told = sentence.format(name=work.name)
        self._host.give_up(work.plugin, told)
        self.trouble.emit(work.plugin, told)
        return told

    def _tell_left_threads(self) -> None:
        if self._queue.unfinished():
            return
        for plugin, sentence in self._host.end_left_threads():
            self.trouble.emit(plugin, sentence)

    def _tell(self, sentence: str) -> None:
        if sentence != self._told:
            self._told = sentence
            self.slow.emit(sentence)
