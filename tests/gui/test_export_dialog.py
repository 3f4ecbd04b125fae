"""The Export dialog with a real desk and its thread; the views come from where a worker would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from studio.export import part_file
from studio.export.frame_look import Crop, Enlargement, FrameLook
from studio.export.sequence import Pace
from studio.job.view import ViewReady, ViewRequest
from studio.ui.dialogs.export_choices import ExportChoices, bytes_text, read_crop
from studio.ui.dialogs.export_dialog import ExportDialog
from studio.ui.metrics import REDUCE_MOTION
from studio.ui.qimage import from_qimage
from studio.worker.export_desk import ExportDesk
from tests.unit.export.clips import HEIGHT, WIDTH, Views, facts, frames_in, pictures_in
from tests.unit.export.test_run_export import FullDisk


class Decoder(QObject):
    """Answers with the next turn of the loop; `held` holds the answers of exact views back."""

    view_ready = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[ViewRequest] = []
        self.sentence = ""
        self._held: list[ViewRequest] | None = None

    def ask(self, request: ViewRequest) -> None:
        self.asked.append(request)
        if self._held is not None and request.exact:
            self._held.append(request)
        else:
            QTimer.singleShot(0, lambda: self.answer(request))

    def answer(self, request: ViewRequest) -> None:
        image = None if self.sentence else Views()(request.step).image
        self.view_ready.emit(ViewReady(request, image, self.sentence))

    def hold(self) -> None:
        self._held = []

    def let_go(self, number: int = 1) -> None:
        for _ in range(number):
            self.answer(self._held.pop(0))

    def holding(self) -> int:
        return len(self._held or ())

    def go_on(self) -> None:
        held, self._held = self._held or [], None
        for request in held:
            self.answer(request)


@pytest.fixture
def decoder() -> Decoder:
    return Decoder()


@pytest.fixture
def desk(qtbot: QtBot, decoder: Decoder) -> Iterator[ExportDesk]:
    desk = ExportDesk(decoder.ask, decoder.view_ready)
    yield desk
    desk.shut_down()


@pytest.fixture
def opened(qtbot: QtBot, theme, desk: ExportDesk, tmp_path: Path) -> Iterator[Callable[..., ExportDialog]]:
    dialogs: list[ExportDialog] = []

    def open_dialog(choices: ExportChoices | None = None, steps: int = 8) -> ExportDialog:
        dialog = ExportDialog(desk, facts(steps), tmp_path / "red-apple-7", choices)
        qtbot.addWidget(dialog)
        dialogs.append(dialog)
        with qtbot.waitExposed(dialog):
            dialog.open()
        return dialog

    yield open_dialog
    for dialog in dialogs:
        dialog.close()


def button(dialog: ExportDialog, text: str) -> QPushButton:
    (found,) = [b for b in dialog.foot.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    return found


def wait_for_end(qtbot: QtBot, dialog: ExportDialog) -> None:
    qtbot.waitUntil(lambda: not dialog.exporting(), timeout=20_000)


GIF = ExportChoices("gif", "x0", Pace(fps=10))


def test_it_says_how_many_how_long_and_how_large(qtbot: QtBot, opened) -> None:
    dialog = opened(GIF)
    assert dialog.foot.text() == "8 frames, 0.8 s, measuring its size"
    qtbot.waitUntil(lambda: "about" in dialog.foot.text())
    told = dialog.foot.text()
    dialog.export()
    wait_for_end(qtbot, dialog)
    assert told.startswith("8 frames, 0.8 s, about ")
    assert dialog.foot.text().startswith("Saved as red-apple-7-x0.gif")


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


def test_nothing_is_asked_for_once_it_is_closed(qtbot: QtBot, opened, decoder) -> None:
    dialog = opened(GIF, steps=40)
    dialog.close()
    qtbot.wait(50)
    count = len(decoder.asked)
    qtbot.wait(100)
    assert len(decoder.asked) == count


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
