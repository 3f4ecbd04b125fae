"""The Export dialog with a real desk and its thread; the views come from where a worker would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from studio.ui.dialogs.export_choices import ExportChoices
from studio.ui.dialogs.export_dialog import ExportDialog
from studio.worker.export_desk import ExportDesk
from tests.gui.exporting.decoder import Decoder
from tests.unit.export.clips import facts


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
