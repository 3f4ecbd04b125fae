"""A button with an icon of the set, and an icon to stand beside text. Both follow theme, scale and screen."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QToolButton, QWidget

from studio.ui.icons import pixmap, require, widget_icon
from studio.ui.metrics import px
from studio.ui.tokens import ICON_ROW, TARGET
from studio.ui.widgets.state import plain_tooltip

REDRAW = (
    QEvent.Type.PaletteChange,
    QEvent.Type.StyleChange,
    QEvent.Type.ApplicationFontChange,
    QEvent.Type.DevicePixelRatioChange,
    QEvent.Type.Show,
)


class IconButton(QToolButton):
    """`name` is what it does: accessible name and tooltip; `keys` is its shortcut, told in the tooltip only."""

    def __init__(
        self,
        icon: str,
        name: str,
        parent: QWidget | None = None,
        *,
        keys: QKeySequence | str = "",
        size: int = ICON_ROW,
    ) -> None:
        super().__init__(parent)
        self._icon = icon
        self._size = size
        self.setAutoRaise(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.rename(name, keys)
        self._draw()

    def rename(self, name: str, keys: QKeySequence | str = "") -> None:
        """Give the button another meaning."""
        shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name, shown))

    def icon_name(self) -> str:
        return self._icon

    def set_icon(self, icon: str) -> None:
        """Show another icon of the set."""
        self._icon = icon
        self._draw()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in REDRAW:
            self._draw()
        return handled

    def _draw(self) -> None:
        size = px(self._size)
        edge = max(px(TARGET), size + px(4))
        self.setIconSize(QSize(size, size))
        self.setFixedSize(edge, edge)
        if not self.isVisible():
            require(self._icon)  # who made it is told here; Qt, which asks for the drawing later, tells nobody
        else:
            self.setIcon(widget_icon(self._icon, self, size))


class IconLabel(QWidget):
    """An icon in the colour that the style sheet gives it. Says nothing to a screen reader: text beside it does."""

    def __init__(self, icon: str, parent: QWidget | None = None, *, size: int = ICON_ROW) -> None:
        super().__init__(parent)
        self._icon = icon
        self._size = size

    def set_icon(self, icon: str) -> None:
        """Show another icon of the set."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(px(self._size), px(self._size))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        size = px(self._size)
        colour = self.palette().color(QPalette.ColorRole.WindowText)
        painter = QPainter(self)
        left, top = (self.width() - size) // 2, (self.height() - size) // 2
        painter.drawPixmap(left, top, pixmap(self._icon, colour, size, self.devicePixelRatioF()))
        painter.end()
