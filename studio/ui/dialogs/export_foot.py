"""The foot of the export dialog: what comes out and where, how far it is, and the buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import GUTTER, TARGET
from studio.ui.widgets.announce import announce
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.state import set_state

BAR_POSITIONS = 1000
BUTTON_WIDTH, BUTTON_HEIGHT = 96, 40


class ExportFoot(QWidget):
    """`export` is Export or Go on, `cancel` is Cancel or Close, `choose` another place, `show_file` the saved one."""

    export = Signal()
    cancel = Signal()
    choose = Signal()
    show_file = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place = ElidedLabel(mode=Qt.TextElideMode.ElideMiddle)
        self._place.setProperty("role", "secondary")
        self._choose = self._link(self.tr("Change…"), self.choose)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._show_file = self._link(self.tr("Show"), self.show_file)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, BAR_POSITIONS)
        self._bar.setAccessibleName(self.tr("Progress of the export"))
        self._cancel = QPushButton(self.tr("Close"))
        self._export = QPushButton(self.tr("Export"))
        self._export.setProperty("kind", "primary")
        self._export.setDefault(True)
        self._cancel.setAutoDefault(False)
        self._cancel.clicked.connect(self.cancel)
        self._export.clicked.connect(self.export)
        self._lay_out()

    def text(self) -> str:
        """What is said beside the buttons."""
        return self._text.text()

    def show_place(self, text: str) -> None:
        """Where the export goes."""
        self._place.setText(text)

    def tell(self, text: str, *, danger: bool = False) -> None:
        """What comes of the form as it stands, or why nothing does."""
        self._text.setText(text)
        set_state(self._text, "tone", "danger" if danger else "")

    def show_idle(self, *, go_on: bool = False, saved: bool = False) -> None:
        """Nothing works: Export, or Go on with what is whole. With `saved` the file can be shown."""
        self._bar.setValue(BAR_POSITIONS if saved else self._bar.value() if go_on else 0)
        self._cancel.setText(self.tr("Close"))
        self._export.setText(self.tr("Go on") if go_on else self.tr("Export"))
        self._export.setEnabled(True)
        self._choose.setEnabled(True)
        self._show_file.setVisible(saved)

    def show_progress(self, text: str, fraction: float) -> None:
        """An export works."""
        self.tell(text)
        self._bar.setValue(round(fraction * BAR_POSITIONS))
        self._cancel.setText(self.tr("Cancel"))
        self._export.setEnabled(False)
        self._choose.setEnabled(False)
        self._show_file.hide()

    def show_end(self, text: str, *, danger: bool = False) -> None:
        """How it ended; said aloud."""
        self.tell(text, danger=danger)
        announce(self, text)

    def allow(self, reason: str = "") -> None:
        """Whether what the form says can be exported; if not, why."""
        self._export.setEnabled(not reason)
        self._export.setToolTip(reason)

    def _link(self, text: str, signal: SignalInstance) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("kind", "link")
        button.setAutoDefault(False)
        button.clicked.connect(signal)
        return button

    def _lay_out(self) -> None:
        place, line = QHBoxLayout(), QHBoxLayout()
        place.setSpacing(px(8))
        place.addWidget(self._place, 1)
        place.addWidget(self._choose)
        line.setSpacing(px(8))
        line.addWidget(self._text, 1)
        line.addWidget(self._show_file)
        for button in (self._cancel, self._export):
            button.setMinimumWidth(px(BUTTON_WIDTH))
            button.setFixedHeight(px(BUTTON_HEIGHT))
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(GUTTER), px(4), px(GUTTER), px(12))
        column.setSpacing(px(8))
        column.addLayout(place)
        column.addWidget(self._bar)
        column.addLayout(line)
        self._place.setMinimumHeight(px(TARGET))
