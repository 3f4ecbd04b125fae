"""The noise of one picture: seeded for it alone and drawn on the CPU, so every device starts from the same bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.errors import StudioError
from studio.sampling.brownian import BrownianPath, path_time
from studio.sampling.schedule import NoiseLevel, NoiseSchedule


class ImageNoise:
    """A generator of its own for each picture. The first draw is its start noise; stochastic steps draw on from there.

    `shape` is that of one latent, (C, h, w). Draws have shape (1, C, h, w), float32, on the CPU: what
    `torch.randn` gives a diffusers user with one generator per picture.
    """

    def __init__(self, seed: int, shape: tuple[int, int, int]) -> None:
        self.shape = shape
        self._seed, self._path = seed, (0, BrownianPath(seed, shape))
        self._generator = torch.Generator("cpu").manual_seed(seed)

    def draw(self) -> Tensor:
        """The next standard normal draw."""
        return torch.randn((1, *self.shape), generator=self._generator, dtype=torch.float32)

    def between(self, start: NoiseLevel, end: NoiseLevel, schedule: NoiseSchedule, again: int = 0) -> Tensor:
        """The standard normal draw that belongs to the way from one level to another, whenever it is asked for.

        It is the increment of the picture's Brownian path (`studio.sampling.brownian`), and no draw of the generator:
        its state stays what it is. With `again` it is another path of the same picture.
        """
        if self._path[0] != again:
            self._path = (again, BrownianPath(self._seed, self.shape, again))
        return self._path[1].between(path_time(start, schedule), path_time(end, schedule))

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


@dataclass(frozen=True)
class BatchNoise:
    """The noise of several pictures of one shape, each as if it were alone: draws have shape (n, C, h, w)."""

    each: Sequence[ImageNoise]

    def draw(self) -> Tensor:
        """The next draw of each."""
        return torch.cat([noise.draw() for noise in self.each])

    def between(self, start: NoiseLevel, end: NoiseLevel, schedule: NoiseSchedule, again: int = 0) -> Tensor:
        """What belongs to the way between two levels, of each."""
        return torch.cat([noise.between(start, end, schedule, again) for noise in self.each])
