"""The state that a recipe starts from when it names codes instead of the noise of its seed."""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from studio.errors import InvalidField
from studio.generation.reverse_process import start_deviation
from studio.generation.services import Codes
from studio.job.code import CodeFacts, End, FromCode, FromSeed, codes_of
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.interpolation import METHODS, linear
from studio.sampling.noise import ImageNoise
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.code_file import Code

# Levels whose log-SNR differ by less count as one.
SAME_LEVEL = 1e-6


class CodeStart:
    """Finds the codes of one start and checks that `model` can draw them at `level`, the first of the run.

    A start from seeds alone needs no `codes`. Raises `InvalidField` with a sentence for a code of another model or
    size, `RefusedFile` for one that is not here.
    """

    def __init__(
        self, start: End, level: NoiseLevel, model: Model, shape: tuple[int, int, int], codes: Codes | None
    ) -> None:
        self._start, self._level, self._model, self._shape = start, level, model, shape
        self._codes = {} if codes is None else {name: codes.find(name) for name in sorted(codes_of(start))}
        for code in self._codes.values():
            self._check(code)

    def state(self) -> Tensor:
        """The state of shape (1, C, h, w), float32 on the CPU."""
        deviation = start_deviation(self._level)
        return self.noise() * deviation if self.is_noise else self._state(self._start, deviation)

    @property
    def is_noise(self) -> bool:
        """Whether all of it is noise of deviation 1, of seeds or of codes that fit every schedule."""
        return all(code.facts.any_schedule for code in self._codes.values())

    def noise(self) -> Tensor:
        """The same state before it is brought to a level; only where it is noise."""
        return self._state(self._start, 1.0)

    def notices(self) -> Iterator[str]:
        """What the user should know of how the codes fit."""
        for code in self._codes.values():
            facts = code.facts
            if not facts.any_schedule and apart(facts.alpha, facts.sigma, self._level):
                yield (
                    f"The code '{facts.name}' lies at level {facts.timestep:g} and this run begins at "
                    f"{self._level.timestep:g}, so the picture differs. {_advice(facts)}"
                )

    def _state(self, end: End, deviation: float) -> Tensor:
        if isinstance(end, FromSeed):
            return ImageNoise(end.seed, self._shape).draw() * deviation
        if isinstance(end, FromCode):
            code = self._codes[end.code]
            # What a seed gave is noise of deviation 1 whatever the schedule; what an inversion gave is used as it is.
            return code.x * deviation if code.facts.any_schedule else code.x
        return METHODS[end.method](self._state(end.first, deviation), self._state(end.second, deviation), end.fraction)

    def _check(self, code: Code) -> None:
        facts, model = code.facts, self._model.facts
        if facts.shape != self._shape:
            raise InvalidField(
                "start",
                f"The code '{facts.name}' is of {facts.width} by {facts.height} pixels. Use that size, or another.",
            )
        if facts.model_hash and facts.model_hash != model.hash:
            raise InvalidField(
                "start",
                f"The code '{facts.name}' is of the model '{facts.model}' with other weights. Choose that model.",
            )


def blended(model: Model, recipe: Recipe) -> tuple[Tensor, Tensor]:
    """The conditionings of prompt and negative prompt, each (1, tokens, d), those of a blend weighted and added."""
    if not recipe.blend:
        return model.conditioning(recipe.prompt), model.conditioning(recipe.negative_prompt)
    parts = [(p.weight, model.conditioning(p.prompt), model.conditioning(p.negative_prompt)) for p in recipe.blend]
    weight, cond, uncond = parts[0]
    for other, c, u in parts[1:]:
        share = other / (weight + other) if weight + other > 0 else 0.0
        cond, uncond, weight = linear(cond, c, share), linear(uncond, u, share), weight + other
    return cond, uncond


def apart(alpha: float, sigma: float, level: NoiseLevel) -> bool:
    """Whether a state of that `alpha` and `sigma` lies at another level than `level`."""
    if min(alpha, level.alpha, sigma, level.sigma) <= 0:
        return (alpha, sigma) != (level.alpha, level.sigma)
    return abs(math.log(sigma / alpha) - math.log(level.sigma / level.alpha)) > SAME_LEVEL


def _advice(facts: CodeFacts) -> str:
    """How a run begins at the level of the code."""
    if not facts.steps:
        return ""
    # What lies on the way goes on with the levels that are left, whatever the spacing was called.
    if facts.timesteps or facts.spacing == "explicit":
        return f"It fits at the {facts.steps} timesteps that it was made for, given one by one."
    # Codes of earlier versions do not tell their spacing.
    spacing = f"the spacing {facts.spacing}" if facts.spacing else "the spacing that it was inverted with"
    return f"It fits at {facts.steps} steps of {spacing}."
