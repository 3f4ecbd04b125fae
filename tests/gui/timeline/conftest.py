"""A timeline in a window of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.ui.theme import Theme
from studio.ui.timeline.timeline import Timeline


@pytest.fixture
def timeline(qtbot: QtBot, theme: Theme) -> Iterator[Timeline]:
    made = Timeline()
    made.resize(976, 116)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.filmstrip.setFocus()
    qtbot.waitUntil(made.filmstrip.hasFocus)
    yield made
    made.close()
