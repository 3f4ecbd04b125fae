"""Words and buttons over the canvas where a picture to paint on is missing, or another one is looked at."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.widgets.state import plain_tooltip

WIDTH_MAXIMUM = 460


class EmptyEasel(QFrame):
    """Stands at the foot of `pane`. `open`, `paint` and `back` are clicks."""

    open = Signal()
    paint = Signal()
    back = Signal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setProperty("surface", "toast")
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self._open = QPushButton(self.tr("Open a picture…"))
        self._paint = QPushButton(self.tr("Paint on this picture"))
        self._back = QPushButton(self.tr("Back to the painting"))
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._text)
        self._line = QHBoxLayout()
        for button, clicked in ((self._open, self.open), (self._paint, self.paint), (self._back, self.back)):
            button.clicked.connect(clicked)
            self._line.addWidget(button)
        self._column.addLayout(self._line)
        pane.installEventFilter(self)
        self.hide()

    def invite(self, *, shown: bool, why_not: str) -> None:
        """There is nothing to paint on. `shown`: the canvas shows a picture that could be; `why_not`: none could."""
        self._text.setText(self.tr("Drop a picture to paint on it, or press Ctrl+O."))
        self._paint.setText(self.tr("Paint on this picture") if shown else self.tr("Paint on the last picture"))
        self._paint.setEnabled(not why_not)
        self._paint.setToolTip(plain_tooltip(why_not))
        self._stand(back=False)

    def tell_way_back(self, *, why_not: str) -> None:
        """Another picture than the painting is looked at."""
        self._text.setText(self.tr("You look at another picture. The painting and its mask are kept."))
        self._paint.setText(self.tr("Paint on this picture"))
        self._paint.setEnabled(not why_not)
        self._paint.setToolTip(plain_tooltip(why_not))
        self._stand(back=True)

    def wait(self, name: str) -> None:
        """A picture is being opened."""
        self._text.setText(self.tr("Opening {name}…").format(name=name))
        for button in (self._open, self._paint, self._back):
            button.hide()
        self._show()

    def text(self) -> str:
        """What is said, "" while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def button(self, name: str) -> QPushButton:
        """The button "open", "paint" or "back"."""
        return {"open": self._open, "paint": self._paint, "back": self._back}[name]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _stand(self, *, back: bool) -> None:
        self._paint.show()
        self._open.setVisible(not back)
        self._back.setVisible(back)
        self._show()

    def _show(self) -> None:
        self.show()
        self.raise_()
        self._place()

    def _place(self) -> None:
        self._column.setContentsMargins(px(16), px(12), px(16), px(12))
        self._column.setSpacing(px(8))
        self._line.setSpacing(px(8))
        width = min(px(WIDTH_MAXIMUM), self._pane.width() - px(32))
        self.ensurePolished()
        self._column.invalidate()
        self._column.activate()
        height = self.heightForWidth(width)
        self.setGeometry((self._pane.width() - width) // 2, self._pane.height() - height - px(12), width, height)
