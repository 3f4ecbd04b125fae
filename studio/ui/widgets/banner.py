"""A message over the top of a pane that stays until it is answered: what happened, what is kept, what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import ICON_TOOL
from studio.ui.widgets.announce import announce
from studio.ui.widgets.icon_button import IconButton, IconLabel
from studio.ui.widgets.state import set_state

Tone = Literal["danger", "warning", "info", "success"]
Action = tuple[str, Callable[[], object]]
ICONS: dict[Tone, str] = {
    "danger": "alert-triangle",
    "warning": "alert-triangle",
    "info": "info-circle",
    "success": "circle-check",
}
ACTIONS_MAXIMUM = 2
WIDTH_MAXIMUM = 720


class Banner(QFrame):
    """Stands over the top of `pane`. A new message replaces the old one; `closed`: the user closed it."""

    closed = Signal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self.setProperty("surface", "banner")
        self._icon = IconLabel("info-circle", size=ICON_TOOL)
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = tuple(QPushButton() for _ in range(ACTIONS_MAXIMUM))
        self._acts: list[Callable[[], object]] = []
        self._close = IconButton("x", self.tr("Close"))
        self._line = QHBoxLayout(self)
        self._line.addWidget(self._icon)
        self._line.addWidget(self._text, 1)
        for number, button in enumerate(self._buttons):
            self._line.addWidget(button)
            button.clicked.connect(lambda _=False, number=number: self._acted(number))
        self._line.addWidget(self._close)
        self._close.clicked.connect(self._closed)
        pane.installEventFilter(self)
        self.hide()

    def tell(self, tone: Tone, sentence: str, actions: Sequence[Action] = ()) -> None:
        """Show `sentence` with up to two buttons (label, function). Raises `ValueError` for more."""
        if len(actions) > ACTIONS_MAXIMUM:
            raise ValueError(f"a banner has up to {ACTIONS_MAXIMUM} buttons, not {len(actions)}")
        self._acts = [act for _, act in actions]
        for number, button in enumerate(self._buttons):
            button.setText(actions[number][0] if number < len(actions) else "")
            button.setVisible(number < len(actions))
        self._text.setText(sentence)
        self._icon.set_icon(ICONS[tone])
        set_state(self, "tone", tone)
        set_state(self._icon, "tone", tone)
        self.setAccessibleName(sentence)
        self._line.setContentsMargins(px(12), px(8), px(8), px(8))
        self._line.setSpacing(px(8))
        self._place()
        self.show()
        self.raise_()
        announce(self, sentence)

    def text(self) -> str:
        """The sentence shown, or "" when none is."""
        return self._text.text() if not self.isHidden() else ""

    def dismiss(self) -> None:
        """Take the message away, because what it said is over."""
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._pane and event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def _acted(self, number: int) -> None:
        act = self._acts[number]
        self.dismiss()
        act()

    def _closed(self) -> None:
        self.dismiss()
        self.closed.emit()

    def _place(self) -> None:
        for part in (self, self._text, self._close, *self._buttons):
            part.ensurePolished()
        self._line.invalidate()
        self._line.activate()
        width = min(px(WIDTH_MAXIMUM), self._pane.width() - px(32))
        height = max(self.heightForWidth(width), px(44))
        self.setGeometry((self._pane.width() - width) // 2, px(16), width, height)
