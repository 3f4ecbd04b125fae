"""What the tests of this folder stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.ui.metrics import REDUCE_MOTION
from studio.ui.theme import Theme
from tests.gui.inpaint.paint_kit import Painter, build, kept_as, speckled


@pytest.fixture
def begin(qtbot: QtBot, qapp: QApplication, theme: Theme, own_home: Path) -> Iterator[Callable[[], Painter]]:
    """Starts the studio with an engine that paints at once; a second start finds what the first one left."""
    painters: list[Painter] = []

    def start() -> Painter:
        painters.append(build(qtbot, theme))
        qapp.setProperty(REDUCE_MOTION, True)
        return painters[-1]

    yield start
    for painter in painters:
        painter.close()
    theme.apply("dark", 1.0)


@pytest.fixture
def painter(begin: Callable[[], Painter]) -> Painter:
    """The studio at its first start, in the workspace for painting."""
    made = begin()
    made.inpaint()
    return made


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A picture that the built-in model takes one to one."""
    return kept_as(tmp_path / "photo.png", speckled(128, 128))
