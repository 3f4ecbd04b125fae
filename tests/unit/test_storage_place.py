"""Naming a file that was written whole: never over another one, and nothing is lost when an operation fails."""

from __future__ import annotations

import errno
from itertools import count
from pathlib import Path

import pytest

from studio import storage
from studio.errors import StorageError
from tests.unit.faulty_os import FaultyOs, failing, no_fault


def names():
    return (f"clip-{number}.gif" for number in count(1))


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "part.gif"
    path.write_bytes(b"frames")
    return path


@pytest.mark.parametrize("links", [True, False])
def test_it_gets_the_first_name_that_is_free(part: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    monkeypatch.setattr(storage, "os", FaultyOs(-1, no_fault, links))
    part.with_name("clip-1.gif").write_bytes(b"mine")
    placed = storage.place_new(part, names())
    assert placed == part.with_name("clip-2.gif")
    assert placed.read_bytes() == b"frames"
    assert part.with_name("clip-1.gif").read_bytes() == b"mine"
    assert sorted(file.name for file in part.parent.iterdir()) == ["clip-1.gif", "clip-2.gif"]


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_whatever_fails_the_frames_are_there_under_one_of_the_names(
    part: Path, monkeypatch: pytest.MonkeyPatch, links: bool, number: int
) -> None:
    for at in count():
        disk = FaultyOs(at, failing(number), links)
        monkeypatch.setattr(storage, "os", disk)
        try:
            placed = storage.place_new(part, names())
        except StorageError:
            assert any(file.read_bytes() == b"frames" for file in part.parent.glob("*.gif"))
        else:
            assert placed.read_bytes() == b"frames"
        for file in part.parent.iterdir():
            file.unlink()
        part.write_bytes(b"frames")
        if len(disk.log) <= at:
            break
    assert at > 3


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        storage.place_new(tmp_path / "gone.gif", names())
