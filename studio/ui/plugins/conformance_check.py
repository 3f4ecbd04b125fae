"""Trying a plugin in a process of its own: whatever it does there, it does not do here."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

from studio.plugin.report import Report, report_of

TIME_LIMIT_MS = 180_000
ENDING_MS = 2_000


@dataclass(frozen=True)
class Checked:
    """What the check of a plugin came to. `sentence` says why there are no reports, or not all of them."""

    plugin: str
    reports: tuple[Report, ...] = ()
    sentence: str = ""
    printed: str = ""

    @property
    def passed(self) -> bool:
        return not self.sentence and bool(self.reports) and all(report.passed for report in self.reports)


class ConformanceCheck(QObject):
    """Runs one check at a time, the others wait; `ended(Checked)` tells what came of each."""

    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plugin = ""
        self._process: QProcess | None = None
        self._late = False
        self._waiting: list[str] = []
        self._limit = QTimer(self)
        self._limit.setSingleShot(True)
        self._limit.setInterval(TIME_LIMIT_MS)
        self._limit.timeout.connect(self._too_long)

    @property
    def plugin(self) -> str:
        """The id of the plugin that is tried, "" if none is."""
        return self._plugin

    def start(self, plugin: str) -> None:
        """Try a plugin that is enabled, when the checks before it are over. One of its own that runs begins anew."""
        if self._plugin and self._plugin != plugin:
            self._waiting = [one for one in self._waiting if one != plugin] + [plugin]
            return
        self._end()
        process = self._process = QProcess(self)
        self._plugin, self._late = plugin, False
        process.finished.connect(self._finished)
        process.errorOccurred.connect(self._failed_to_start)
        process.start(sys.executable, ["-m", "studio.cli.main", "plugins", "check", plugin, "--json"])
        self._limit.start()

    def cancel(self) -> None:
        """End all checks; nothing is told of them."""
        self._waiting = []
        self._end()

    def drop(self, plugin: str) -> None:
        """A plugin is not to be tried any more."""
        self._waiting = [one for one in self._waiting if one != plugin]
        if self._plugin == plugin:
            self._end()
            self._next()

    def _next(self) -> None:
        if self._waiting:
            self.start(self._waiting.pop(0))

    def _end(self) -> None:
        process = self._forget()
        if process is not None:
            process.blockSignals(True)
            process.kill()
            process.waitForFinished(ENDING_MS)

    def _too_long(self) -> None:
        if self._process is not None:
            self._late = True
            self._process.kill()

    def _failed_to_start(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart and self._process is not None:
            why = self._process.errorString()
            self._tell(
                Checked(self._plugin, sentence=self.tr("The check could not be started: {why}.").format(why=why))
            )

    def _finished(self, code: int, status: QProcess.ExitStatus) -> None:
        process = self._process
        if process is None:
            return
        lines = bytes(process.readAllStandardOutput().data()).decode(errors="replace").splitlines()
        printed = bytes(process.readAllStandardError().data()).decode(errors="replace").strip()
        reports = tuple(report_of(record) for record in map(_record, lines) if "findings" in record)
        self._tell(Checked(self._plugin, reports, self._why(status, reports, printed), printed))

    def _why(self, status: QProcess.ExitStatus, reports: tuple[Report, ...], printed: str) -> str:
        if self._late:
            return self.tr("The check came to no end in {minutes} minutes.").format(minutes=TIME_LIMIT_MS // 60_000)
        if status is QProcess.ExitStatus.CrashExit:
            return self.tr("The check ended with a crash. In this window it would have ended the program.")
        if not reports:
            return printed.splitlines()[-1] if printed else self.tr("The check told nothing.")
        return ""

    def _tell(self, checked: Checked) -> None:
        self._forget()
        self._next()
        self.ended.emit(checked)

    def _forget(self) -> QProcess | None:
        process, self._process, self._plugin = self._process, None, ""
        self._limit.stop()
        if process is not None:
            process.deleteLater()
        return process


def _record(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
