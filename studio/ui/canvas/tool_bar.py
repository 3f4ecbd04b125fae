"""The column of tools at the left of the canvas."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.tokens import ICON_TOOL
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.state import plain_tooltip

WIDTH = 40


class ActionButton(IconButton):
    """Does what `action` does, and shows whether it is on and why it can't be used."""

    def __init__(self, action: QAction, parent: QWidget | None = None, *, size: int = ICON_TOOL) -> None:
        super().__init__(str(action.data()), action.text(), parent, keys=action.shortcut(), size=size)
        self._action = action
        self.setCheckable(action.isCheckable())
        self.clicked.connect(self._press)
        action.changed.connect(self._follow)
        self._follow()

    def _press(self) -> None:
        self._action.trigger()
        # A click changes the button even where it does not change the action: a tool stays in hand.
        self._follow()

    def _follow(self) -> None:
        action = self._action
        self.setEnabled(action.isEnabled())
        self.setChecked(action.isChecked())
        self.rename(action.text(), action.shortcut())
        if not action.isEnabled():
            self.setToolTip(plain_tooltip(action.text() + "\n" + action.toolTip()))


class ToolBar(QWidget):
    """A button for each tool of `editor`, and below them swap, undo and redo."""

    def __init__(self, editor: MaskEditor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        commands = editor.commands
        tools = commands.tools
        groups = (
            [tools[name] for name in ("brush", "eraser")],
            [tools[name] for name in ("rectangle", "ellipse", "lasso", "polygon", "fill", "gradient")],
            [tools[name] for name in ("frame", "hand")],
            [commands.swap, commands.undo, commands.redo],
        )
        self._column = QVBoxLayout(self)
        self._lines: list[Divider] = []
        for number, group in enumerate(groups):
            if number:
                self._lines.append(Divider())
                self._column.addWidget(self._lines[-1], 0, Qt.AlignmentFlag.AlignHCenter)
            for action in group:
                self._column.addWidget(ActionButton(action), 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch()
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Tools"))
        commands.serve(self)
        self._measure()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _measure(self) -> None:
        self.setFixedWidth(px(WIDTH))
        self._column.setContentsMargins(0, px(4), 0, px(4))
        self._column.setSpacing(0)
        for line in self._lines:
            # Its room above and below is part of it: margins of a layout would be the same for all.
            line.setFixedSize(px(24), px(9))


class Divider(QWidget):
    """A line between groups of tools."""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(0, self.height() // 2, self.width(), 1, QColor(current_tokens().line))
        painter.end()
