"""One short message at the bottom right of a pane. It leaves by itself, but not while it is pointed at."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from studio.ui.metrics import motion_ms, px
from studio.ui.tokens import TOAST_MS
from studio.ui.widgets.announce import announce
from studio.ui.widgets.icon_button import IconButton

WIDTH_MAXIMUM = 420
RISE = 8


class Toast(QFrame):
    """Stands over `pane`. A new message replaces the old one; 6 s after pointer and focus left it, it goes."""

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self._act: Callable[[], object] | None = None
        self.setProperty("surface", "toast")
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._action = QPushButton()
        self._action.setProperty("kind", "link")
        self._action.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._close = IconButton("x", self.tr("Close"))
        self._line = QHBoxLayout(self)
        self._line.addWidget(self._text, 1)
        self._line.addWidget(self._action)
        self._line.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOAST_MS)
        self._timer.timeout.connect(self._leave)
        self._motion = QPropertyAnimation(self, b"pos", self)
        self._motion.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._action.clicked.connect(self._acted)
        self._close.clicked.connect(self.dismiss)
        for part in (self._action, self._close):
            part.installEventFilter(self)
        pane.installEventFilter(self)
        self.hide()

    def tell(self, text: str, action: str = "", act: Callable[[], object] | None = None) -> None:
        """Show `text`, with a button `action` that calls `act` if there is one."""
        self._text.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._act = act
        self.setAccessibleName(text)
        self._line.setContentsMargins(px(12), px(8), px(8), px(8))
        self._line.setSpacing(px(8))
        self._rise()
        self._timer.start()
        announce(self, text)

    def text(self) -> str:
        """The message shown, or "" when none is."""
        return self._text.text() if not self.isHidden() else ""

    def dismiss(self) -> None:
        """Take the message away now."""
        self._timer.stop()
        self._motion.stop()
        self.hide()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._wait()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._pane:
            if event.type() == QEvent.Type.Resize and not self.isHidden():
                self._motion.stop()
                self.move(self._place())
        elif event.type() == QEvent.Type.FocusIn:
            self._timer.stop()
        elif event.type() == QEvent.Type.FocusOut:
            self._wait()
        return super().eventFilter(watched, event)

    def _wait(self) -> None:
        if not self.isHidden():
            self._timer.start()

    def _leave(self) -> None:
        if not (self.underMouse() or self._action.hasFocus() or self._close.hasFocus()):
            self.hide()

    def _acted(self) -> None:
        act = self._act
        self.dismiss()
        if act is not None:
            act()

    def _place(self) -> QPoint:
        """Fits the size to the text and the pane; gives the corner where the toast rests."""
        widest = max(px(160), min(px(WIDTH_MAXIMUM), self._pane.width() - px(32)))
        for part in (self, self._text, self._action, self._close):
            part.ensurePolished()
        self._line.invalidate()
        self._line.activate()
        width = min(widest, self._natural_width())
        self.resize(width, self.heightForWidth(width))
        return QPoint(self._pane.width() - self.width() - px(16), self._pane.height() - self.height() - px(16))

    def _natural_width(self) -> int:
        # The hint of a wrapping label is not its natural width: the rest is measured and the text put in.
        text = self._text.fontMetrics().horizontalAdvance(self._text.text()) + px(4)
        return self.sizeHint().width() - self._text.sizeHint().width() + text

    def _rise(self) -> None:
        hidden = self.isHidden()
        # Placed before it is shown, or it would appear in a corner first and meet the pointer there.
        rest = self._place()
        self.move(rest)
        self.show()
        self.raise_()
        self._motion.stop()
        duration = motion_ms()
        if not duration or not hidden:
            self.move(rest)
            return
        self._motion.setDuration(duration)
        self._motion.setStartValue(rest + QPoint(0, px(RISE)))
        self._motion.setEndValue(rest)
        self._motion.start()
