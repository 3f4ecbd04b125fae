"""The way up from a picture to its code: DDIM walked from clean to noisy, and recorded like any other process."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from studio.errors import NotFinite
from studio.generation.code_facts import code_facts
from studio.generation.denoising import denoiser_of
from studio.generation.inpainting.ground import Ground, ground_of
from studio.generation.journey import Arrival
from studio.generation.segments import segments
from studio.generation.services import Services, Sources
from studio.generation.small_picture import small
from studio.generation.text_to_image import versions
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.inpaint import FromImage
from studio.job.inversion import Inversion
from studio.models.model import Model
from studio.sampling.inversion import Rise, rise, rising_levels
from studio.sampling.noise import ImageNoise
from studio.sampling.sampler import Step
from studio.trajectory.code_file import Code
from studio.trajectory.record import StepState, TrajectoryHeader


class Ascent:
    """The way up from a picture to its code."""

    def __init__(self, inversion: Inversion, model: Model, services: Services) -> None:
        self.inversion, self.model = inversion, model
        self._rules = services.methods.guidance
        self.grid = segments(inversion.recipe, model.facts.schedule, services.methods)[0].grid
        self.levels = rising_levels(self.grid, model.facts.schedule)
        self.ground, self.latent = _encoded(inversion, model, services.sources)
        self.x, self.residual = self.latent, 0.0
        self._noise = ImageNoise(
            inversion.recipe.seed, model.latent_shape(inversion.recipe.width, inversion.recipe.height)
        )

    @property
    def header(self) -> TrajectoryHeader:
        """What names the record of the way up."""
        model = self.model
        return TrajectoryHeader(
            recipe=self.inversion.way,
            levels=self.levels,
            model_hash=model.facts.hash,
            device=str(model.device),
            dtype=str(model.dtype).removeprefix("torch."),
            versions=versions(),
        )

    @property
    def there_and_back(self) -> tuple[float, ...]:
        """The timesteps up to the code, and from it down again."""
        return tuple(level.timestep for level in (*self.levels, *self.grid.levels[1:]))

    def first(self) -> StepState:
        """The encoded picture, as it is recorded."""
        return StepState(0, self.latent.detach().to("cpu", copy=True), None, self._noise.state)

    def walk(self, cancel: CancelToken) -> Iterator[Arrival]:
        """Go up, and tell of each step; its level is the one that it came from."""
        recipe, model, calls = self.inversion.recipe, self.model, 0

        def before_call() -> None:
            nonlocal calls
            cancel.check()
            calls += 1

        network = self.ground.network(model)
        denoiser = denoiser_of(recipe, model, network, self._rules, before_call)
        for number, level in enumerate(self.levels[1:], start=1):
            denoiser.begin_step()
            came_from = self.levels[number - 1]
            step = rise(self.x, came_from, level, denoiser, self.inversion.refine)
            self._take(step, number)
            yield Arrival(number, came_from, Step(step.x, step.x0, None), calls, None, self._noise)

    def _take(self, step: Rise, number: int) -> None:
        if not bool(torch.isfinite(step.x).all()):
            raise NotFinite(
                f"The inversion came to values that are no numbers at step {number} of {len(self.levels) - 1}, so it "
                "was stopped and nothing was kept. Try less guidance, more steps or less refinement."
            )
        self.x, self.residual = step.x, max(self.residual, step.residual)

    def code(self, source: Image) -> Code:
        """The code that was found, before anything is known of how well it is drawn again."""
        inversion, model = self.inversion, self.model
        recipe, level = inversion.recipe, self.grid.levels[0]
        x = self.x.detach().to("cpu", torch.float32, copy=True).contiguous()
        facts = code_facts(recipe, model, level, x, inversion.name, "inversion", self._told())
        return Code(facts, x, small(source))

    def _told(self) -> str:
        refine = self.inversion.refine
        return f"refine {refine}, residual {self.residual:.1e}" if refine else ""


def _encoded(inversion: Inversion, model: Model, sources: Sources | None) -> tuple[Ground, Tensor]:
    """The picture as image to image would take it: its latent, and how a decoded picture gets its size."""
    start = FromImage(image=inversion.image, strength=1.0)
    ground = ground_of(inversion.recipe.model_copy(update={"start": start}), model, sources)
    assert ground.start is not None
    return ground, ground.start
