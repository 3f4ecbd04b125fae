"""What the tests of this folder stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from studio.ui.canvas.canvas import Canvas
from studio.ui.theme import Theme
from tests.gui.canvas.desk import Desk


@pytest.fixture
def canvas(qtbot: QtBot, theme: Theme) -> Iterator[Canvas]:
    made = Canvas()
    made.resize(736, 628)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.view.setFocus()
    qtbot.waitUntil(made.view.hasFocus)
    yield made
    made.close()


@pytest.fixture
def desk(canvas: Canvas) -> Iterator[Desk]:
    """A grey picture of 200 × 150 pixels without a mask; the brush is hard and 20 pixels wide."""
    made = Desk(canvas)
    made.open(200, 150)
    made.take("brush", size=20.0, hardness=1.0)
    yield made
    canvas.editor.close()
