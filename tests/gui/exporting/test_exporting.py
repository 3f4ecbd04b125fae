"""The window's exports: one dialog at a time, which begins as the last one was left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.export.sequence import Pace
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.ui.dialogs.export_choices import ExportChoices
from studio.ui.exporting import Exporting
from tests.gui.exporting.decoder import Decoder, wait_for_end
from tests.unit.export.clips import facts, frames_in


@pytest.fixture
def exporting(qtbot: QtBot, theme) -> Iterator[Exporting]:
    window = QWidget()
    qtbot.addWidget(window)
    exporting = Exporting(Decoder(), window)
    yield exporting
    exporting.shut_down()


def test_a_second_wish_shows_the_dialog_that_is_open(exporting: Exporting, tmp_path: Path) -> None:
    first = exporting.open(facts(4), tmp_path / "apple")
    assert exporting.open(facts(4), tmp_path / "apple") is first
    first.reject()
    assert exporting.open(facts(4), tmp_path / "apple") is not first


def test_the_next_dialog_begins_as_the_last_was_left(exporting: Exporting, tmp_path: Path) -> None:
    chosen = ExportChoices("gif", "x", Pace("sigma", 24.0, 0.5, True, False))
    dialog = exporting.open(facts(4), tmp_path / "apple")
    dialog.form.set_choices(chosen)
    dialog.reject()
    assert exporting.open(facts(4), tmp_path / "apple").choices() == chosen


def test_it_can_begin_with_the_view_that_is_looked_at(exporting: Exporting, tmp_path: Path) -> None:
    dialog = exporting.open(facts(4), tmp_path / "apple", "eps")
    assert dialog.choices().view == "eps"


def test_it_tells_where_an_export_went(qtbot: QtBot, exporting: Exporting, tmp_path: Path) -> None:
    dialog = exporting.open(facts(4), tmp_path / "apple")
    with qtbot.waitSignal(exporting.saved, timeout=20_000) as saved:
        dialog.export()
    wait_for_end(qtbot, dialog)
    assert len(frames_in(saved.args[0])) == 4
    dialog.reject()


@pytest.mark.parametrize(
    ("known", "possible"),
    [
        (None, False),
        (TrajectoryFacts(FactsRequest(), sentence="Not kept."), False),
        (facts(4, kept=[]), False),
        (facts(4, kept=[0]), True),
        (facts(4), True),
    ],
)
def test_what_can_be_exported(known: TrajectoryFacts | None, possible: bool) -> None:
    assert Exporting.possible(known) is possible


def test_a_run_of_which_only_the_start_is_kept(exporting: Exporting, tmp_path: Path) -> None:
    dialog = exporting.open(facts(4, kept=[0]), tmp_path / "apple")
    assert dialog.choices().view == "x"
    assert dialog.foot.text().startswith("1 frame, ")


def test_leaving_while_an_export_works_keeps_its_frames(qtbot: QtBot, theme, tmp_path: Path) -> None:
    window, decoder = QWidget(), Decoder()
    qtbot.addWidget(window)
    exporting = Exporting(decoder, window)
    dialog = exporting.open(facts(8), tmp_path / "apple", "x0")
    decoder.hold()
    dialog.export()
    for number in range(3):
        qtbot.waitUntil(lambda: decoder.holding() > 0)
        decoder.let_go()
        qtbot.waitUntil(lambda number=number: dialog.foot.text() == f"{number + 1} of 8 frames")
    exporting.shut_down()
    (part,) = tmp_path.iterdir()
    assert len(frames_in(part)) == 3
