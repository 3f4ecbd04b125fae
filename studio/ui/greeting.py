"""The first minute of every start: the canvas shows the noise of the next run and says what to press."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from studio import paths
from studio.errors import InvalidField
from studio.image import Image
from studio.job.event import ModelStatus
from studio.job.preview import FirstNoise
from studio.job.recipe import Recipe
from studio.ui.canvas.canvas import Canvas
from studio.ui.form_state import FormState
from studio.ui.picture_files import load_image
from studio.worker.job_queue import JobQueue

STARTER = "starter"
SHIPPED = (STARTER, 7, 128, 128)
# What decides about the noise and the words; a slider that is dragged asks once, when it rests.
NOISE_FIELDS = frozenset({"code", "model", "seed", "width", "height", "sampler", "spacing", "timesteps", "steps"})
REST_MS = 150


class Greeting(QObject):
    """Follows the form until the first picture takes its place; then it is over for this start.

    The noise of the very first start comes with the program. Any other needs the model, so it appears once the model
    is ready; until then there are the words alone.
    """

    def __init__(self, canvas: Canvas, form: FormState, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._canvas, self._form, self._queue = canvas, form, queue
        self._over = False
        self._held = False
        self._ready = False
        self._instead: tuple[str, ...] = ()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask)
        form.changed.connect(self._follow)
        queue.model_status.connect(self._model_ready)
        queue.first_noise.connect(self._drawn)
        self._greet()

    def end(self) -> None:
        """A run was accepted, or another picture is shown: no words of the greeting are true any more."""
        if self._over:
            return
        self._over = True
        self._rest.stop()
        if self._held:
            return
        if self._canvas.picture() is None:
            self._canvas.greet(self.tr("In a moment the noise becomes a picture."))
        else:
            self._canvas.greet("")

    def hold(self, held: bool) -> None:
        """Say nothing while the canvas is used for something else."""
        self._held = held

    def say_instead(self, *sentences: str) -> None:
        """Say these one or two sentences, where Generate is not what is pressed first; without any the usual ones."""
        self._instead = sentences
        if self._held:
            return
        if not self._over:
            self._greet()
        elif self._canvas.picture() is None:
            self._canvas.clear()
            if sentences:
                self._canvas.greet(*sentences)

    def greet_again(self) -> None:
        """The canvas is free again, and nothing was shown on it yet."""
        if self._over:
            self._canvas.clear()
            return
        self._greet()
        if self._ready:
            self._ask()

    def _follow(self, names: frozenset[str]) -> None:
        if not self._over and not self._held and names & NOISE_FIELDS:
            self._greet()
            if self._ready:
                self._rest.start()

    def _model_ready(self, status: ModelStatus) -> None:
        self._ready = not status.sentence
        if self._ready and not self._over and not self._held:
            self._ask()

    def _ask(self) -> None:
        recipe = self._recipe()
        if recipe is not None and not self._is_shipped():
            self._queue.show_first_noise(recipe)

    def _drawn(self, noise: FirstNoise) -> None:
        wanted = self._recipe()
        if not self._over and not self._held and wanted is not None and _noise_of(noise.recipe) == _noise_of(wanted):
            self._show(noise.image)

    def _greet(self) -> None:
        shipped = paths.resources() / "first" / "noise-7.png"
        if self._is_shipped() and shipped.is_file():
            self._show(load_image(shipped))
        elif not self._ready:
            self._canvas.clear()
            code = self._form.values.code is not None
            seed = self.tr("Press Generate to watch the noise of seed {seed} become a picture.")
            self._say(self.tr("Press Generate to watch the code become a picture.") if code else seed)
        else:
            # The noise of a moment ago stays until the next one is drawn: rolling the dice must not flicker.
            self._say(self._sentence())

    def _show(self, image: Image) -> None:
        values = self._form.values
        caption = self.tr("Step 0 of {steps}, x").format(steps=values.steps)
        self._canvas.show_image(image, caption, size=(values.width, values.height))
        self._say(self._sentence())

    def _sentence(self) -> str:
        if self._form.values.code is not None:
            return self.tr("Step 0 of {steps}: the code. Press Generate to watch it become a picture.")
        return self.tr("Step 0 of {steps}: the noise of seed {seed}. Press Generate to watch it become a picture.")

    def _say(self, sentence: str) -> None:
        if self._instead:
            self._canvas.greet(*self._instead)
            return
        values = self._form.values
        kind = self.tr("The starter model is built in. Nothing is downloaded.") if values.model == STARTER else ""
        self._canvas.greet(sentence.format(steps=values.steps, seed=values.seed), kind)

    def _is_shipped(self) -> bool:
        values = self._form.values
        if values.code is not None:
            return False
        return (values.model, values.seed, values.width, values.height) == SHIPPED

    def _recipe(self) -> Recipe | None:
        """What would run if Generate were pressed now, or None as long as a field is refused."""
        try:
            return self._form.recipes()[0]
        except InvalidField:
            return None


def _noise_of(recipe: Recipe) -> tuple[object, ...]:
    """What decides about the noise: the prompt does not."""
    return recipe.model, recipe.seed, recipe.start, recipe.width, recipe.height, recipe.sampling
