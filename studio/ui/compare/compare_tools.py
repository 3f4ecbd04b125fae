"""The row below a comparison: in which way, at which step, and why."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSignalBlocker, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QToolButton, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import TARGET
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.state import plain_tooltip
from studio.ui.widgets.step_slider import StepSlider

Way = Literal["split", "a", "b", "blink", "difference"]


class CompareTools(QWidget):
    """`way_chosen(way)`, `step_chosen(step)` and `why()` are wishes. Step 0 stands for the finished pictures."""

    way_chosen = Signal(str)
    step_chosen = Signal(int)
    why = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._way: Way = "split"
        self._steps = 0
        self._buttons: dict[Way, QToolButton] = {
            "split": self._button(self.tr("Split"), self.tr("A and B, with a border to drag"), ""),
            "a": self._button("A", self.tr("Only A"), "Y"),
            "b": self._button("B", self.tr("Only B"), "Y"),
            "blink": self._button(self.tr("Blink"), self.tr("A and B in turn"), "A"),
            "difference": self._button(self.tr("Difference"), self.tr("Where they differ, made stronger"), "D"),
        }
        self._group = QButtonGroup(self)
        self._slider = StepSlider(1)
        self._slider.setAccessibleName(self.tr("Step to compare"))
        self._text = ElidedLabel()
        self._why = QPushButton(self.tr("Why is it different?"))
        self._line = QHBoxLayout(self)
        for way, button in self._buttons.items():
            self._group.addButton(button)
            self._line.addWidget(button)
            button.clicked.connect(lambda _=False, way=way: self.way_chosen.emit(way))
        self._line.addWidget(self._slider, 1)
        self._line.addWidget(self._text, 1)
        self._line.addWidget(self._why)
        self._slider.dragged.connect(lambda place: self._choose(place))
        self._slider.stepped.connect(lambda by: self.move_by(by))
        self._why.clicked.connect(self.why)
        self._measure()

    def way(self) -> Way:
        return self._way

    def show_way(self, way: Way) -> None:
        """Show `way` as chosen."""
        self._way = way
        self._buttons[way].setChecked(True)

    def set_steps(self, steps: int) -> None:
        """How many steps can be scrubbed, 0 for none."""
        self._steps = steps
        self._slider.setVisible(steps > 0)
        self._slider.setRange(1, max(2, steps))
        self.set_step(0)

    def set_step(self, step: int, missing: str = "") -> None:
        """Show which step is looked at; `missing` is said beside it."""
        with QSignalBlocker(self._slider):
            self._slider.setValue(step or self._steps)
        text = self.tr("Step {step} of {steps}").format(step=step, steps=self._steps)
        shown = text if step else self.tr("Finished pictures") if self._steps else self.tr("No steps are kept.")
        self._text.setText(f"{shown}. {missing}" if missing else shown)
        self._slider.setAccessibleName(self._text.text())

    def steps(self) -> int:
        """How many steps can be scrubbed."""
        return self._steps

    def move_by(self, by: int) -> None:
        """Go `by` steps on, or back."""
        if self._steps:
            self._choose(self._slider.value() + by)

    def text(self) -> str:
        """What is said of the step."""
        return self._text.text()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _button(self, text: str, meaning: str, key: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setProperty("kind", "text")
        button.setAccessibleName(meaning)
        button.setToolTip(plain_tooltip(meaning, key))
        return button

    def _choose(self, place: int) -> None:
        step = min(max(place, 1), self._steps)
        self.step_chosen.emit(0 if step >= self._steps else step)

    def _measure(self) -> None:
        self._line.setContentsMargins(px(8), px(4), px(12), 0)
        self._line.setSpacing(px(4))
        for button in self._buttons.values():
            button.setMinimumHeight(px(TARGET))
        self._slider.setMinimumWidth(px(80))
