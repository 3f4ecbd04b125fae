"""The noise of one picture: seeded for it alone and drawn on the CPU, so every device starts from the same bits."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.errors import StudioError


class ImageNoise:
    """A generator of its own for each picture. The first draw is its start noise; stochastic steps draw on from there.

    `shape` is that of one latent, (C, h, w). Draws have shape (1, C, h, w), float32, on the CPU: what
    `torch.randn` gives a diffusers user with one generator per picture.
    """

    def __init__(self, seed: int, shape: tuple[int, int, int]) -> None:
        self.shape = shape
        self._generator = torch.Generator("cpu").manual_seed(seed)

    def draw(self) -> Tensor:
        """The next standard normal draw."""
        return torch.randn((1, *self.shape), generator=self._generator, dtype=torch.float32)

    @property
    def state(self) -> Tensor:
        """The generator's state, as bytes: with it, drawing goes on exactly from here."""
        return self._generator.get_state()

    @state.setter
    def state(self, state: Tensor) -> None:
        try:
            # A copy, because torch reads from the beginning of the storage even for a part of a larger tensor.
            self._generator.set_state(state.clone())
        except (RuntimeError, TypeError):
            raise StudioError("The recorded noise is damaged, so the run cannot go on from here.") from None
