"""The line below the menus: which workspace this is, and which model works where."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.state import plain_tooltip

HEIGHT = 36


class Header(QWidget):
    """`settings_requested` is the wish to change device or precision."""

    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(px(HEIGHT))
        title = QLabel(self.tr("Generate"))
        title.setProperty("role", "heading")
        self._where = QPushButton()
        self._where.setProperty("kind", "flat")
        self._where.setToolTip(plain_tooltip(self.tr("Which model works on which device. Click to change it.")))
        self._where.clicked.connect(self.settings_requested)
        line = QHBoxLayout(self)
        line.setContentsMargins(px(GUTTER), 0, px(4), 0)
        line.addWidget(title)
        line.addStretch(1)
        line.addWidget(self._where)

    def show_place(self, model: str, device: str = "", precision: str = "") -> None:
        """Tell model, device and precision; those that are not known yet are left out."""
        shown = device.upper() if device in ("cpu", "mps") else device
        self._where.setText(", ".join(part for part in (model, shown, precision) if part))

    def place(self) -> str:
        """What is told."""
        return self._where.text()
