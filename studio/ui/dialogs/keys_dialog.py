"""All keys on one page: those of the actions, read from the actions themselves, and those of the stage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.ui.metrics import px

Line = tuple[str, str]


class KeysDialog(QDialog):
    """Two columns: what works everywhere in the window, and what works while canvas or timeline has the focus."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        """`actions` are all that have a place in the window."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        columns = QHBoxLayout()
        columns.setSpacing(px(24) * 2)
        columns.addLayout(_listed(self.tr("Window"), _keys_of(actions)))
        columns.addLayout(_listed(self.tr("Canvas and timeline"), self._stage()))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(16), px(16), px(12))
        column.setSpacing(px(16))
        column.addLayout(columns)
        column.addWidget(buttons)

    def _stage(self) -> list[Line]:
        return [
            (self.tr("Step before, step after"), _native("Left", "Right")),
            (self.tr("Five steps"), _native("Shift+Left", "Shift+Right")),
            (self.tr("First step, last step"), _native("Home", "End")),
            (self.tr("Play, stop"), _native("Space")),
            (self.tr("Play once, in a loop, to and fro"), _native("J")),
            (self.tr("Next view, view before"), _native("V", "Shift+V")),
            (self.tr("Plot of the levels"), _native("P")),
            (self.tr("The picture with noise on it"), _native("N")),
            (self.tr("Compare: one, blink, difference"), _native("Y", "A", "D")),
            (self.tr("Zoom at the pointer"), self.tr("Wheel")),
            (self.tr("Move the picture"), self.tr("Space or middle button, drag")),
            (self.tr("Take the picture along"), self.tr("Drag")),
        ]


def _keys_of(actions: Iterable[QAction]) -> list[Line]:
    """Every action that has a key."""
    return [(action.text().rstrip("…"), _native(action.shortcuts()[0])) for action in actions if action.shortcuts()]


def _native(*keys: QKeySequence | str) -> str:
    shown = QKeySequence.SequenceFormat.NativeText
    return ", ".join(QKeySequence(key).toString(shown) for key in keys)


def _listed(title: str, lines: Iterable[Line]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(px(24))
    grid.setVerticalSpacing(px(4))
    heading = QLabel(title)
    heading.setProperty("role", "heading")
    grid.addWidget(heading, 0, 0, 1, 2)
    for row, (what, keys) in enumerate(lines, start=1):
        said, pressed = QLabel(what), QLabel(keys)
        pressed.setProperty("tone", "quiet")
        for column, label in enumerate((said, pressed)):
            label.setTextFormat(Qt.TextFormat.PlainText)
            grid.addWidget(label, row, column)
    grid.setRowStretch(grid.rowCount(), 1)
    grid.setColumnStretch(1, 1)
    return grid
