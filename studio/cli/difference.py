"""How two pictures of one recipe differ, and why they may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from studio.export.metadata import Made, pixel_hash
from studio.image import Image
from studio.job.event import GeneratedImage

HASH_SHOWN = 10


@dataclass(frozen=True)
class Difference:
    """`largest` of 255 over all pixels and channels; `share` of the pixels that are not equal, 0 to 1."""

    largest: int
    share: float

    @property
    def sentence(self) -> str:
        if self.largest == 0:
            return "Same pixels."
        percent = max(100.0 * self.share, 0.01)
        return f"Different pixels: the largest difference is {self.largest} of 255, and {percent:.2f} % of them differ."


def difference(one: Image, other: Image) -> Difference:
    """Compare pixel by pixel. Pictures of different sizes differ everywhere by all there is."""
    if one.pixels.shape != other.pixels.shape:
        return Difference(255, 1.0)
    apart = np.abs(one.pixels.astype(np.int16) - other.pixels.astype(np.int16))
    return Difference(int(apart.max()), float((apart.max(axis=2) > 0).mean()))


def reasons(saved: Image, made: Made | None, again: GeneratedImage) -> Iterator[str]:
    """What is known to be otherwise than it was when the picture was made, a sentence each."""
    if made is None:
        yield "The picture does not say with what it was made."
        return
    if made.pixels and made.pixels != pixel_hash(saved):
        yield "The picture was changed after it was saved."
    if made.model_hash != again.model_hash:
        yield (
            f"The model has other weights: {again.model_hash[:HASH_SHOWN]} here, "
            f"{made.model_hash[:HASH_SHOWN] or 'unknown'} then."
        )
    yield from _changed("device", again.device, made.device)
    yield from _changed("precision", again.dtype, made.dtype)
    yield from _changed("number of pictures in a network call", str(again.batch), str(made.batch))
    for name in sorted({*again.versions, *made.versions}):
        yield from _changed(name, again.versions.get(name, ""), made.versions.get(name, ""))


def _changed(name: str, here: str, then: str) -> Iterator[str]:
    if here != then:
        yield f"Another {name}: {here or 'none'} here, {then or 'unknown'} then."
