"""Does a sampler keep what the protocol promises? Measured, not believed.

Everything the studio does with a run rests on these: that a step may be taken again, gone on from and branched; that
pictures in one batch know nothing of each other; that what is values that are no numbers are seen.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median

import numpy as np
import torch
from torch import Tensor

from studio.plugin.gaussian import GaussianDenoiser
from studio.plugin.random_state import kept_random_state
from studio.plugin.report import Report
from studio.plugin.trying import TOLERANCE, found, noise_of, same
from studio.sampling.ddim import DDIM
from studio.sampling.grid import TimestepGrid
from studio.sampling.noise import BatchNoise, ImageNoise
from studio.sampling.sampler import Memory, Run, Sampler, Step
from studio.sampling.schedule import NoiseLevel, NoiseSchedule, from_betas, scaled_linear_betas

SHAPE = (4, 8, 8)
STEPS = 8
ORDER_STEPS = (16, 32, 64, 128)
# Between these the order is measured: away from both ends, where every method has its own way out.
ORDER_RATIOS = (8.0, 0.2)
ORDER_LEAST, ERROR_LEAST = 0.75, 1e-8


def sampler_report(sampler: Sampler) -> Report:
    """Try everything. Raises nothing that the sampler raises: that is a finding."""
    tester = _Tester(sampler)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("shapes and precisions", tester.shapes),
        ("the same again", tester.determinism),
        ("going on from a record", tester.resume),
        ("pictures know nothing of each other", tester.batch),
        ("changes nothing that it is given", tester.inputs),
        ("values that are no numbers are seen", tester.nan),
        ("the global random state", tester.random_state),
        ("the way to the picture", tester.arrives),
    )
    with kept_random_state():
        findings = tuple(found(name, check) for name, check in checks)
        errors, order = tester.order()
        findings += (found("more steps come nearer", lambda: _nearer(sampler, errors, order)),)
        return Report("sampler", sampler.info.name, findings, errors, order, tester.calls(), tester.slower())


def _nearer(sampler: Sampler, errors: tuple[tuple[int, float], ...], order: float | None) -> str:
    """One that computes in few digits, or follows another equation, stops to improve."""
    if order is None or sampler.info.distilled or order >= ORDER_LEAST or errors[-1][1] < ERROR_LEAST:
        return ""
    return f"the error falls with an order of {order:.2f}; Euler's is 1"


class _Tester:
    """Walks grids with one sampler. Each check gives "" or what is wrong."""

    def __init__(self, sampler: Sampler) -> None:
        self._sampler = sampler
        self._options = sampler.info.resolve({})
        self._schedule = from_betas(scaled_linear_betas())

    def shapes(self) -> str:
        for shape in ((1, *SHAPE), (2, 3, 5, 7)):
            for dtype, tolerance in TOLERANCE.items():
                *_, last = self._walk(noise_of(shape).to(dtype))
                for name, part in (("x", last.x), ("x0", last.x0)):
                    if part.shape != shape or part.dtype != dtype:
                        return f"{name} is {tuple(part.shape)}, {part.dtype} instead of {shape}, {dtype}"
                if not bool(torch.isfinite(last.x).all()):
                    return f"not a number in {dtype}"
                exact = [*self._walk(noise_of(shape).double())][-1].x
                if not self._is_stochastic() and float((last.x.double() - exact).abs().max()) > tolerance * 10:
                    return f"far from the result in float64, in {dtype}"
        return ""

    def determinism(self) -> str:
        one, other = ([step.x for step in self._walk(noise_of((1, *SHAPE)))] for _ in range(2))
        return "" if all(torch.equal(a, b) for a, b in zip(one, other, strict=True)) else "two runs differ"

    def resume(self) -> str:
        """Every step is taken again from a copy of what was kept before it."""
        levels, x, memory = self._grid().levels, noise_of((1, *SHAPE)), None
        noise = ImageNoise(1, SHAPE)
        for index in range(STEPS):
            kept, state = copy.deepcopy(memory), noise.state
            step = self._step(x, levels, index, noise, memory)
            again_noise = ImageNoise(1, SHAPE)
            again_noise.state = state
            again = self._step(x.clone(), levels, index, again_noise, kept)
            if not torch.equal(step.x, again.x):
                return f"step {index + 1} differs when it is taken again from its record"
            x, memory = step.x, step.memory
        return ""

    def batch(self) -> str:
        if self._sampler.info.per_image:
            return ""
        pair = torch.cat([noise_of((1, *SHAPE), seed) for seed in (1, 2)])
        both = [*self._walk(pair, seeds=(1, 2))][-1].x
        for number, seed in enumerate((1, 2)):
            alone = [*self._walk(noise_of((1, *SHAPE), seed), seeds=(seed,))][-1].x
            if not torch.allclose(both[number : number + 1], alone, atol=1e-5):
                return "a picture in a batch differs from the same picture alone"
        return ""

    def inputs(self) -> str:
        levels, x = self._grid().levels, noise_of((1, *SHAPE))
        noise, memory = ImageNoise(1, SHAPE), None
        for index in range(STEPS):
            before, kept = x.clone(), copy.deepcopy(memory)
            step = self._step(x, levels, index, noise, memory)
            if not torch.equal(x, before):
                return f"step {index + 1} changes the state it is given"
            if not same(memory, kept):
                return f"step {index + 1} changes the memory it is given"
            if step.x.data_ptr() == x.data_ptr():
                return f"step {index + 1} gives back the memory of the state it was given"
            x, memory = step.x, step.memory
        return ""

    def nan(self) -> str:
        levels, noise = self._grid().levels, ImageNoise(1, SHAPE)
        spoiled = GaussianDenoiser(gain=math.nan)
        found = self._sampler.step(
            noise_of((1, *SHAPE)), levels[0], levels[1], spoiled, self._run(levels, 0, noise), None
        )
        return "" if bool(torch.isnan(found.x).any()) else "it hides what the network could not say"

    def random_state(self) -> str:
        with kept_random_state() as state:
            [*self._walk(noise_of((1, *SHAPE)))]
        return state.problem

    def arrives(self) -> str:
        """Many steps must come to the data: mean 0.5, deviation 0.3, within what so many draws allow.

        A sampler for models that were distilled for it does not follow the equation of others.
        """
        if self._sampler.info.distilled:
            return ""
        steps, count = 200, 1024
        x = torch.cat([noise_of((1, 4, 16, 16), seed) for seed in range(1)]).double()
        levels = self._grid(steps).levels
        x = levels[0].sigma * x + levels[0].alpha * 0.5
        noise, memory = ImageNoise(3, (4, 16, 16)), None
        for index in range(steps):
            step = self._step(x, levels, index, noise, memory)
            if step.x.shape != x.shape:
                return "its state takes another shape on the way"
            x, memory = step.x, step.memory
        off = abs(float(x.mean()) - 0.5) / (0.3 / math.sqrt(count))
        spread = float(x.std()) / 0.3
        told = f"after {steps} steps mean {float(x.mean()):.3f} for 0.5, deviation {float(x.std()):.3f} for 0.3"
        return "" if off < 4 and 0.85 < spread < 1.15 else told

    def order(self) -> tuple[tuple[tuple[int, float], ...], float | None]:
        """Errors between two levels, and the slope of the last two on logarithmic axes; none for a stochastic one."""
        try:
            if self._is_stochastic():
                return (), None
            errors = tuple((steps, self._error(steps)) for steps in ORDER_STEPS)
        except (Exception, SystemExit):  # told by the other checks
            return (), None
        slopes = [math.log2(max(a, 1e-16) / max(b, 1e-16)) for (_, a), (_, b) in pairwise(errors)]
        return errors, round(slopes[-1], 2)

    def calls(self) -> float:
        """Network calls a step, on average."""
        denoiser = GaussianDenoiser()
        try:
            [*self._walk(noise_of((1, *SHAPE)), denoiser=denoiser)]
        except (Exception, SystemExit):  # told by the other checks
            return math.nan
        return denoiser.calls / STEPS

    def slower(self) -> float:
        """The time of a step in that of DDIM."""
        try:
            return _seconds(self) / _seconds(_Tester(DDIM()))
        except (Exception, SystemExit):  # told by the other checks
            return math.nan

    def _is_stochastic(self) -> bool:
        one, other = ([*self._walk(noise_of((1, *SHAPE)), seeds=(seed,))][-1].x for seed in (1, 2))
        return not torch.equal(one, other)

    def _error(self, steps: int) -> float:
        high, low = ORDER_RATIOS
        levels = tuple(self._schedule.at(float(ratio)) for ratio in np.geomspace(high, low, steps + 1))
        denoiser, x, memory = GaussianDenoiser(), noise_of((1, *SHAPE)).double() * 2.0, None
        exact = denoiser.exact(x, levels[0], levels[-1])
        noise = ImageNoise(1, SHAPE)
        for index in range(steps):
            run = self._run(levels, index, noise, x.dtype)
            step = self._sampler.step(x, levels[index], levels[index + 1], denoiser, run, memory)
            x, memory = step.x, step.memory
        return float((x - exact).abs().max())

    def _grid(self, steps: int = STEPS) -> TimestepGrid:
        top, bottom = self._schedule.ratios()[-1], self._schedule.ratios()[0]
        levels = [self._schedule.at(float(ratio)) for ratio in np.geomspace(top, bottom, steps)]
        return TimestepGrid((*levels, NoiseLevel(-1.0, 1.0, 0.0)))

    def _walk(
        self, x: Tensor, seeds: tuple[int, ...] | None = None, denoiser: GaussianDenoiser | None = None
    ) -> Iterator[Step]:
        shape = tuple(x.shape[1:])
        noise = BatchNoise([ImageNoise(seed, shape) for seed in seeds or range(1, len(x) + 1)])  # type: ignore[arg-type]
        levels, memory = self._grid().levels, None
        given = denoiser or GaussianDenoiser()
        for index in range(STEPS):
            run = self._run(levels, index, noise, x.dtype)
            step = self._sampler.step(x, levels[index], levels[index + 1], given, run, memory)
            yield step
            x, memory = step.x, step.memory

    def _step(
        self, x: Tensor, levels: tuple[NoiseLevel, ...], index: int, noise: ImageNoise, memory: Memory | None
    ) -> Step:
        run = self._run(levels, index, noise, x.dtype)
        return self._sampler.step(x, levels[index], levels[index + 1], GaussianDenoiser(), run, memory)

    def _run(
        self,
        levels: tuple[NoiseLevel, ...],
        index: int,
        noise: ImageNoise | BatchNoise,
        dtype: torch.dtype = torch.float32,
    ) -> Run:
        schedule: NoiseSchedule = self._schedule

        def between(start: NoiseLevel, end: NoiseLevel) -> Tensor:
            return noise.between(start, end, schedule).to(dtype)

        return Run(TimestepGrid(levels), index, self._options, schedule, lambda: noise.draw().to(dtype), between)


def _seconds(tester: _Tester) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        [*tester._walk(noise_of((1, *SHAPE)))]
        times.append(time.perf_counter() - began)
    return median(times)
