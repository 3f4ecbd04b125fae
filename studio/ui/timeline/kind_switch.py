"""Which view of a step is shown: a switch of five, or a box to choose from where there is no room for it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget

from studio.job.view import VIEW_KINDS, ViewKind
from studio.ui.metrics import px
from studio.ui.tokens import TARGET
from studio.ui.widgets.combo import DESCRIPTION, Combo
from studio.ui.widgets.state import plain_tooltip

COMBO_WIDTH = 92
SHORT: dict[str, str] = {"guidance": "guid"}
"""What stands on a button where the whole word would take too much room."""


class KindSwitch(QWidget):
    """`kind_changed(kind)` is emitted when the user chooses another view."""

    kind_changed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kind: ViewKind = "x0"
        self._group = QButtonGroup(self)
        self._combo = Combo()
        self._combo.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._combo.setFixedWidth(px(COMBO_WIDTH))
        self._combo.setAccessibleName(self.tr("View of the step"))
        self._combo.hide()
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(px(2))
        meanings = self._meanings()
        for kind in VIEW_KINDS:
            line.addWidget(self._button(kind, meanings[kind]))
            self._combo.addItem(kind, kind)
            self._combo.setItemData(self._combo.count() - 1, meanings[kind], DESCRIPTION)
        line.addWidget(self._combo)
        self._group.buttonClicked.connect(lambda button: self._choose(button.objectName()))
        self._combo.activated.connect(lambda index: self._choose(self._combo.itemData(index)))

    def kind(self) -> ViewKind:
        return self._kind

    def set_kind(self, kind: ViewKind) -> None:
        """Show `kind` as chosen, without emitting."""
        self._kind = kind
        for button in self._group.buttons():
            button.setChecked(button.objectName() == kind)
        with QSignalBlocker(self._combo):
            self._combo.setCurrentIndex(VIEW_KINDS.index(kind))

    def set_compact(self, compact: bool) -> None:
        """Be a box to choose from, or the switch."""
        for button in self._group.buttons():
            button.setVisible(not compact)
        self._combo.setVisible(compact)

    def choose_next(self, by: int) -> None:
        """Go `by` views further, around the end."""
        self._choose(VIEW_KINDS[(VIEW_KINDS.index(self._kind) + by) % len(VIEW_KINDS)])

    def _meanings(self) -> dict[ViewKind, str]:
        return {
            "x0": self.tr("x0: the picture that the network expects at the end"),
            "x": self.tr("x: the state as it is at this step, noise and all"),
            "eps": self.tr("eps: the noise that the network saw in this step"),
            "guidance": self.tr("guidance: what the prompt changed in this step, eps with it minus eps without"),
            "change": self.tr("change: what this step changed in x"),
        }

    def _button(self, kind: ViewKind, meaning: str) -> QToolButton:
        button = QToolButton()
        button.setText(SHORT.get(kind, kind))
        button.setObjectName(kind)
        button.setProperty("kind", "text")
        button.setCheckable(True)
        button.setChecked(kind == self._kind)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(meaning)
        button.setToolTip(plain_tooltip(meaning, "V"))
        button.setMinimumSize(px(TARGET), px(TARGET))
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._group.addButton(button)
        return button

    def _choose(self, kind: ViewKind) -> None:
        if kind != self._kind:
            self.set_kind(kind)
            self.kind_changed.emit(kind)
