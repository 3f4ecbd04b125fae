"""What came of an inversion: the picture beside what its code draws, what was lost, and what to do with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from studio.job.inversion import Inversion, Inverted
from studio.ui.codes.invert_dialog import REFINE_OFFERED
from studio.ui.codes.inverted_words import measured
from studio.ui.compare.compare_view import CompareView, Mode
from studio.ui.compare.comparison import compared
from studio.ui.metrics import px
from studio.ui.qimage import to_qimage
from studio.ui.tokens import GUTTER, TARGET
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.note import Note
from studio.ui.widgets.state import plain_tooltip, set_state

WIDTH, HEIGHT, SIDE = 760, 520, 272


class InvertedDialog(QDialog):
    """Comes without taking the keyboard. `start_requested(code)`, `way_requested(trajectory)` and
    `again_requested(refine)` are the buttons' clicks."""

    start_requested = Signal(str)
    way_requested = Signal(str)
    again_requested = Signal(int)

    def __init__(
        self, inversion: Inversion, found: Inverted, notices: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._inversion, self._found, self._notices = inversion, found, notices
        self._apart = compared(found.source, found.reconstruction)
        self.setWindowTitle(self.tr("Inversion of {name}").format(name=found.facts.name))
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.view = CompareView()
        self._ways: dict[Mode, QToolButton] = {
            "split": self._way(self.tr("Split"), self.tr("Both, with a border to drag")),
            "a": self._way("A", self.tr("Only the picture")),
            "b": self._way("B", self.tr("Only what the code draws")),
            "difference": self._way(self.tr("Difference"), self.tr("Where they differ, made stronger")),
        }
        self._told = ElidedLabel()
        self.start = QPushButton(self.tr("Start from this code"))
        self.way = QPushButton(self.tr("Show the way"))
        self.again = QPushButton(self.tr("Refine and invert again"))
        self._lay_out()
        self._connect()
        self.choose("split")

    def choose(self, mode: Mode) -> None:
        """Show the two pictures in that way."""
        self.view.set_mode(mode)
        self._ways[mode].setChecked(True)
        text = self._difference_words() if mode == "difference" else self.tr("A the picture, B drawn from its code")
        self._told.setText(text)
        self.view.setAccessibleDescription(text)

    def told(self) -> str:
        """What is said below the pictures."""
        return self._told.text()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.view.fit()

    def _way(self, text: str, meaning: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setCheckable(True)
        button.setProperty("kind", "text")
        button.setAccessibleName(meaning)
        button.setToolTip(plain_tooltip(meaning))
        button.setMinimumHeight(px(TARGET))
        return button

    def _lay_out(self) -> None:
        source, drawn = to_qimage(self._found.source), to_qimage(self._found.reconstruction)
        apart = to_qimage(self._apart.picture) if self._apart is not None else None
        self.view.setAccessibleName(self.tr("The picture and what its code draws"))
        self.view.show_pair(source, drawn, apart, source.size())
        tools = QHBoxLayout()
        tools.setContentsMargins(px(8), px(4), px(12), 0)
        tools.setSpacing(px(4))
        group = QButtonGroup(self)
        for button in self._ways.values():
            group.addButton(button)
            tools.addWidget(button)
        tools.addStretch(1)
        self._told.setProperty("role", "secondary")
        self._told.setContentsMargins(px(GUTTER), px(4), px(GUTTER), px(8))
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.view, 1)
        left.addLayout(tools)
        left.addWidget(self._told)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addLayout(left, 1)
        line.addWidget(self._side())
        self.resize(px(WIDTH), px(HEIGHT))

    def _side(self) -> QWidget:
        numbers = QWidget()
        column = QVBoxLayout(numbers)
        column.setContentsMargins(px(GUTTER), px(16), px(GUTTER), px(8))
        column.setSpacing(px(12))
        heading = QLabel(self._found.facts.name)
        heading.setTextFormat(Qt.TextFormat.PlainText)
        heading.setProperty("role", "heading")
        heading.setWordWrap(True)
        column.addWidget(heading)
        for title, number, meaning in measured(self._inversion, self._found):
            column.addLayout(_number(title, number, meaning))
        for notice in self._notices:
            note = Note()
            note.setText(notice)
            set_state(note, "tone", "warning")
            column.addWidget(note)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(numbers)
        buttons = QVBoxLayout()
        buttons.setContentsMargins(px(GUTTER), px(8), px(GUTTER), px(12))
        buttons.setSpacing(px(8))
        for button in (self.start, self.way, self.again):
            buttons.addWidget(button)
        side = QWidget()
        side.setProperty("surface", "panel")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side.setFixedWidth(px(SIDE))
        whole = QVBoxLayout(side)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(scroll, 1)
        whole.addLayout(buttons)
        return side

    def _connect(self) -> None:
        for mode, button in self._ways.items():
            button.clicked.connect(lambda _=False, mode=mode: self.choose(mode))
        self.start.setProperty("kind", "primary")
        self.start.setDefault(True)
        self.start.setToolTip(plain_tooltip(self.tr("Bring code and prompt into the form; then change the words.")))
        self.start.clicked.connect(self._start)
        self.way.setEnabled(bool(self._found.way))
        there = self.tr("The steps from the picture to its code, in the timeline")
        self.way.setToolTip(plain_tooltip(there if self._found.way else self.tr("The steps were not kept.")))
        self.way.clicked.connect(self._show_way)
        guided = self._inversion.recipe.guidance.scale > 1.0
        self.again.setVisible(guided and not self._inversion.refine)
        text = self.tr("Repeat each step {times} times, so that the way back is the way up")
        self.again.setToolTip(plain_tooltip(text.format(times=REFINE_OFFERED)))
        self.again.clicked.connect(self._again)

    def _start(self) -> None:
        self.accept()
        self.start_requested.emit(self._found.code)

    def _show_way(self) -> None:
        """It is shown in the window behind, so this one goes."""
        self.accept()
        self.way_requested.emit(self._found.way)

    def _again(self) -> None:
        self.accept()
        self.again_requested.emit(REFINE_OFFERED)

    def _difference_words(self) -> str:
        apart = self._apart
        if apart is None:
            return self.tr("The pictures have different sizes, so there is no difference to show.")
        if apart.same:
            return self.tr("The pictures are the same, pixel by pixel.")
        strength = self.tr("Shown {factor} times as strong.") if apart.factor > 1 else self.tr("Shown as it is.")
        text = self.tr("Largest difference {largest} of 255, mean {mean}.")
        numbers = text.format(largest=apart.largest, mean=f"{apart.mean:.2f}")
        return f"{strength.format(factor=apart.factor)} {numbers}"


def _number(title: str, number: str, meaning: str) -> QVBoxLayout:
    """A number with its title above what it means."""
    line = QHBoxLayout()
    line.setSpacing(px(8))
    name, value = QLabel(title), QLabel(number)
    value.setProperty("role", "heading")
    value.setAlignment(Qt.AlignmentFlag.AlignRight)
    name.setBuddy(value)
    line.addWidget(name, 1)
    line.addWidget(value)
    note = Note()
    note.setText(meaning)
    column = QVBoxLayout()
    column.setSpacing(px(2))
    column.addLayout(line)
    column.addWidget(note)
    return column
