"""How far a walk is: frames that are made together are told as far as each of them is."""

from __future__ import annotations

from studio.job.event import JobEvent, StepDone
from studio.job.recipe import recipe
from studio.job.track import FrameEvent, FrameReady
from studio.job.walk import Walk, WalkBegun
from studio.ui.series import Series
from tests.unit.export.made import generated


def step(frame: int, number: int) -> JobEvent:
    return FrameEvent(1, frame, StepDone(1, number, 4, 0.0, 0.0))


def test_a_walk_grows_by_what_each_frame_has_done() -> None:
    series = Series(Walk((recipe(),) * 10, "walk"))
    assert series.told(WalkBegun(1, tuple(range(2, 10)), None)) == ("Frame 3 of 10", 0.2)
    assert series.told(step(2, 2)) == ("Frame 3 of 10", 0.25)
    assert series.told(step(3, 2)) == ("Frame 3 of 10", 0.3)
    assert series.told(step(2, 4)) == ("Frame 3 of 10", 0.35)
    assert series.told(step(3, 4)) == ("Frame 3 of 10", 0.4)
    assert series.told(FrameReady(1, 2, 10, generated())) == ("Frame 4 of 10", 0.4)
    assert series.told(FrameReady(1, 3, 10, generated())) == ("Frame 5 of 10", 0.4)
