"""From the recorded steps of a trajectory to the frames of a clip: which step is shown when, and for how long.

The rule: a clip has as many pictures as there are recorded steps to show. They lie evenly spaced in a coordinate, from
its value at the first of these steps to that at the last, and each shows the recorded step at or before its place.

* `step`: the coordinate counts the recorded steps, so each is shown once.
* `sigma`: the coordinate is sigma, which falls. Where the noise falls fast the clip runs fast through the steps.
* `logsnr`: the coordinate is log(alpha² / sigma²), which rises. At a clean level (sigma 0) and at pure noise (alpha 0)
  it is infinite; such a level is placed beyond its neighbour by the neighbour's own distance.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from typing import Literal, Protocol

from studio.errors import InvalidField

Timing = Literal["step", "sigma", "logsnr"]
TIMINGS: tuple[Timing, ...] = ("step", "sigma", "logsnr")
FPS_MINIMUM, FPS_MAXIMUM = 1.0, 60.0
HOLD_MAXIMUM = 60.0
# Places that agree in all but their last digits are the same place.
_NEAR = 1e-9


class Level(Protocol):
    """A noise level: `x = alpha x0 + sigma eps`."""

    @property
    def timestep(self) -> float: ...

    @property
    def alpha(self) -> float: ...

    @property
    def sigma(self) -> float: ...


@dataclass(frozen=True)
class Pace:
    """How steps become time: `fps` frames a second (1 to 60); `hold` seconds that the clip rests at each end (0 to 60).

    With `boomerang` it runs back again. `loop` says that it is shown over and over: a boomerang then leaves out its
    last frame, which is the first one again. Raises `InvalidField`.
    """

    timing: Timing = "step"
    fps: float = 12.0
    hold: float = 0.0
    boomerang: bool = False
    loop: bool = True

    def __post_init__(self) -> None:
        if self.timing not in TIMINGS:
            raise InvalidField(
                "timing", f"Timing '{str(self.timing)[:40]}' is not known. Use one of: {', '.join(TIMINGS)}."
            )
        if not FPS_MINIMUM <= self.fps <= FPS_MAXIMUM:
            raise InvalidField(
                "fps", f"{self.fps:g} frames a second are out of range. Use {FPS_MINIMUM:g} to {FPS_MAXIMUM:g}."
            )
        if not 0.0 <= self.hold <= HOLD_MAXIMUM:
            raise InvalidField("hold", f"Hold {self.hold:g} is out of range. Use 0 to {HOLD_MAXIMUM:g} seconds.")

    @property
    def rate(self) -> Fraction:
        """Frames a second as a fraction that formats can say: 23.976 is 24000/1001."""
        return Fraction(self.fps).limit_denominator(1001)


@dataclass(frozen=True)
class Frame:
    """The picture after `step` steps, shown for `ticks` frames' time."""

    step: int
    ticks: int = 1


@dataclass(frozen=True)
class FramePlan:
    """The frames of a clip in the order of showing, `rate` ticks a second."""

    frames: tuple[Frame, ...]
    rate: Fraction
    loop: bool = True

    @property
    def ticks(self) -> int:
        """How many frames a format of constant rate has."""
        return sum(frame.ticks for frame in self.frames)

    @property
    def seconds(self) -> float:
        """How long the clip is, once through."""
        return float(self.ticks / self.rate)

    def each_tick(self) -> FramePlan:
        """The same clip with every frame as long as any other: what rests is repeated."""
        return FramePlan(tuple(Frame(f.step) for f in self.frames for _ in range(f.ticks)), self.rate, self.loop)

    def delays(self, units: int) -> tuple[int, ...]:
        """How long each frame is shown, in 1/`units` seconds. Rounded so that errors do not add up."""
        ends = [round(ticks * units / self.rate) for ticks in accumulate(frame.ticks for frame in self.frames)]
        return tuple(end - begin for begin, end in zip([0, *ends], ends, strict=False))


def plan_frames(levels: Sequence[Level], steps: Sequence[int], pace: Pace) -> FramePlan:
    """The clip of the recorded `steps` (rising, at least one) of a run with these n+1 levels.

    Raises `InvalidField` if there is nothing to show.
    """
    if not steps:
        raise InvalidField("view", "No step of this view was recorded, so there is nothing to export.")
    forward = [steps[place] for place in _evenly(_coordinates(levels, steps, pace.timing))]
    held = max(1, round(pace.hold * pace.rate))
    frames = [Frame(step) for step in forward]
    frames[0] = Frame(forward[0], held)
    frames[-1] = Frame(forward[-1], held)
    if pace.boomerang and len(frames) > 1:
        back = frames[-2:0:-1]
        frames += back if pace.loop else [*back, frames[0]]
    return FramePlan(tuple(frames), pace.rate, pace.loop)


def _evenly(coordinates: Sequence[float]) -> list[int]:
    """For as many evenly spaced places as there are coordinates (rising), the last coordinate at or before each."""
    first, span = coordinates[0], coordinates[-1] - coordinates[0]
    last = len(coordinates) - 1
    if span <= 0:
        return list(range(len(coordinates)))
    places = (first + span * (number / last + _NEAR) for number in range(len(coordinates)))
    return [bisect_right(coordinates, place) - 1 for place in places]


def _coordinates(levels: Sequence[Level], steps: Sequence[int], timing: Timing) -> list[float]:
    """The coordinate of each step, never falling."""
    if timing == "step":
        return [float(place) for place in range(len(steps))]
    values = [-levels[step].sigma if timing == "sigma" else _log_snr(levels[step]) for step in steps]
    return list(accumulate(_with_ends(values), max))


def _log_snr(level: Level) -> float:
    if level.sigma <= 0:
        return math.inf
    return 2.0 * math.log(level.alpha / level.sigma) if level.alpha > 0 else -math.inf


def _with_ends(values: list[float]) -> list[float]:
    """The values with their infinite ends brought near, each as far from its neighbour as that is from the next."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return [float(place) for place in range(len(values))]
    below = finite[1] - finite[0] if len(finite) > 1 else 1.0
    above = finite[-1] - finite[-2] if len(finite) > 1 else 1.0
    ends = {-math.inf: finite[0] - below, math.inf: finite[-1] + above}
    return [ends.get(value, value) for value in values]
