"""The ring around what has the keyboard focus. One overlay a window, because borders of a style sheet shift layouts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from shiboken6 import isValid

from studio.ui.metrics import px
from studio.ui.tokens import RADIUS_FIELD

WIDTH = 2
GAP = 2
MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.ParentChange)


class FocusRing(QWidget):
    """Follows the focus inside `window`, shown only when the keyboard brought it.

    A widget that reaches the window's edge sets the dynamic property `focusInside` to True: its ring lies within.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._focus_changed)

    def target(self) -> QWidget | None:
        """The widget the ring is around, or None."""
        return self._target

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in MOVES:
            self._follow()
        elif event.type() == QEvent.Type.MouseButtonPress and watched is self._target:
            self._leave()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        width = px(WIDTH)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self.palette().color(QPalette.ColorRole.Accent), width)
        painter.setPen(pen)
        line = QRectF(self._ring()).adjusted(width / 2, width / 2, -width / 2, -width / 2)
        radius = px(RADIUS_FIELD) + px(GAP)
        painter.drawRoundedRect(line.translated(-self.pos()), radius, radius)
        painter.end()

    def _focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        self._leave()
        if new is None or new.window() is not self._window:
            return
        # Qt sets this for Tab, Backtab and shortcuts, and never takes it back: so it is cleared once read.
        if self._window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange):
            self._window.setAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange, False)
            self._surround(new)

    def _surround(self, widget: QWidget) -> None:
        self._target = widget
        part: QWidget | None = widget
        while part is not None:
            self._watched.append(part)
            part = None if part is self._window else part.parentWidget()
        for part in self._watched:
            part.installEventFilter(self)
        self._follow()

    def _leave(self) -> None:
        for part in self._watched:
            # The focus also leaves a widget because it is being destroyed.
            if isValid(part):
                part.removeEventFilter(self)
        self._watched = []
        self._target = None
        self.hide()

    def _follow(self) -> None:
        if self._target is None:
            return
        visible = self._ring() & self._view()
        self.setVisible(self._target.isVisible() and not visible.isEmpty())
        self.setGeometry(visible)
        self.raise_()
        self.update()

    def _ring(self) -> QRect:
        """The outer edge of the ring, in the window's coordinates."""
        if self._target is None:
            return QRect()
        area = QRect(self._target.mapTo(self._window, QPoint()), self._target.size())
        reach = 0 if self._target.property("focusInside") else px(GAP) + px(WIDTH)
        return area.adjusted(-reach, -reach, reach, reach)

    def _view(self) -> QRect:
        """The part of the window in which the ring may show: what scroll areas around the target let through."""
        view = self._window.rect()
        for part in self._watched[1:]:
            if isinstance(part, QAbstractScrollArea):
                port = part.viewport()
                view &= QRect(port.mapTo(self._window, QPoint()), port.size())
        return view
