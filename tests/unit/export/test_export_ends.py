"""The last act of an export: giving the finished file its name. It may fail when every frame is whole already."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from studio import storage
from studio.errors import StorageError
from studio.export import frame_sink
from studio.export.export_event import Exported, ExportFailed
from studio.export.video import Video
from tests.unit.export.clips import Views, exported, order, pictures_in

CLIPS = ["mp4", "gif", "apng", "webp"]


def refusing(*_: object) -> Path:
    problem = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    raise StorageError("There is no space.") from problem


@pytest.mark.parametrize("name", CLIPS)
def test_frames_that_only_lack_their_name_get_it_later(tmp_path: Path, name, monkeypatch) -> None:
    wanted = order(tmp_path, name)
    with monkeypatch.context() as patched:
        patched.setattr(storage, "place_new", refusing)
        ending = exported(wanted)
    assert isinstance(ending, ExportFailed)
    assert ending.sentence.startswith("Disk full. 8 of 8 frames are whole")
    assert [file.name for file in tmp_path.iterdir()] == [ending.path.name]
    assert len(pictures_in(ending.path)) == 8
    views = Views()
    again = exported(wanted, views)
    assert isinstance(again, Exported)
    assert views.asked == []
    assert len(pictures_in(again.path)) == 8
    assert [file.name for file in tmp_path.iterdir()] == [wanted.target.name]


def test_a_video_that_cannot_be_settled_keeps_its_frames(tmp_path: Path, monkeypatch) -> None:
    def full(self: Video, part: Path, target: Path) -> bool:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    wanted = order(tmp_path, "mp4")
    with monkeypatch.context() as patched:
        patched.setattr(Video, "settle", full)
        ending = exported(wanted)
    assert isinstance(ending, ExportFailed)
    assert ending.sentence.startswith("Disk full. 8 of 8 frames are whole")
    assert [file.name for file in tmp_path.iterdir()] == [ending.path.name]
    assert len(pictures_in(exported(wanted).path)) == 8


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs the list of open files")
@pytest.mark.parametrize("name", CLIPS)
def test_where_open_files_cannot_be_renamed(tmp_path: Path, name, monkeypatch) -> None:
    """Windows: the part is closed before it gets its name."""
    closed: list[bool] = []
    place = storage.place_new

    class System:
        platform = "win32"

    def watched(file: Path, names):
        closed.append(not _is_open(file))
        return place(file, names)

    monkeypatch.setattr(frame_sink, "sys", System)
    monkeypatch.setattr(storage, "place_new", watched)
    ending = exported(order(tmp_path, name))
    assert isinstance(ending, Exported)
    assert all(closed)
    assert len(pictures_in(ending.path)) == 8


def _is_open(file: Path) -> bool:
    """Whether this process has the file open."""
    links = (os.path.realpath(f"/proc/self/fd/{name}") for name in os.listdir("/proc/self/fd"))
    return str(file.resolve()) in set(links)
