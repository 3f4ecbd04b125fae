"""UniPC: step by step that of diffusers, and as exact as its theory says."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from diffusers import UniPCMultistepScheduler

from studio.plugin.gaussian import GaussianDenoiser
from studio.sampling.grid import TimestepGrid
from studio.sampling.sampler import Run, Step
from studio.sampling.schedule import CLEAN, NoiseLevel, NoiseSchedule, from_betas, scaled_linear_betas
from tests.unit.plugin.walks import SCHEDULE, SD, Theirs, noise, noises, samplers, walk
from tests.unit.sampling.processes import no_noise, no_path

SPACINGS = ("linspace", "trailing", "leading", "karras")
TOLERANCE = 1e-4

# numpy and torch 2 disagree about copies and results inside diffusers' schedulers.
pytestmark = pytest.mark.filterwarnings("ignore:__array(__|_wrap__) :DeprecationWarning")


@pytest.mark.parametrize("steps", [3, 10, 20])
@pytest.mark.parametrize("spacing", SPACINGS)
@pytest.mark.parametrize("variant", ["bh1", "bh2"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_step_by_step_it_is_that_of_diffusers(order, variant, spacing, steps):
    settings = {"timestep_spacing": spacing, "steps_offset": 1} if spacing != "karras" else {"use_karras_sigmas": True}
    theirs = Theirs(UniPCMultistepScheduler(**SD, **settings, solver_order=order, solver_type=variant), steps)
    assert theirs.levels[-1] == CLEAN
    x = noise(3)
    expected = [*theirs.states(x, noises(5))]
    found = [*walk(samplers()["unipc"], x, theirs.levels, noises(5), order=order, variant=variant)]
    assert len(found) == len(expected) == steps
    worst = max(float((mine - other).abs().max()) for mine, other in zip(found, expected, strict=True))
    assert worst < TOLERANCE


def flow_error(steps: int, **options: object) -> float:
    levels = tuple(SCHEDULE.at(float(ratio)) for ratio in np.geomspace(8.0, 0.2, steps + 1))
    denoiser, x = GaussianDenoiser(), noise(1) * 2
    last = [*walk(samplers()["unipc"], x, levels, noises(2), **options)][-1]
    return float((last - denoiser.exact(x, levels[0], levels[-1])).abs().max())


@pytest.mark.parametrize("variant", ["bh1", "bh2"])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_the_error_falls_as_its_theory_says(order, variant):
    """With the corrector UniPC of order p is exact to order p + 1 (Zhao et al. 2023, theorem 3.1)."""
    coarse, fine = (flow_error(steps, order=order, variant=variant) for steps in (128, 256))
    assert math.log2(coarse / fine) == pytest.approx(order + 1, abs=0.2)


def stepped(levels: tuple[NoiseLevel, ...], schedule: NoiseSchedule = SCHEDULE, order: int = 3) -> list[Step]:
    """The steps over these levels."""
    sampler, steps = samplers()["unipc"], [Step(noise(1), noise(1))]
    options = sampler.info.resolve({"order": order})
    for index in range(len(levels) - 1):
        run = Run(TimestepGrid(levels), index, options, schedule, no_noise, no_path)
        before = steps[-1]
        steps.append(sampler.step(before.x, levels[index], levels[index + 1], GaussianDenoiser(), run, before.memory))
    return steps[1:]


def test_it_remembers_as_many_predictions_as_its_order():
    levels = tuple(SCHEDULE.at(ratio) for ratio in (8.0, 4.0, 2.0, 1.0, 0.5))
    for order in (1, 2, 3):
        kept = [len(step.memory["x0s"]) for step in stepped(levels, order=order)]
        assert kept == [min(order, number) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(("place", "tolerance"), [(0, 1e-12), (2, 1e-3)])
def test_a_step_between_equal_levels_changes_little(place, tolerance):
    """At the first level nothing; later the network is asked again at the corrected state, and may say otherwise."""
    levels = [SCHEDULE.at(ratio) for ratio in (8.0, 4.0, 2.0, 1.0, 0.5)]
    straight = stepped(tuple(levels))[-1]
    levels.insert(place, levels[place])
    torch.testing.assert_close(stepped(tuple(levels))[-1].x, straight.x, rtol=0, atol=tolerance)


def test_it_begins_at_pure_noise():
    schedule = from_betas(scaled_linear_betas(), zero_terminal_snr=True)
    levels = (schedule.level(999), *(schedule.at(ratio) for ratio in (8.0, 2.0, 0.5)), CLEAN)
    steps = stepped(levels, schedule)
    assert levels[0].alpha == 0
    assert steps[0].memory is None
    assert all(bool(torch.isfinite(step.x).all()) for step in steps)


def test_short_steps_lose_no_digits():
    """Against diffusers' recursion a thousand steps would: the error keeps falling."""
    assert flow_error(1000, order=3) < 1e-10


def test_what_the_host_holds_between_steps_is_not_lost():
    """A mask holds x after a step; the corrector adds to that, and does not begin from the state before."""
    levels = tuple(SCHEDULE.at(ratio) for ratio in (4.0, 2.0, 1.0))
    sampler, first = samplers()["unipc"], stepped(levels[:2])[0]
    run = Run(TimestepGrid(levels), 1, sampler.info.resolve({}), SCHEDULE, no_noise, no_path)
    fixed = GaussianDenoiser()(first.x, levels[1])
    ends = [
        sampler.step(first.x + held, levels[1], levels[2], lambda x, level: fixed, run, first.memory).x
        for held in (0.0, 1.0)
    ]
    kept = levels[2].sigma / levels[1].sigma
    torch.testing.assert_close(ends[1] - ends[0], torch.full_like(ends[0], kept))
