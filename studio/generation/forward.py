"""The forward process: any picture at any level of q(x_t | x_0), with `x = alpha x0 + sigma eps` (Ho et al. 2020, 4).

The noise is the first draw of a seed, so all levels show one way into one noise: the start of a run with that seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studio.errors import InvalidField, RefusedFile
from studio.generation.run import failure
from studio.generation.services import Services
from studio.image import Image
from studio.job.recipe import SIZE_MAXIMUM, SIZE_STEP
from studio.job.view import ForwardRequest, ViewReady
from studio.models.model import Model
from studio.sampling.grid import timestep_grid
from studio.sampling.noise import ImageNoise
from studio.sampling.schedule import NoiseLevel


@dataclass(frozen=True)
class _Encoded:
    """What a picture was encoded to, so that scrubbing encodes it once."""

    image: Image
    model_hash: str
    x0: Tensor


class Forward:
    """Shows pictures at noise levels. The last picture stays open and encoded."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._opened: tuple[Path, float, Image] | None = None
        self._encoded: _Encoded | None = None

    def view(self, request: ForwardRequest, *, may_load: bool = True) -> ViewReady:
        """The picture of the request at its level, in its own size, or a sentence. Never raises.

        Without `may_load` only the model that is loaded already is used.
        """
        try:
            return ViewReady(request, self._view(request, self._picture(request.picture), may_load))
        except Exception as problem:
            return ViewReady(request, None, failure(0, problem).sentence)

    def _picture(self, picture: Path | Image) -> Image:
        if isinstance(picture, Image):
            return picture
        if self._services.open_picture is None:
            raise RefusedFile("Pictures cannot be opened here.")
        age = picture.stat().st_mtime if picture.is_file() else 0.0
        if self._opened is None or self._opened[:2] != (picture, age):
            self._opened = picture, age, self._services.open_picture(picture)
        return self._opened[2]

    def _view(self, request: ForwardRequest, image: Image, may_load: bool) -> Image:
        models = self._services.models
        if not may_load and not models.is_loaded(request.model):
            raise InvalidField("model", f"The model '{request.model}' can be opened when the present run is over.")
        model = models.get(request.model)
        level = self._level(request, model)
        x = noised(self._encode(image, model), level, request.seed)
        if request.exact:
            return _cropped(model.decode(x), image.width, image.height)
        quick = model.previews.picture("linear", x)
        padded_width, padded_height = (_padded(side) for side in (image.width, image.height))
        width = round(image.width * quick.width / padded_width)
        return _cropped(quick, width, round(image.height * quick.height / padded_height))

    def _level(self, request: ForwardRequest, model: Model) -> NoiseLevel:
        info = self._services.methods.samplers.get(request.sampler).info
        spacings = self._services.methods.spacings.by_name()
        grid = timestep_grid(model.facts.schedule, request.steps, request.spacing, info, spacings=spacings)
        if not 0 <= request.index <= grid.steps:
            raise InvalidField(
                "step", f"Level {request.index} is out of range. This grid has levels 0 to {grid.steps}."
            )
        return grid.levels[request.index]

    def _encode(self, image: Image, model: Model) -> Tensor:
        known = self._encoded
        if known is None or known.image is not image or known.model_hash != model.facts.hash:
            if max(image.width, image.height) > SIZE_MAXIMUM:
                raise InvalidField(
                    "width", f"This picture is larger than {SIZE_MAXIMUM} pixels a side. Use a smaller one."
                )
            self._encoded = known = _Encoded(image, model.facts.hash, model.encode(_filled_up(image)))
        return known.x0


@torch.inference_mode()
def noised(x0: Tensor, level: NoiseLevel, seed: int) -> Tensor:
    """A draw of q(x_t | x_0): `alpha x0 + sigma eps`, shape of `x0` (1, C, h, w), eps the first noise of the seed."""
    channels, height, width = x0.shape[1:]
    eps = ImageNoise(seed, (channels, height, width)).draw().to(x0.device, x0.dtype)
    return level.alpha * x0 + level.sigma * eps


def _padded(side: int) -> int:
    return -(-side // SIZE_STEP) * SIZE_STEP


def _filled_up(image: Image) -> Image:
    """The picture with its last row and column repeated, so that latent cells cover it."""
    below, right = _padded(image.height) - image.height, _padded(image.width) - image.width
    return Image(np.pad(image.pixels, ((0, below), (0, right), (0, 0)), mode="edge")) if below or right else image


def _cropped(image: Image, width: int, height: int) -> Image:
    return image if (image.width, image.height) == (width, height) else Image(image.pixels[:height, :width])
