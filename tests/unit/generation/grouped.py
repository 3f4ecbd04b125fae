"""Walks whose frames are made together, on the CPU with a number that only a graphics card asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch

from studio.generation.interpolate import interpolate
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.code import FromSeed
from studio.job.event import (
    Finished,
    GeneratedImage,
    JobEvent,
)
from studio.job.recipe import Recipe
from studio.job.track import FrameReady, Key, Segment, Track
from studio.models.model import Model
from studio.sampling.registry import Methods, builtin_methods
from tests.unit.generation.runs import Bent, services, small

N = 4
APPLE = Key(FromSeed(seed=7), "red apple, 3d style", "blurry", 5.0)
LEMON = Key(FromSeed(seed=8), "lemon, 3d style", "", 2.0)
GRAPES = Key(FromSeed(seed=9), "grapes, 3d style", "", 3.0)


@dataclass
class Watching:
    """A model that wants four pictures in a call; notes the batch of each network call and the latents it decodes."""

    model: Model
    together: int = N
    calls: list[int] = field(default_factory=list)
    latents: list[torch.Tensor] = field(default_factory=list)
    before: Callable[[int], None] = lambda call: None

    def network(self, x: torch.Tensor, *rest: Any) -> torch.Tensor:
        self.calls.append(len(x))
        self.before(len(self.calls))
        return self.model.network(x, *rest)

    def decode(self, latent: torch.Tensor) -> Image:
        self.latents.append(latent.clone())
        return self.model.decode(latent)

    @property
    def bent(self) -> Any:
        return Bent(self.model, together=self.together, network=self.network, decode=self.decode)


def track(*keys: Key, each: int = 3, base: Recipe | None = None, **more: Any) -> Track:
    segments = len(keys) - (not more.get("loop", False))
    return Track(base or small(steps=2), keys, (Segment(each),) * segments, **more)


def go(wanted: Sequence[Recipe], model: Any, cancel: CancelToken | None = None, **more: Any) -> list[JobEvent]:
    missing = more.pop("missing", None)
    return list(interpolate(1, tuple(wanted), services(model, **more), cancel or CancelToken(), missing))


def made(told: Iterable[JobEvent]) -> dict[int, GeneratedImage]:
    return {event.frame: event.generated for event in told if isinstance(event, FrameReady)}


def same(one: Image, other: Image) -> bool:
    return np.array_equal(one.pixels, other.pixels)


def apart(one: Image, other: Image) -> int:
    return int(np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max())


def compared(wanted: Sequence[Recipe], model: Model, methods: Methods | None = None) -> tuple[Watching, list[bool]]:
    """Make frames together and alone: the calls of the former, and which of them have the bits of the latter."""
    watching, alone = Watching(model), Watching(model, together=1)
    chosen = methods or builtin_methods()
    told = [
        list(interpolate(1, tuple(wanted), replace(services(one.bent), methods=chosen), CancelToken()))
        for one in (watching, alone)
    ]
    assert isinstance(told[0][-1], Finished)
    ours, theirs = made(told[0]), made(told[1])
    assert [*ours] == [*theirs] == list(range(len(wanted)))
    for one, other in zip(watching.latents, alone.latents, strict=True):
        assert (one - other).abs().max() < 1e-4
    assert max(apart(ours[number].image, theirs[number].image) for number in ours) <= 1
    return watching, [torch.equal(a, b) for a, b in zip(watching.latents, alone.latents, strict=True)]
