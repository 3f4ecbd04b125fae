"""The card that answers "Why is it different?"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.widgets.announce import announce

WIDTH, SIDE, LINES_MAXIMUM = 340, 12, 14


class WhyCard(QFrame):
    """Stands in the lower right of `view`, a line for each reason."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._lines: list[str] = []
        self.setProperty("surface", "card")
        self._title = QLabel(self.tr("Why is it different?"))
        self._title.setProperty("role", "heading")
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        view.installEventFilter(self)
        self.hide()

    def tell(self, lines: Sequence[str]) -> None:
        """Show these reasons."""
        self._lines = list(lines)
        more = len(lines) - LINES_MAXIMUM
        shown = [*lines[:LINES_MAXIMUM], *([self.tr("and {count} more").format(count=more)] if more > 0 else [])]
        self._text.setText("\n".join(shown))
        self.setAccessibleName(self._text.text())
        self.show()
        self._place()
        self.raise_()
        announce(self, self._text.text())

    def lines(self) -> list[str]:
        """The reasons that are shown."""
        return self._lines if self.isVisible() else []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _place(self) -> None:
        self._column.setContentsMargins(px(SIDE), px(8), px(SIDE), px(SIDE))
        self._column.setSpacing(px(4))
        for part in (self, self._title, self._text):
            part.ensurePolished()
        self._column.invalidate()
        width = min(px(WIDTH), self._view.width() - 2 * px(SIDE))
        height = min(self._column.heightForWidth(width) + px(4), self._view.height() - 2 * px(SIDE))
        self.setGeometry(self._view.width() - width - px(SIDE), self._view.height() - height - px(SIDE), width, height)
