"""What the tests of this folder stand on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.tool_bar import ToolBar
from studio.ui.canvas.tool_options import ToolOptions
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


@pytest.fixture
def tools(desk: Desk, qtbot, theme) -> Iterator[tuple[ToolBar, ToolOptions]]:
    """Both, in a window of their own as wide as the smallest canvas."""
    window = QWidget()
    made = ToolBar(desk.editor), ToolOptions(desk.editor)
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(made[1])
    row = QHBoxLayout()
    row.addWidget(made[0])
    row.addStretch(1)
    column.addLayout(row)
    window.resize(616, 480)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    window.close()


@pytest.fixture
def bar(tools) -> ToolBar:
    return tools[0]


@pytest.fixture
def options(tools) -> ToolOptions:
    return tools[1]
