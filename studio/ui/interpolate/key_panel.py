"""The chosen key in the left pane: where it starts, its words and guidance, and the way to the next one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from studio.job.code import Blend, FromCode, FromSeed
from studio.job.track import FRAMES_MAXIMUM
from studio.sampling.easing import EASINGS
from studio.ui.codes.blend_words import blend_words
from studio.ui.codes.shelf import Shelf
from studio.ui.interpolate.key_words import easing_words, key_name
from studio.ui.interpolate.track_state import TrackState
from studio.ui.metrics import px
from studio.ui.panels.prompt_edit import PromptEdit
from studio.ui.thumbnail import thumbnail_pixmap
from studio.ui.tokens import GUTTER
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.note import Note
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.seed_row import SeedRow

THUMBNAIL = 40
ON_SLIDER = 96
SCALE_MAXIMUM = 30.0


class KeyPanel(QWidget):
    """Edits the key and the segment that are chosen."""

    def __init__(self, state: TrackState, shelf: Shelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state, self._shelf = state, shelf
        self._shows = False
        self._typing = ("", 0)
        self._heading = QLabel()
        self._heading.setProperty("role", "heading")
        self._picture, self._source = QLabel(), ElidedLabel()
        self._source.setProperty("role", "secondary")
        self._before = IconButton("chevron-left", self.tr("Key before"))
        self._after = IconButton("chevron-right", self.tr("Key after"))
        self._mixed = Note()
        self._unmix = IconButton("x", self.tr("Use the words below instead"))
        self._prompt = self._editor(self.tr("Prompt of this key"), self.tr("What should this key show?"), 3)
        self._negative = self._editor(self.tr("Negative prompt of this key"), self.tr("Keep away from …"), 2)
        self._seed = SeedRow()
        self._scale = NumberRow(
            self.tr("Guidance"), NumberRange(1.0, SCALE_MAXIMUM, step=0.5, decimals=1), 5.0,
            spoken=self.tr("Guidance of this key"), description=self.tr("How closely the picture follows the words."),
        )  # fmt: skip
        self._frames = NumberRow(
            self.tr("To the next"), NumberRange(1, FRAMES_MAXIMUM, slider_maximum=ON_SLIDER), 24,
            spoken=self.tr("Frames to the next key"), description=self.tr("Frames from this key to the next one."),
        )  # fmt: skip
        easings = [(name, easing_words(name), "") for name in EASINGS]
        self._easing = ChoiceRow(self.tr("Easing"), easings, description=self.tr("How the walk to the next key moves."))
        self._lay_out()
        self._connect()
        self._refresh()

    def type_prompt(self, text: str) -> None:
        """Give the chosen key other words."""
        self._prompt.replace_text(text)

    def mixed(self) -> str:
        """What is said of the prompts that the chosen key mixes, "" while it has words of its own."""
        return self._mixed.text()

    def _editor(self, name: str, placeholder: str, lines: int) -> PromptEdit:
        editor = PromptEdit(lines=lines)
        editor.setAccessibleName(name)
        editor.setPlaceholderText(placeholder)
        return editor

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(px(GUTTER), px(8), px(4), 0)
        head.addWidget(self._heading, 1)
        head.addWidget(self._before)
        head.addWidget(self._after)
        source = QHBoxLayout()
        source.setContentsMargins(px(GUTTER), px(4), px(GUTTER), px(4))
        source.setSpacing(px(8))
        source.addWidget(self._picture)
        source.addWidget(self._source, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, px(4))
        column.setSpacing(px(4))
        column.addLayout(head)
        column.addLayout(source)
        mixed = QHBoxLayout()
        mixed.setContentsMargins(px(GUTTER), 0, px(4), 0)
        mixed.setSpacing(px(4))
        mixed.addWidget(self._mixed, 1)
        mixed.addWidget(self._unmix, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(mixed)
        for editor in (self._prompt, self._negative):
            margin = QHBoxLayout()
            margin.setContentsMargins(px(GUTTER), 0, px(GUTTER), 0)
            margin.addWidget(editor)
            column.addLayout(margin)
        for row in (self._seed, self._scale, self._frames, self._easing):
            column.addWidget(row)
        self._seed.set_locked(True)

    def _connect(self) -> None:
        state = self._state
        state.changed.connect(self._refresh)
        state.chosen_changed.connect(self._refresh)
        self._shelf.changed.connect(self._refresh)
        self._before.clicked.connect(lambda: state.choose(state.key - 1))
        self._after.clicked.connect(lambda: state.choose(state.key + 1))
        self._unmix.clicked.connect(lambda: self._edit("blend", ()))
        self._prompt.textChanged.connect(lambda: self._edit("prompt", self._prompt.toPlainText()))
        self._negative.textChanged.connect(lambda: self._edit("negative_prompt", self._negative.toPlainText()))
        self._scale.value_changed.connect(lambda scale: self._edit("scale", float(scale)))
        self._seed.value_changed.connect(lambda seed: self._edit("end", FromSeed(seed=seed)))
        self._frames.value_changed.connect(lambda frames: self._edit_segment(frames=int(frames)))
        self._easing.value_changed.connect(lambda easing: self._edit_segment(easing=easing))

    def _edit(self, name: str, value: Any) -> None:
        key = self._state.chosen
        if key is None or self._shows:
            return
        typed = name in ("prompt", "negative_prompt")
        # Words of one's own take the place of those that were mixed.
        changes = {name: value, "blend": ()} if typed else {name: value}
        plan = self._state.plan.with_changed_key(self._state.key, replace(key, **changes))
        self._state.change(plan, joined=typed and self._typing == (name, self._state.key))
        self._typing = (name, self._state.key) if typed else ("", 0)

    def _edit_segment(self, **changes: Any) -> None:
        if self._state.plan.keys and not self._shows:
            self._state.change(self._state.plan.with_segment(self._state.key, **changes))

    def _refresh(self) -> None:
        """Show what is chosen."""
        self._shows = True
        state, plan, key = self._state, self._state.plan, self._state.chosen
        self.setEnabled(key is not None)
        if key is None:
            self._heading.setText(self.tr("No keys yet"))
            self._source.setText(self.tr("Drop codes or pictures on the track."))
            self._picture.hide()
            self._show_blend(())
        else:
            heading = self.tr("Key {key} of {keys}").format(key=state.key + 1, keys=len(plan.keys))
            self._heading.setText(heading)
            self._source.setText(key_name(key, self._shelf.name))
            self._show_blend(key.blend)
            self._show_text(self._prompt, key.prompt)
            self._show_text(self._negative, key.negative_prompt)
            self._scale.set_value(key.scale)
            self._show_end(key.end)
            self._show_segment()
        self._before.setEnabled(state.key > 0)
        self._after.setEnabled(state.key + 1 < len(plan.keys))
        self._shows = False

    def _show_blend(self, blend: Blend) -> None:
        text = self.tr("Prompts are mixed: {parts}. Typing takes their place.").format(parts=blend_words(blend))
        self._mixed.setText(text if blend else "")
        for part in (self._mixed, self._unmix):
            part.setVisible(bool(blend))

    def _show_end(self, end: FromSeed | FromCode) -> None:
        self._seed.setVisible(isinstance(end, FromSeed))
        card = self._shelf.card(end.code) if isinstance(end, FromCode) else None
        small = card.thumbnail if card is not None else None
        self._picture.setVisible(small is not None)
        if small is not None:
            size = QSize(px(THUMBNAIL), px(THUMBNAIL))
            self._picture.setPixmap(thumbnail_pixmap(small, size, self.devicePixelRatioF()))
        if isinstance(end, FromSeed) and self._seed.value() != end.seed:
            self._seed.set_value(end.seed)

    def _show_segment(self) -> None:
        plan, number = self._state.plan, self._state.key
        leads = number < len(plan.used)
        for row in (self._frames, self._easing):
            row.setVisible(leads and not plan.as_sheet)
        if leads:
            segment = plan.segments[number]
            self._frames.set_value(segment.frames)
            self._easing.set_value(segment.easing)
            self._easing.hold(self.tr("Even spacing sets the pace itself.") if plan.even else "")

    @staticmethod
    def _show_text(editor: QPlainTextEdit, text: str) -> None:
        if editor.toPlainText() != text:
            editor.setPlainText(text)
