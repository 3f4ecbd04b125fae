"""Previews of a latent: cheap pictures of what a run is doing.

Three decoders: `linear` (a matrix with bias from latent channels to RGB, fitted by least squares to the model's own
decoder), `tiny` (a small trained decoder, where the model brings one) and `full` (the model's decoder). A preview works
on a copy and never changes the run.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studio.image import Image, Pixels
from studio.job.preview import PreviewDecoder

Decode = Callable[[Tensor], Image]

# "auto" spends at most this part of a step on its preview.
AUTO_SHARE = 0.10
# Linear previews are enlarged to at most this many pixels a side; the canvas enlarges further while it paints.
LINEAR_SIDE = 512
_BEST_FIRST: tuple[PreviewDecoder, ...] = ("full", "tiny", "linear")


@dataclass(frozen=True)
class LinearDecoder:
    """RGB in [0, 1] from a latent, cell by cell: `weight` has shape (3, C), `bias` (3,); `scale` pixels a cell."""

    weight: Tensor
    bias: Tensor
    scale: int

    @torch.inference_mode()
    def __call__(self, latent: Tensor) -> Image:
        return self.enlarged(
            torch.einsum("oc,chw->ohw", self.weight, latent[0].float().cpu()) + self.bias[:, None, None]
        )

    def enlarged(self, small: Tensor) -> Image:
        """A picture from one colour a latent cell, (3, h, w) in [0, 1], smoothly enlarged towards its full size."""
        h, w = small.shape[1:]
        factor = max(1, min(self.scale, LINEAR_SIDE // max(h, w)))
        size = (h * factor, w * factor)
        return to_image(functional.interpolate(small[None], size=size, mode="bilinear", align_corners=False)[0])


def to_image(rgb: Tensor) -> Image:
    """A picture from a tensor (3, h, w) in [0, 1]; what lies outside is clipped."""
    pixels = (rgb.clamp(0.0, 1.0) * 255.0).round().to(torch.uint8).permute(1, 2, 0).cpu().contiguous()
    return Image(pixels.numpy())


def fit_linear(encode: Callable[[Image], Tensor], decode: Decode, scale: int, side: int = 128) -> LinearDecoder:
    """Fit the linear decoder by least squares to what `decode` makes of the latents of drawn pictures.

    Each latent cell is paired with the mean colour of its `scale` × `scale` pixels.
    """
    latents, colours = [], []
    for number in range(3):
        latent = encode(Image(_drawn_picture(side, number)))
        pixels = torch.from_numpy(decode(latent).pixels.copy()).float().permute(2, 0, 1) / 255.0
        colours.append(functional.avg_pool2d(pixels[None], scale)[0].flatten(1).T)
        latents.append(latent[0].float().cpu().flatten(1).T)
    x, y = torch.cat(latents).double(), torch.cat(colours).double()
    ones = torch.ones(len(x), 1, dtype=x.dtype)
    solution = torch.linalg.lstsq(torch.cat([x, ones], dim=1), y).solution.float()
    return LinearDecoder(solution[:-1].T.contiguous(), solution[-1].contiguous(), scale)


def _drawn_picture(side: int, seed: int) -> Pixels:
    """Discs and boxes of every colour on white, black or a gradient: flat areas, edges and shades."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:side, 0:side] / side
    corner, change = rng.uniform(0, 255, 3), rng.uniform(-160, 160, (2, 3))
    gradient = corner + x[..., None] * change[0] + y[..., None] * change[1]
    picture = (np.full_like(gradient, 255.0), gradient, np.zeros_like(gradient))[seed % 3]
    for _ in range(12):
        cx, cy, radius = rng.uniform(0, 1), rng.uniform(0, 1), rng.uniform(0.05, 0.3)
        far = np.maximum(abs(x - cx), abs(y - cy)) if rng.uniform() < 0.5 else np.hypot(x - cx, y - cy)
        shade = 1.0 - 0.4 * rng.uniform() * far[..., None] / radius
        picture = np.where((far < radius)[..., None], rng.uniform(0, 255, 3) * shade, picture)
    pixels: Pixels = np.clip(picture, 0, 255).astype(np.uint8)
    return pixels


class Previews:
    """The preview decoders of one loaded model, and what each was last seen to cost (seconds a latent cell)."""

    def __init__(self, decoders: Mapping[PreviewDecoder, Decode]) -> None:
        self._decoders = dict(decoders)
        self._costs: dict[PreviewDecoder, float] = {}

    @property
    def names(self) -> tuple[PreviewDecoder, ...]:
        """The decoders this model has, best first."""
        return tuple(name for name in _BEST_FIRST if name in self._decoders)

    @property
    def linear(self) -> LinearDecoder:
        """The linear decoder itself: its weight without the bias shows signed quantities."""
        decoder = self._decoders["linear"]
        if not isinstance(decoder, LinearDecoder):
            raise TypeError("these previews have no linear decoder with a weight")
        return decoder

    def measure(self, name: PreviewDecoder, latent: Tensor) -> None:
        """Decode once for nothing but its time, after a first time that does not count."""
        self._decoders[name](latent)
        self.picture(name, latent)

    def choose(self, wanted: PreviewDecoder, cells: int, step_seconds: float) -> PreviewDecoder:
        """The decoder to use for latents of `cells` cells. A decoder the model lacks is replaced by the automatic one.

        "auto" is the best whose measured cost is at most 10 % of a step; the linear one if none is known to be.
        """
        if wanted in self._decoders:
            return wanted
        affordable = step_seconds * AUTO_SHARE
        for name in self.names:
            cost = self._costs.get(name)
            if cost is not None and cost * cells <= affordable:
                return name
        return "linear"

    def picture(self, name: PreviewDecoder, latent: Tensor) -> Image:
        """The preview of one latent (1, C, h, w) by the decoder of that name."""
        began = time.perf_counter()
        image = self._decoders[name](latent)
        self.note_cost(name, latent, time.perf_counter() - began)
        return image

    def note_cost(self, name: PreviewDecoder, latent: Tensor, seconds: float) -> None:
        """Remember what a decode of this latent cost."""
        self._costs[name] = seconds / (latent.shape[-1] * latent.shape[-2])
