"""The code that the form starts from: its picture, its name, and a button that takes it away."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel, QWidget

from studio.job.code import Between, CodeFacts, End, FromCode, FromSeed, codes_of
from studio.ui.codes.blend_words import blend_words
from studio.ui.codes.shelf import Shelf
from studio.ui.form_state import FormState
from studio.ui.form_values import FormValues
from studio.ui.metrics import px
from studio.ui.thumbnail import thumbnail_pixmap
from studio.ui.tokens import GUTTER, TARGET
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.note import Note
from studio.ui.widgets.row import Row
from studio.ui.widgets.state import set_state


class StartRow(Row):
    """Follows the fields `code` and `blend`; shown only while there is one of them and no branch is made."""

    def __init__(self, form: FormState, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Start"), parent, description=self.tr("What takes the place of the noise of the seed.")
        )
        self._form = form
        self._shelf: Shelf | None = None
        self._text = ""
        self._why_not: Callable[[CodeFacts], str] = lambda facts: ""
        self._picture = QLabel()
        self._name = ElidedLabel()
        self._away = IconButton("x", self.tr("Start from the noise of the seed again"))
        self._note = Note()
        self._add_group((self._picture, 0), (self._name, 1), (self._away, 0))
        column = self.layout()
        if column is not None:
            column.addWidget(self._note)
        self._away.clicked.connect(self.take_away)
        form.changed.connect(lambda names: self.refresh() if names & {"code", "blend", "start", "model"} else None)
        self._fit()
        self.refresh()

    def follow(self, shelf: Shelf, why_not: Callable[[CodeFacts], str]) -> None:
        """Take names and pictures from `shelf`; `why_not` says why a code does not fit the model."""
        self._shelf, self._why_not = shelf, why_not
        shelf.changed.connect(self.refresh)

    def take_away(self) -> None:
        """Start from the noise of the seed again."""
        self._form.set(code=None, blend=())

    def text(self) -> str:
        """What the form starts from, "" while it is the noise of the seed."""
        return "" if self.isHidden() else self._text

    def note(self) -> str:
        """What is said about it."""
        return self._note.text()

    def refresh(self) -> None:
        """Show what the form holds now."""
        values = self._form.values
        self.setVisible((values.code is not None or bool(values.blend)) and values.start is None)
        if values.code is None and not values.blend:
            self.set_problem("")
            return
        text = self._words(values.code) if values.code is not None else self.tr("the noise of the seed")
        self._text = text
        self._name.setText(self._short(values.code, text))
        self._name.setAccessibleName(self.tr("Starts from {start}").format(start=text))
        self._picture.setPixmap(self._thumbnail(values.code))
        self._picture.setVisible(not self._picture.pixmap().isNull())
        self._tell(self._problem_of(values.code))
        lies = self.tr("It lies {place}.").format(place=text) if isinstance(values.code, Between) else ""
        told = " ".join(sentence for sentence in (lies, self._mixed(values)) if sentence)
        self._note.setText(told)
        self._note.setVisible(bool(told))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._fit()

    def _fit(self) -> None:
        self._note.setContentsMargins(px(GUTTER), 0, px(GUTTER), px(4))
        self._group.setSpacing(px(8))
        set_state(self._note, "tone", "quiet")

    def _words(self, end: End) -> str:
        if isinstance(end, FromSeed):
            return self.tr("seed {seed}").format(seed=end.seed)
        if isinstance(end, Between):
            text = self.tr("between {first} and {second}, {percent} %")
            percent = f"{100 * end.fraction:.0f}"
            return text.format(first=self._words(end.first), second=self._words(end.second), percent=percent)
        return self._shelf.name(end.code) if self._shelf is not None else end.code[:10]

    def _short(self, end: End | None, text: str) -> str:
        """What has room on the line; where a mixture lies is said in full below it."""
        if not isinstance(end, Between):
            return text
        return self.tr("{percent} % of the way").format(percent=f"{100 * end.fraction:.0f}")

    def _thumbnail(self, end: End | None) -> QPixmap:
        """The picture of the code, of a mixture that of the nearer end; nothing where there is none."""
        while isinstance(end, Between):
            end = end.first if end.fraction < 0.5 else end.second
        card = self._shelf.card(end.code) if self._shelf is not None and isinstance(end, FromCode) else None
        if card is None or card.thumbnail is None:
            return QPixmap()
        edge = px(TARGET)
        return thumbnail_pixmap(card.thumbnail, QSize(edge, edge), self.devicePixelRatioF())

    def _problem_of(self, end: End | None) -> str:
        """Why a picture could not be made of this now, or ""."""
        shelf = self._shelf
        if shelf is None or not shelf.cards:
            return ""
        for code in sorted(codes_of(end)):
            card = shelf.card(code)
            if card is None:
                return self.tr("This code is not on the shelf. Take it away, or open its file.")
            if card.facts is None:
                return card.sentence
            if why := self._why_not(card.facts):
                return why
        return ""

    def _mixed(self, values: FormValues) -> str:
        """The prompts of a blend and how much each counts."""
        if not values.blend:
            return ""
        text = self.tr("Prompts are mixed: {parts}. Typing one takes their place.")
        return text.format(parts=blend_words(values.blend))
