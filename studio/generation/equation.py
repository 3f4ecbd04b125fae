"""The formula of a step with its numbers, found by asking the sampler itself.

A step of most samplers is a sum: so much of x, of each prediction, of the noise, and perhaps of what the steps before
remembered. The sampler is given unit vectors for these, and what comes out are the numbers. A sampler whose step is no
such sum (twice the input does not give twice the output) has no formula.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from studio.errors import StudioError
from studio.generation.segments import Segment
from studio.sampling.denoiser import Prediction
from studio.sampling.registry import SamplerRegistry
from studio.sampling.sampler import Memory, Run
from studio.sampling.schedule import NoiseLevel, NoiseSchedule

CALLS, STEPS_BACK = 3, 3
_BLOCK = 2 + 2 * CALLS
_SMALLEST = 5e-4


def equations(parts: list[Segment], samplers: SamplerRegistry, schedule: NoiseSchedule) -> tuple[str, ...]:
    """One formula such as "x' = 0.912 x0 + 0.410 eps" for every step of a run; "" where there is none."""
    return tuple(text for part in parts for text in _of_segment(part, samplers, schedule))


def rising_equations(levels: Sequence[NoiseLevel]) -> tuple[str, ...]:
    """The formulas of the steps of an inversion."""
    return tuple(f"x' = {level.alpha:.3f} x0 + {level.sigma:.3f} eps" for level in levels[1:])


def _of_segment(part: Segment, samplers: SamplerRegistry, schedule: NoiseSchedule) -> Iterator[str]:
    single, double = (_Probe(part, samplers, schedule, scale) for scale in (1.0, 2.0))
    for index in range(part.first, part.last):
        try:
            numbers, twice = single.step(index), double.step(index)
        except (StudioError, ArithmeticError, IndexError, RuntimeError):
            yield ""
            continue
        linear = torch.allclose(2.0 * numbers, twice, rtol=1e-6, atol=1e-9)
        yield _text(numbers, index) if linear else ""


class _Probe:
    """Walks a segment with unit vectors times `scale`; each step has a block of them, so that memories tell apart."""

    def __init__(self, part: Segment, samplers: SamplerRegistry, schedule: NoiseSchedule, scale: float) -> None:
        self._part, self._schedule, self._scale = part, schedule, scale
        self._sampler = samplers.get(part.recipe.sampling.sampler)
        self._options = self._sampler.info.resolve(part.recipe.sampling.options)
        self._memory: Memory | None = None
        self._block = 0
        self._calls = 0

    def step(self, index: int) -> Tensor:
        """The weights of the blocks of unit vectors in what step `index` gives. A fourth call has none: IndexError."""
        grid = self._part.grid
        self._block = index % STEPS_BACK * _BLOCK
        self._calls = 0
        run = Run(grid, index, self._options, self._schedule, lambda: self._unit(1), lambda *_: self._unit(1))
        level, next_level = grid.levels[index], grid.levels[index + 1]
        after = self._sampler.step(self._unit(0), level, next_level, self._predict, run, self._memory)
        self._memory = after.memory
        return after.x.flatten()

    def _predict(self, x: Tensor, level: NoiseLevel) -> Prediction:
        if self._calls == CALLS:
            raise IndexError("more calls than places")
        place = 2 + 2 * self._calls
        self._calls += 1
        return Prediction(self._unit(place), self._unit(place + 1))

    def _unit(self, place: int) -> Tensor:
        vector = torch.zeros(1, _BLOCK * STEPS_BACK, 1, 1, dtype=torch.float64)
        vector[0, self._block + place] = self._scale
        return vector


def _text(numbers: Tensor, index: int) -> str:
    terms: list[tuple[float, str]] = []
    for back in range(STEPS_BACK):
        start = (index - back) % STEPS_BACK * _BLOCK
        where = f" of step {index + 1 - back}" if back else ""
        names = ["x", *(f"{name}{'″‴'[call - 1] if call else ''}" for call in range(CALLS) for name in ("x0", "eps"))]
        places = [0, *range(2, _BLOCK)]
        block = [*zip(places, names, strict=True), (1, "noise")]
        terms += [(float(numbers[start + place]), name + where) for place, name in block]
    shown = [(number, name) for number, name in terms if abs(number) >= _SMALLEST]
    if not shown:
        return "x' = 0"
    first, *others = shown
    text = f"{'-' if first[0] < 0 else ''}{abs(first[0]):.3f} {first[1]}"
    return "x' = " + text + "".join(f" {'-' if n < 0 else '+'} {abs(n):.3f} {name}" for n, name in others)
