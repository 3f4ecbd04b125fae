"""All that a plugin's author imports, and nothing else is promised.

Versioned by `studio.plugin.manifest.API_MAJOR` and `API_MINOR`, semantically: a plugin says in its manifest which
version it was written for and is loaded by the same major and an equal or higher minor one. Taking a name away or
changing what it means is a new major version; adding one is a new minor version. A test holds the list of names.

A sampler has an `info`, a `SamplerInfo` that agrees with the manifest, and

    step(x, level, next_level, denoiser, run, memory) -> Step

`x` has shape (n, C, h, w) at `level`; what is returned lies at `next_level`. Noise comes from `run.noise()`, the next
draw, or `run.noise_between(a, b)`, the draw that belongs to the way between two levels, and from nowhere else. Nothing
that is passed in is changed, and nothing is kept between calls but what goes into `Step.memory`: tensors with the batch
first, and plain numbers.

A guidance rule has an `info`, a `GuidanceInfo`, and

    combine(x, level, cond, uncond, scale, context, memory) -> (Prediction, memory)

A spacing is a `Spacing(SpacingInfo(name, title), levels)`, where `levels(schedule, n, fractional)` gives n levels of
the schedule, noisiest first and none of them clean.
"""

from __future__ import annotations

from studio.sampling.denoiser import Denoiser, Prediction, network_output, prediction
from studio.sampling.grid import Spacing, TimestepGrid
from studio.sampling.guidance_rule import GuidanceContext, GuidanceRule
from studio.sampling.info import GuidanceInfo, Option, OptionValue, SamplerInfo, SpacingInfo
from studio.sampling.sampler import Memory, Run, Sampler, Step
from studio.sampling.schedule import CLEAN, NoiseLevel, NoiseSchedule

__all__ = [
    "CLEAN",
    "Denoiser",
    "GuidanceContext",
    "GuidanceInfo",
    "GuidanceRule",
    "Memory",
    "NoiseLevel",
    "NoiseSchedule",
    "Option",
    "OptionValue",
    "Prediction",
    "Run",
    "Sampler",
    "SamplerInfo",
    "Spacing",
    "SpacingInfo",
    "Step",
    "TimestepGrid",
    "network_output",
    "prediction",
]
