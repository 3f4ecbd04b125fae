"""The schedulers of diffusers that its pipelines may exchange (`KarrasDiffusionSchedulers`), by name, as samplers.

Each step makes a fresh scheduler, gives it the grid's own levels and what the steps before remembered, and takes its
step, so that any step can be taken again. Those with `walks="y"` step `y = x/alpha` along `r = sigma/alpha`; `"x"`
means the variance-preserving state `y / sqrt(1 + r²)`; `"index"` the same, where the scheduler knows its levels by
number: it is told that it was trained on those of the grid. So every family of schedules is served.

Three are left out. LMSDiscreteScheduler needs scipy and DPMSolverSDEScheduler torchsde, which Reverie does not install.
EDMEulerScheduler expects the output of a network with the scalings of Karras et al. 2022; for others it is Euler's
method. Sources: Ho et al. 2020 (DDPM); Song et al. 2020 (DDIM); Liu et al. 2022 (PNDM); Karras et al. 2022 (Euler,
Heun, KDPM2); Lu et al. 2022 (DPM-Solver++); Zhang and Chen 2022 (DEIS); Zhao et al. 2023 (UniPC).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.plugin.api import (
    Denoiser,
    Memory,
    NoiseLevel,
    NoiseSchedule,
    Option,
    OptionValue,
    Prediction,
    Run,
    SamplerInfo,
    Step,
)

Numbers = NDArray[np.float64]
ON_X0 = {"prediction_type": "sample"}
BETA_LEAST = 1e-6
MULTISTEP = ("model_outputs", "lower_order_nums")
# Methods of two calls, whose list of levels is made from what `_convert_to_karras` gives.
INTERLEAVED = {"use_karras_sigmas": True}


@dataclass(frozen=True)
class DiffusersSampler:
    """One scheduler. `config` is what it is made with, `kept` names its attributes that go into the memory."""

    info: SamplerInfo
    scheduler: str
    walks: Literal["y", "x", "index"]
    config: Mapping[str, Any] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    seeded: bool = False
    ends_noisy: bool = False

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        if level == next_level:
            return Step(x.clone(), pair.x0, memory)
        if level.alpha == 0 or (self.ends_noisy and next_level.sigma == 0):
            return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0)
        exact = torch.float64 if x.dtype == torch.float64 else torch.float32
        scheduler, timestep = self._prepared(level, run, exact)
        for name in self.kept:
            if memory is not None:
                setattr(scheduler, name, _copied(memory[name]))
        sample = self._walked(scheduler, pair, timestep, x.to(exact) * self._scale(level), run)
        middle = _asked_again(scheduler, level, next_level, run.schedule)
        if middle is not None:
            between = (sample / self._scale(middle)).to(x.dtype)
            sample = self._walked(scheduler, denoiser(between, middle), timestep - 1, sample, run)
        after = (sample / self._scale(next_level)).to(x.dtype)
        return Step(after, pair.x0, {name: _copied(getattr(scheduler, name)) for name in self.kept} or None)

    def _scale(self, level: NoiseLevel) -> float:
        """What the scheduler's state is in units of x."""
        return 1.0 / level.alpha if self.walks == "y" else 1.0 / (level.alpha * math.sqrt(1.0 + level.ratio**2))

    def _prepared(self, level: NoiseLevel, run: Run, dtype: torch.dtype) -> tuple[Any, Any]:
        """A fresh scheduler on the run's levels, and the timestep that stands for this one."""
        import diffusers

        ratios = np.array([one.ratio for one in dict.fromkeys(run.grid.levels) if one.sigma > 0 and one.alpha > 0])
        index = int(np.flatnonzero(ratios == level.ratio)[0])
        made, config = getattr(diffusers, self.scheduler), {**self.config, **_chosen(run.options)}
        if self.walks == "index":
            scheduler = made(num_train_timesteps=len(ratios), trained_betas=_betas(ratios[::-1]), **config)
            scheduler.alphas_cumprod = torch.from_numpy(_kept_variance(ratios[::-1])).to(dtype)
            scheduler.set_timesteps(len(ratios))
            return scheduler, len(ratios) - 1 - index
        if self.config is INTERLEAVED:  # those look at nothing but this step, and count all levels they are trained on
            ratios, index = ratios[index : index + 2], 0
            scheduler = made(num_train_timesteps=2, trained_betas=_betas(level.ratio * np.array([0.5, 1.0])), **config)
            scheduler._convert_to_karras = lambda in_sigmas, num_inference_steps: ratios
            scheduler.set_timesteps(len(ratios))
        else:
            betas = _betas(run.schedule.ratios())
            scheduler = made(num_train_timesteps=len(betas), trained_betas=betas, **config)
            scheduler.set_timesteps(len(ratios))
            scheduler.sigmas = torch.tensor([*ratios, 0.0], dtype=dtype)  # not walked to where the grid ends noisy
        scheduler.set_begin_index(index)
        return scheduler, scheduler.timesteps[0]

    def _walked(self, scheduler: Any, pair: Prediction, timestep: Any, sample: Tensor, run: Run) -> Tensor:
        """The scheduler's state after its step."""
        scheduler.scale_model_input(sample, timestep)  # some warn where it was not called
        output = pair.x0 if self.config.get("prediction_type") == "sample" else pair.eps
        more: dict[str, Any] = {}
        if self.seeded:
            more["generator"] = generators(run.noise())
        if run.options.get("algorithm") == "sde-dpmsolver++" or float(run.options.get("eta", 0.0)) > 0:
            more["variance_noise"] = run.noise().to(sample.dtype)
        if "eta" in run.options:
            more["eta"] = float(run.options["eta"])
        after: Tensor = scheduler.step(output.to(sample.dtype), timestep, sample, **more).prev_sample
        return after


def generators(noise: Tensor) -> list[torch.Generator]:
    """A generator for each picture, seeded by its own draw: these schedulers take no noise, only a generator."""
    draws = noise.detach().to("cpu", torch.float32).contiguous()
    digests = [blake2b(draw.numpy().tobytes(), digest_size=8).digest() for draw in draws]
    return [torch.Generator("cpu").manual_seed(int.from_bytes(digest, "big") >> 1) for digest in digests]


def _asked_again(
    scheduler: Any, level: NoiseLevel, next_level: NoiseLevel, schedule: NoiseSchedule
) -> NoiseLevel | None:
    """The level at which the scheduler wants a second prediction in the same step, if it does."""
    if next_level.sigma == 0:
        return None
    if not getattr(scheduler, "state_in_first_order", True):
        moved = getattr(scheduler, "dt", None)
        ratio = scheduler.sigmas_interpol[scheduler.step_index] if moved is None else level.ratio + moved
        return schedule.at(float(ratio))
    return next_level if getattr(scheduler, "counter", 0) == 1 else None


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else value


def _kept_variance(ratios: Numbers) -> Numbers:
    """`ᾱ = 1 / (1 + r²)`."""
    kept: Numbers = 1.0 / (1.0 + ratios**2)
    return kept


def _betas(ratios: Numbers) -> Numbers:
    """`β_t = 1 - ᾱ_t / ᾱ_(t-1)`. Not below what float32 tells from 0: the levels themselves are given besides."""
    kept = _kept_variance(ratios)
    betas: Numbers = np.maximum(1.0 - kept / np.concatenate([[1.0], kept[:-1]]), BETA_LEAST)
    return betas


def _chosen(options: Mapping[str, OptionValue]) -> dict[str, OptionValue]:
    """The user's options in the words of the scheduler's configuration."""
    names = {"order": "solver_order", "algorithm": "algorithm_type"}
    return {names[name]: value for name, value in options.items() if name in names}


def _info(name: str, title: str, *options: Option, calls: int = 1) -> SamplerInfo:
    description = f"{title} as diffusers steps it."
    return SamplerInfo(f"diffusers_{name}", f"{title} (diffusers)", description, options, calls_per_step=calls)


ETA = Option("eta", "Eta", "float", 0.0, 0.0, 1.0, description="Fresh noise in each step: 0 is none.")
ORDER = Option("order", "Order", "int", 2, 1, 3, description="How many predictions a step looks at.")
ALGORITHM = Option(
    "algorithm", "Algorithm", "choice", "dpmsolver++",
    choices=(("dpmsolver++", "Deterministic"), ("sde-dpmsolver++", "With fresh noise")),
    description="Whether each step draws fresh noise.",
)  # fmt: skip

CONTRIBUTIONS = (
    DiffusersSampler(
        _info("ddim", "DDIM", ETA), "DDIMScheduler", "index", {"clip_sample": False}
    ),
    DiffusersSampler(
        _info("ddpm", "DDPM"), "DDPMScheduler", "index", {"clip_sample": False}, seeded=True
    ),
    DiffusersSampler(
        _info("pndm", "PNDM"),
        "PNDMScheduler", "index", {"skip_prk_steps": True, "set_alpha_to_one": True}, ("ets", "counter"),
    ),
    DiffusersSampler(_info("euler", "Euler"), "EulerDiscreteScheduler", "y"),
    DiffusersSampler(
        _info("euler_ancestral", "Euler ancestral"),
        "EulerAncestralDiscreteScheduler", "y", seeded=True,
    ),
    DiffusersSampler(
        _info("heun", "Heun", calls=2), "HeunDiscreteScheduler", "y", INTERLEAVED
    ),
    DiffusersSampler(
        _info("kdpm2", "KDPM2", calls=2), "KDPM2DiscreteScheduler", "y", INTERLEAVED
    ),
    DiffusersSampler(
        _info("kdpm2_ancestral", "KDPM2 ancestral", calls=2),
        "KDPM2AncestralDiscreteScheduler", "y", INTERLEAVED, seeded=True,
    ),
    DiffusersSampler(
        _info("dpm_multistep", "DPM multistep", ORDER, ALGORITHM),
        "DPMSolverMultistepScheduler", "x", {**ON_X0, "final_sigmas_type": "zero"}, MULTISTEP,
    ),
    DiffusersSampler(
        _info("dpm_singlestep", "DPM singlestep", ORDER),
        "DPMSolverSinglestepScheduler", "x", {**ON_X0, "lower_order_final": True}, ("model_outputs", "sample"),
    ),
    DiffusersSampler(
        _info("deis", "DEIS", ORDER),
        "DEISMultistepScheduler", "x", {}, MULTISTEP, ends_noisy=True,
    ),
    DiffusersSampler(
        _info("unipc", "UniPC", ORDER),
        "UniPCMultistepScheduler", "x", ON_X0, (*MULTISTEP, "last_sample", "this_order"),
    ),
)  # fmt: skip
