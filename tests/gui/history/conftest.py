"""What the tests of this folder stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.ui.panels.history_panel import HistoryPanel
from studio.ui.theme import Theme
from tests.gui.history.history_kit import Disk


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def panel(qtbot: QtBot, theme: Theme, disk: Disk) -> Iterator[HistoryPanel]:
    made = HistoryPanel(disk.load)
    made.resize(240, 560)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made.close()
