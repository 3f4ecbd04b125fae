"""What the tests of branches and comparisons share."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from studio.job.event import Started, StepDone
from studio.ui.timeline.filmstrip import SIDE
from tests.gui.studio_driver import Driver

STEPS = 4


def first_run(studio: Driver) -> Path:
    """A small picture; its file."""
    studio.small(steps=STEPS)
    path = studio.run()
    assert path is not None
    return path


def click_cell(studio: Driver, step: int, *, double: bool = False) -> None:
    """Click the cell of a step, once or twice."""
    strip = studio.window.timeline.filmstrip
    place = QPoint(round(SIDE + strip._painter.layout.place(step)), strip.height() // 2)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place)
    if double:
        QTest.mouseDClick(strip, Qt.MouseButton.LeftButton, pos=place)


def branch_at(studio: Driver, step: int) -> None:
    """Click the step, then Ctrl+B."""
    click_cell(studio, step)
    studio.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)


def computed(studio: Driver) -> tuple[int, int]:
    """How many steps the last job shared, and how many it computed."""
    job = studio.events[-1].job
    mine = [event for event in studio.events if event.job == job]
    first = next(event.first_step for event in mine if isinstance(event, Started))
    return first, sum(isinstance(event, StepDone) for event in mine)
