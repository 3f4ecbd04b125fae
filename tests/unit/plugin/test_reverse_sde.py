"""Solvers of the reverse SDE: mean and deviation in all three families, and the order of their theory."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from studio.plugin.gaussian import GaussianDenoiser
from studio.sampling.grid import TimestepGrid
from studio.sampling.noise import ImageNoise
from studio.sampling.sampler import Run, Sampler
from studio.sampling.schedule import CLEAN, NoiseLevel, NoiseSchedule
from tests.unit.plugin.walks import samplers
from tests.unit.sampling.processes import SCHEDULES, no_noise, no_path

MEAN, DEVIATION = 0.5, 0.3
FAMILIES = ["scaled_linear", "ve", "sub_vp", "flow"]
SHAPE = (4, 48, 48)


def grid_between(schedule: NoiseSchedule, high: float, low: float, steps: int) -> tuple[NoiseLevel, ...]:
    return tuple(schedule.at(float(ratio)) for ratio in np.geomspace(high, low, steps + 1))


def marginal(level: NoiseLevel) -> tuple[float, float]:
    """Mean and deviation of the state of data from N(MEAN, DEVIATION²)."""
    return level.alpha * MEAN, math.hypot(level.alpha * DEVIATION, level.sigma)


def moments(schedule: NoiseSchedule, levels: tuple[NoiseLevel, ...]) -> tuple[float, float]:
    """Mean and deviation of all states at the last level: with the exact denoiser a step is affine in x and z."""
    sampler, probes = samplers()["euler_maruyama"], torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
    noise = torch.tensor([0.0, 0.0, 1.0], dtype=torch.float64)
    mean, spread = marginal(levels[0])
    for index, (level, next_level) in enumerate(pairwise(levels)):
        run = Run(TimestepGrid(levels), index, {}, schedule, no_noise, lambda *_: noise)
        at_zero, at_one, noisy = sampler.step(
            probes, level, next_level, GaussianDenoiser(MEAN, DEVIATION), run, None
        ).x.tolist()
        mean = at_zero + (at_one - at_zero) * mean
        spread = math.hypot((at_one - at_zero) * spread, noisy - at_zero)
    return mean, spread


@pytest.mark.parametrize("family", FAMILIES)
def test_mean_and_deviation_come_right_with_order_1(family):
    schedule, errors = SCHEDULES[family], []
    for steps in (64, 128, 256, 512):
        levels = grid_between(schedule, 8.0, 0.2, steps)
        found, exact = moments(schedule, levels), marginal(levels[-1])
        errors.append([abs(one - other) for one, other in zip(found, exact, strict=True)])
    for coarse, fine in zip(errors[-2], errors[-1], strict=True):
        assert fine < 1e-12 or math.log2(coarse / fine) == pytest.approx(1.0, abs=0.1)  # the mean is exact for VE
    assert max(errors[-1]) < 0.01


def test_the_noise_of_a_step_is_that_of_the_paper():
    """`∫ g² dt` in closed form: β for VP, d(sigma²) for VE, β (1 - exp(-2 ∫β)) for sub-VP."""
    closed = {
        "scaled_linear": lambda a, b: 2 * math.log(b.alpha / a.alpha),
        "ve": lambda a, b: a.sigma**2 - b.sigma**2,
        "sub_vp": lambda a, b: 2 * math.log(b.alpha / a.alpha) + (a.alpha**4 - b.alpha**4) / 2,
    }
    zero, one = torch.zeros(1, 1, 2, 2, dtype=torch.float64), torch.ones(1, 1, 2, 2, dtype=torch.float64)
    for name, formula in closed.items():
        schedule = SCHEDULES[name]
        levels = grid_between(schedule, 8.0, 0.2, 6)
        for index, (level, next_level) in enumerate(pairwise(levels)):
            run = Run(TimestepGrid(levels), index, {}, schedule, no_noise, lambda *_: one)
            still = GaussianDenoiser(mean=0.0)
            found = samplers()["euler_maruyama"].step(zero, level, next_level, still, run, None).x
            assert float(found.max()) ** 2 == pytest.approx(formula(level, next_level), rel=1e-7), (name, index)


def walked(sampler: Sampler, schedule: NoiseSchedule, levels: tuple[NoiseLevel, ...], seed: int, **options) -> Tensor:
    """The last state, from one of the marginal at the first level."""
    noise, memory = ImageNoise(seed, SHAPE), None
    mean, deviation = marginal(levels[0])
    x = mean + deviation * noise.draw().double()
    chosen = sampler.info.resolve(options)
    for index, (level, next_level) in enumerate(pairwise(levels)):
        run = Run(
            TimestepGrid(levels), index, chosen, schedule, lambda: noise.draw().double(),
            lambda a, b: noise.between(a, b, schedule).double(),
        )  # fmt: skip
        step = sampler.step(x, level, next_level, GaussianDenoiser(MEAN, DEVIATION), run, memory)
        x, memory = step.x, step.memory
    return x


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("corrections", [0, 1, 3])
def test_pictures_are_those_of_the_data(family, corrections):
    """To a clean end, from the top. A Langevin step of this length is 1.3 % too wide by itself."""
    schedule = SCHEDULES[family]
    top = min(schedule.ratios()[-1], 40.0)
    levels = (*grid_between(schedule, top, 0.02, 150), CLEAN)
    found = walked(samplers()["predictor_corrector"], schedule, levels, 1, corrections=corrections)
    assert float(found.mean()) == pytest.approx(MEAN, abs=0.02)
    assert float(found.std()) == pytest.approx(DEVIATION, rel=0.05)


def test_a_correction_repairs_what_the_predictor_did():
    """States that are far too wide are pulled to the marginal of their level."""
    schedule = SCHEDULES["scaled_linear"]
    levels = grid_between(schedule, 4.0, 0.2, 4)
    exact = marginal(levels[-1])[1]
    off = [
        abs(float(walked(samplers()["predictor_corrector"], schedule, levels, 1, corrections=n).std()) - exact)
        for n in (0, 2, 8)
    ]
    assert off[2] < off[1] < off[0]


def test_more_steps_come_nearer_to_one_picture():
    schedule = SCHEDULES["scaled_linear"]
    ends = [
        walked(samplers()["euler_maruyama"], schedule, grid_between(schedule, 8.0, 0.2, n), 3)
        for n in (32, 64, 128, 512)
    ]
    away = [float((end - ends[-1]).square().mean().sqrt()) for end in ends[:-1]]
    assert away[2] < 0.8 * away[1] < 0.64 * away[0]


def test_a_picture_of_a_batch_is_corrected_by_its_own_length():
    sampler, schedule = samplers()["predictor_corrector"], SCHEDULES["ve"]
    levels = grid_between(schedule, 4.0, 2.0, 1)
    x = torch.cat([torch.full((1, 1, 4, 4), value, dtype=torch.float64) for value in (0.1, 50.0)])
    noise = torch.ones_like(x)

    def stepped(x: Tensor) -> Tensor:
        run = Run(
            TimestepGrid(levels),
            0,
            sampler.info.resolve({}),
            schedule,
            lambda: noise[: len(x)],
            lambda *_: noise[: len(x)],
        )
        return sampler.step(x, levels[0], levels[1], GaussianDenoiser(), run, None).x

    torch.testing.assert_close(stepped(x), torch.cat([stepped(x[:1]), stepped(x[1:])]))


@pytest.mark.parametrize("name", ["euler_maruyama", "predictor_corrector"])
def test_the_last_step_is_without_noise_and_the_first_may_be_pure_noise(name):
    schedule = SCHEDULES["zero_snr"]
    top, middle = schedule.level(999), schedule.level(500)
    sampler, x = (
        samplers()[name],
        torch.randn(1, 1, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1)),
    )
    options = sampler.info.resolve({"corrections": 0} if name == "predictor_corrector" else {})
    for levels in ((top, middle), (top, top), (middle, CLEAN)):
        run = Run(TimestepGrid(levels), 0, options, schedule, no_noise, no_path)
        pair = GaussianDenoiser()(x, levels[0])
        expected = levels[1].alpha * pair.x0 + levels[1].sigma * pair.eps
        found = sampler.step(x, *levels, GaussianDenoiser(), run, None)
        torch.testing.assert_close(found.x, expected)
