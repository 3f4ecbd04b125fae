"""What the dialog says of its settings, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from studio.export.frame_look import Crop
from studio.export.sequence import Pace
from studio.ui.dialogs.export_choices import ExportChoices, bytes_text, read_crop
from studio.ui.dialogs.export_dialog import ExportDialog
from studio.worker.export_desk import ExportDesk
from tests.gui.exporting.decoder import GIF, button, wait_for_end
from tests.unit.export.clips import HEIGHT, WIDTH, facts, frames_in, pictures_in


def test_it_says_how_many_how_long_and_how_large(qtbot: QtBot, opened) -> None:
    dialog = opened(GIF)
    assert dialog.foot.text() == "8 frames, 0.8 s, measuring its size"
    qtbot.waitUntil(lambda: "about" in dialog.foot.text())
    told = dialog.foot.text()
    dialog.export()
    wait_for_end(qtbot, dialog)
    assert told.startswith("8 frames, 0.8 s, about ")
    assert dialog.foot.text().startswith("Saved as red-apple-7-x0.gif")


@pytest.mark.parametrize("text", ["0, 0, 500, 2", "all", "1,2,3"])
def test_a_bad_crop_is_marked_and_nothing_is_exported(qtbot: QtBot, opened, tmp_path: Path, text: str) -> None:
    dialog = opened(GIF)
    row = dialog.form._crop
    row.field().setText(text)
    dialog.export()
    assert not dialog.exporting()
    assert row.problem()
    assert row.field().hasFocus()
    row.field().setText("0 0 16 16")
    dialog.export()
    wait_for_end(qtbot, dialog)
    assert pictures_in(tmp_path / "red-apple-7-x0.gif")[0].shape == (16, 16, 3)


def test_what_only_the_whole_order_can_refuse_marks_its_row(qtbot: QtBot, opened) -> None:
    dialog = opened(ExportChoices("gif", "x0", Pace(fps=60)))
    assert "at most 50 frames" in dialog.form._fps.problem()
    assert "at most 50 frames" in dialog.foot.text()
    dialog.export()
    assert not dialog.exporting()
    dialog.form._format.set_value("webp")
    dialog.form._format.value_changed.emit("webp")
    assert dialog.form._fps.problem() == ""
    assert dialog.foot.text().startswith("8 frames")


def test_rows_without_a_meaning_stay_and_say_why(qtbot: QtBot, opened) -> None:
    dialog = opened(ExportChoices("sheet", "x0"))
    form = dialog.form
    for row in (form._fps, form._hold, form._boomerang, form._loop, form._captions, form._lossless):
        assert row.isVisible()
        assert not row.isEnabled()
        assert row.toolTip()
    assert form._timing.isEnabled()
    assert dialog.preview.text() == "All steps on one page"
    assert dialog.foot.text().startswith("8 frames, measuring")


@pytest.mark.parametrize(
    ("choices", "name"),
    [
        (ExportChoices("mp4", "x"), "red-apple-7-x.mp4"),
        (ExportChoices("sheet", "eps"), "red-apple-7-eps-sheet.png"),
        (ExportChoices("png", "x0"), "red-apple-7-x0"),
        (ExportChoices("webp", "change", lossless=True), "red-apple-7-change.webp"),
    ],
)
def test_the_name_says_what_it_is(qtbot: QtBot, opened, tmp_path: Path, choices: ExportChoices, name: str) -> None:
    dialog = opened(choices)
    assert dialog.target() == tmp_path / name
    assert dialog.choices() == choices
    dialog.export()
    wait_for_end(qtbot, dialog)
    assert (tmp_path / name).exists()


def test_a_folder_that_is_taken_is_not_offered(qtbot: QtBot, opened, tmp_path: Path) -> None:
    (tmp_path / "red-apple-7-x0").mkdir()
    (tmp_path / "red-apple-7-x0" / "mine.txt").write_text("mine")
    (tmp_path / "red-apple-7-x0-2").write_text("a file")
    assert opened(ExportChoices("png", "x0")).target() == tmp_path / "red-apple-7-x0-3"


def test_another_place_can_be_chosen(qtbot: QtBot, opened, tmp_path: Path, monkeypatch) -> None:
    dialog = opened(GIF)
    chosen = tmp_path / "else" / "mine"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(chosen), ""))
    button(dialog, "Change…").click()
    assert dialog.target() == chosen.with_suffix(".gif")
    dialog.export()
    wait_for_end(qtbot, dialog)
    assert len(frames_in(chosen.with_suffix(".gif"))) == 8


def test_only_views_that_exist_are_offered(qtbot: QtBot, theme, desk: ExportDesk, tmp_path: Path) -> None:
    dialog = ExportDialog(desk, facts(8, kept=[0, 4, 8]), tmp_path / "apple")
    qtbot.addWidget(dialog)
    assert dialog.form._view.values() == ("x0", "x")


def test_sizes_and_crops_as_words() -> None:
    assert [bytes_text(count) for count in (1, 850_400, 1_140_000, 2_500_000_000)] == [
        "1 kB",
        "850 kB",
        "1.1 MB",
        "2.5 GB",
    ]
    assert read_crop(" 1, 2 ,3; 4 ", (WIDTH, HEIGHT)) == Crop(1, 2, 3, 4)
    assert read_crop("  ", (WIDTH, HEIGHT)) is None
