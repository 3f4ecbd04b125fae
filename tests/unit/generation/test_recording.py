"""Recording never changes a picture, begins before the first network call, and outlives cancel, faults and kills."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from studio.export.picture_file import read_picture
from studio.generation.run import run
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, StepDone
from studio.job.preview import PreviewSettings
from studio.models.model import Model
from studio.trajectory import journal
from studio.trajectory.journal import read_journal
from studio.trajectory.record import Trajectory
from tests.unit.generation.recorded import ALL, EVERY_THIRD, NONE, Studio, branch, plain
from tests.unit.generation.runs import Bent, pixels

N = 5


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    return Studio(tiny("stable_diffusion_1"), tmp_path)


def journals(studio: Studio) -> list[Path]:
    return sorted(studio.folder.rglob(f"*{journal.SUFFIX}"))


def kept_files(studio: Studio) -> list[Path]:
    return sorted(path for path in (studio.folder / "kept").rglob("*") if path.is_file())


@pytest.mark.parametrize(("sampler", "options"), [("ddim", {}), ("ddim", {"eta": 1.0}), ("ddpm", {}), ("euler", {})])
def test_neither_recording_nor_previews_change_a_picture(studio: Studio, sampler: str, options: dict) -> None:
    recipe = plain(sampler, N, **options)
    bare = studio.make(recipe, fresh=True)
    for settings in (ALL, EVERY_THIRD, NONE):
        for preview in (PreviewSettings("full", "x"), PreviewSettings("tiny", "x0", 2), PreviewSettings("off")):
            studio.settings, studio.preview = settings, preview
            made = studio.make(recipe)
            assert made.pixels == bare.pixels
            assert (made.finished.trajectory is None) == (settings is NONE)
    assert not kept_files(studio)


@pytest.mark.parametrize("start", ["noise", "branch"])
def test_the_job_is_on_the_disk_before_the_first_network_call(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, start: str
) -> None:
    recipe = plain("ddpm", N)
    if start == "branch":
        recipe = branch(recipe, 2, studio.make(recipe).trajectory, prompt="lemon")
    found: list[Trajectory] = []
    synced = count_syncs(monkeypatch)

    def network(*arguments: Any) -> Any:
        if not found:
            assert len(synced) >= 1
            found.append(read_journal(journals(studio)[0]))
        return model.network(*arguments)

    model = studio.model
    studio.model = Bent(model, network=network)
    studio.make(recipe)
    assert found[0].header.recipe == recipe
    assert found[0].done == (2 if start == "branch" else 0)
    assert 0 in found[0].states


def count_syncs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The descriptors that were flushed to the disk."""
    synced: list[int] = []
    real = os.fsync

    def fsync(descriptor: int) -> None:
        synced.append(descriptor)
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return synced


@pytest.mark.parametrize("settings", [ALL, EVERY_THIRD])
@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_a_cancelled_run_goes_on_where_it_stopped(studio: Studio, sampler: str, settings: Any) -> None:
    whole = studio.make(plain(sampler, N), fresh=True)
    studio.settings = settings
    cut = studio.make(plain(sampler, N), cancel_at=2)
    assert isinstance(cut.end, Cancelled)
    assert cut.end.trajectory == cut.trajectory
    assert not journals(studio)
    studio.store = studio.new_store()
    again = studio.make(plain(sampler, N), cancel_at=4)
    assert (again.first, again.steps) == (2, [3, 4])
    rest = studio.make(plain(sampler, N))
    assert (rest.first, rest.steps) == (4, [5])
    assert rest.pixels == whole.pixels
    assert not kept_files(studio)
    assert studio.make(plain(sampler, N)).first == 0


def test_a_branch_can_start_from_a_run_that_was_cancelled(studio: Studio) -> None:
    cut = studio.make(plain("ddpm", N), cancel_at=3)
    wanted = branch(cut.recipe, 3, cut.trajectory, prompt="lemon")
    made = studio.make(wanted)
    assert made.first == 3
    assert made.pixels == studio.make(wanted, fresh=True).pixels


def test_cancelled_before_the_first_step_nothing_is_kept(studio: Studio) -> None:
    cut = studio.make(plain("ddim", N), cancel_at=0)
    token = CancelToken()
    told = []
    for event in run(1, cut.recipe.model_copy(update={"seed": 9}), studio.services(), token):
        told.append(event)
        token.cancel()
    assert isinstance(told[-1], Cancelled)
    assert told[-1].trajectory == ""
    assert not kept_files(studio)


def test_a_run_that_fails_keeps_its_steps(studio: Studio) -> None:
    model, calls = studio.model, []

    def network(*arguments: Any) -> Any:
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("the card fell out")
        return model.network(*arguments)

    studio.model = Bent(model, network=network)
    failed = studio.make(plain("ddim", N))
    assert isinstance(failed.end, Failed)
    studio.model = model
    rest = studio.make(plain("ddim", N))
    assert rest.first == 3
    assert rest.pixels == studio.make(plain("ddim", N), fresh=True).pixels


def test_a_run_that_nobody_listens_to_any_more_keeps_its_steps(studio: Studio) -> None:
    events = run(1, plain("ddim", N), studio.services(), CancelToken())
    for event in events:
        if isinstance(event, StepDone) and event.step == 3:
            break
    events.close()
    assert studio.make(plain("ddim", N)).first == 3


def test_without_a_file_for_the_picture_no_steps_stay(studio: Studio) -> None:
    studio.save = None
    made = studio.make(plain("ddim", N))
    assert made.finished.trajectory is None
    assert not kept_files(studio)


def test_two_runs_of_one_recipe_at_once_do_not_disturb_each_other(studio: Studio) -> None:
    runs = [run(number, plain("ddpm", N), studio.services(), CancelToken()) for number in (1, 2)]
    ends = [None, None]
    live: list[int | None] = [0, 1]
    while any(number is not None for number in live):
        for number in (0, 1):
            if live[number] is not None:
                ends[number] = next(runs[number], ends[number])
                live[number] = number if next_is_open(runs[number]) else None
    assert [end.trajectory is not None for end in ends] == [True, True]
    assert not kept_files(studio)


def next_is_open(generator: Iterator[Any]) -> bool:
    return generator.gi_frame is not None


def refuse(after: int) -> Callable[..., None]:
    """A write that finds the disk full after so many records."""
    real, count = journal.JournalWriter._write, [0]

    def write(self: Any, kind: bytes, payload: bytes) -> None:
        count[0] += 1
        if count[0] > after:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(self, kind, payload)

    return write


@pytest.mark.parametrize("after", [0, 1, 2, 4])
def test_a_full_disk_under_the_journal_costs_nothing_but_the_journal(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(journal.JournalWriter, "_write", refuse(after))
    made = studio.make(plain("ddim", N))
    assert made.pixels == studio.make(plain("ddim", N), fresh=True).pixels
    assert made.finished.path is not None
    assert made.finished.notices == ()
    assert made.finished.trajectory is not None
    assert sorted(studio.store.open(made.finished.trajectory).states) == list(range(N + 1))
    assert not kept_files(studio)


def test_a_full_disk_under_the_steps_leaves_the_picture_and_says_so(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    from studio.trajectory import sealed

    def full(path: Path, data: bytes) -> None:
        raise sealed_error(path)

    monkeypatch.setattr(sealed, "write_durably", full)
    made = studio.make(plain("ddim", N))
    assert made.finished.path is not None
    assert made.finished.path.exists()
    assert made.finished.trajectory is None
    assert "no space left" in made.finished.notices[0]
    assert not kept_files(studio)
    cut = studio.make(plain("ddim", N, seed=9), cancel_at=3)
    assert isinstance(cut.end, Cancelled)
    assert cut.end.trajectory
    monkeypatch.undo()
    assert studio.make(plain("ddim", N, seed=9)).first == 3


def sealed_error(path: Path) -> Exception:
    from studio.errors import StorageError

    return StorageError(f"{path} could not be written: there is no space left on the disk.")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 256 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("a disk can be mounted by root only")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.skipif(sys.platform != "linux", reason="mounts a disk in memory")
@pytest.mark.parametrize("taken", [0, 60_000, 110_000, 170_000, 200_000])
def test_a_disk_that_is_really_full(studio: Studio, small_disk: Path, taken: int) -> None:
    (small_disk / "something else").write_bytes(bytes(taken))
    cramped = Studio(studio.model, small_disk)
    made = cramped.make(plain("ddpm", 12))
    end = made.finished
    assert made.pixels == studio.make(plain("ddpm", 12)).pixels
    assert end.path is not None
    assert pixels(read_picture(end.path).image) == made.pixels
    assert (end.trajectory is None) == bool(end.notices)
    assert all("could not be" in notice for notice in end.notices)
    assert not list(small_disk.rglob("*.tmp"))
    assert not kept_files(cramped)
