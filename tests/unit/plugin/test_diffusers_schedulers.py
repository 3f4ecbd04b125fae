"""Schedulers of diffusers on the grid's levels: step by step as by themselves, in every family of schedules."""

from __future__ import annotations

import sys
from itertools import pairwise
from typing import Any

import diffusers
import numpy as np
import pytest
import torch
from diffusers.schedulers.scheduling_utils import KarrasDiffusionSchedulers
from torch import Tensor

from studio.plugin.gaussian import GaussianDenoiser
from studio.sampling.ddim import DDIM
from studio.sampling.ddpm import DDPM
from studio.sampling.grid import TimestepGrid, timestep_grid
from studio.sampling.sampler import Memory, Run, Sampler
from studio.sampling.schedule import CLEAN, NoiseLevel, NoiseSchedule
from tests.unit.plugin.walks import FOLDERS, SCHEDULE, SD, Theirs, noise, noises, samplers, walk
from tests.unit.sampling.processes import SCHEDULES, no_path

LEFT_OUT = {"LMSDiscreteScheduler", "DPMSolverSDEScheduler", "EDMEulerScheduler"}
OURS = [name for name in samplers() if name.startswith("diffusers_")]
DRAWING = {"diffusers_ddpm", "diffusers_euler_ancestral", "diffusers_kdpm2_ancestral"}
TOLERANCE = 1e-4

# numpy and torch 2 disagree about copies and results inside diffusers' schedulers.
pytestmark = pytest.mark.filterwarnings("ignore:__array(__|_wrap__) :DeprecationWarning")

AGREEING: dict[str, tuple[str, dict[str, Any]]] = {
    "diffusers_euler": ("EulerDiscreteScheduler", {}),
    "diffusers_heun": ("HeunDiscreteScheduler", {}),
    "diffusers_kdpm2": ("KDPM2DiscreteScheduler", {}),
    "diffusers_dpm_multistep": ("DPMSolverMultistepScheduler", {"final_sigmas_type": "zero"}),
    "diffusers_dpm_singlestep": ("DPMSolverSinglestepScheduler", {"lower_order_final": True}),
    "diffusers_unipc": ("UniPCMultistepScheduler", {}),
}


def test_all_are_offered_but_those_that_are_named_as_left_out():
    wanted = {one.name for one in KarrasDiffusionSchedulers} - LEFT_OUT
    assert {samplers()[name].scheduler for name in OURS} == wanted
    (text,) = [
        (folder / "diffusers_schedulers.py").read_text() for folder in FOLDERS if folder.name == "diffusers_schedulers"
    ]
    assert all(name in text for name in LEFT_OUT)


def test_no_other_plugin_imports_diffusers():
    for folder in FOLDERS:
        for path in folder.glob("*.py"):
            assert "import diffusers" not in path.read_text() or folder.name == "diffusers_schedulers"


@pytest.mark.parametrize("karras", [False, True])
@pytest.mark.parametrize("name", AGREEING)
def test_step_by_step_it_is_the_scheduler_by_itself(name, karras):
    scheduler, settings = AGREEING[name]
    theirs = Theirs(getattr(diffusers, scheduler)(**SD, **settings, use_karras_sigmas=karras), 10)
    x = noise(3)
    expected = [*theirs.states(x, noises(5))]
    found = [*walk(samplers()[name], x, theirs.levels, noises(5))]
    worst = max(float((mine - other).abs().max()) for mine, other in zip(found, expected, strict=True))
    assert worst < TOLERANCE


@pytest.mark.parametrize("order", [1, 2, 3])
def test_deis_is_the_scheduler_by_itself_until_its_end(order):
    """It stops at the first trained level; here a clean end follows."""
    theirs = Theirs(diffusers.DEISMultistepScheduler(**SD, solver_order=order), 20)
    x = noise(3)
    expected = [*theirs.states(x, noises(5))]
    found = [*walk(samplers()["diffusers_deis"], x, (*theirs.levels, CLEAN), noises(5), order=order)]
    worst = max(float((mine - other).abs().max()) for mine, other in zip(found[:-1], expected, strict=True))
    assert worst < TOLERANCE


def test_pndm_is_the_scheduler_by_itself():
    theirs = diffusers.PNDMScheduler(**SD, skip_prk_steps=True, set_alpha_to_one=True)
    theirs.set_timesteps(10)
    levels = [SCHEDULE.level(int(t)) for t in dict.fromkeys(theirs.timesteps.tolist())]
    x = sample = noise(3)
    states = []
    for t in theirs.timesteps.tolist():
        sample = theirs.step(GaussianDenoiser()(sample, SCHEDULE.level(t)).eps, t, sample).prev_sample
        states.append(sample)
    found = [*walk(samplers()["diffusers_pndm"], x, (*levels, CLEAN), noises(5))]
    worst = max(float((mine - other).abs().max()) for mine, other in zip(found, states[1:], strict=True))
    assert worst < TOLERANCE


@pytest.mark.parametrize("eta", [0.0, 0.7, 1.0])
def test_ddim_is_our_own(eta):
    levels = timestep_grid(SCHEDULE, 10, "trailing", DDPM.info).levels
    pairs = zip(
        walk(samplers()["diffusers_ddim"], noise(3), levels, noises(5), eta=eta),
        walk(DDIM(), noise(3), levels, noises(5), eta=eta),
        strict=True,
    )
    for mine, other in pairs:
        torch.testing.assert_close(mine, other, rtol=0, atol=1e-9)


def test_ddpm_is_our_own_with_the_noise_of_its_generators():
    levels = timestep_grid(SCHEDULE, 10, "trailing", DDPM.info).levels
    generators = sys.modules[type(samplers()["diffusers_ddpm"]).__module__].generators
    given, x = noises(5), noise(3)

    def drawn() -> Tensor:
        draw = torch.randn(x.shape, generator=given, dtype=torch.float64)
        return torch.cat(
            [torch.randn((1, *x.shape[1:]), generator=one, dtype=torch.float64) for one in generators(draw)]
        )

    for index, mine in enumerate(walk(samplers()["diffusers_ddpm"], noise(3), levels, noises(5))):
        run = Run(TimestepGrid(levels), index, {"variance": "small"}, SCHEDULE, drawn, no_path)
        x = DDPM().step(x, levels[index], levels[index + 1], GaussianDenoiser(), run, None).x
        torch.testing.assert_close(mine, x, rtol=0, atol=1e-9)


def ended(sampler: Sampler, schedule: NoiseSchedule, levels: tuple[NoiseLevel, ...], **given: Any) -> Tensor:
    """The last state, from pure noise at the first level."""
    generator, memory = noises(1), None
    shape: tuple[int, ...] = (2, 4, 24, 24)

    def draw() -> Tensor:
        return torch.randn(shape, generator=generator)

    x = levels[0].alpha * 0.5 + float(np.hypot(levels[0].alpha * 0.3, levels[0].sigma)) * draw()
    options = sampler.info.resolve(given)
    memory: Memory | None
    for index, (level, next_level) in enumerate(pairwise(levels)):
        run = Run(TimestepGrid(levels), index, options, schedule, draw, no_path)
        step = sampler.step(x, level, next_level, GaussianDenoiser(), run, memory)
        x, memory = step.x, step.memory
    return x


@pytest.mark.parametrize("family", ["ve", "sub_vp", "flow"])
@pytest.mark.parametrize("name", OURS)
def test_it_draws_the_data_in_every_family(name, family):
    schedule = SCHEDULES[family]
    levels = (*(schedule.at(float(ratio)) for ratio in np.geomspace(30.0, 0.03, 40)), CLEAN)
    found = ended(samplers()[name], schedule, levels)
    assert float(found.mean()) == pytest.approx(0.5, abs=0.03)
    assert float(found.std()) == pytest.approx(0.3, rel=0.15)


def test_dpm_multistep_with_fresh_noise_draws_the_data_too():
    levels = (*(SCHEDULE.at(float(ratio)) for ratio in np.geomspace(14.0, 0.03, 40)), CLEAN)
    found = ended(samplers()["diffusers_dpm_multistep"], SCHEDULE, levels, algorithm="sde-dpmsolver++")
    plain = ended(samplers()["diffusers_dpm_multistep"], SCHEDULE, levels)
    assert not torch.allclose(found, plain)
    assert float(found.mean()) == pytest.approx(0.5, abs=0.03)
    assert float(found.std()) == pytest.approx(0.3, rel=0.15)


@pytest.mark.parametrize("name", OURS)
def test_it_begins_at_pure_noise_and_passes_equal_levels(name):
    schedule = SCHEDULES["zero_snr"]
    top = schedule.level(999)
    levels = (top, top, *(schedule.level(t) for t in (900, 600, 600, 300)), CLEAN)
    assert bool(torch.isfinite(ended(samplers()[name], schedule, levels)).all())


@pytest.mark.parametrize("name", sorted(DRAWING))
def test_each_picture_has_a_generator_of_its_own(name):
    levels = timestep_grid(SCHEDULE, 4, "trailing", DDPM.info).levels
    one, other = ([*walk(samplers()[name], noise(3), levels, noises(seed))][-2] for seed in (1, 2))
    assert not torch.allclose(one, other)
    assert not torch.allclose(one[0] - noise(3)[0], one[1] - noise(3)[1])
