"""The foot of the recipe pane: what is going on, how far it is, and the one filled button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.run_status import Phase, RunStatus
from studio.ui.tokens import GUTTER
from studio.ui.widgets.announce import announce
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.state import plain_tooltip, set_state

BAR_POSITIONS = 1000
BUTTON_HEIGHT = 40
PAUSE_KEYS = "Ctrl+Shift+Return"
# The ends of a run, which a screen reader says. A failure is told by its banner or at its field.
TOLD = (Phase.FINISHED, Phase.CANCELLED)


class RunFoot(QWidget):
    """Generate turns into Cancel and Pause in place while a job runs. Its signals are the user's wishes.

    `pause` is pause or go on; `resume` is to go on with a run that was cancelled.
    """

    generate = Signal()
    cancel = Signal()
    pause = Signal()
    resume = Signal()
    show_file = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Cut in the middle: the end of a file's name says as much as its beginning.
        self._text = ElidedLabel(self.tr("Ready"), mode=Qt.TextElideMode.ElideMiddle)
        self._text.setProperty("role", "secondary")
        self._waiting = QLabel()
        self._waiting.setProperty("role", "secondary")
        self._show_file = QPushButton(self.tr("Show"))
        self._show_file.setProperty("kind", "link")
        self._show_file.setToolTip(plain_tooltip(self.tr("Show the saved picture in its folder")))
        self._resume = QPushButton(self.tr("Go on"))
        self._resume.setProperty("kind", "link")
        self._resume.setToolTip(plain_tooltip(self.tr("Go on with this run after its last step")))
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, BAR_POSITIONS)
        self._bar.setAccessibleName(self.tr("Progress of the run"))
        self._generate = self._primary(self.tr("Generate"), "Ctrl+Return", self.tr("Make the picture"))
        self._cancel = self._primary(self.tr("Cancel"), "Esc", self.tr("Stop after the current network call"))
        self._pause = self._primary(self.tr("Pause"), PAUSE_KEYS, self.tr("Wait after this step"))
        set_state(self._pause, "kind", "")
        self._more = QPushButton(self.tr("Queue"))
        self._tip = self._generate.toolTip()
        self._more_tip = plain_tooltip(self.tr("Add one more run behind this one"), "Ctrl+Return")
        self._more.setToolTip(self._more_tip)
        self._lay_out()
        self._generate.clicked.connect(self.generate)
        self._more.clicked.connect(self.generate)
        self._cancel.clicked.connect(self.cancel)
        self._pause.clicked.connect(self.pause)
        self._resume.clicked.connect(self.resume)
        self._show_file.clicked.connect(self.show_file)
        self.show_status(RunStatus(text=self.tr("Ready")))

    def _primary(self, text: str, keys: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "primary")
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(plain_tooltip(tip, shown))
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(px(8))
        line.addWidget(self._text, 1)
        line.addWidget(self._waiting)
        line.addWidget(self._show_file)
        line.addWidget(self._resume)
        idle, running = QWidget(), QWidget()
        for sheet, buttons in ((idle, [self._generate]), (running, [self._cancel, self._pause, self._more])):
            row = QHBoxLayout(sheet)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(px(8))
            for button in buttons:
                row.addWidget(button, 3 if button is not self._more else 1)
                # All as tall as the filled one: which one that is changes in a pause.
                button.setMinimumHeight(px(BUTTON_HEIGHT))
        self._buttons = QStackedLayout()
        self._buttons.addWidget(idle)
        self._buttons.addWidget(running)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(GUTTER), px(8), px(GUTTER), px(12))
        column.setSpacing(px(8))
        column.addLayout(line)
        column.addWidget(self._bar)
        column.addLayout(self._buttons)
        self._text.setMinimumHeight(px(24))

    def name_generate(self, text: str, tip: str) -> None:
        """Call the one filled button by what it makes."""
        self._generate.setText(text)
        shown = QKeySequence("Ctrl+Return").toString(QKeySequence.SequenceFormat.NativeText)
        self._tip = plain_tooltip(tip, shown)
        self._generate.setToolTip(self._tip)

    def allow(self, *, generate: str = "", more: str = "") -> None:
        """What can be asked for now: each says why not, or ""."""
        for button, why, tip in ((self._generate, generate, self._tip), (self._more, more, self._more_tip)):
            button.setEnabled(not why)
            button.setToolTip(plain_tooltip(why) if why else tip)

    def show_status(self, status: RunStatus) -> None:
        """Follow the run."""
        if status.phase in TOLD and status.text != self._text.text():
            announce(self, status.text)
        self._text.setText(status.text)
        set_state(self._text, "tone", "danger" if status.phase is Phase.FAILED else "")
        self._waiting.setText(self.tr("{count} more").format(count=status.waiting) if status.waiting else "")
        busy = status.running and not status.quiet
        self._show_file.setVisible(status.path is not None and not busy)
        if status.fraction is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, BAR_POSITIONS)
            self._bar.setValue(round(status.fraction * BAR_POSITIONS))
        self._resume.setVisible(status.resumable is not None and not busy)
        self._show_pause(status)
        self._cancel.setEnabled(status.phase is not Phase.CANCELLING)
        self._swap_buttons(1 if busy else 0)

    def _show_pause(self, status: RunStatus) -> None:
        """Only a run that samples can wait. While it waits, going on is the one filled button."""
        paused = status.phase is Phase.PAUSED
        set_state(self._cancel, "kind", "" if paused else "primary")
        set_state(self._pause, "kind", "primary" if paused else "")
        self._pause.setText(self.tr("Go on") if paused else self.tr("Pause"))
        can = paused or status.phase is Phase.SAMPLING
        self._pause.setEnabled(can)
        tip = self.tr("Go on from this step, with what you changed") if paused else self.tr("Wait after this step")
        shown = QKeySequence(PAUSE_KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        self._pause.setToolTip(plain_tooltip(tip if can else self.tr("The run can wait once its steps begin."), shown))

    def _swap_buttons(self, index: int) -> None:
        if self._buttons.currentIndex() == index:
            return
        focused = self._generate.hasFocus() or self._cancel.hasFocus()
        self._buttons.setCurrentIndex(index)
        if focused:
            (self._cancel if index else self._generate).setFocus(Qt.FocusReason.OtherFocusReason)
