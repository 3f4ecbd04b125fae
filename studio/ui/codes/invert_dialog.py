"""How a picture is to be inverted: with which words, in how many steps, how exactly."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.image import Image
from studio.job.code import NAME_MAXIMUM, REFINE_MAXIMUM
from studio.job.inversion import Inversion
from studio.job.recipe import STEPS_MAXIMUM, Guidance, Sampling, checked, recipe
from studio.models.catalog import ModelEntry
from studio.painting.frame import Frame
from studio.sampling.registry import SamplerRegistry
from studio.ui.codes.worked_on import part_for, worked_on
from studio.ui.inpaint.framing import is_exact, suitable
from studio.ui.metrics import px
from studio.ui.panels.prompt_edit import PromptEdit
from studio.ui.thumbnail import thumbnail, thumbnail_pixmap
from studio.ui.tokens import GUTTER
from studio.ui.widgets.dialog_buttons import dialog_buttons
from studio.ui.widgets.note import Note
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.row import Row, first_refused
from studio.ui.widgets.size_row import SizeRow
from studio.ui.widgets.state import plain_tooltip, set_state
from studio.ui.widgets.text_row import TextRow

WIDTH, PICTURE = 440, 96
STEPS, STEPS_ON_SLIDER, SCALE_ON_SLIDER = 50, 200, 10.0
REFINE_OFFERED = 3
SAMPLER = "ddim"


class InvertDialog(QDialog):
    """Enter begins. `wanted(inversion, image)` carries the picture as it is worked on; then the dialog is done."""

    wanted = Signal(object, object)

    def __init__(
        self,
        image: Image,
        name: str,
        words: tuple[str, str],
        entry: ModelEntry,
        samplers: SamplerRegistry,
        parent: QWidget | None = None,
        grid: Sampling | None = None,
    ) -> None:
        """`words` are prompt and negative prompt to begin with, `entry` is the model that will draw the code. `grid`
        has the steps and the spacing that it will be drawn with, if these are known.
        """
        super().__init__(parent)
        self._image, self._entry, self._samplers = image, entry, samplers
        self._grid = grid or Sampling(steps=STEPS)
        self.setWindowTitle(self.tr("Invert a picture"))
        self.name = TextRow(self.tr("Name"), name[:NAME_MAXIMUM] or self.tr("picture"), check=self._check_name)
        self.prompt = PromptEdit(lines=2)
        self.prompt.replace_text(words[0])
        self.prompt.setAccessibleName(self.tr("Prompt"))
        self.prompt.setPlaceholderText(self.tr("What is in the picture? It may be empty."))
        self.negative = PromptEdit(lines=1)
        self.negative.replace_text(words[1])
        self.negative.setAccessibleName(self.tr("Negative prompt"))
        self._make_rows()
        self._warning = Note()
        self._offer = QPushButton(self.tr("Refine each step {times} times").format(times=REFINE_OFFERED))
        self._cost, self._about = Note(), Note()
        self._cancel = QPushButton(self.tr("Cancel"))
        self._invert = QPushButton(self.tr("Invert"))
        self._lay_out()
        self._connect()
        self._tell()
        self._invert.setFocus()

    def invert(self) -> None:
        """Begin, unless something is refused: then that is marked and gets the keyboard."""
        row = first_refused(self)
        if row is not None:
            row.focus_problem()
            return
        image = worked_on(self._image, self.size_row.value())
        try:
            inversion = self._inversion(image)
        except InvalidField as problem:
            self._mark(problem)
            return
        self.wanted.emit(inversion, image)
        self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # In the prompt Enter begins a line; with Ctrl it begins everywhere, as in the window.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and (
            event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.invert()
        else:
            super().keyPressEvent(event)

    def _make_rows(self) -> None:
        self.steps = NumberRow(
            self.tr("Steps"),
            NumberRange(1, STEPS_MAXIMUM, slider_maximum=STEPS_ON_SLIDER),
            self._grid.steps,
            description=self.tr("Twice as many lose about half as much."),
        )
        self.guidance = NumberRow(
            self.tr("Guidance"),
            NumberRange(0.0, 100.0, step=0.5, decimals=1, slider_maximum=SCALE_ON_SLIDER),
            1.0,
            spoken=self.tr("Guidance scale"),
            description=self.tr("At 1 the way back is exact but for the steps."),
        )
        self.refine = NumberRow(
            self.tr("Refine"),
            NumberRange(0, REFINE_MAXIMUM),
            0,
            spoken=self.tr("Refine each step"),
            description=self.tr("How often each step is repeated to come nearer. Each costs as much as a step."),
        )
        size = suitable((self._image.width, self._image.height), self._entry.native_size)
        self.size_row = SizeRow(size)
        self.size_row.set_presets([(self.tr("As suits the model"), *size)], size)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(16), 0, px(12))
        column.setSpacing(px(4))
        column.addLayout(self._head())
        column.addWidget(self.name)
        column.addWidget(self._worded(self.tr("Prompt"), self.prompt))
        negative = self._worded(self.tr("Negative prompt"), self.negative)
        negative.setVisible(bool(self.negative.toPlainText()))
        column.addWidget(negative)
        for row in (self.size_row, self.steps, self.guidance, self.refine):
            column.addWidget(row)
        notes = QVBoxLayout()
        notes.setContentsMargins(px(GUTTER), px(8), px(GUTTER), px(12))
        notes.setSpacing(px(8))
        set_state(self._warning, "tone", "warning")
        notes.addWidget(self._warning)
        notes.addWidget(self._offer, 0, Qt.AlignmentFlag.AlignLeft)
        notes.addWidget(self._cost)
        column.addLayout(notes)
        column.addStretch(1)
        self._invert.setToolTip(plain_tooltip(self.tr("Walk from the picture to its code, and draw it again"), "Enter"))
        column.addLayout(dialog_buttons(self._cancel, self._invert))
        self.setMinimumWidth(px(WIDTH))

    def _worded(self, words: str, editor: PromptEdit) -> QWidget:
        box, title = QWidget(), QLabel(words)
        column = QVBoxLayout(box)
        column.setContentsMargins(px(GUTTER), px(8), px(GUTTER), px(4))
        column.setSpacing(px(4))
        title.setBuddy(editor)
        set_state(title, "tone", "quiet")
        column.addWidget(title)
        column.addWidget(editor)
        return box

    def _head(self) -> QHBoxLayout:
        picture = QLabel()
        edge = px(PICTURE)
        small = thumbnail(self._image)
        picture.setPixmap(thumbnail_pixmap(small, QSize(edge, edge), self.devicePixelRatioF()))
        picture.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        picture.setAccessibleName(self.tr("The picture to be inverted"))
        words = QVBoxLayout()
        words.setSpacing(px(4))
        heading = QLabel(self.tr("Find the code that draws this picture"))
        heading.setProperty("role", "heading")
        heading.setWordWrap(True)
        words.addWidget(heading)
        words.addWidget(self._about)
        words.addStretch(1)
        line = QHBoxLayout()
        line.setContentsMargins(px(GUTTER), 0, px(GUTTER), px(4))
        line.setSpacing(px(12))
        line.addWidget(picture)
        line.addLayout(words, 1)
        return line

    def _connect(self) -> None:
        for row in (self.steps, self.guidance, self.refine, self.size_row):
            row.value_changed.connect(lambda _: self._tell())
        self._offer.clicked.connect(lambda: self._refine(REFINE_OFFERED))
        self._invert.clicked.connect(self.invert)
        self._cancel.clicked.connect(self.reject)

    def _refine(self, times: int) -> None:
        self.refine.set_value(times)
        self._tell()

    def _tell(self) -> None:
        """What this costs, and what guidance does to it."""
        steps, refine = int(self.steps.value()), int(self.refine.value())
        text = self.tr("{steps} steps up to the code and {steps} down again: {calls} calls of the network.")
        self._cost.setText(text.format(steps=steps, calls=steps * (refine + 2)))
        guided = float(self.guidance.value()) > 1.0
        refined = self.tr("Above guidance 1 the inversion is only approximate; the residual tells how near it came.")
        plain = self.tr("Above guidance 1 the inversion is only approximate. Use 1, or refine each step.")
        self._warning.setText(refined if refine else plain)
        self._warning.setVisible(guided)
        self._offer.setVisible(guided and not refine)
        self._about.setText(self._size_words())
        layout = self.layout()
        if layout is not None:
            layout.activate()
        self.resize(self.width(), self.sizeHint().height())

    def _size_words(self) -> str:
        """How the picture fits the size that it is worked at."""
        own, size = (self._image.width, self._image.height), self.size_row.value()
        text = self.tr("{width} by {height} pixels, for the model '{model}'.")
        told = text.format(width=own[0], height=own[1], model=self._entry.name)
        if is_exact(Frame.whole(*own), size):
            return told
        if part_for(own, size) == Frame.whole(*own):
            how = self.tr("It is scaled to {width} by {height}.")
        else:
            how = self.tr("Its middle is scaled to {width} by {height}.")
        return f"{told} {how.format(width=size[0], height=size[1])}"

    def _inversion(self, image: Image) -> Inversion:
        """What is to be done. Raises `InvalidField`."""
        width, height = self.size_row.value()
        wanted = recipe(
            model=self._entry.name,
            prompt=self.prompt.toPlainText(),
            negative_prompt=self.negative.toPlainText(),
            width=width,
            height=height,
            sampling=self._sampling(),
            guidance=checked(Guidance, scale=float(self.guidance.value())),
        )
        refine = int(self.refine.value())
        return checked(Inversion, recipe=wanted, image=image.id, refine=refine, name=self.name.value().strip())

    def _sampling(self) -> Sampling:
        """The steps of the form. A list of timesteps goes with its own number of them alone."""
        options, steps = self._samplers.get(SAMPLER).info.resolve({}), int(self.steps.value())
        listed = self._grid.timesteps is not None
        grid = Sampling() if listed and steps != self._grid.steps else self._grid
        return checked(
            Sampling, sampler=SAMPLER, options=options, steps=steps, spacing=grid.spacing, timesteps=grid.timesteps
        )

    def _mark(self, problem: InvalidField) -> None:
        rows: dict[str, Row] = {"name": self.name, "steps": self.steps, "scale": self.guidance, "refine": self.refine}
        row = rows.get(problem.field, self.size_row)
        row.set_problem(problem.sentence)
        row.focus_problem()

    def _check_name(self, text: str) -> str:
        if 0 < len(text.strip()) <= NAME_MAXIMUM:
            return ""
        return self.tr("A name has 1 to {most} letters.").format(most=NAME_MAXIMUM)
