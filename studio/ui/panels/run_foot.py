"""The foot of the recipe pane: what is going on, how far it is, and the one filled button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.run_session import Phase, RunStatus
from studio.ui.tokens import GUTTER
from studio.ui.widgets.announce import announce
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.state import plain_tooltip, set_state

BAR_POSITIONS = 1000
# The ends of a run, which a screen reader says. A failure is told by its banner or at its field.
TOLD = (Phase.FINISHED, Phase.CANCELLED)


class RunFoot(QWidget):
    """Generate turns into Cancel in place while a job runs. Its signals are the user's wishes."""

    generate = Signal()
    cancel = Signal()
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
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, BAR_POSITIONS)
        self._bar.setAccessibleName(self.tr("Progress of the run"))
        self._generate = self._primary(self.tr("Generate"), "Ctrl+Return", self.tr("Make the picture"))
        self._cancel = self._primary(self.tr("Cancel"), "Esc", self.tr("Stop after the current network call"))
        self._more = QPushButton(self.tr("Queue"))
        self._more.setToolTip(plain_tooltip(self.tr("Add one more run behind this one"), "Ctrl+Return"))
        self._lay_out()
        self._generate.clicked.connect(self.generate)
        self._more.clicked.connect(self.generate)
        self._cancel.clicked.connect(self.cancel)
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
        idle, running = QWidget(), QWidget()
        for sheet, buttons in ((idle, [self._generate]), (running, [self._cancel, self._more])):
            row = QHBoxLayout(sheet)
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(px(8))
            for button in buttons:
                row.addWidget(button, 3 if button is not self._more else 1)
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

    def show_status(self, status: RunStatus) -> None:
        """Follow the run."""
        if status.phase in TOLD and status.text != self._text.text():
            announce(self, status.text)
        self._text.setText(status.text)
        set_state(self._text, "tone", "danger" if status.phase is Phase.FAILED else "")
        self._waiting.setText(self.tr("{count} more").format(count=status.waiting) if status.waiting else "")
        self._show_file.setVisible(status.path is not None and not status.running)
        if status.fraction is None:
            self._bar.setRange(0, 0)
        else:
            self._bar.setRange(0, BAR_POSITIONS)
            self._bar.setValue(round(status.fraction * BAR_POSITIONS))
        self._cancel.setEnabled(status.phase is not Phase.CANCELLING)
        self._swap_buttons(1 if status.running else 0)

    def _swap_buttons(self, index: int) -> None:
        if self._buttons.currentIndex() == index:
            return
        focused = self._generate.hasFocus() or self._cancel.hasFocus()
        self._buttons.setCurrentIndex(index)
        if focused:
            (self._cancel if index else self._generate).setFocus(Qt.FocusReason.OtherFocusReason)
