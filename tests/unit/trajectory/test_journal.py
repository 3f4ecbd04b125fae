"""The journal of a working run: what was whole is read again wherever it was cut off; it is locked, seldom flushed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import RefusedFile, StorageError
from studio.trajectory import journal
from studio.trajectory.journal import MAGIC, SUFFIX, JournalWriter, read_journal
from studio.trajectory.lock import is_held
from tests.unit.trajectory.made import STEPS, header, same, same_state, state, trajectory

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / f"1-x-{header().id}{SUFFIX}"


def write(path: Path, steps: range = range(STEPS + 1)) -> list[int]:
    """Write a journal; the lengths of the file after each record."""
    lengths = []
    with JournalWriter(path, header()) as writer:
        lengths.append(path.stat().st_size)
        for step in steps:
            writer.append(state(step))
            lengths.append(path.stat().st_size)
    return lengths


def test_a_journal_comes_back(path: Path) -> None:
    write(path)
    assert same(read_journal(path), trajectory())


def test_a_run_that_never_began_still_tells_its_recipe(path: Path) -> None:
    write(path, range(0))
    found = read_journal(path)
    assert found.header == header()
    assert (dict(found.states), found.done, found.complete) == ({}, 0, False)


def test_cut_off_anywhere_the_whole_records_are_read(path: Path) -> None:
    lengths = write(path)
    whole = path.read_bytes()
    for cut in [*range(lengths[0] + 40), *range(lengths[0] + 40, len(whole), 97), *lengths]:
        path.write_bytes(whole[:cut])
        if cut < lengths[0]:
            with pytest.raises(RefusedFile):
                read_journal(path)
            continue
        found = read_journal(path)
        complete = sum(cut >= length for length in lengths[1:])
        assert sorted(found.states) == list(range(complete))
        assert all(same_state(found.states[k], state(k)) for k in found.states)


def test_what_comes_after_a_damaged_record_is_not_trusted(path: Path) -> None:
    lengths = write(path)
    whole = path.read_bytes()
    chance = random.Random(5)
    for place in [*range(lengths[0], lengths[0] + 60), *(chance.randrange(lengths[0], len(whole)) for _ in range(300))]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        record = sum(place >= length for length in lengths) - 1
        assert sorted(read_journal(path).states) == list(range(record))


def test_a_damaged_header_is_refused(path: Path) -> None:
    (length, *_) = write(path)
    whole = path.read_bytes()
    for place in range(length):
        damaged = bytearray(whole)
        damaged[place] ^= 4
        path.write_bytes(damaged)
        with pytest.raises(RefusedFile):
            read_journal(path)


@given(tail=st.binary(max_size=200))
def test_noise_behind_the_records_is_nothing(tmp_path_factory: pytest.TempPathFactory, tail: bytes) -> None:
    place = tmp_path_factory.mktemp("tail") / f"x{SUFFIX}"
    write(place, range(1))
    with place.open("ab") as file:
        file.write(tail)
    assert sorted(read_journal(place).states) == [0]


@given(data=st.binary(max_size=200), magic=st.booleans())
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, magic: bool) -> None:
    place = tmp_path_factory.mktemp("noise") / f"x{SUFFIX}"
    place.write_bytes((MAGIC if magic else b"") + data)
    with pytest.raises(RefusedFile):
        read_journal(place)


def test_a_record_that_claims_to_be_huge_is_not_believed(path: Path) -> None:
    write(path, range(1))
    with path.open("ab") as file:
        file.write(journal._HEAD.pack(b"S", 0, 2**62))
    began = time.monotonic()
    assert sorted(read_journal(path).states) == [0]
    assert time.monotonic() - began < 1.0


def test_a_journal_that_is_gone_says_so(path: Path) -> None:
    with pytest.raises(StorageError, match="could not be read"):
        read_journal(path)


def test_it_is_flushed_once_a_second_and_when_asked(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    now = [100.0]
    monkeypatch.setattr(os, "fsync", flushed.append)
    monkeypatch.setattr(journal.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(journal, "flush_folder", lambda path: None)
    with JournalWriter(path, header()) as writer:
        for _ in range(35):
            now[0] += 0.1
            writer.append(state(1))
        assert len(flushed) == 3
        writer.sync()
        assert len(flushed) == 4
        now[0] += 0.9
        writer.append(state(1))
        assert len(flushed) == 4
        now[0] += 0.2
        writer.append(state(1))
        assert len(flushed) == 5


def test_the_name_of_the_file_is_flushed_too_but_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[Path] = []
    monkeypatch.setattr(journal, "flush_folder", flushed.append)
    with JournalWriter(path, header()) as writer:
        writer.sync()
        writer.sync()
    assert flushed == [path]


def test_a_journal_is_held_while_it_is_written(path: Path) -> None:
    with JournalWriter(path, header()) as writer:
        assert is_held(path)
        writer.append(state(0))
        assert sorted(read_journal(path).states) == [0]
    assert not is_held(path)
    assert not list(path.parent.glob(f"*{journal.UNBORN}"))


HOLDER = """
import sys, time
from pathlib import Path
from studio.trajectory.journal import JournalWriter
from tests.unit.trajectory.made import header, state
writer = JournalWriter(Path({path!r}), header())
writer.append(state(0))
print("ready", flush=True)
time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_living_program_holds_its_journal_and_a_dead_one_does_not(path: Path) -> None:
    script = HOLDER.format(path=str(path))
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        assert is_held(path)
        child.kill()
        child.wait()
    assert not is_held(path)
    assert sorted(read_journal(path).states) == [0]


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_bytes(b"")
    with pytest.raises(StorageError, match="Free some space or turn recording off"):
        JournalWriter(blocked / f"1{SUFFIX}", header())


@pytest.mark.parametrize("name", ["nothing", "1-x", "99999999-x"])
def test_where_there_are_no_locks_the_process_is_asked(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.trajectory import lock

    monkeypatch.setattr(lock, "lock", lambda descriptor: None)
    place = tmp_path / name
    place.write_bytes(b"")
    assert is_held(place) == (name == "1-x")
    ours = tmp_path / f"{os.getpid()}-x"
    ours.write_bytes(b"")
    assert is_held(ours)
    os.utime(ours, (1, 1))  # older than the process: another one had this number
    assert not is_held(ours)
    assert not is_held(tmp_path / "gone")
