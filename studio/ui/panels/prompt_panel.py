"""Prompt and negative prompt, with what the model makes of them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from studio.ui.first_paint import FirstPaint
from studio.ui.form_state import FormState
from studio.ui.form_values import FormValues
from studio.ui.metrics import px
from studio.ui.panels.prompt_edit import PromptEdit
from studio.ui.prompt_reading import PromptReading
from studio.ui.tokens import GUTTER
from studio.ui.widgets.section import Section
from studio.ui.widgets.state import plain_tooltip, set_state

EXAMPLES_SHOWN = 8
# Who walks through the models with the arrow keys opens only the last one.
OPEN_SOON_MS = 60


class PromptPanel(QWidget):
    """Edits the fields `prompt` and `negative_prompt`, and tells what the model reads of them."""

    def __init__(self, form: FormState, reading: PromptReading, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._reading = reading
        self._examples_asked = 0
        self._prompt = PromptEdit(reading.complete)
        self._prompt.setAccessibleName(self.tr("Prompt"))
        self._prompt.setPlaceholderText(self.tr("What should the picture show?"))
        self._negative = PromptEdit(lines=2)
        self._negative.setAccessibleName(self.tr("Negative prompt"))
        self._negative.setPlaceholderText(self.tr("What should it keep away from?"))
        self._count, self._cut, self._kind_note = (self._note() for _ in range(3))
        self._kind_note.setText(
            self.tr("This model draws emoji: one thing, in 3d, flat or cartoon style, on a colour.")
        )
        self._examples = self._examples_button()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(OPEN_SOON_MS)
        # The window is painted first: opening a model takes a moment.
        self._painted = False
        FirstPaint(self).painted.connect(self._begin_reading)
        self._soon.timeout.connect(self._open_model)
        self._negative_section = Section(self.tr("Negative prompt"), folded=not form.values.negative_prompt)
        self._lay_out()
        self._prompt.textChanged.connect(lambda: form.set(prompt=self._prompt.toPlainText()))
        self._negative.textChanged.connect(lambda: form.set(negative_prompt=self._negative.toPlainText()))
        form.changed.connect(self._show)
        self._show(frozenset(FormValues.__dataclass_fields__))

    def focus_prompt(self) -> None:
        """Put the cursor into the prompt and select it."""
        self._prompt.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._prompt.selectAll()

    def editor(self) -> PromptEdit:
        """The field of the prompt."""
        return self._prompt

    def note(self) -> str:
        """What is said about tokens that are not read, or ""."""
        return self._cut.text()

    def _note(self) -> QLabel:
        label = QLabel()
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setProperty("role", "secondary")
        return label

    def _examples_button(self) -> QPushButton:
        button = QPushButton(self.tr("Examples"))
        button.setProperty("kind", "link")
        button.setProperty("opens", "menu")
        button.setToolTip(plain_tooltip(self.tr("Prompts that this model draws well")))
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self._fill_examples(menu))
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(px(8))
        line.addWidget(self._count, 1)
        line.addWidget(self._examples)
        body = QVBoxLayout()
        body.setContentsMargins(px(GUTTER), px(12), px(GUTTER), px(4))
        body.setSpacing(px(4))
        heading = QLabel(self.tr("Prompt"))
        heading.setBuddy(self._prompt)
        set_state(heading, "tone", "quiet")
        for widget in (heading, self._prompt):
            body.addWidget(widget)
        body.addLayout(line)
        body.addWidget(self._cut)
        body.addWidget(self._kind_note)
        framed = QWidget()
        inner = QVBoxLayout(framed)
        inner.setContentsMargins(px(GUTTER), 0, px(GUTTER), px(4))
        inner.addWidget(self._negative)
        self._negative_section.add(framed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(body)
        column.addWidget(self._negative_section)

    def _fill_examples(self, menu: QMenu) -> None:
        """Other examples each time the menu is opened."""
        menu.clear()
        for prompt in self._reading.examples(EXAMPLES_SHOWN, self._examples_asked):
            action = menu.addAction(prompt.replace("&", "&&"))
            action.triggered.connect(lambda _=False, prompt=prompt: self._prompt.replace_text(prompt))
        self._examples_asked += 1

    def _show(self, names: frozenset[str]) -> None:
        values = self._form.values
        if "prompt" in names:
            _put(self._prompt, values.prompt)
        if "negative_prompt" in names:
            _put(self._negative, values.negative_prompt)
            if values.negative_prompt:
                self._negative_section.set_folded(False)
        if "model" in names:
            self._take_model()
        if names & {"prompt", "negative_prompt"}:
            self._tell_tokens()

    def _take_model(self) -> None:
        self._reading.choose(self._form.values.model)
        self._examples.setVisible(self._reading.knows_words)
        self._kind_note.setVisible(self._reading.knows_words)
        if self._painted:
            self._soon.start()

    def _begin_reading(self) -> None:
        self._painted = True
        self._soon.start()

    def _open_model(self) -> None:
        self._reading.open()
        self._tell_tokens()

    def _tell_tokens(self) -> None:
        values = self._form.values
        counted = self._reading.count(values.prompt)
        self._count.setText(
            self.tr("{used}/{limit} tokens").format(used=counted.used, limit=counted.limit) if counted else ""
        )
        sentences = [
            self._cut_sentence(values.prompt, self.tr("Words after '{word}' are not read by this model.")),
            self._cut_sentence(
                values.negative_prompt, self.tr("In the negative prompt, words after '{word}' are not read.")
            ),
        ]
        cut = " ".join(filter(None, sentences))
        self._cut.setText(cut)
        self._cut.setVisible(bool(cut))
        set_state(self._cut, "tone", "warning")
        set_state(self._count, "tone", "warning" if cut else "")

    def _cut_sentence(self, text: str, sentence: str) -> str:
        counted = self._reading.count(text)
        if counted is None or counted.cut_from is None:
            return ""
        return sentence.format(word=counted.last_kept_word)


def _put(editor: PromptEdit, text: str) -> None:
    """Show what the form holds, without telling the form again."""
    if editor.toPlainText() != text:
        with QSignalBlocker(editor):
            editor.replace_text(text)
