"""Does a guidance rule keep what the protocol promises? Measured, as the host would call it: in inference mode.

The two predictions are those of networks that are known exactly, for two Gaussians whose means are patterns.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import numpy as np
import torch
from torch import Tensor

from studio.plugin.random_state import kept_random_state
from studio.plugin.report import Report
from studio.plugin.trying import TOLERANCE, Broken, found, noise_of, same
from studio.plugin.watching import is_finite, what_is_wrong_with_guidance
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.denoiser import Parametrisation, Prediction
from studio.sampling.guidance_rule import GuidanceContext, GuidanceRule
from studio.sampling.sampler import Memory
from studio.sampling.schedule import (
    CLEAN,
    NoiseLevel,
    NoiseSchedule,
    from_betas,
    rectified_flow,
    scaled_linear_betas,
)

SHAPE = (4, 8, 8)
STEPS, SCALE, DEVIATION = 8, 5.0, 1.0
COND, UNCOND, WORDLESS = 11, 12, 13
"""Seeds of the patterns that are the means of the three predictions."""


def rule_report(rule: GuidanceRule) -> Report:
    """Try everything. Raises nothing that the rule raises: that is a finding."""
    tester = _Tester(rule)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("shapes and precisions", tester.shapes),
        ("every kind of network", tester.networks),
        ("the same again", tester.determinism),
        ("going on from a record", tester.resume),
        ("pictures know nothing of each other", tester.batch),
        ("changes nothing that it is given", tester.inputs),
        ("values that are no numbers are seen", tester.nan),
        ("the global random state", tester.random_state),
        ("nothing to do at scale 1", tester.scale_one),
    )
    with kept_random_state(), torch.inference_mode():
        findings = tuple(found(name, check) for name, check in checks)
        return Report("guidance rule", rule.info.name, findings, calls=tester.calls(), slower=tester.slower())


@dataclass(frozen=True)
class _Call:
    """What a rule is given at one level, and what it gave."""

    x: Tensor
    level: NoiseLevel
    cond: Prediction
    uncond: Prediction
    before: Memory | None
    pair: Prediction
    memory: Memory | None


class _Tester:
    """Walks levels with one rule, by Euler's method. Each check gives "" or what is wrong."""

    def __init__(self, rule: GuidanceRule) -> None:
        self._rule = rule
        self._options = rule.info.resolve({})
        self._schedule = from_betas(scaled_linear_betas())
        self._asked = 0

    def shapes(self) -> str:
        for shape in ((1, *SHAPE), (2, 4, 5, 7)):
            exact = [*self._walk(noise_of(shape).double())]
            for dtype, tolerance in TOLERANCE.items():
                problem = self._near(exact, dtype, tolerance)
                if problem:
                    return problem
        return ""

    def _near(self, exact: list[_Call], dtype: torch.dtype, tolerance: float) -> str:
        """The same calls in another precision: with results that are nearly the same."""
        memory: Memory | None = None
        for call in exact:
            x, cond, uncond = call.x.to(dtype), _cast(call.cond, dtype), _cast(call.uncond, dtype)
            pair, memory = self._combine(x, call.level, cond, uncond, memory)
            for mine, true in ((pair.x0, call.pair.x0), (pair.eps, call.pair.eps)):
                off = float((mine.double() - true).abs().max()) / (1.0 + float(true.abs().max()))
                if not off <= tolerance * 10:  # not a number is no answer either
                    return f"far from the result in float64, in {dtype}"
        return ""

    def networks(self) -> str:
        """Whatever the network puts out, and on schedules that begin with pure noise."""
        pure = from_betas(scaled_linear_betas(), zero_terminal_snr=True)
        kinds: tuple[tuple[Parametrisation, NoiseSchedule], ...] = (
            ("eps", self._schedule), ("x0", pure), ("v", pure), ("flow", rectified_flow()),
        )  # fmt: skip
        for kind, schedule in kinds:
            for number in (len(schedule) - 1, len(schedule) // 2, 0):
                level, x = schedule.level(number), noise_of((1, *SHAPE))
                cond, uncond = _prediction(x, level, COND), _prediction(x, level, UNCOND)
                context = replace(self._context(x, level), parametrisation=kind, schedule=schedule)
                pair, _ = self._combine(x, level, cond, uncond, None, context=context)
                if not is_finite(pair.x0, pair.eps):
                    return f"not a number at alpha {level.alpha:.3g}, for networks of the kind {kind}"
        return ""

    def determinism(self) -> str:
        one, other = ([*self._walk(noise_of((1, *SHAPE)))] for _ in range(2))
        return "" if all(_equal(a.pair, b.pair) for a, b in zip(one, other, strict=True)) else "two runs differ"

    def resume(self) -> str:
        """Every call is made again from a copy of what was kept before it."""
        for index, call in enumerate(self._walk(noise_of((1, *SHAPE)))):
            again, memory = self._combine(call.x, call.level, call.cond, call.uncond, copy.deepcopy(call.before))
            if not _equal(call.pair, again) or not same(call.memory, memory):
                return f"step {index + 1} differs when it is taken again from its record"
        return ""

    def batch(self) -> str:
        pair = torch.cat([noise_of((1, *SHAPE), seed) for seed in (1, 2)]).double()
        both = [*self._walk(pair)]
        for number in range(2):
            for one, other in zip(both, self._walk(pair[number : number + 1]), strict=True):
                for a, b in ((one.pair.x0, other.pair.x0), (one.pair.eps, other.pair.eps)):
                    if not torch.allclose(a[number : number + 1], b, rtol=0, atol=1e-5):
                        return "a picture in a batch differs from the same picture alone"
        return ""

    def inputs(self) -> str:
        memory: Memory | None = None
        for index, call in enumerate([*self._walk(noise_of((1, *SHAPE)))]):
            given = {"x": call.x, "cond.x0": call.cond.x0, "cond.eps": call.cond.eps,
                     "uncond.x0": call.uncond.x0, "uncond.eps": call.uncond.eps}  # fmt: skip
            before, kept, options = copy.deepcopy(given), copy.deepcopy(memory), dict(self._options)
            _, after = self._combine(call.x, call.level, call.cond, call.uncond, memory)
            for name, part in given.items():
                if not torch.equal(part, before[name]):
                    return f"step {index + 1} changes {name}, which it is given"
            if not same(memory, kept):
                return f"step {index + 1} changes the memory it is given"
            if self._options != options:
                return f"step {index + 1} changes its options"
            memory = after
        return ""

    def nan(self) -> str:
        for call in [*self._walk(noise_of((1, *SHAPE)))]:
            spoiled = Prediction(call.cond.x0 * math.nan, call.cond.eps * math.nan)
            pair, _ = self._combine(call.x, call.level, spoiled, call.uncond, None)
            if is_finite(pair.x0, pair.eps):
                return "it hides what the network could not say"
        return ""

    def random_state(self) -> str:
        with kept_random_state() as state:
            [*self._walk(noise_of((1, *SHAPE)))]
        return state.problem

    def scale_one(self) -> str:
        """As the host asks rules that want to be asked: one prediction twice."""
        for call in [*self._walk(noise_of((1, *SHAPE)))]:
            pair, _ = self._combine(call.x, call.level, call.cond, call.cond, None, 1.0)
            if not is_finite(pair.x0, pair.eps):
                return "not a number where both predictions are one"
        return ""

    def calls(self) -> float:
        """Network calls of its own a step, on average."""
        self._asked = 0
        try:
            [*self._walk(noise_of((1, *SHAPE)))]
        except (Exception, SystemExit):  # told by the other checks
            return math.nan
        return self._asked / STEPS

    def slower(self) -> float:
        """The time of a step in that of classifier-free guidance."""
        try:
            return self.seconds() / _Tester(ClassifierFree()).seconds()
        except (Exception, SystemExit):  # told by the other checks
            return math.nan

    def seconds(self) -> float:
        """Of a walk: the median of five."""
        times = []
        for _ in range(5):
            began = time.perf_counter()
            [*self._walk(noise_of((1, *SHAPE)))]
            times.append(time.perf_counter() - began)
        return median(times)

    def _walk(self, x: Tensor) -> Iterator[_Call]:
        top, bottom = self._schedule.ratios()[-1], self._schedule.ratios()[0]
        levels = [self._schedule.at(float(ratio)) for ratio in np.geomspace(top, bottom, STEPS)]
        memory: Memory | None = None
        for level, after in pairwise((*levels, CLEAN)):
            cond, uncond = _prediction(x, level, COND), _prediction(x, level, UNCOND)
            pair, kept = self._combine(x, level, cond, uncond, memory)
            yield _Call(x, level, cond, uncond, memory, pair, kept)
            x, memory = after.alpha * pair.x0 + after.sigma * pair.eps, kept

    def _combine(
        self,
        x: Tensor,
        level: NoiseLevel,
        cond: Prediction,
        uncond: Prediction,
        memory: Memory | None,
        scale: float = SCALE,
        context: GuidanceContext | None = None,
    ) -> tuple[Prediction, Memory | None]:
        """What the rule gives. Raises `Broken` where that is no prediction with a memory."""
        given = self._rule.combine(x, level, cond, uncond, scale, context or self._context(x, level), memory)
        problem = what_is_wrong_with_guidance(given, x)
        if problem:
            raise Broken(problem)
        return given

    def _context(self, x: Tensor, level: NoiseLevel) -> GuidanceContext:
        def wordless() -> Prediction:
            self._asked += 1
            return _prediction(x, level, WORDLESS)

        return GuidanceContext("v", self._schedule, 0.0, self._options, wordless)


def _prediction(x: Tensor, level: NoiseLevel, seed: int) -> Prediction:
    """`x0 = (alpha d² x + sigma² m) / (alpha² d² + sigma²)` for data of deviation d around a pattern m.

    Rounded to the precision of x at the end alone: with little noise eps would lose its digits on the way.
    """
    at, mean = x.double(), noise_of((1, *x.shape[1:]), seed).double()
    variance = (level.alpha * DEVIATION) ** 2 + level.sigma**2
    x0 = (level.alpha * DEVIATION**2 * at + level.sigma**2 * mean) / variance
    return _cast(Prediction(x0, (at - level.alpha * x0) / level.sigma), x.dtype)


def _cast(pair: Prediction, dtype: torch.dtype) -> Prediction:
    return Prediction(pair.x0.to(dtype), pair.eps.to(dtype))


def _equal(one: Prediction, other: Prediction) -> bool:
    return torch.equal(one.x0, other.x0) and torch.equal(one.eps, other.eps)
