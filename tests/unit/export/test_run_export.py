"""Exports that are cut short, gone on with, or stopped by the disk: nothing is lost, no frame is missing or twice."""

from __future__ import annotations

import errno
import io
import logging
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.export import part_file
from studio.export.export_event import ENDINGS, ExportBegun, ExportCancelled, Exported, ExportFailed, FrameDone
from studio.export.order import FORMATS
from studio.export.run_export import run_export
from studio.export.sequence import Pace
from studio.job.cancel import CancelToken
from studio.job.view import ViewReady, ViewRequest
from tests.unit.export.clips import Views, cut_short, exported, order, pictures_in

ALL = list(FORMATS)


CLIPS = ["mp4", "gif", "apng", "webp"]


PACE = Pace(hold=0.25)


ROOT = Path(__file__).resolve().parents[3]


def pace_of(name: str) -> Pace:
    return PACE if FORMATS[name].moves else Pace()


def contents(path: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(path.iterdir())] if path.is_dir() else [path.read_bytes()]


@pytest.mark.parametrize("name", ALL)
def test_events_count_the_frames_and_end_once(tmp_path, name):
    wanted = order(tmp_path, name, pace=pace_of(name))
    events = list(run_export(3, wanted, Views(), CancelToken()))
    frames = len(wanted.plan.frames)
    assert isinstance(events[0], ExportBegun)
    assert [event.whole for event in events if isinstance(event, FrameDone)] == list(range(1, frames + 1))
    assert [type(event) for event in events if isinstance(event, ENDINGS)] == [Exported]
    assert {(event.export, event.frames) for event in events} == {(3, frames)}
    assert events[-1].bytes == sum(map(len, contents(events[-1].path)))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("frames", [0, 1, 5, 7])
def test_a_cancelled_export_goes_on_without_gap_or_repeat(tmp_path, name, frames):
    wanted = order(tmp_path / "cut", name, pace=pace_of(name))
    first = Views()
    ending = cut_short(wanted, frames, first)
    assert isinstance(ending, ExportCancelled)
    assert ending.whole == frames
    if frames:
        assert f"{frames} of {len(wanted.plan.frames)} frames are whole" in ending.sentence
        assert len(pictures_in(ending.path)) == (1 if name == "sheet" else frames)
    else:
        assert (ending.path, list(tmp_path.rglob("*.*"))) == (None, [])
    second = Views()
    whole = exported(wanted, second)
    assert isinstance(whole, Exported)
    steps = [frame.step for frame in wanted.plan.frames]
    assert sorted(set(second.asked)) == sorted(set(steps[frames:]))
    straight = exported(order(tmp_path / "straight", name, pace=pace_of(name)))
    again, once = pictures_in(whole.path), pictures_in(straight.path)
    assert len(again) == len(once)
    if name == "mp4":  # where it goes on, a frame stands for itself
        assert all(np.abs(a.astype(int) - b.astype(int)).mean() < 4 for a, b in zip(again, once, strict=True))
    else:
        assert contents(whole.path) == contents(straight.path)
    if name != "png":
        assert [file.name for file in whole.path.parent.iterdir()] == [wanted.target.name]


@pytest.mark.parametrize("name", ALL)
def test_an_export_can_be_cut_short_again_and_again(tmp_path, name):
    wanted = order(tmp_path, name)
    for frames in (2, 3, 6):
        assert cut_short(wanted, frames).whole == frames
    begun = next(run_export(1, wanted, Views(), CancelToken()))
    assert begun.whole == 6
    assert len(pictures_in(exported(wanted).path)) == (1 if name == "sheet" else 8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(name=st.sampled_from(CLIPS), at=st.floats(0, 1), garbage=st.binary(max_size=40))
def test_a_file_that_was_cut_anywhere_goes_on_as_if_nothing_happened(tmp_path_factory, name, at, garbage):
    folder = tmp_path_factory.mktemp("cut")
    wanted = order(folder, name, steps=4)
    part = cut_short(wanted, 3).path
    data = part.read_bytes()
    part.write_bytes(data[: int(len(data) * at)] + garbage)
    found = pictures_in(exported(wanted).path)
    straight = pictures_in(exported(order(folder / "straight", name, steps=4)).path)
    assert len(found) == len(straight)
    for a, b in zip(found, straight, strict=True):
        assert np.abs(a.astype(int) - b.astype(int)).mean() < (4 if name == "mp4" else 1e-9)


def test_another_export_does_not_go_on_with_these_frames(tmp_path):
    cut_short(order(tmp_path, "gif"), 3)
    other = order(tmp_path, "gif", view="x")
    assert next(run_export(1, other, Views(), CancelToken())).whole == 0


@pytest.mark.parametrize("name", ["gif", "sheet"])
def test_nothing_is_overwritten(tmp_path, name):
    wanted = order(tmp_path, name)
    wanted.target.write_bytes(b"mine")
    ending = exported(wanted)
    assert ending.path == wanted.target.with_stem("clip-2")
    assert wanted.target.read_bytes() == b"mine"


def test_two_programs_that_export_the_same_do_not_share_a_file(tmp_path):
    wanted = order(tmp_path, "gif")
    one, two = (run_export(number, wanted, Views(), CancelToken()) for number in (1, 2))
    endings = [list(pair)[-1] for pair in zip(*[iter_alternately(one, two)], strict=True)]
    paths = {event.path for event in endings if isinstance(event, Exported)}
    assert {path.name for path in paths} == {"clip.gif", "clip-2.gif"}
    assert len({path.read_bytes() for path in paths}) == 1


def iter_alternately(one, two):
    for pair in zip(one, two, strict=True):
        yield from pair


class FullDisk:
    """The module `os` for a part file, on a disk with so many bytes left."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __getattr__(self, name: str):
        return getattr(os, name)

    def fdopen(self, descriptor: int, *_: object, **__: object) -> io.FileIO:
        disk = self

        class File(io.FileIO):
            def write(self, data) -> int:
                fits = max(0, min(len(data), disk.room - self.tell()))
                if data and not fits:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return super().write(data[:fits])

        return File(descriptor, "rb+")


@pytest.mark.parametrize("name", CLIPS)
def test_a_full_disk_keeps_the_frames_that_are_whole(tmp_path, name, monkeypatch):
    wanted = order(tmp_path, name)
    room = exported(order(tmp_path / "before", name)).bytes * 2 // 3
    monkeypatch.setattr(part_file, "os", FullDisk(room))
    ending = exported(wanted)
    assert isinstance(ending, ExportFailed)
    assert 0 < ending.whole < 8
    assert ending.sentence.startswith(f"Disk full. {ending.whole} of 8 frames are whole, in {ending.path}.")
    assert (ending.exit_code, ending.can_go_on) == (1, True)
    assert len(pictures_in(ending.path)) == ending.whole
    monkeypatch.undo()
    views = Views()
    assert len(pictures_in(exported(wanted, views).path)) == 8
    assert views.asked == list(range(ending.whole + 1, 9))


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("room", [0, 3])
def test_a_disk_without_any_room_leaves_nothing(tmp_path, name, room, monkeypatch):
    monkeypatch.setattr(part_file, "os", FullDisk(room))
    ending = exported(order(tmp_path, name))
    assert isinstance(ending, ExportFailed)
    assert "no space left" in ending.sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ALL)
def test_a_folder_that_cannot_be_written_to_is_told_before_anything_is_decoded(tmp_path, name, monkeypatch):
    from studio import storage
    from tests.unit.faulty_os import FaultyOs, failing

    (tmp_path / "in").mkdir()
    monkeypatch.setattr(storage, "os", FaultyOs(1, failing(errno.EACCES)))
    views = Views()
    ending = exported(order(tmp_path / "in", name), views)
    assert isinstance(ending, ExportFailed)
    assert "you have no permission" in ending.sentence
    assert views.asked == []


def test_a_view_that_cannot_be_shown_is_told_and_the_frames_before_are_kept(tmp_path):
    views = Views()

    def until_four(step: int) -> ViewReady:
        return views(step) if step < 4 else ViewReady(ViewRequest("a" * 32, step), None, "Step 4 is gone.")

    wanted = order(tmp_path, "apng")
    ending = exported(wanted, until_four)
    assert isinstance(ending, ExportFailed)
    assert ending.sentence == f"Step 4 is gone. 3 of 8 frames are whole, in {ending.path}."
    assert len(pictures_in(ending.path)) == 3


def test_whatever_is_raised_becomes_one_ending(tmp_path, caplog):
    def broken(step: int) -> ViewReady:
        raise RuntimeError("oh")

    with caplog.at_level(logging.INFO):
        events = list(run_export(1, order(tmp_path, "gif"), broken, CancelToken()))
    assert [type(event) for event in events] == [ExportBegun, ExportFailed]
    assert "RuntimeError: oh" in events[-1].sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ALL)
def test_an_export_that_nobody_draws_any_more_leaves_what_is_whole(tmp_path, name):
    wanted = order(tmp_path, name)
    events = run_export(1, wanted, Views(), CancelToken())
    for _ in range(5):
        next(events)
    events.close()
    assert next(run_export(1, wanted, Views(), CancelToken())).whole in (4, 5)


CHILD = """
import os, sys
from pathlib import Path
from studio.export.run_export import run_export
from studio.job.cancel import CancelToken
from tests.unit.export.clips import Views, order
views = Views()
def dying(step):
    if step == 6:
        os.kill(os.getpid(), 9)
    return views(step)
list(run_export(1, order(Path(sys.argv[1]), sys.argv[2]), dying, CancelToken()))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("name", ["png", *CLIPS])
def test_a_killed_program_loses_nothing_that_was_written(tmp_path, name):
    command = [sys.executable, "-c", CHILD, str(tmp_path), name]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    views = Views()
    ending = exported(order(tmp_path, name), views)
    assert len(pictures_in(ending.path)) == 8
    assert views.asked == ([5, 6, 7, 8] if name == "mp4" else [6, 7, 8])  # its encoder is one frame behind
