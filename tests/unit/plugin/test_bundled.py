"""The bundled samplers: what every sampler promises, the order of their theory, and the steps of other programs."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
import torch
from diffusers import (
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    HeunDiscreteScheduler,
    KDPM2DiscreteScheduler,
    LCMScheduler,
)

from studio.plugin.conformance import conformance
from studio.plugin.gaussian import GaussianDenoiser
from studio.plugin.guarded import GuardedSampler
from studio.plugin.home import known_methods
from studio.plugin.manifest import read_manifest
from studio.plugin.report import Report
from studio.sampling.ddim import DDIM
from studio.sampling.euler import Euler
from studio.sampling.schedule import CLEAN
from tests.unit.plugin.walks import FOLDERS, SCHEDULE, SD, Theirs, noise, noises, samplers, walk

TOLERANCE = 1e-4

# numpy and torch 2 disagree about copies and results inside diffusers' schedulers.
pytestmark = pytest.mark.filterwarnings("ignore:__array(__|_wrap__) :DeprecationWarning")


@cache
def report(name: str) -> Report:
    return conformance({"ddim": DDIM(), "euler": Euler(), **samplers()}[name])


NAMES = [entry.name for folder in FOLDERS for entry in read_manifest(folder).samplers]
ORDERS = {"euler": 1.0, "ddim": 1.0, "heun": 2.0, "dpm2": 2.0, "dpmpp_2m": 2.0, "rk4": 4.0, "unipc": 3.0}
CALLS = {"heun": 2, "dpm2": 2, "rk4": 4, "dpmpp_2s_ancestral": 2, "dpmpp_sde": 2, "predictor_corrector": 2}
CALLS |= {f"diffusers_{name}": 2 for name in ("heun", "kdpm2", "kdpm2_ancestral")}


def test_all_are_there_and_on(own_home):
    infos = {info.name: info for info in known_methods().samplers.infos()}
    assert list(infos)[:3] == ["ddim", "ddpm", "euler"]
    assert set(NAMES) == set(infos) - {"ddim", "ddpm", "euler"}
    assert all(isinstance(known_methods().samplers.get(name), GuardedSampler) for name in NAMES)
    assert {folder.name for folder in FOLDERS} == {read_manifest(folder).id for folder in FOLDERS}


@pytest.mark.parametrize("name", NAMES)
def test_it_keeps_what_a_sampler_promises(name):
    found = report(name)
    assert found.passed, [finding for finding in found.findings if not finding.good]
    assert found.calls == pytest.approx((CALLS.get(name, 1) * 7 + 1) / 8) or name in {"rk45", "diffusers_pndm"}


@pytest.mark.parametrize("name", ORDERS)
def test_its_error_falls_as_its_theory_says(name):
    assert report(name).order == pytest.approx(ORDERS[name], abs=0.2)


def test_more_slopes_are_of_a_higher_order():
    assert report("lms").order >= 3.0
    assert report("rk45").order >= 4.0


@pytest.mark.parametrize("name", ["euler_ancestral", "dpmpp_2s_ancestral", "dpmpp_sde"])
def test_without_fresh_noise_it_is_the_deterministic_method(name):
    """Euler's method for the first; second order for the others, measured in one halving of the steps."""
    errors = [flow_error(name, steps) for steps in (64, 128)]
    order = float(np.log2(errors[0] / errors[1]))
    assert order == pytest.approx(1.0 if name == "euler_ancestral" else 2.0, abs=0.25)


def flow_error(name: str, steps: int) -> float:
    levels = tuple(SCHEDULE.at(float(ratio)) for ratio in np.geomspace(8.0, 0.2, steps + 1))
    denoiser, x = GaussianDenoiser(), noise(1) * 2
    last = [*walk(samplers()[name], x, levels, noises(2), eta=0.0)][-1]
    return float((last - denoiser.exact(x, levels[0], levels[-1])).abs().max())


def test_dpmpp_sde_comes_nearer_to_one_picture_with_more_steps():
    """Each picture has one Brownian path, so finer steps follow it more truly: the strong error falls."""
    x, ends = noise(4) * 8.0, []
    for steps in (16, 32, 64, 128, 512):
        levels = tuple(SCHEDULE.at(float(ratio)) for ratio in np.geomspace(8.0, 0.2, steps + 1))
        ends.append([*walk(samplers()["dpmpp_sde"], x, levels, noises(2))][-1])
    away = [float((end - ends[-1]).square().mean().sqrt()) for end in ends[:-1]]
    assert all(finer < 0.8 * coarser for coarser, finer in pairwise(away))


AGREEING = {
    "heun": HeunDiscreteScheduler,
    "dpm2": KDPM2DiscreteScheduler,
    "dpmpp_2m": DPMSolverMultistepScheduler,
    "euler_ancestral": EulerAncestralDiscreteScheduler,
}
SPACINGS = ("linspace", "trailing", "leading", "karras")
# Diffusers has no such grid for ancestral Euler.
CASES = [
    (name, spacing) for name in AGREEING for spacing in SPACINGS if (name, spacing) != ("euler_ancestral", "karras")
]


@pytest.mark.parametrize("steps", [10, 20])
@pytest.mark.parametrize(("name", "spacing"), CASES)
def test_step_by_step_it_is_that_of_diffusers(name, spacing, steps):
    settings: dict[str, object] = {"timestep_spacing": spacing, "steps_offset": 1}
    if spacing == "karras":
        settings = {"use_karras_sigmas": True}
    if name == "dpmpp_2m":
        settings["final_sigmas_type"] = "zero"
    theirs = Theirs(AGREEING[name](**SD, **settings), steps)
    assert theirs.levels[-1] == CLEAN
    x = noise(3)
    expected = [*theirs.states(x, noises(5))]
    found = [*walk(samplers()[name], x, theirs.levels, noises(5))]
    assert len(found) == len(expected) == steps
    for mine, other in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, other, rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize("steps", [2, 4, 8])
def test_lcm_is_that_of_diffusers(steps):
    """On its own timesteps; both draw the fresh noise from equal generators."""
    theirs = LCMScheduler(**SD, clip_sample=False)
    theirs.set_timesteps(steps)
    levels = (*(SCHEDULE.level(int(t)) for t in theirs.timesteps), CLEAN)
    x, generator, denoiser = noise(3), noises(5), GaussianDenoiser()
    found = [*walk(samplers()["lcm"], x, levels, noises(5))]
    for mine, t, level in zip(found, theirs.timesteps, levels, strict=False):
        x = theirs.step(denoiser(x, level).eps, int(t), x, generator=generator).prev_sample
        torch.testing.assert_close(mine, x, rtol=0, atol=TOLERANCE)
