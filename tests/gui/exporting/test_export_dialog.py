"""Exporting from the dialog: preview, progress, cancel, go on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from studio.export import part_file
from studio.export.frame_look import Crop, Enlargement, FrameLook
from studio.export.sequence import Pace
from studio.ui.dialogs.export_choices import ExportChoices
from studio.ui.metrics import REDUCE_MOTION
from studio.ui.qimage import from_qimage
from tests.gui.exporting.decoder import GIF, button, wait_for_end
from tests.unit.export.clips import frames_in, pictures_in
from tests.unit.export.test_run_export import FullDisk


def test_the_preview_plays_what_will_be_exported(qtbot: QtBot, qapp, opened, tmp_path: Path) -> None:
    look = FrameLook(Crop(0, 0, 60, 40), Enlargement(4), "below")
    qapp.setProperty(REDUCE_MOTION, False)
    dialog = opened(ExportChoices("apng", "x", Pace(fps=60), look))
    assert dialog.preview.playing
    qtbot.waitUntil(lambda: dialog.preview.number() >= 3)
    dialog.preview.toggle()
    number = dialog.preview.number()
    qtbot.wait(60)
    assert dialog.preview.number() == number
    assert dialog.preview.text() == f"Frame {number + 1} of 9, step {number}"
    shown = from_qimage(dialog.preview.image())
    dialog.export()
    wait_for_end(qtbot, dialog)
    assert np.array_equal(shown.pixels, pictures_in(tmp_path / "red-apple-7-x.apng")[number])


def test_without_motion_the_preview_stands_still(qtbot: QtBot, opened) -> None:
    dialog = opened(GIF)
    qtbot.waitUntil(lambda: dialog.preview.image() is not None)
    qtbot.wait(150)
    assert (dialog.preview.playing, dialog.preview.number()) == (False, 0)


def test_enter_exports(qtbot: QtBot, opened, tmp_path: Path) -> None:
    dialog = opened(GIF)
    with qtbot.waitSignal(dialog.saved, timeout=20_000) as saved:
        qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert saved.args == [tmp_path / "red-apple-7-x0.gif"]
    assert len(frames_in(saved.args[0])) == 8
    with qtbot.waitSignal(dialog.show_file) as asked:
        button(dialog, "Show").click()
    assert asked.args == saved.args


def test_cancel_keeps_frames_and_go_on_makes_the_rest(qtbot: QtBot, opened, decoder, tmp_path: Path) -> None:
    dialog = opened(GIF)
    decoder.hold()
    dialog.export()
    for whole in range(1, 4):
        qtbot.waitUntil(lambda: decoder.holding() > 0)
        decoder.let_go()
        qtbot.waitUntil(lambda whole=whole: dialog.foot.text() == f"{whole} of 8 frames")
    assert not dialog.form.isEnabled()
    button(dialog, "Cancel").click()
    wait_for_end(qtbot, dialog)
    assert dialog.foot.text().startswith("Cancelled. 3 of 8 frames are whole")
    assert dialog.isVisible()
    assert dialog.form.isEnabled()
    decoder.go_on()
    decoder.asked.clear()
    button(dialog, "Go on").click()
    wait_for_end(qtbot, dialog)
    assert [request.step for request in decoder.asked] == [4, 5, 6, 7, 8]
    assert [file.name for file in tmp_path.iterdir()] == ["red-apple-7-x0.gif"]
    assert len(frames_in(tmp_path / "red-apple-7-x0.gif")) == 8


def test_escape_cancels_the_export_and_only_then_the_dialog(qtbot: QtBot, opened, decoder) -> None:
    dialog = opened(GIF)
    decoder.hold()
    dialog.export()
    qtbot.waitUntil(lambda: decoder.holding() > 0)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    wait_for_end(qtbot, dialog)
    assert dialog.isVisible()
    assert dialog.foot.text() == "Cancelled. Nothing was written."
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_closing_while_exporting_cancels_and_closes_when_it_is_over(qtbot: QtBot, opened, decoder, tmp_path) -> None:
    dialog = opened(GIF)
    decoder.hold()
    dialog.export()
    qtbot.waitUntil(lambda: decoder.holding() > 0)
    decoder.let_go()
    qtbot.waitUntil(lambda: dialog.foot.text() == "1 of 8 frames")
    dialog.close()
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert not dialog.exporting()
    assert len(list(tmp_path.glob("red-apple-7-x0-part-*.gif"))) == 1


def test_a_full_disk_is_told_and_can_be_gone_on_with(qtbot: QtBot, opened, tmp_path: Path, monkeypatch) -> None:
    dialog = opened(GIF)
    with monkeypatch.context() as patched:
        patched.setattr(part_file, "os", FullDisk(20_000))
        dialog.export()
        wait_for_end(qtbot, dialog)
    assert dialog.foot.text().startswith("Disk full. ")
    assert "of 8 frames are whole" in dialog.foot.text()
    button(dialog, "Go on").click()
    wait_for_end(qtbot, dialog)
    assert len(frames_in(tmp_path / "red-apple-7-x0.gif")) == 8


def test_what_cannot_be_decoded_is_told(qtbot: QtBot, opened, decoder) -> None:
    dialog = opened(GIF)
    decoder.sentence = "The model is not there."
    dialog.export()
    wait_for_end(qtbot, dialog)
    assert dialog.foot.text() == "The model is not there."
    assert button(dialog, "Export").isEnabled()


def test_nothing_is_asked_for_once_it_is_closed(qtbot: QtBot, opened, decoder) -> None:
    dialog = opened(GIF, steps=40)
    dialog.close()
    qtbot.wait(50)
    count = len(decoder.asked)
    qtbot.wait(100)
    assert len(decoder.asked) == count
