"""The mask survives whatever happens around it: edits, other models, runs, workspaces, restarts, a sudden end."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from studio import paths
from studio.painting.draft import Draft
from studio.ui.inpaint.inpaint_controller import DRAFT_NAME
from tests.gui.inpaint.paint_kit import Painter, kept_as, speckled

HERE = Path(__file__).parent


def painted(painter: Painter, photo: Path) -> np.ndarray:
    painter.opened(photo)
    painter.stroke((20, 30), (90, 70))
    return painter.mask.copy()


def test_edits_models_runs_and_workspaces_leave_it_alone(painter: Painter, photo: Path, tmp_path: Path) -> None:
    mask = painted(painter, photo)
    shutil.copytree(paths.starter_model(), tmp_path / "another")
    painter.prompt("green apple, flat style")
    painter.window.form.set(steps=3, scale=2.0, sampler="euler", way="soft", strength=0.7)
    painter.window.controller.add_model(tmp_path / "another")
    assert painter.window.form.values.model == "another"
    painter.run()
    painter.press(Qt.Key.Key_F5)
    painter.run()
    painter.press(Qt.Key.Key_F6)
    painter.until(lambda: painter.editor.active)
    assert np.array_equal(painter.mask, mask)
    assert painter.painting.name == "photo.png"
    assert painter.editor.commands.undo.isEnabled()


def test_a_restart_brings_picture_mask_and_workspace(begin: Callable[[], Painter], photo: Path) -> None:
    first = begin()
    first.inpaint()
    mask = painted(first, photo)
    first.close()
    photo.unlink()
    second = begin()
    assert second.window.workspaces.is_inpaint
    second.until(lambda: second.painting is not None)
    assert np.array_equal(second.mask, mask)
    assert np.array_equal(second.painting.picture.pixels, speckled(128, 128))
    assert second.painting.name == "photo.png"
    second.until(lambda: second.editor.active)


def test_what_was_taken_over_is_kept_too(begin: Callable[[], Painter], photo: Path) -> None:
    first = begin()
    first.inpaint()
    painted(first, photo)
    first.run()
    first.window.inpaint.take_over()
    picture = first.painting.picture.pixels
    first.close()
    second = begin()
    second.until(lambda: second.painting is not None)
    assert np.array_equal(second.painting.picture.pixels, picture)


def test_who_never_rests_is_kept_as_well(painter: Painter, photo: Path) -> None:
    draft = paths.data() / DRAFT_NAME
    painter.opened(photo)
    painter.until(draft.exists)
    stroke = painter.painting.document.begin_stroke(painter.editor.brush)
    written, begun = set(), time.monotonic()
    while len(written) < 3 and time.monotonic() - begun < 60:
        stroke.to(*np.random.default_rng(len(written)).uniform(10, 110, 2))
        painter.editor.painted.emit()
        painter._qtbot.wait(30)
        written.add(draft.stat().st_mtime_ns)
    stroke.finish()
    assert len(written) == 3


class TestDamage:
    def test_a_damaged_draft_is_set_aside_with_a_sentence(self, begin: Callable[[], Painter], photo: Path) -> None:
        first = begin()
        first.inpaint()
        painted(first, photo)
        first.close()
        draft = paths.data() / DRAFT_NAME
        data = bytearray(draft.read_bytes())
        data[len(data) // 2] ^= 0xFF
        draft.write_bytes(bytes(data))
        second = begin()
        second.until(lambda: second.banner() != "")
        assert "damaged" in second.banner()
        assert draft.with_name(draft.name + ".damaged-1").read_bytes() == bytes(data)
        assert second.painting is None
        assert second.sign().startswith("Drop a picture")
        second.opened(photo)

    def test_so_is_one_whose_picture_is_gone(self, begin: Callable[[], Painter], photo: Path) -> None:
        first = begin()
        first.inpaint()
        painted(first, photo)
        first.close()
        for kept in (paths.data() / "sources").glob("*.png"):
            kept.unlink()
        second = begin()
        second.until(lambda: second.banner() != "")
        assert "not on this computer" in second.banner()
        second.close()
        third = begin()
        third._qtbot.wait(300)
        assert third.banner() == ""

    def test_a_full_disk_is_told_and_painting_goes_on(
        self, painter: Painter, photo: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        painter.opened(photo)
        draft = paths.data() / DRAFT_NAME
        painter.until(draft.exists)
        before = draft.read_bytes()
        from studio.errors import StorageError
        from studio.ui.inpaint import draft_keeper

        def full(path: Path, draft: Draft) -> None:
            raise StorageError("There is no space left on the disk.")

        monkeypatch.setattr(draft_keeper, "write_draft", full)
        with caplog.at_level(logging.WARNING):
            painter.stroke((10, 10), (60, 60))
            painter.until(lambda: "no space" in painter.banner())
        assert draft.read_bytes() == before
        monkeypatch.undo()
        painter.stroke((60, 60), (90, 90))
        mask = painter.mask.copy()
        painter.until(lambda: draft.read_bytes() != before)
        painter.until(lambda: np.array_equal(Draft.from_bytes(draft.read_bytes()).mask.values, mask))


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_sudden_end_costs_two_seconds_at_most(begin: Callable[[], Painter], tmp_path: Path) -> None:
    picture = kept_as(tmp_path / "photo.png", speckled(128, 128))
    report = tmp_path / "strokes.txt"
    command = [sys.executable, str(HERE / "paints_for_ever.py"), str(picture), str(report)]
    with subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(HERE.parents[2])}) as process:
        draft = paths.data() / DRAFT_NAME
        begun = time.monotonic()
        while not draft.exists() or not report.exists() or len(report.read_text().splitlines()) < 40:
            assert process.poll() is None
            assert time.monotonic() - begun < 240
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    strokes = [line.split() for line in report.read_text().splitlines() if line.count(" ") == 2]
    end = float(strokes[-1][0])
    second = begin()
    second.until(lambda: second.painting is not None)
    lost = [at for at, x, y in strokes if second.mask[int(y), int(x)] == 0]
    # The draft begins to be written after a second; the rest is the time of writing on a busy machine.
    assert all(end - float(at) <= 2.0 for at in lost), (end, lost)
    assert len(lost) < len(strokes)
