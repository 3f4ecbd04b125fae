"""All keys on one page, read from the actions themselves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from studio.ui.metrics import px


class KeysDialog(QDialog):
    """Lists every action that has a key."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(24))
        grid.setVerticalSpacing(px(4))
        with_keys = [action for action in actions if action.shortcuts()]
        for row, action in enumerate(with_keys):
            native = QKeySequence.SequenceFormat.NativeText
            keys = QLabel(action.shortcuts()[0].toString(native))
            keys.setProperty("tone", "quiet")
            grid.addWidget(QLabel(action.text().rstrip("…")), row, 0)
            grid.addWidget(keys, row, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(16), px(16), px(12))
        column.setSpacing(px(16))
        column.addLayout(grid)
        column.addWidget(buttons)
