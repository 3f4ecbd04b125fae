"""The durable writer on a disk on which every operation fails once."""

from __future__ import annotations

import errno
import itertools
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio import storage
from studio.errors import RefusedFile, StorageError
from tests.unit.faulty_os import FAULTS, FaultyOs, failing, no_fault

OLD, NEW = b"old" * 50_000, b"new" * 70_000

posix = pytest.mark.skipif(sys.platform == "win32", reason="kills and locks of POSIX")


def temporaries(folder: Path) -> list[Path]:
    return list(folder.glob(".reverie-*"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "file.bin"
    path.write_bytes(OLD)
    return path


def operations_of(act: Callable[[], object], monkeypatch: pytest.MonkeyPatch, links: bool = True) -> list[str]:
    counting = FaultyOs(-1, no_fault, links)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "os", counting)
        act()
    return counting.log


def test_what_is_written_is_there(path: Path) -> None:
    storage.write_durably(path, NEW)
    assert path.read_bytes() == NEW
    assert not temporaries(path.parent)


@pytest.mark.parametrize("data", [b"", b"x", bytes(range(256)) * 200_000])
def test_any_size(tmp_path: Path, data: bytes) -> None:
    storage.write_durably(tmp_path / "a", data)
    assert (tmp_path / "a").read_bytes() == data


@pytest.mark.parametrize("name", FAULTS)
def test_every_operation_fails_once(path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    log = operations_of(lambda: storage.write_durably(path, NEW), monkeypatch)
    assert {"write", "fsync", "replace", "unlink"} <= set(log)
    for k in range(len(log)):
        path.write_bytes(OLD)
        failed = None
        with monkeypatch.context() as patch:
            patch.setattr(storage, "os", FaultyOs(k, FAULTS[name]))
            try:
                storage.write_durably(path, NEW)
            except StorageError as problem:
                failed = problem
        kept = path.read_bytes()
        if failed is None:
            assert kept == NEW
        else:
            assert kept == (NEW if "did not confirm" in failed.sentence else OLD)
        if log[k] != "unlink":
            assert not temporaries(path.parent), log[k]
        storage.write_durably(path, NEW)
        assert not temporaries(path.parent)


@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("name", FAULTS)
def test_new_files_when_every_operation_fails_once(
    path: Path, monkeypatch: pytest.MonkeyPatch, name: str, links: bool
) -> None:
    folder = path.parent

    def act() -> Path:
        return storage.write_new(folder, ["file.bin", "file-2.bin", "file-3.bin"], NEW)

    log = operations_of(act, monkeypatch, links)
    for k in range(len(log)):
        for left in folder.glob("file-*"):
            left.unlink()
        with monkeypatch.context() as patch:
            patch.setattr(storage, "os", FaultyOs(k, FAULTS[name], links))
            try:
                placed = act()
                assert placed.read_bytes() == NEW
                assert placed.name != "file.bin"
            except StorageError as problem:
                confirmed = "did not confirm" not in problem.sentence
                assert len(list(folder.glob("file-*"))) == (0 if confirmed else 1)
        assert path.read_bytes() == OLD
        assert all(left.read_bytes() == NEW for left in folder.glob("file-*"))
        storage.write_durably(folder / "other", NEW)
        assert not temporaries(folder)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space left"),
        (errno.EACCES, "no permission"),
        (errno.EROFS, "read-only"),
        (errno.EIO, "input/output error"),
        (errno.ENAMETOOLONG, "too long"),
        (errno.EFBIG, "too large"),
        (errno.EMFILE, os.strerror(errno.EMFILE)),
    ],
)
def test_sentences_name_the_cause(path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str) -> None:
    log = operations_of(lambda: storage.write_durably(path, OLD), monkeypatch)
    monkeypatch.setattr(storage, "os", FaultyOs(log.index("open"), failing(number)))
    with pytest.raises(StorageError, match=words) as caught:
        storage.write_durably(path, NEW)
    assert str(path) in caught.value.sentence
    assert "What was there before is kept." in caught.value.sentence


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="its folder does not exist"):
        storage.write_durably(tmp_path / "missing" / "a", NEW)
    with pytest.raises(StorageError, match="its folder does not exist"):
        storage.write_new(tmp_path / "missing", ["a"], NEW)


def test_a_file_in_the_place_of_a_folder(path: Path) -> None:
    with pytest.raises(StorageError, match="not a folder"):
        storage.write_durably(path / "a", NEW)
    with pytest.raises(StorageError):
        storage.make_folder(path)
    with pytest.raises(StorageError):
        storage.make_folder(path / "b")


def test_make_folder_makes_all(tmp_path: Path) -> None:
    storage.make_folder(tmp_path / "a" / "b")
    storage.make_folder(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


def test_asking_whether_a_folder_is_writable_leaves_nothing(tmp_path: Path) -> None:
    storage.check_writable(tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_not_writable_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StorageError, match="its folder does not exist"):
        storage.check_writable(tmp_path / "missing")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="a part of its path is a file"):
        storage.check_writable(tmp_path / "file" / "below")
    monkeypatch.setattr(storage, "os", FaultyOs(1, failing(errno.EACCES)))  # the first operation lists the folder
    with pytest.raises(StorageError, match="you have no permission"):
        storage.check_writable(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(StorageError, match="is not a file"):
        storage.write_durably(tmp_path / "a", NEW)


@posix
def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match="is not a file"):
        storage.write_durably(tmp_path / "pipe", NEW)


def test_a_write_protected_file_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda target, mode: False)
    with pytest.raises(StorageError, match="no permission"):
        storage.write_durably(path, NEW)
    assert path.read_bytes() == OLD


@posix
def test_a_link_stays_a_link(path: Path) -> None:
    link = path.parent / "link"
    link.symlink_to(path.name)
    storage.write_durably(link, NEW)
    assert link.is_symlink()
    assert path.read_bytes() == NEW


def test_verify_sees_the_new_data_and_may_refuse(path: Path) -> None:
    seen: list[bytes] = []

    def refuse(temporary: Path) -> None:
        seen.append(temporary.read_bytes())
        raise RefusedFile("no")

    with pytest.raises(RefusedFile):
        storage.write_durably(path, NEW, refuse)
    assert seen == [NEW]
    assert path.read_bytes() == OLD
    assert not temporaries(path.parent)


def test_new_names_are_tried_in_turn(tmp_path: Path) -> None:
    names = ["a", "a-2", "a-3"]
    placed = [storage.write_new(tmp_path, names, bytes([k])).name for k in range(3)]
    assert placed == names
    with pytest.raises(StorageError, match="Every name"):
        storage.write_new(tmp_path, names, NEW)
    assert [(tmp_path / name).read_bytes() for name in names] == [b"\0", b"\1", b"\2"]
    assert not temporaries(tmp_path)


@posix
def test_a_dangling_link_is_a_taken_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").symlink_to("nowhere")
    assert storage.write_new(tmp_path, ["a", "b"], NEW).name == "b"
    monkeypatch.setattr(storage, "os", FaultyOs(-1, no_fault, links=False))
    assert storage.write_new(tmp_path, ["a", "c"], NEW).name == "c"


def test_endless_names_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "NAMES_MAXIMUM", 5)
    (tmp_path / "a").touch()
    with pytest.raises(StorageError, match="Every name"):
        storage.write_new(tmp_path, itertools.repeat("a"), NEW)


@posix
def test_the_file_of_a_living_writer_is_left_alone(path: Path) -> None:
    def somebody_else_writes(temporary: Path) -> None:
        storage.write_durably(path.parent / "other", OLD)
        assert temporary.read_bytes() == NEW

    storage.write_durably(path, NEW, somebody_else_writes)
    assert path.read_bytes() == NEW


def test_without_locks_only_old_leftovers_go(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    young, old = path.parent / ".reverie-1.tmp", path.parent / ".reverie-2.tmp"
    for leftover in (young, old):
        leftover.touch()
    long_ago = time.time() - 2 * storage.LEFTOVER_SECONDS
    os.utime(old, (long_ago, long_ago))
    monkeypatch.setattr(storage, "lock", lambda descriptor: None)
    storage.write_durably(path, NEW)
    assert temporaries(path.parent) == [young]


@pytest.fixture(autouse=True)
def no_descriptor_left_open() -> Iterator[None]:
    folder = Path("/proc/self/fd")
    before = len(list(folder.iterdir())) if folder.exists() else 0
    yield
    assert not folder.exists() or len(list(folder.iterdir())) <= before
