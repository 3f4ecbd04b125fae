"""The store: trajectories are found by id wherever they lie, kept within a limit, pinned, and saved from crashes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio.errors import RefusedFile
from studio.job.recording import RecordSettings
from studio.trajectory.sealed import beside, seal
from tests.unit.trajectory.made import header, same, state, trajectory
from tests.unit.trajectory.shelf import Shelf, name


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
    again = shelf.store.begin(header(), RecordSettings("all"))
    again.add(state(0))
    assert sorted(shelf.store.find(name(7)).states) == [0]
    assert not list(shelf.kept.iterdir())
    shelf.store.drop(again)


def test_a_picture_can_be_looked_at_while_its_recipe_runs_once_more(shelf: Shelf) -> None:
    shelf.record(1, "a.png")
    assert shelf.store.find(name(1)).complete
    second = shelf.store.begin(header(seed=1))
    assert second is not None
    second.add(state(0))
    assert shelf.store.find(name(1)).complete
    shelf.store.drop(second)


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
