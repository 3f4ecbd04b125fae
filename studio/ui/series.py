"""How far a job is that makes many pictures or none: a race, an inversion, a walk, a measuring. In words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from studio.job.event import Cancelled, JobEvent, StepDone
from studio.job.inversion import Inversion
from studio.job.race import LaneStep, Race
from studio.job.track import FrameEvent, FrameReady
from studio.job.walk import LookDone, Measuring, Walk, WalkBegun

SeriesWork = Race | Inversion | Walk | Measuring
Told = tuple[str, float]


class Series:
    """Takes the events of one such job and tells its state: a text, and how far it is from 0 to 1."""

    def __init__(self, work: SeriesWork) -> None:
        self._work = work
        self._done = 0
        self._parts: dict[int, float] = {}

    def told(self, event: JobEvent) -> Told | None:
        """What there is to tell after an event; None if nothing."""
        if isinstance(event, LaneStep):
            return self._lane_step()
        if isinstance(event, StepDone):
            return self._inverted(event)
        if isinstance(event, LookDone):
            text = _tr("Measuring the change: {step} of {steps}")
            return text.format(step=event.step, steps=event.steps), event.step / event.steps
        if isinstance(event, WalkBegun):
            self._done = self._frames - len(event.missing)
            return self._frame()
        if isinstance(event, FrameReady):
            self._done += 1
            self._parts.pop(event.frame, None)
            return self._frame()
        if isinstance(event, FrameEvent) and isinstance(event.event, StepDone):
            self._parts[event.frame] = event.event.step / event.event.steps
            return self._frame()
        return None

    def cancelled(self, event: Cancelled) -> str:
        """What there is to tell when it was cancelled."""
        if isinstance(self._work, Walk):
            if self._work.title and event.step:
                text = _tr("Cancelled. {done} of {frames} frames are kept.")
                return text.format(done=event.step, frames=self._frames)
            return _tr("Cancelled.")
        if isinstance(self._work, (Inversion, Measuring)):
            return _tr("Cancelled. Nothing was kept.")
        text = _tr("Cancelled at step {step} of {steps}.") if event.step else _tr("Cancelled before the first step.")
        return text.format(step=event.step, steps=event.steps)

    @property
    def _frames(self) -> int:
        return len(self._work.recipes) if isinstance(self._work, Walk) else 1

    def _lane_step(self) -> Told | None:
        if not isinstance(self._work, Race):
            return None
        self._done += 1
        lanes = self._work.lanes
        steps = sum(lane.recipe.sampling.steps for lane in lanes)
        text = _tr("Race: step {step} of {steps} in {lanes} lanes")
        return text.format(step=self._done, steps=steps, lanes=len(lanes)), self._done / steps

    def _inverted(self, event: StepDone) -> Told:
        """The first half of the steps leads up to the code, the second draws it again."""
        half = event.steps // 2
        up = event.step <= half
        text = _tr("Inverting: step {step} of {steps}") if up else _tr("Drawing it again: step {step} of {steps}")
        return text.format(step=event.step if up else event.step - half, steps=half), event.step / event.steps

    def _frame(self) -> Told:
        """Where frames are made together, each of them is as far as the others."""
        frames, part = self._frames, sum(self._parts.values())
        whole = min(self._done + 1, frames)
        looks = isinstance(self._work, Walk) and not self._work.title
        text = _tr("Quick look: frame {frame} of {frames}") if looks else _tr("Frame {frame} of {frames}")
        return text.format(frame=whole, frames=frames), min(1.0, (self._done + part) / frames)


def _tr(text: str) -> str:
    return QCoreApplication.translate("Series", text)
