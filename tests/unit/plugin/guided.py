"""What tests ask of the rules of the guidance pack: one call with two predictions that agree with a state."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from torch import Tensor

from studio import paths
from studio.plugin.loader import load
from studio.plugin.manifest import read_manifest
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.denoiser import Parametrisation, Prediction, prediction
from studio.sampling.guidance_rule import GuidanceContext, GuidanceRule
from studio.sampling.sampler import Memory
from studio.sampling.schedule import (
    NoiseSchedule,
    from_betas,
    rectified_flow,
    scaled_linear_betas,
    variance_exploding,
)

VP = from_betas(scaled_linear_betas())
SCHEDULES: dict[str, NoiseSchedule] = {
    "eps": VP,
    "v": from_betas(scaled_linear_betas(), zero_terminal_snr=True),
    "flow": rectified_flow(),
    "x0": variance_exploding(),
}
SHAPE = (2, 3, 6, 5)


@cache
def rules() -> dict[str, GuidanceRule]:
    folder = paths.plugins() / "guidance_pack"
    return {rule.info.name: rule for rule in load(read_manifest(folder), folder).guidance}


def normal(seed: int, shape: tuple[int, ...] = SHAPE) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


class Call:
    """Two consistent predictions at one state, and a third for no words."""

    def __init__(self, kind: Parametrisation = "eps", t: int = 500, seed: int = 0, shape: Any = SHAPE) -> None:
        self.kind, self.schedule = kind, SCHEDULES[kind]
        self.level, self.x = self.schedule.level(t), normal(seed, shape)
        common = normal(seed + 1, shape)
        self.cond, self.uncond, self.wordless = (
            prediction(common + 0.4 * normal(seed + n, shape), self.x, self.level, kind, self.schedule)
            for n in (2, 3, 4)
        )

    def __call__(
        self, name: str, scale: float = 5.0, memory: Memory | None = None, **options: float
    ) -> tuple[Prediction, Memory | None]:
        return self.ask(rules()[name], scale, memory, options)

    def ask(
        self,
        rule: GuidanceRule,
        scale: float,
        memory: Memory | None,
        options: Mapping[str, float],
        rescale: float = 0.0,
    ) -> tuple[Prediction, Memory | None]:
        resolved = rule.info.resolve(options)
        context = GuidanceContext(self.kind, self.schedule, rescale, resolved, lambda: self.wordless)
        return rule.combine(self.x, self.level, self.cond, self.uncond, scale, context, memory)

    def plain(self, scale: float = 5.0, rescale: float = 0.0) -> Prediction:
        return self.ask(ClassifierFree(), scale, None, {}, rescale)[0]

    def without_negative(self) -> Call:
        self.wordless = self.uncond
        return self


def assert_same(one: Prediction, other: Prediction, tolerance: float = 1e-10) -> None:
    size = float(other.x0.abs().max() + other.eps.abs().max()) + 1
    torch.testing.assert_close(one.x0, other.x0, rtol=0, atol=tolerance * size)
    torch.testing.assert_close(one.eps, other.eps, rtol=0, atol=tolerance * size)
