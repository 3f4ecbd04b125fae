"""The right pane: history, tree and codes, as tabs."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget


class SidePane(QTabWidget):
    """Holds the panels that share the right side of the window."""

    def __init__(self, history: QWidget, tree: QWidget, codes: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        self.addTab(history, self.tr("History"))
        self.addTab(tree, self.tr("Tree"))
        self.addTab(codes, self.tr("Codes"))
        self.tabBar().setAccessibleName(self.tr("History, tree and codes"))
        self.tabBar().setExpanding(False)
