"""Each kind of work is done by what it is for; the frames of a walk are on the disk before they are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studio.export.frame_folder import frame_name
from studio.export.picture_file import read_picture
from studio.generation.frames import frames
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.code import FromSeed
from studio.job.event import TERMINAL, Cancelled, Failed, Finished, ImageReady, JobEvent
from studio.job.inversion import Inversion, Inverted
from studio.job.preview import PreviewSettings
from studio.job.race import Axis, RaceReady, race
from studio.job.track import FrameReady, Key, Segment, Track
from studio.job.walk import Measuring, Spaced, Walk, WalkBegun
from studio.library.sources import SourceStore
from studio.models.device import Placement
from studio.models.loader import load_model
from studio.models.model import Model
from studio.paths import starter_model
from studio.sampling.registry import builtin_methods
from studio.trajectory.code_store import CodeStore
from studio.worker.working import events_of
from tests.unit.generation.runs import Loaded, small


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model(starter_model(), Placement(torch.device("cpu"), torch.float32), name="starter")


@pytest.fixture
def kit(starter: Model, tmp_path: Path) -> Services:
    return Services(
        Loaded(starter),
        builtin_methods(),
        lambda: PreviewSettings("off"),
        sources=SourceStore(tmp_path / "sources"),
        codes=CodeStore(tmp_path / "codes"),
    )


@pytest.fixture
def walk() -> Walk:
    keys = tuple(Key(FromSeed(seed=seed), "red apple") for seed in (1, 2))
    return Walk(frames(Track(small(steps=2), keys, (Segment(3),))), "a walk")


def told(work: Any, kit: Services, pictures: Path, cancel: CancelToken | None = None) -> Iterator[JobEvent]:
    return events_of(1, work, kit, cancel or CancelToken(), lambda: pictures)


def test_every_kind_of_work_ends_once_with_what_it_is_for(kit: Services, walk: Walk, tmp_path: Path) -> None:
    assert kit.sources is not None
    image = Image(np.full((64, 64, 3), 90, np.uint8))
    SourceStore.offer(kit.sources, image)  # type: ignore[arg-type]
    track = Track(small(steps=2), (Key(FromSeed(seed=1)), Key(FromSeed(seed=2))), (Segment(3),))
    works = [
        (small(), ImageReady),
        (race(small(), Axis("seed", (1, 2))), RaceReady),
        (Inversion(recipe=small(guidance={"scale": 1.0}), image=image.id), Inverted),
        (Measuring(track, samples=2), Spaced),
        (walk, FrameReady),
    ]
    for work, kind in works:
        events = list(told(work, kit, tmp_path))
        assert isinstance(events[-1], Finished), events[-1]
        assert sum(isinstance(event, TERMINAL) for event in events) == 1
        assert any(isinstance(event, kind) for event in events)


def test_a_frame_is_on_the_disk_before_it_is_told(kit: Services, walk: Walk, tmp_path: Path) -> None:
    begun, *rest = told(walk, kit, tmp_path)
    assert begun == WalkBegun(1, (0, 1, 2, 3), tmp_path / "a walk")
    end = rest[-1]
    assert isinstance(end, Finished)
    assert end.path == tmp_path / "a walk"
    for number, recipe in enumerate(walk.recipes):
        saved = read_picture(tmp_path / "a walk" / frame_name(number, 4))
        assert saved.recipe == recipe
    there: list[int] = []
    (tmp_path / "again").mkdir()
    for event in told(walk, kit, tmp_path / "again"):
        if isinstance(event, FrameReady):
            there.append(len(list((tmp_path / "again" / "a walk").iterdir())))
    assert there == [1, 2, 3, 4]


def test_a_cancelled_walk_goes_on_without_gap_or_repeat(kit: Services, walk: Walk, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    list(told(walk, kit, whole))
    cancel = CancelToken()
    for event in told(walk, kit, tmp_path, cancel):
        if isinstance(event, FrameReady) and event.frame == 1:
            cancel.cancel()
        if isinstance(event, TERMINAL):
            assert event == Cancelled(1, 2, 4)
    begun, *rest = told(walk, kit, tmp_path)
    assert begun == WalkBegun(1, (2, 3), tmp_path / "a walk")
    assert [event.frame for event in rest if isinstance(event, FrameReady)] == [2, 3]
    for number in range(4):
        name = frame_name(number, 4)
        one, other = (read_picture(folder / "a walk" / name).image.pixels for folder in (tmp_path, whole))
        assert np.array_equal(one, other)


def test_a_walk_without_a_title_leaves_nothing(kit: Services, walk: Walk, tmp_path: Path) -> None:
    events = list(told(Walk(walk.recipes), kit, tmp_path / "pictures"))
    assert events[0] == WalkBegun(1, (0, 1, 2, 3), None)
    assert not (tmp_path / "pictures").exists()


def test_another_walk_of_the_same_title_takes_another_folder(kit: Services, walk: Walk, tmp_path: Path) -> None:
    list(told(walk, kit, tmp_path))
    other = Walk(walk.recipes[:2], walk.title)
    begun = next(iter(told(other, kit, tmp_path)))
    assert begun == WalkBegun(1, (0, 1), tmp_path / "a walk-2")


def test_a_place_that_will_not_do_fails_the_job(kit: Services, walk: Walk, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    *_, end = told(walk, kit, tmp_path / "file")
    assert isinstance(end, Failed)
