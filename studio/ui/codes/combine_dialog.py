"""A new code of others: their mean, a difference, or an analogy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.job.arithmetic import Arithmetic
from studio.job.code import NAME_MAXIMUM
from studio.job.codes import CodeCard
from studio.job.recipe import checked
from studio.ui.codes.code_words import name_of, summary
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.dialog_buttons import dialog_buttons
from studio.ui.widgets.note import Note
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import ProblemLine, first_refused
from studio.ui.widgets.text_row import TextRow

WIDTH = 440
AMOUNT = 2.0
NAME_SHOWN = 28
LETTERS = ("a", "b", "c")
ROLES = {"mean": 0, "difference": 2, "analogy": 3}
"""How many codes have a role of their own."""


class CombineDialog(QDialog):
    """`wanted(Arithmetic)` asks for the code; the owner then accepts, or says with `refuse` what is wrong."""

    wanted = Signal(object)

    def __init__(self, cards: Sequence[CodeCard], chosen: Sequence[str], parent: QWidget | None = None) -> None:
        """`cards` are all codes that can be used, `chosen` the ids of those that were chosen, in their order."""
        super().__init__(parent)
        self._cards = {card.code: card for card in cards}
        self._chosen = tuple(code for code in chosen if code in self._cards)
        self._own_name = ""
        self.setWindowTitle(self.tr("Combine codes"))
        self.kind = ChoiceRow(self.tr("Result"), self._kinds(), "mean")
        self.roles = tuple(self._role(number) for number in range(len(LETTERS)))
        self.amount = NumberRow(
            self.tr("Amount t"),
            NumberRange(-AMOUNT, AMOUNT, step=0.05, decimals=2),
            1.0,
            description=self.tr("How far to go: 0 is a itself, a minus sign goes the other way."),
        )
        self.name = TextRow(self.tr("Name"), "", check=self._check_name)
        self._formula, self._problem = Note(), ProblemLine()
        self._combine = QPushButton(self.tr("Combine"))
        self._lay_out()
        self._connect()
        self._tell()
        self._combine.setFocus()

    def combine(self) -> None:
        """Ask for the code, unless something is refused."""
        row = first_refused(self)
        if row is not None:
            row.focus_problem()
            return
        self._problem.tell("")
        try:
            name = self.name.value().strip()[:NAME_MAXIMUM]
            work = checked(Arithmetic, kind=self.kind.value(), codes=self._codes(), amount=self._amount(), name=name)
        except InvalidField as problem:
            self.refuse(problem.sentence)
            return
        self._combine.setEnabled(False)
        self.wanted.emit(work)

    def refuse(self, sentence: str) -> None:
        """Say why these codes cannot be combined."""
        self._combine.setEnabled(True)
        self._problem.tell(sentence)
        self._fit()

    def formula(self) -> str:
        """What would be made, in words."""
        return self._formula.text()

    def problem(self) -> str:
        """Why it was refused, or ""."""
        return self._problem.text()

    def _kinds(self) -> list[tuple[str, str, str]]:
        return [
            ("mean", self.tr("Mean"), self.tr("What the codes have in common.")),
            ("difference", self.tr("Difference a - b"), self.tr("What a has and b has not.")),
            ("analogy", self.tr("Analogy a + t (b - c)"), self.tr("a, changed as c would be to become b.")),
        ]

    def _role(self, number: int) -> ChoiceRow:
        choices = [
            (card.code, name_of(card), summary(card.facts) if card.facts else "") for card in self._cards.values()
        ]
        first = self._chosen[min(number, len(self._chosen) - 1)] if self._chosen else None
        row = ChoiceRow(self.tr("Code {letter}").format(letter=LETTERS[number]), choices, first)
        row.value_changed.connect(lambda _: self._tell())
        return row

    def _codes(self) -> tuple[str, ...]:
        count = ROLES[self.kind.value()]
        return tuple(row.value() for row in self.roles[:count]) if count else self._chosen

    def _amount(self) -> float:
        return float(self.amount.value()) if self.kind.value() == "analogy" else 1.0

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(16), 0, px(12))
        column.setSpacing(px(4))
        for row in (self.kind, *self.roles, self.amount, self.name):
            column.addWidget(row)
        notes = QVBoxLayout()
        notes.setContentsMargins(px(GUTTER), px(4), px(GUTTER), px(4))
        notes.addWidget(self._formula)
        column.addLayout(notes)
        column.addWidget(self._problem)
        column.addStretch(1)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        column.addLayout(dialog_buttons(cancel, self._combine))
        self.setMinimumWidth(px(WIDTH))

    def _connect(self) -> None:
        self.kind.value_changed.connect(lambda _: self._tell())
        self.amount.value_changed.connect(lambda _: self._tell())
        self._combine.clicked.connect(self.combine)

    def _tell(self) -> None:
        """What would be made of what; and its name, unless the user has given one."""
        count = ROLES[self.kind.value()]
        for number, row in enumerate(self.roles):
            row.setVisible(number < count)
        self.amount.setVisible(self.kind.value() == "analogy")
        formula = self._words()
        self._formula.setText(self.tr("{formula}. It keeps the length that codes have.").format(formula=formula))
        if self.name.value() in ("", self._own_name):
            self._own_name = formula[:NAME_MAXIMUM]
            self.name.set_value(self._own_name)
            self.name.show_changed(False)
        self._problem.tell("")
        self._fit()

    def _words(self) -> str:
        names = [self._short(code) for code in self._codes()]
        kind = self.kind.value()
        if kind == "mean":
            return self.tr("mean of {names}").format(names=", ".join(names))
        if kind == "difference":
            return f"{names[0]} - {names[1]}"
        amount = self._amount()
        times = "" if abs(amount) == 1.0 else f"{abs(amount):g} "
        return f"{names[0]} {'-' if amount < 0 else '+'} {times}({names[1]} - {names[2]})"

    def _short(self, code: str) -> str:
        name = name_of(self._cards[code])
        return name if len(name) <= NAME_SHOWN else name[: NAME_SHOWN - 1] + "…"

    def _fit(self) -> None:
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(self.width(), self.sizeHint().height())

    def _check_name(self, text: str) -> str:
        if 0 < len(text.strip()) <= NAME_MAXIMUM:
            return ""
        return self.tr("A name has 1 to {most} letters.").format(most=NAME_MAXIMUM)
