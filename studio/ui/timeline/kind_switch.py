"""Which view of a step is shown: what the network expects at the end, or the state as it is."""

from __future__ import annotations

from typing import get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QWidget

from studio.job.event import PreviewKind
from studio.ui.metrics import px
from studio.ui.tokens import TARGET
from studio.ui.widgets.state import plain_tooltip


class KindSwitch(QWidget):
    """`kind_changed(kind)` is emitted when the user chooses another view."""

    kind_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        meanings: dict[PreviewKind, str] = {
            "x0": self.tr("x0: the picture that the network expects at the end"),
            "x": self.tr("x: the state as it is at this step, noise and all"),
        }
        self._kind: PreviewKind = "x0"
        self._group = QButtonGroup(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(2))
        for kind, meaning in meanings.items():
            button = QToolButton()
            button.setText(kind)
            button.setCheckable(True)
            button.setChecked(kind == self._kind)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(meaning)
            button.setToolTip(plain_tooltip(meaning, "V"))
            button.setMinimumSize(px(TARGET) + px(8), px(TARGET))
            self._group.addButton(button)
            line.addWidget(button)
        self._group.buttonClicked.connect(lambda button: self._choose(button.text()))

    def kind(self) -> PreviewKind:
        return self._kind

    def set_kind(self, kind: PreviewKind) -> None:
        """Show `kind` as chosen, without emitting."""
        self._kind = kind
        for button in self._group.buttons():
            button.setChecked(button.text() == kind)

    def choose_next(self, by: int) -> None:
        """Go `by` views further, around the end."""
        kinds: tuple[PreviewKind, ...] = get_args(PreviewKind)
        self._choose(kinds[(kinds.index(self._kind) + by) % len(kinds)])

    def _choose(self, kind: PreviewKind) -> None:
        if kind != self._kind:
            self.set_kind(kind)
            self.kind_changed.emit(kind)
