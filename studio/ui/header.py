"""The line below the menus: the workspaces as tabs, and which model works where."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QTabBar, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.state import plain_tooltip

HEIGHT = 36
GENERATE, INPAINT, INTERPOLATE = "generate", "inpaint", "interpolate"
WORKSPACES = (GENERATE, INPAINT, INTERPOLATE)
"""Their names, in the order of their tabs."""

KEYS = ("F5", "F6", "F8")


class Header(QWidget):
    """`workspace_chosen(name)` is a click on a tab; `settings_requested` the wish to change device or precision."""

    workspace_chosen = Signal(str)
    settings_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("surface", "bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(px(HEIGHT))
        self._tabs = QTabBar()
        self._tabs.setProperty("kind", "workspaces")
        self._tabs.setAccessibleName(self.tr("Workspaces"))
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        titles = (self.tr("Generate"), self.tr("Inpaint"), self.tr("Interpolate"))
        for title, keys in zip(titles, KEYS, strict=True):
            number = self._tabs.addTab(title)
            self._tabs.setTabToolTip(number, plain_tooltip(title, keys))
        self._where = QPushButton()
        self._where.setProperty("kind", "flat")
        self._where.setToolTip(plain_tooltip(self.tr("Which model works on which device. Click to change it.")))
        self._where.clicked.connect(self.settings_requested)
        line = QHBoxLayout(self)
        line.setContentsMargins(px(GUTTER) - px(8), 0, px(4), 0)
        line.addWidget(self._tabs, 0, Qt.AlignmentFlag.AlignBottom)
        line.addStretch(1)
        line.addWidget(self._where)
        self._tabs.currentChanged.connect(lambda number: self.workspace_chosen.emit(WORKSPACES[number]))

    def show_workspace(self, name: str) -> None:
        """Mark the tab of the workspace that is shown."""
        with QSignalBlocker(self._tabs):
            self._tabs.setCurrentIndex(WORKSPACES.index(name))

    def workspace(self) -> str:
        """Whose tab is marked."""
        return WORKSPACES[self._tabs.currentIndex()]

    def show_place(self, model: str, device: str = "", precision: str = "") -> None:
        """Tell model, device and precision; those that are not known yet are left out."""
        shown = device.upper() if device in ("cpu", "mps") else device
        self._where.setText(", ".join(part for part in (model, shown, precision) if part))

    def place(self) -> str:
        """What is told."""
        return self._where.text()
