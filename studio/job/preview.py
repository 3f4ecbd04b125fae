"""What the user wants to see of a run: before it begins its noise, while it works its steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.image import Image
from studio.job.event import PreviewKind
from studio.job.recipe import Recipe

PreviewDecoder = Literal["auto", "linear", "tiny", "full", "off"]
PREVIEW_DECODERS: tuple[PreviewDecoder, ...] = ("auto", "linear", "tiny", "full", "off")


@dataclass(frozen=True)
class PreviewSettings:
    """Which decoder draws previews, of `x0` or of `x`, and after every how many steps (the last one always).

    Read at every step, so a change shows at once.
    """

    decoder: PreviewDecoder = "auto"
    kind: PreviewKind = "x0"
    every: int = 1

    def wanted(self, step: int, steps: int) -> bool:
        """Whether the state after step `step` of `steps` (1 is the first) is to be shown."""
        return self.decoder != "off" and (step % self.every == 0 or step == steps)


@dataclass(frozen=True)
class FirstNoise:
    """Not an event of a job: the state that `recipe` starts from, as its model decodes it."""

    recipe: Recipe
    image: Image
