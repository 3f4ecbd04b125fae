"""One Brownian path per picture, the same whoever asks for which part of it, in which order.

A virtual Brownian tree (Gaines and Lyons 1997; Li et al. 2020, section 4): the end of the path is drawn first, then
the middle of its two halves given their ends, and so on down. Each draw has a generator of its own, seeded by a hash of
the picture's seed and the place in the tree, so nothing need be recorded to walk the same path again.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from hashlib import blake2b

import torch
from torch import Tensor

from studio.sampling.schedule import NoiseLevel, NoiseSchedule

# Times are whole multiples of 2^-DEPTH.
DEPTH = 36
_POINTS_KEPT = 8


def path_time(level: NoiseLevel, schedule: NoiseSchedule) -> float:
    """sigma/alpha in that of the schedule's highest level, 0 to 1; what is noisier than that level is at 1."""
    return min(level.ratio / float(schedule.ratios()[-1]), 1.0)


class BrownianPath:
    """A Brownian motion W of shape (1, C, h, w) on [0, 1], W(0) = 0, drawn on the CPU in float32, summed in float64.

    `again` names further paths of the same picture, independent of its first.
    """

    def __init__(self, seed: int, shape: tuple[int, int, int], again: int = 0) -> None:
        self._key, self._shape = f"{seed}/{again}", (1, *shape)
        self._points: OrderedDict[int, Tensor] = OrderedDict()

    def between(self, start: float, end: float) -> Tensor:
        """`(W(end) - W(start)) / sqrt(|end - start|)`: standard normal, float32, and the negative the other way round.

        Times nearer than 2^-36 cannot be told apart on the path; between those it is a draw of their own.
        """
        first, last = (round(time * 2**DEPTH) for time in (start, end))
        if first == last:
            low, high = sorted((start, end))
            draw = self._draw(f"{low.hex()}/{high.hex()}")
            return (draw if start <= end else -draw).float()
        deviation = math.sqrt(abs(last - first) / 2**DEPTH)
        return ((self._at(last) - self._at(first)) / deviation).float()

    def _at(self, time: int) -> Tensor:
        """W at `time / 2^DEPTH`. The last few are kept: the end of one step is the begin of the next."""
        if time not in self._points:
            self._points[time] = self._descended(time)
            if len(self._points) > _POINTS_KEPT:
                self._points.popitem(last=False)
        self._points.move_to_end(time)
        return self._points[time]

    def _descended(self, time: int) -> Tensor:
        """Halve [0, 1] until an end is `time`: `W(middle) = (W(low) + W(high)) / 2 + sqrt(high - low) / 2 z`."""
        low, high = 0, 2**DEPTH
        at_low, at_high = torch.zeros(self._shape, dtype=torch.float64), self._draw("end")
        while low < time < high:
            middle = (low + high) // 2
            spread = math.sqrt((high - low) / 2**DEPTH) / 2
            at_middle = (at_low + at_high) / 2 + spread * self._draw(f"{low}-{high}")
            if time < middle:
                high, at_high = middle, at_middle
            else:
                low, at_low = middle, at_middle
        return at_low if time == low else at_high

    def _draw(self, place: str) -> Tensor:
        digest = blake2b(f"{self._key}/{place}".encode(), digest_size=8).digest()
        generator = torch.Generator("cpu").manual_seed(int.from_bytes(digest, "big") >> 1)
        return torch.randn(self._shape, generator=generator, dtype=torch.float32).double()
