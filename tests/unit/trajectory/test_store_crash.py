"""What a crash leaves, and what is another program's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from studio.trajectory.record import Trajectory
from studio.trajectory.sealed import beside, seal
from tests.unit.trajectory.made import STEPS, header, same, state, trajectory
from tests.unit.trajectory.shelf import Shelf, name

ROOT = Path(__file__).resolve().parents[3]


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
