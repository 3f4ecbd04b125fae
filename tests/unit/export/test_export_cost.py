"""What an export costs: memory that does not grow, and estimates that hold."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from studio.errors import StudioError
from studio.export.estimate import estimate
from studio.export.frame_look import Enlargement, FrameLook
from studio.export.order import FORMATS
from studio.export.sequence import Pace
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.view import ViewReady, ViewRequest
from tests.unit.export.clips import Views, exported, facts, order

ALL = list(FORMATS)


CLIPS = ["mp4", "gif", "apng", "webp"]


PACE = Pace(hold=0.25)


ROOT = Path(__file__).resolve().parents[3]


def pace_of(name: str) -> Pace:
    return PACE if FORMATS[name].moves else Pace()


def contents(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(path.iterdir())] if path.is_dir() else [path.read_bytes()]


@pytest.mark.parametrize("name", ALL)
def test_five_hundred_frames_are_never_held_together(tmp_path, name):
    alive: weakref.WeakSet[Image] = weakref.WeakSet()
    most = 0
    views = Views((64, 64))

    def counted(step: int) -> ViewReady:
        nonlocal most
        shown = views(step)
        alive.add(shown.image)
        gc.collect(0)
        most = max(most, len(alive))
        return shown

    look = FrameLook(captions="below")
    wanted = order(
        tmp_path, name, facts=facts(500, width=64, height=64), look=look if FORMATS[name].moves else FrameLook()
    )
    ending = exported(wanted, counted)
    assert (ending.frames, len(views.asked)) == (500, 500)
    assert most <= 3


@pytest.mark.parametrize("name", CLIPS)
def test_memory_does_not_grow_with_the_frames(tmp_path, name):
    import tracemalloc

    def peak(steps: int) -> int:
        wanted = order(tmp_path / str(steps), name, facts=facts(steps, width=64, height=64))
        tracemalloc.start()
        try:
            exported(wanted, Views((64, 64)))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2)
    assert peak(240) - peak(24) < 20 * 64 * 64 * 3


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("hold", [0.0, 2.0])
def test_estimates_are_near_and_write_nothing(tmp_path, name, hold):
    pace = Pace(hold=hold if FORMATS[name].moves else 0.0)
    wanted = order(tmp_path, name, steps=40, pace=pace, look=FrameLook(enlargement=Enlargement(3, method="lanczos")))
    views = Views()
    told = estimate(wanted, views, CancelToken())
    assert list(tmp_path.iterdir()) == []
    assert len(views.asked) <= 9
    ending = exported(wanted)
    assert (told.frames, told.seconds) == (ending.frames, wanted.plan.seconds)
    assert 0.6 < told.bytes / ending.bytes < 1.6


def test_estimates_tell_what_is_missing(tmp_path):
    with pytest.raises(StudioError, match="Step 1 is gone"):
        estimate(
            order(tmp_path), lambda step: ViewReady(ViewRequest("a" * 32, step), None, "Step 1 is gone."), CancelToken()
        )
