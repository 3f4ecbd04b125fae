"""Measuring as a job: each look is told, the end is the same as without a job, and a cancel ends it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.generation.even import even_spacing
from studio.generation.measure import measure
from studio.job.cancel import CancelToken
from studio.job.code import FromSeed
from studio.job.event import Cancelled, Failed, Finished, JobEvent
from studio.job.track import Key, Segment, Track
from studio.job.walk import LookDone, Measuring, Spaced
from studio.models.model import Model
from tests.unit.generation.runs import services, small

SAMPLES = 3


@pytest.fixture
def track() -> Track:
    keys = tuple(Key(FromSeed(seed=seed), "red apple") for seed in (1, 2, 3))
    return Track(small(), keys, (Segment(4), Segment(4)))


def test_every_look_is_told_and_then_the_places(track: Track, tiny: Callable[[str], Model]) -> None:
    given = services(tiny("stable_diffusion_1"))
    told = list(measure(1, Measuring(track, samples=SAMPLES), given, CancelToken()))
    *looks, spaced, end = told
    assert [(look.step, look.steps) for look in looks if isinstance(look, LookDone)] == [(n, 7) for n in range(1, 8)]
    assert isinstance(spaced, Spaced)
    assert isinstance(end, Finished)
    plain = even_spacing(track, given, CancelToken(), samples=SAMPLES)
    assert (spaced.track, spaced.parts) == (plain.track, plain.parts)


def test_a_cancel_ends_it_with_the_next_event(track: Track, tiny: Callable[[str], Model]) -> None:
    cancel, told = CancelToken(), list[JobEvent]()
    for event in measure(1, Measuring(track, samples=SAMPLES), services(tiny("stable_diffusion_1")), cancel):
        told.append(event)
        if len(told) == 3:
            cancel.cancel()
    assert told[3:] == [Cancelled(1, 3, 7)]


def test_an_unknown_measure_is_told(track: Track, tiny: Callable[[str], Model]) -> None:
    (end,) = measure(1, Measuring(track, "taste"), services(tiny("stable_diffusion_1")), CancelToken())
    assert isinstance(end, Failed)
    assert end.field == "even"
