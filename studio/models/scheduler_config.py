"""What a model's scheduler_config.json says: its noise levels, its parametrisation, and the rule for x0.

Where a key is absent, the default of the scheduler class that the file names applies, as it does in diffusers 0.42.
Pipelines of latent models change two entries of outdated files; `schedule_from_config` does the same, so that equal
settings give equal pictures. The file is a stranger's: every value is checked before it is used. No torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from studio.errors import RefusedFile
from studio.sampling.schedule import (
    Levels,
    NoiseSchedule,
    Variance,
    X0Rule,
    cosine_betas,
    from_betas,
    linear_betas,
    scaled_linear_betas,
)

if TYPE_CHECKING:
    from studio.sampling.denoiser import Parametrisation

TRAINED_STEPS_MAXIMUM = 100_000
# sigma / alpha at the noisiest level: 15 for Stable Diffusion, 20,000 for the cosine schedule.
NOISE_RATIO_MAXIMUM = 1e8

BetaSchedule = Literal["linear", "scaled_linear", "squaredcos_cap_v2"]
Beta = Annotated[float, Field(gt=0.0, lt=1.0, allow_inf_nan=False)]
# The last β may be 1: all noise and no picture, as at zero terminal signal-to-noise ratio.
TrainedBeta = Annotated[float, Field(gt=0.0, le=1.0, allow_inf_nan=False)]


class ClassDefaults(NamedTuple):
    """What a diffusers scheduler class assumes for keys that its configuration leaves out, where classes differ."""

    timestep_spacing: str = "linspace"
    clip_sample: bool = False
    beta_start: float = 1e-4
    beta_end: float = 0.02
    beta_schedule: BetaSchedule = "linear"


_LEADING = ClassDefaults(timestep_spacing="leading")
_CLIPPED = ClassDefaults(timestep_spacing="leading", clip_sample=True)
_LATENT_BETAS = ClassDefaults(beta_start=0.00085, beta_end=0.012)
_DISTILLED = ClassDefaults("leading", False, 0.00085, 0.012, "scaled_linear")

# The scheduler classes whose configuration describes a variance-preserving schedule over discrete timesteps.
SCHEDULER_CLASSES: Mapping[str, ClassDefaults] = MappingProxyType(
    {
        "DDIMScheduler": _CLIPPED,
        "DDPMScheduler": _CLIPPED,
        "PNDMScheduler": _LEADING,
        "LCMScheduler": _DISTILLED,
        "TCDScheduler": _DISTILLED,
        "LMSDiscreteScheduler": ClassDefaults(),
        "EulerDiscreteScheduler": ClassDefaults(),
        "EulerAncestralDiscreteScheduler": ClassDefaults(),
        "DPMSolverMultistepScheduler": ClassDefaults(),
        "DPMSolverSinglestepScheduler": ClassDefaults(),
        "DEISMultistepScheduler": ClassDefaults(),
        "UniPCMultistepScheduler": ClassDefaults(),
        "HeunDiscreteScheduler": _LATENT_BETAS,
        "KDPM2DiscreteScheduler": _LATENT_BETAS,
        "KDPM2AncestralDiscreteScheduler": _LATENT_BETAS,
        "DPMSolverSDEScheduler": _LATENT_BETAS,
    }
)

_PARAMETRISATIONS: Mapping[str, Parametrisation] = MappingProxyType(
    {"epsilon": "eps", "v_prediction": "v", "sample": "x0"}
)
# The two names with "_log" are the same variances, computed through their logarithm.
_VARIANCES: Mapping[str, Variance] = MappingProxyType(
    {
        "fixed_small": "small",
        "fixed_small_log": "small",
        "fixed_large": "large",
        "fixed_large_log": "large",
        "learned_range": "learned",
    }
)


class _Config(BaseModel):
    """The keys that are read; all others are settings of samplers that the user chooses here."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    num_train_timesteps: int = Field(1000, ge=1, le=TRAINED_STEPS_MAXIMUM)
    beta_start: Beta
    beta_end: Beta
    beta_schedule: BetaSchedule
    trained_betas: list[TrainedBeta] | None = Field(None, min_length=1, max_length=TRAINED_STEPS_MAXIMUM)
    rescale_betas_zero_snr: bool = False
    prediction_type: Literal["epsilon", "v_prediction", "sample"] = "epsilon"
    timestep_spacing: Literal["leading", "trailing", "linspace"]
    steps_offset: int = Field(0, ge=0, le=TRAINED_STEPS_MAXIMUM)
    set_alpha_to_one: bool = True
    final_sigmas_type: Literal["zero", "sigma_min"] = "zero"
    variance_type: Literal[
        "fixed_small", "fixed_small_log", "fixed_large", "fixed_large_log", "learned_range"
    ] = "fixed_small"  # fmt: skip
    clip_sample: bool
    clip_sample_range: float = Field(1.0, gt=0.0, allow_inf_nan=False)
    thresholding: bool = False
    dynamic_thresholding_ratio: float = Field(0.995, gt=0.0, le=1.0)
    sample_max_value: float = Field(1.0, ge=1.0, allow_inf_nan=False)
    timestep_type: Literal["discrete"] = "discrete"
    use_flow_sigmas: Literal[False] = False


def schedule_from_config(config: Mapping[str, object], *, latent: bool = True) -> tuple[NoiseSchedule, Parametrisation]:
    """The schedule and the parametrisation of a model from its scheduler_config.json, already read as JSON.

    With `latent`, what the Stable Diffusion pipelines of diffusers do to outdated files is done: `steps_offset` is 1
    and `clip_sample` is off, whatever the file says. A missing `set_alpha_to_one` counts as true, because that is what
    DDIM assumes when it takes over another scheduler's configuration.
    Raises `RefusedFile` that names the field for a value that is unknown, out of range or of another type.
    """
    read = _read(config)
    schedule = replace(
        _levels(read),
        steps_offset=1 if latent else read.steps_offset,
        spacing=read.timestep_spacing,
        set_alpha_to_one=read.set_alpha_to_one,
        final_sigma_min=read.final_sigmas_type == "sigma_min",
        variance=_VARIANCES[read.variance_type],
        x0_rule=_x0_rule(read, clip=read.clip_sample and not latent),
    )
    return schedule, _PARAMETRISATIONS[read.prediction_type]


def _read(config: Mapping[str, object]) -> _Config:
    name = config.get("_class_name", "DDIMScheduler")
    if not isinstance(name, str) or name not in SCHEDULER_CLASSES:
        raise _refused("_class_name", f"the scheduler {str(name)[:60]!r} is not supported")
    given = {key: value for key, value in config.items() if value is not None}
    try:
        return _Config.model_validate({**SCHEDULER_CLASSES[name]._asdict(), **given})
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
        message = first["msg"]
        raise _refused(str(first["loc"][0]), message[0].lower() + message[1:]) from None


def _refused(field: str, problem: str) -> RefusedFile:
    return RefusedFile(f"This model's scheduler_config.json cannot be used. At '{field}': {problem}.")


def _betas(config: _Config) -> Levels:
    steps = config.num_train_timesteps
    if config.trained_betas is not None:
        if len(config.trained_betas) != steps:
            count = len(config.trained_betas)
            raise _refused("trained_betas", f"the list has {count} numbers, but num_train_timesteps is {steps}")
        return np.asarray(config.trained_betas, dtype=np.float64)
    if config.beta_schedule == "linear":
        return linear_betas(config.beta_start, config.beta_end, steps)
    if config.beta_schedule == "scaled_linear":
        return scaled_linear_betas(config.beta_start, config.beta_end, steps)
    return cosine_betas(steps)


def _levels(config: _Config) -> NoiseSchedule:
    """The trained levels. Refused where the noise does not rise from each to the next, which samplers rely on."""
    if config.rescale_betas_zero_snr and config.num_train_timesteps < 2:
        raise _refused("rescale_betas_zero_snr", "this needs at least two trained timesteps")
    field = "trained_betas" if config.trained_betas is not None else "beta_schedule"
    betas = _betas(config)
    try:
        schedule = from_betas(betas, zero_terminal_snr=config.rescale_betas_zero_snr)
    except ValueError:
        raise _refused(field, "the noise does not rise from each trained timestep to the next") from None
    if schedule.ratios()[-1] > NOISE_RATIO_MAXIMUM:
        raise _refused(field, "the noise is so strong at the end that nothing of a picture is left")
    return schedule


def _x0_rule(config: _Config, *, clip: bool) -> X0Rule | None:
    """Thresholding goes before clipping, as in diffusers."""
    if config.thresholding:
        return X0Rule(quantile=config.dynamic_thresholding_ratio, quantile_maximum=config.sample_max_value)
    return X0Rule(clip=config.clip_sample_range) if clip else None
