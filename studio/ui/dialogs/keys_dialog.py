"""All keys on one page: those of the actions, read from the actions themselves, those of the stage and of the mouse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio.ui.canvas.mask_actions import MaskActions
from studio.ui.metrics import px

Line = tuple[str, str]
TOOLS = 10


class KeysDialog(QDialog):
    """Three columns: what works everywhere in the window, what works while canvas or timeline has the focus, and what
    does while a mask is painted there."""

    def __init__(self, actions: Sequence[QAction], painting: Sequence[QAction], parent: QWidget | None = None) -> None:
        """`actions` are all that have a place in the window, `painting` those that need a mask."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet = QWidget()
        columns = QHBoxLayout(sheet)
        columns.setContentsMargins(0, 0, 0, 0)
        columns.setSpacing(px(24))
        columns.addLayout(_listed(self.tr("Window"), _keys_of(a for a in actions if a not in painting)))
        tools, others = _keys_of(painting[:TOOLS]), _keys_of(painting[TOOLS:])
        middle = QVBoxLayout()
        middle.addLayout(_listed(self.tr("Canvas and timeline"), self._stage()))
        middle.addSpacing(px(16))
        middle.addLayout(_listed(self.tr("Tools of painting"), tools))
        middle.addStretch(1)
        columns.addLayout(middle)
        columns.addLayout(_listed(self.tr("Painting a mask"), [*others, *self._strokes()]))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(16), px(16), px(16), px(12))
        column.setSpacing(px(16))
        column.addWidget(_scrolling(sheet), 1)
        column.addWidget(buttons)
        self._sheet, self._buttons = sheet, buttons

    def showEvent(self, event: QShowEvent) -> None:
        """As large as all lines are, which is known now, or as the screen is: then they are scrolled."""
        super().showEvent(event)
        edges, foot = px(16) * 2 + px(12), self._buttons.sizeHint().height() + px(16)
        self.resize((self._sheet.sizeHint() + QSize(edges, edges + foot)).boundedTo(self.screen().availableSize()))

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
            (self.tr("Move the picture"), self.tr("Space, drag")),
            (self.tr("Take the picture along"), self.tr("Drag")),
        ]

    def _strokes(self) -> list[Line]:
        return [
            (self.tr("Opacity"), _native("1") + " … " + _native("0")),
            (self.tr("A straight line"), self.tr("Shift, click or drag")),
            (self.tr("Erase"), self.tr("Alt, drag")),
            (self.tr("Size and hardness"), self.tr("Right button, drag")),
        ]


def _scrolling(sheet: QWidget) -> QScrollArea:
    """All of `sheet` where there is room; on a small screen it is scrolled."""
    sheet.layout().setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setWidget(sheet)
    return area


def painting_keys(commands: MaskActions) -> list[QAction]:
    """The actions of painting: first the ten tools, then the others, without the opacities, which are one line."""
    tools = list(commands.tools.values())
    return [*tools, *(a for a in commands.findChildren(QAction) if a not in commands.opacities and a not in tools)]


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
