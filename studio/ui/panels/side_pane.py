"""The right pane: history and tree, as tabs."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget


class SidePane(QTabWidget):
    """Holds the panels that share the right side of the window."""

    def __init__(self, history: QWidget, tree: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.addTab(history, self.tr("History"))
        self.addTab(tree, self.tr("Tree"))
        self.tabBar().setAccessibleName(self.tr("History and tree"))
        self.tabBar().setExpanding(False)
