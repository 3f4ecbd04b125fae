"""The store: trajectories are found by id wherever they lie, kept within a limit, pinned, and saved from crashes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from studio.errors import RefusedFile
from studio.job.recording import RecordSettings
from studio.trajectory.record import Trajectory
from studio.trajectory.sealed import beside, seal
from studio.trajectory.store import TrajectoryStore
from tests.unit.trajectory.made import STEPS, header, same, state, trajectory

ROOT = Path(__file__).resolve().parents[3]


class Shelf:
    """A store with its folders."""

    def __init__(self, folder: Path) -> None:
        self.kept, self.pictures = folder / "kept", folder / "pictures"
        self.kept.mkdir()
        self.pictures.mkdir()
        self.settings = RecordSettings()
        self.clock = 1_700_000_000.0
        self.store = self.again()

    def again(self) -> TrajectoryStore:
        return TrajectoryStore(self.kept, lambda: self.pictures, lambda: self.settings)

    def record(self, seed: int, picture: str | None = None, steps: range = range(STEPS + 1)) -> Any:
        """A run with that seed; kept beside a picture, or cut short."""
        recording = self.store.begin(header(seed=seed))
        assert recording is not None
        for step in steps:
            recording.add(state(step))
        if picture is None:
            return self.store.keep_cut_short(recording)
        kept = self.store.keep(recording, self.pictures / picture)
        if kept.path is not None:
            self.clock += 10
            os.utime(kept.path, (self.clock, self.clock))
        return kept

    def files(self) -> list[str]:
        return sorted(path.name for path in self.pictures.iterdir())


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def name(seed: int) -> str:
    return header(seed=seed).id


def test_a_working_run_is_found_and_grows(shelf: Shelf) -> None:
    recording = shelf.store.begin(header())
    assert recording is not None
    recording.add(state(0))
    found = shelf.store.find(name(7))
    assert found is not None
    recording.add(state(1))
    assert sorted(found.states) == [0, 1]
    shelf.store.drop(recording)
    assert shelf.store.find(name(7)) is None
    assert not list(shelf.kept.iterdir())


def test_every_place_is_searched(shelf: Shelf, tmp_path: Path) -> None:
    shelf.record(1, "a.png")
    shelf.record(2)
    elsewhere = tmp_path / "elsewhere.png"
    seal(trajectory(seed=3), beside(elsewhere))
    for seed in (1, 2):
        found = shelf.again().find(name(seed))
        assert found is not None
        assert same(found, trajectory(seed=seed))
    fresh = shelf.again()
    assert fresh.find(name(3)) is None
    assert same(fresh.beside(elsewhere), trajectory(seed=3))
    assert same(fresh.find(name(3)), trajectory(seed=3))
    assert fresh.path_of(name(3)) == beside(elsewhere)
    assert fresh.find(name(4)) is None


def test_a_file_that_changes_or_goes_is_noticed(shelf: Shelf) -> None:
    path = shelf.record(1, "a.png").path
    assert shelf.store.find(name(1)).complete
    seal(trajectory(seed=1, kept=range(0, 5, 2)), path)
    assert sorted(shelf.store.find(name(1)).states) == [0, 2, 4]
    seal(trajectory(seed=2), path)
    assert shelf.store.find(name(1)) is None
    assert shelf.store.find(name(2)) is not None
    path.unlink()
    assert shelf.store.find(name(2)) is None


def test_damaged_files_are_passed_over(shelf: Shelf) -> None:
    shelf.record(1, "a.png")
    shelf.record(1, "b.png")
    for bad, content in (("b", b"nothing"), ("c", b""), ("d", b"\xff" * 100)):
        beside(shelf.pictures / f"{bad}.png").write_bytes(content)
    assert same(shelf.again().find(name(1)), trajectory(seed=1))


def test_a_picture_without_steps_says_so(shelf: Shelf) -> None:
    with pytest.raises(RefusedFile, match=r"not kept\. Record them again"):
        shelf.store.beside(shelf.pictures / "a.png")


def test_what_was_looked_at_last_stays_open_within_bounds(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    from studio.trajectory import store

    for seed in range(4):
        shelf.record(seed, f"{seed}.png")
    one = trajectory(seed=0).nbytes
    monkeypatch.setattr(store, "OPENED_BYTES", 2 * one)
    fresh = shelf.again()
    opened = {seed: fresh.find(name(seed)) for seed in range(4)}
    assert fresh.find(name(3)) is opened[3]
    assert fresh.find(name(2)) is opened[2]
    assert fresh.find(name(0)) is not opened[0]


def test_recording_can_be_off(shelf: Shelf) -> None:
    shelf.settings = RecordSettings("none")
    assert shelf.store.begin(header()) is None
    recording = shelf.store.begin(header(), RecordSettings("all"))
    assert recording is not None
    shelf.store.drop(recording)


class TestSpace:
    def size(self, shelf: Shelf) -> int:
        shelf.record(0, "first.png")
        size = shelf.store.usage().bytes
        assert size > 1000
        return size

    def limited(self, shelf: Shelf, trajectories: float) -> None:
        shelf.settings = RecordSettings(limit=int(trajectories * self.size(shelf)))

    def test_the_oldest_go_first_and_it_is_told(self, shelf: Shelf) -> None:
        self.limited(shelf, 3.5)
        assert [shelf.record(seed, f"{seed}.png").notices for seed in (1, 2)] == [(), ()]
        (notice,) = shelf.record(3, "3.png").notices
        assert notice.startswith("The steps of 1 older picture were let go to stay below")
        assert shelf.files() == [f"{k}.trajectory.safetensors" for k in (1, 2, 3)]
        assert shelf.store.find(name(0)) is None
        assert shelf.store.usage().bytes <= shelf.settings.limit

    def test_pins_hold_also_after_a_new_start(self, shelf: Shelf) -> None:
        self.limited(shelf, 3.5)
        shelf.store.pin(name(0), True)
        shelf.store = shelf.again()
        assert shelf.store.usage().pinned == {name(0)}
        for seed in (1, 2, 3):
            shelf.record(seed, f"{seed}.png")
        assert shelf.files() == [f"{k}.trajectory.safetensors" for k in (2, 3, "first")]
        shelf.store.pin(name(0), False)
        shelf.store.pin(name(0), False)
        shelf.record(4, "4.png")
        assert "first.trajectory.safetensors" not in shelf.files()

    def test_the_one_just_written_stays_whatever_the_limit(self, shelf: Shelf) -> None:
        self.limited(shelf, 0.1)
        kept = shelf.record(1, "1.png")
        assert kept.path.exists()
        assert shelf.files() == ["1.trajectory.safetensors"]
        assert len(kept.notices) == 1

    def test_runs_that_were_cut_short_count_and_go_as_well(self, shelf: Shelf) -> None:
        self.limited(shelf, 2.5)
        cut = shelf.record(1)
        os.utime(cut.path, (1, 1))
        shelf.record(2, "2.png")
        assert not cut.path.exists()
        assert shelf.store.usage().count == 2

    def test_no_limit_is_no_limit(self, shelf: Shelf) -> None:
        for seed in range(4):
            assert shelf.record(seed, f"{seed}.png").notices == ()
        usage = shelf.store.usage()
        assert (usage.count, usage.limit) == (4, 0)
        assert usage.bytes == sum(path.stat().st_size for path in shelf.pictures.iterdir())

    def test_journals_count_but_nobody_drops_them(self, shelf: Shelf) -> None:
        self.limited(shelf, 1.1)
        left = shelf.store.begin(header(seed=9))
        assert left is not None
        left.add(state(0))
        left.close()
        shelf.record(1, "1.png")
        usage = shelf.store.usage()
        assert usage.count == 2
        assert [run.trajectory.header.id for run in shelf.again().unfinished()] == [name(9)]


CRASH = """
import os, signal, sys
from pathlib import Path
from studio.trajectory.store import TrajectoryStore
from tests.unit.trajectory.made import header, state
store = TrajectoryStore(Path({kept!r}), lambda: Path({pictures!r}))
recording = store.begin(header(seed={seed}))
for step in range({steps}):
    recording.add(state(step))
print("ready", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), signal.SIGKILL)
"""


def crash(shelf: Shelf, seed: int, steps: int) -> None:
    child = living(shelf, seed, steps)
    child.communicate(b"\n")


def living(shelf: Shelf, seed: int, steps: int) -> subprocess.Popen[bytes]:
    script = CRASH.format(kept=str(shelf.kept), pictures=str(shelf.pictures), seed=seed, steps=steps)
    child = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
class TestCrash:
    def test_a_crashed_run_is_offered_and_can_be_forgotten(self, shelf: Shelf) -> None:
        crash(shelf, 1, 3)
        (left,) = shelf.store.unfinished()
        assert left.trajectory.header == header(seed=1)
        assert left.trajectory.done == 2
        assert same(shelf.store.unfinished_of(name(1)), trajectory(seed=1, kept=range(3)))
        assert shelf.store.find(name(1)) is not None
        shelf.store.forget_unfinished(name(1))
        assert shelf.store.unfinished() == []
        assert not list(shelf.kept.iterdir())

    def test_a_run_that_crashed_before_its_start_is_offered_too(self, shelf: Shelf) -> None:
        crash(shelf, 1, 0)
        (left,) = shelf.store.unfinished()
        assert (left.trajectory.header.recipe, left.trajectory.done) == (header(seed=1).recipe, 0)
        assert shelf.store.unfinished_of(name(1)) is None

    def test_of_two_crashes_of_one_run_the_longer_counts(self, shelf: Shelf) -> None:
        crash(shelf, 1, 3)
        crash(shelf, 1, 2)
        (left,) = shelf.store.unfinished()
        assert left.trajectory.done == 2
        shelf.record(1, "a.png")
        assert shelf.store.unfinished() == []

    def test_the_journal_of_a_living_program_is_never_touched(self, shelf: Shelf) -> None:
        child = living(shelf, 1, 3)
        try:
            (path,) = shelf.kept.glob("*.journal")
            before = path.read_bytes()
            assert shelf.store.unfinished() == []
            assert shelf.store.unfinished_of(name(1)) is None
            shelf.store.forget_unfinished(name(1))
            shelf.record(1, "a.png")
            assert path.read_bytes() == before
        finally:
            child.communicate(b"\n")
        # Its picture is there by now, and nothing is missing in its record.
        assert len(shelf.store.unfinished()) == 1

    def test_a_run_whose_picture_was_sealed_is_not_offered(self, shelf: Shelf) -> None:
        crash(shelf, 1, STEPS + 1)
        assert len(shelf.store.unfinished()) == 1
        seal(trajectory(seed=1), beside(shelf.pictures / "a.png"))
        assert shelf.again().unfinished() == []
        assert not list(shelf.kept.glob("*.journal"))

    def test_a_complete_run_is_not_lost_to_a_shorter_one(self, shelf: Shelf) -> None:
        shelf.record(1, steps=range(2))
        crash(shelf, 1, STEPS + 1)
        (left,) = shelf.again().unfinished()
        assert left.trajectory.complete

    def test_damaged_and_newer_journals_stay_where_they_are(self, shelf: Shelf) -> None:
        crash(shelf, 1, 3)
        (path,) = shelf.kept.glob("*.journal")
        whole = path.read_bytes()
        path.write_bytes(whole[:20])
        assert shelf.store.unfinished() == []
        assert path.exists()
        assert shelf.store.usage().count == 1
        path.write_bytes(whole)
        assert len(shelf.store.unfinished()) == 1

    def test_a_journal_that_never_got_its_name_is_cleared_in_time(self, shelf: Shelf) -> None:
        unborn = shelf.kept / f"1-x-{name(1)}.journal.new"
        unborn.write_bytes(b"half")
        assert shelf.store.unfinished() == []
        assert unborn.exists()
        os.utime(unborn, (1, 1))
        shelf.store.unfinished()
        assert not unborn.exists()


def test_a_longer_record_wins_over_a_shorter_one(shelf: Shelf) -> None:
    shelf.record(1, steps=range(4))
    recording = shelf.store.begin(header(seed=1))
    assert recording is not None
    recording.add(state(0))
    recording.close()
    found = shelf.again().unfinished_of(name(1))
    assert isinstance(found, Trajectory)
    assert found.done == 3
