"""What the rest of the studio knows of a model: a text encoder, a network on latents, and an autoencoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.image import Image, Mask
from studio.models.preview import Previews
from studio.models.tokens import TokenCount
from studio.sampling.denoiser import Parametrisation
from studio.sampling.schedule import NoiseLevel, NoiseSchedule


@dataclass(frozen=True)
class ModelFacts:
    """What a model is, without its weights: `hash` names its weights, sizes are (width, height) in pixels.

    `inpainting`: its network reads a mask and the masked picture beside the state, 1 + C channels behind the C.
    """

    name: str
    hash: str
    native_size: tuple[int, int]
    schedule: NoiseSchedule
    parametrisation: Parametrisation
    inpainting: bool = False


class Model(Protocol):
    """A model that is loaded on a device. Latents have shape (n, C, height / 8, width / 8) in `dtype` on `device`."""

    @property
    def facts(self) -> ModelFacts: ...

    @property
    def device(self) -> torch.device: ...

    @property
    def dtype(self) -> torch.dtype: ...

    @property
    def together(self) -> int:
        """How many pictures it wants in a network call where many are made: always 1 on the CPU, and never changing."""
        ...

    @property
    def previews(self) -> Previews: ...

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int]:
        """(C, h, w) of the latent of one picture of that size in pixels."""
        ...

    def count_tokens(self, prompt: str) -> TokenCount:
        """How much of a prompt is read, and what is cut off."""
        ...

    def conditioning(self, prompt: str) -> Tensor:
        """The encoded prompt, shape (1, tokens, d). Words beyond the model's limit are cut off."""
        ...

    def network(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        """One bare network call: the raw output for states (n, C, h, w) and conditionings (n, tokens, d).

        A network for inpainting takes (n, C + 1 + C, h, w): state, mask (1 = repaint), encoded masked picture.
        """
        ...

    def encode(self, image: Image, hidden: Mask | None = None) -> Tensor:
        """The latent (1, C, h, w) of a picture: the posterior mean, no draw.

        Where `hidden` is 128 or more the picture counts as the grey in the middle, as inpainting networks learned it.
        """
        ...

    def features(self, image: Image) -> NDArray[np.float64]:
        """What a picture is like, as numbers (d,): the spatial mean of what the encoder gives before its last layer."""
        ...

    def decode(self, latent: Tensor) -> Image:
        """The picture of one latent (1, C, h, w). Raises `NotFinite` if it holds NaN or infinity."""
        ...
