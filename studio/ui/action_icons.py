"""Icons of actions, in the colours of the widget that they belong to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from studio.ui.icons import widget_icon
from studio.ui.metrics import px
from studio.ui.tokens import ICON_ROW

REDRAW = (
    QEvent.Type.PaletteChange,
    QEvent.Type.StyleChange,
    QEvent.Type.DevicePixelRatioChange,
    QEvent.Type.Polish,
)


class ActionIcons(QObject):
    """Draws the icon that each action below `actions` names in its data, and again when `owner` looks different.

    Only once in a turn of the event loop: a window that is made gets each of these events many times.
    """

    def __init__(self, actions: QObject, owner: QWidget) -> None:
        super().__init__(actions)
        self._actions, self._owner = actions, owner
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._draw)
        owner.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in REDRAW:
            self._soon.start()
        return False

    def _draw(self) -> None:
        for action in self._actions.findChildren(QAction):
            if action.data():
                action.setIcon(widget_icon(str(action.data()), self._owner, px(ICON_ROW)))
