"""Running one recipe with a real model, of which a test may bend a part."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from torch import Tensor

from studio.generation.run import run
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import GeneratedImage, ImageReady, JobEvent
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe, recipe
from studio.models.model import Model
from studio.sampling.registry import builtin_methods
from studio.sampling.schedule import NoiseLevel

OFF = PreviewSettings("off")


class Bent:
    """A real object with some of its parts replaced."""

    def __init__(self, straight: Any, **parts: Any) -> None:
        self._straight = straight
        vars(self).update(parts)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._straight, name)


class Loaded:
    """A source that has this model already."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def is_loaded(self, name: str) -> bool:
        return True

    def get(self, name: str) -> Any:
        return self.model


def services(model: Any, preview: PreviewSettings | Callable[[], PreviewSettings] = OFF, **more: Any) -> Services:
    wanted = (lambda: preview) if isinstance(preview, PreviewSettings) else preview
    return Services(Loaded(model), builtin_methods(), wanted, **more)


def small(sampler: str = "ddim", steps: int = 3, **fields: Any) -> Recipe:
    """A recipe of 64×64 pixels, unless told otherwise."""
    options = fields.pop("options", {})
    return recipe(
        **{
            "prompt": "red apple, 3d style",
            "negative_prompt": "on a blue background",
            "width": 64,
            "height": 64,
            "seed": 7,
            "sampling": {"sampler": sampler, "steps": steps, "options": options},
            **fields,
        }
    )


def events(wanted: Recipe, given: Services, cancel: CancelToken | None = None) -> Iterator[JobEvent]:
    return run(1, wanted, given, cancel or CancelToken())


def picture(wanted: Recipe, model: Model, preview: PreviewSettings = OFF) -> Image:
    """The picture of a recipe; any other end is an error."""
    told = list(events(wanted, services(model, preview)))
    ready = [event for event in told if isinstance(event, ImageReady)]
    assert len(ready) == 1, told[-1]
    return ready[0].generated.image


def pixels(image: Image) -> str:
    return hashlib.sha256(image.pixels.tobytes()).hexdigest()


class Saved:
    """Keeps what is saved."""

    def __init__(self) -> None:
        self.pictures: list[Image] = []

    def __call__(self, generated: GeneratedImage) -> Path:
        self.pictures.append(generated.image)
        return Path("here.png")


class At:
    """The model's network, with something done to the output of call number `call` (1 is the first)."""

    def __init__(self, model: Model, call: int, change: Callable[[Tensor], Tensor]) -> None:
        self._network, self._call, self._change = model.network, call, change
        self.calls = 0

    def __call__(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        self.calls += 1
        output = self._network(x, level, conditioning)
        return self._change(output.clone()) if self.calls == self._call else output
