"""Step by step against diffusers' own schedulers: same configuration, same network output, same noise.

Diffusers computes its levels in float32. Where 1 - β is small (cosine, zero terminal SNR) or the pair is divided by a
small sigma or alpha, that alone is about 1e-5 a step; those cases give diffusers the levels of float64.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import DDIMScheduler, DDPMScheduler, EulerDiscreteScheduler
from torch import Tensor

from studio.models.scheduler_config import schedule_from_config
from studio.sampling.denoiser import Parametrisation, Prediction, network_output, prediction, restrict_x0
from studio.sampling.grid import TimestepGrid, timestep_grid
from studio.sampling.registry import builtin_samplers
from studio.sampling.sampler import Run
from studio.sampling.schedule import NoiseSchedule, X0Rule
from tests.unit.sampling.processes import SCHEDULES, consistent, drawing, no_path, states, walk

# numpy and torch 2 disagree about copies inside diffusers' Euler scheduler.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

TOLERANCE = 1e-5
SHAPE = (2, 4, 8, 8)


@dataclass
class Case:
    """One scheduler configuration on both sides, and n steps of it."""

    theirs: Any
    n: int
    sampler: str
    options: dict[str, object] = field(default_factory=dict)
    spacing: str | None = None
    exact_levels: bool = False
    schedule: NoiseSchedule = field(init=False)
    parametrisation: Parametrisation = field(init=False)
    grid: TimestepGrid = field(init=False)

    def __post_init__(self) -> None:
        config = {**self.theirs.config, "_class_name": type(self.theirs).__name__}
        self.schedule, self.parametrisation = schedule_from_config(config, latent=False)
        info = builtin_samplers().get(self.sampler).info
        self.grid = timestep_grid(self.schedule, self.n, self.spacing or self.schedule.spacing, info)
        if self.exact_levels:
            self.theirs.alphas_cumprod = self._levels_of_float64()
        self.theirs.set_timesteps(self.n)

    def _levels_of_float64(self) -> Tensor:
        exact = torch.from_numpy(self.schedule.alphas**2)
        torch.testing.assert_close(self.theirs.alphas_cumprod.double(), exact, rtol=2e-4, atol=1e-6)
        if self.sampler == "euler":
            exact[exact == 0] = 2**-24  # what its constructor puts there
        return exact

    def network(self, x: Tensor, index: int) -> Tensor:
        """What a fair network would put out: its opinion of x0 and eps is about right, and it has an opinion of Σ."""
        level = self.grid.levels[index]
        x0, eps = pair_of(index)
        pair = Prediction(
            x0 + 0.2 * states(900 + index, SHAPE, x.dtype), eps + 0.2 * states(950 + index, SHAPE, x.dtype)
        )
        output = network_output(pair, level, self.parametrisation, self.schedule)
        if self.schedule.variance == "learned":
            output = torch.cat([output, states(990 + index, SHAPE, x.dtype).clamp(-1, 1)], dim=1)
        return output

    def ours(self, x: Tensor, index: int) -> Tensor:
        sampler = builtin_samplers().get(self.sampler)

        def denoiser(x: Tensor, level: Any) -> Prediction:
            pair = prediction(self.network(x, index), x, level, self.parametrisation, self.schedule)
            return restrict_x0(pair, self.schedule.x0_rule or X0Rule())

        levels = self.grid.levels
        run = Run(self.grid, index, sampler.info.resolve(self.options), self.schedule, drawing(index, x), no_path)
        return sampler.step(x, levels[index], levels[index + 1], denoiser, run, None).x

    def state(self, index: int) -> Tensor:
        x0, eps = pair_of(index)
        return consistent(x0, eps, self.grid.levels[index])

    def same_grid(self) -> None:
        assert [level.timestep for level in self.grid.levels[:-1]] == pytest.approx(
            self.theirs.timesteps.tolist(), abs=1e-2
        )


def pair_of(index: int) -> tuple[Tensor, Tensor]:
    return states(2 * index, SHAPE, torch.float32), states(2 * index + 1, SHAPE, torch.float32)


SD = {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "clip_sample": False}
STARTER = SD | {"prediction_type": "v_prediction", "set_alpha_to_one": False, "steps_offset": 1}

DDIM_CONFIGS = {
    "pixel": {},
    "sd1": SD | {"set_alpha_to_one": False, "steps_offset": 1},
    "starter": STARTER,
    "x0": SD | {"prediction_type": "sample"},
    "clipped wide": {"clip_sample_range": 1.7},
    "thresholded": {"thresholding": True, "dynamic_thresholding_ratio": 0.9, "sample_max_value": 1.6},
    "cosine": {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction"},
    "zero snr": SD | {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True},
    "trained betas": {},
}
SPACED = [("leading", 20), ("leading", 30), ("trailing", 20), ("linspace", 40)]


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("spacing", "n"), SPACED)
@pytest.mark.parametrize("config", DDIM_CONFIGS)
def test_ddim(config: str, spacing: str, n: int, eta: float) -> None:
    """Diffusers computes the next timestep, so on linspace its grid is its own unless every timestep is in it."""
    settings = {"num_train_timesteps": n if spacing == "linspace" else 1000, "timestep_spacing": spacing}
    if config == "trained betas":
        settings |= {"trained_betas": np.linspace(2e-4, 0.05, n).tolist(), "num_train_timesteps": n}
    settings |= DDIM_CONFIGS[config]
    case = Case(DDIMScheduler(**settings), n, "ddim", {"eta": eta}, exact_levels=config in ("x0", "cosine", "zero snr"))
    case.same_grid()
    for index, t in enumerate(case.theirs.timesteps):
        x = case.state(index)
        if case.grid.levels[index].alpha == 0 and eta == 1:
            continue  # diffusers takes the root of a number that rounding has made negative
        noise = drawing(index, x)()
        expected = case.theirs.step(case.network(x, index), int(t), x, eta=eta, variance_noise=noise).prev_sample
        torch.testing.assert_close(case.ours(x, index), expected, rtol=0, atol=TOLERANCE)


DDPM_CONFIGS = {
    "pixel": {},
    "large": {"variance_type": "fixed_large"},
    "learned": {
        "variance_type": "learned_range",
        "beta_schedule": "squaredcos_cap_v2",
        "prediction_type": "v_prediction",
    },
    "learned linear": {"variance_type": "learned_range"},
    "latent": SD,
    "velocity": SD | {"prediction_type": "v_prediction", "variance_type": "fixed_large"},
    "x0": SD | {"prediction_type": "sample"},
    "thresholded": {"thresholding": True, "dynamic_thresholding_ratio": 0.9, "sample_max_value": 1.6},
    "zero snr": SD | {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True},
}


@pytest.mark.parametrize(("spacing", "n"), [("leading", 20), ("leading", 30), ("trailing", 30), ("linspace", 30)])
@pytest.mark.parametrize("config", DDPM_CONFIGS)
def test_ddpm(config: str, spacing: str, n: int) -> None:
    case = Case(
        DDPMScheduler(timestep_spacing=spacing, **DDPM_CONFIGS[config]),
        n,
        "ddpm",
        exact_levels=config in ("learned", "zero snr"),
    )
    case.same_grid()
    for index, t in enumerate(case.theirs.timesteps):
        if t > 0 and index == n - 1:
            continue  # diffusers draws noise for the last step unless it is at timestep 0
        x = case.state(index)
        generator = torch.Generator().manual_seed(index)
        expected = case.theirs.step(case.network(x, index), int(t), x, generator=generator).prev_sample
        torch.testing.assert_close(case.ours(x, index), expected, rtol=0, atol=TOLERANCE)


EULER_CONFIGS = {
    "eps": {},
    "latent": SD | {"steps_offset": 1},
    "velocity": SD | {"prediction_type": "v_prediction", "steps_offset": 1},
    "x0": SD | {"prediction_type": "sample"},
    "cosine": {"beta_schedule": "squaredcos_cap_v2", "prediction_type": "v_prediction"},
    "zero snr": SD | {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True},
    "lowest end": SD | {"final_sigmas_type": "sigma_min"},
}
SIGMAS = {"karras": "use_karras_sigmas", "exponential": "use_exponential_sigmas"}


@pytest.mark.parametrize("spacing", ["leading", "trailing", "linspace"])
@pytest.mark.parametrize("sigmas", [None, "karras", "exponential"])
@pytest.mark.parametrize("config", EULER_CONFIGS)
def test_euler(config: str, sigmas: str | None, spacing: str) -> None:
    """Diffusers walks `x / alpha` in float32, so steps from nearly pure noise lose digits there and are left out."""
    settings = {key: value for key, value in EULER_CONFIGS[config].items() if key != "clip_sample"}
    if sigmas:
        settings[SIGMAS[sigmas]] = True
    case = Case(
        EulerDiscreteScheduler(timestep_spacing=spacing, **settings),
        20,
        "euler",
        spacing=sigmas,
        exact_levels=config in ("eps", "cosine", "zero snr"),
    )
    case.same_grid()
    ratios = [level.ratio for level in case.grid.levels]
    for index, t in enumerate(case.theirs.timesteps):
        x = case.state(index)
        y = x * (1 + case.theirs.sigmas[index] ** 2) ** 0.5
        case.theirs.scale_model_input(y, t)
        reached = case.theirs.step(case.network(x, index), t, y).prev_sample
        if ratios[index] > 1000:
            continue
        assert ratios[index] == pytest.approx(float(case.theirs.sigmas[index]), rel=2e-4)
        expected = reached / (1 + case.theirs.sigmas[index + 1] ** 2) ** 0.5
        torch.testing.assert_close(case.ours(x, index), expected, rtol=0, atol=TOLERANCE)


def dummy(x: Tensor, level: Any, schedule: NoiseSchedule, clip: float | None) -> Prediction:
    """The dummy network of diffusers' own scheduler tests: eps is x t / (t + 1)."""
    pair = prediction(x * level.timestep / (level.timestep + 1), x, level, "eps", schedule)
    return restrict_x0(pair, X0Rule(clip=clip))


@pytest.mark.parametrize(
    ("sampler", "trained", "steps", "spacing", "clip", "expected"),
    [
        ("ddim", 1000, 10, "leading", 1.0, 172.0067),
        ("ddpm", 1000, 1000, "leading", 1.0, 258.9606),
        ("euler", 1100, 10, "linspace", None, 168.05),
    ],
)
def test_golden_sums(sampler: str, trained: int, steps: int, spacing: str, clip: float | None, expected: float) -> None:
    """The sums of absolute values that diffusers' tests expect of its deterministic sample."""
    theirs = DDPMScheduler(num_train_timesteps=trained)
    schedule, _ = schedule_from_config({**theirs.config, "_class_name": "DDPMScheduler"}, latent=False)
    chosen = builtin_samplers().get(sampler)
    grid = timestep_grid(schedule, steps, spacing, chosen.info)
    count = 4 * 3 * 8 * 8
    x = (torch.arange(count).reshape(3, 8, 8, 4) / count).permute(3, 0, 1, 2)
    if sampler == "euler":
        x = x * grid.levels[0].sigma
    result = walk(chosen, schedule, grid, x, lambda x, level: dummy(x, level, schedule, clip), drawing(0, x))[-1]
    assert float(result.abs().sum()) == pytest.approx(expected, abs=1e-2)


def test_levels_are_theirs() -> None:
    theirs = DDIMScheduler(**STARTER)
    ours = SCHEDULES["scaled_linear"]
    assert np.allclose(ours.alphas**2, theirs.alphas_cumprod.numpy(), rtol=2e-5)
