"""The formula of a step: asked of the sampler, it must be the one of the papers, and give what the step gives."""

from __future__ import annotations

import math
import re

import pytest
import torch

from studio.generation.equation import equations
from studio.generation.segments import segments
from studio.job.recipe import FromStep, Sampling, recipe
from studio.sampling.denoiser import Prediction
from studio.sampling.info import SamplerInfo
from studio.sampling.registry import Methods, builtin_methods
from studio.sampling.sampler import Step
from studio.sampling.schedule import posterior
from tests.unit.sampling.processes import SCHEDULES

STEPS = 6
SCHEDULE = SCHEDULES["scaled_linear"]
NUMBER = re.compile(r"([+-]? ?\d+\.\d+) ([a-z]\w*[″‴]?(?: of step \d+)?)")


def numbers(text: str) -> dict[str, float]:
    return {name: float(number.replace(" ", "")) for number, name in NUMBER.findall(text)}


def formulas(sampler: str, methods: Methods | None = None, **options):
    made = recipe(sampling=Sampling(sampler=sampler, steps=STEPS, options=options))
    methods = methods or builtin_methods()
    parts = segments(made, SCHEDULE, methods)
    return parts[-1].grid.levels, [numbers(text) for text in equations(parts, methods.samplers, SCHEDULE)]


@pytest.mark.parametrize("sampler", ["ddim", "euler"])
def test_a_deterministic_step_is_the_next_level_of_its_prediction(sampler):
    levels, found = formulas(sampler)
    assert len(found) == STEPS
    for level, terms in zip(levels[1:], found, strict=True):
        assert terms["x0"] == pytest.approx(level.alpha, abs=5e-4)
        assert terms.get("eps", 0.0) == pytest.approx(level.sigma, abs=5e-4)
        assert set(terms) <= {"x0", "eps"}


def test_ddpm_is_the_mean_of_the_posterior_and_noise():
    levels, found = formulas("ddpm", variance="small")
    for number, terms in enumerate(found[:-1]):
        q = posterior(levels[number], levels[number + 1])
        assert terms["x"] == pytest.approx(q.x_weight, abs=5e-4)
        assert terms["x0"] == pytest.approx(q.x0_weight, abs=5e-4)
        assert terms["noise"] == pytest.approx(math.sqrt(q.small), abs=5e-4)
    assert "noise" not in found[-1]


def test_eta_shows_as_noise():
    assert all("noise" in terms for terms in formulas("ddim", eta=1.0)[1][:-1])


class Odd:
    """A step with everything: a memory, a second call, a minus sign."""

    info = SamplerInfo("odd", "Odd", "For tests.")

    def step(self, x, level, next_level, denoiser, run, memory):
        first, second = denoiser(x, level), denoiser(x, next_level)
        old = memory["x0"] if memory else torch.zeros_like(x)
        return Step(2 * x - 0.5 * second.eps + 0.25 * old, first.x0, {"x0": first.x0})


class Crooked:
    """No sum."""

    info = SamplerInfo("crooked", "Crooked", "For tests.")

    def step(self, x, level, next_level, denoiser, run, memory):
        pair: Prediction = denoiser(x, level)
        return Step(pair.x0 * pair.x0, pair.x0)


@pytest.fixture
def strange() -> Methods:
    methods = builtin_methods()
    methods.samplers.replace([Odd(), Crooked()])
    return methods


def test_memory_and_further_calls_are_named(strange):
    found = formulas("odd", strange)[1]
    assert found[0] == {"x": 2.0, "eps″": -0.5}
    assert found[3] == {"x": 2.0, "eps″": -0.5, "x0 of step 3": 0.25}


def test_a_step_that_is_no_sum_has_no_formula(strange):
    assert formulas("crooked", strange)[1] == [{}] * STEPS


def test_a_branch_has_the_formulas_of_both_of_its_samplers():
    methods = builtin_methods()
    parent = recipe(sampling=Sampling(sampler="ddim", steps=STEPS))
    start = FromStep(trajectory="0" * 32, step=2, parent=parent)
    branch = recipe(sampling=Sampling(sampler="ddpm", steps=STEPS), start=start)
    found = equations(segments(branch, SCHEDULE, methods), methods.samplers, SCHEDULE)
    assert ["eps" in text for text in found] == [True, True, *[False] * (len(found) - 2)]
