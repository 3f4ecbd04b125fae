"""Line charts: points lie where their logarithms say, and nothing is drawn beyond the page."""

from __future__ import annotations

import numpy as np
import pytest

from studio.export.line_chart import COLOURS, HEIGHT, LEFT, RIGHT, WIDTH, Line, LineChart
from studio.image import Image

FALLING = ((10.0, 1e-2), (100.0, 1e-3), (1000.0, 1e-4))


def chart(*lines: Line) -> Image:
    return LineChart("Heading", "steps", "error", lines, "A note.").image()


def seen(image: Image, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns left of the names in which the colour of a line is."""
    rows, columns = np.nonzero((image.pixels == COLOURS[number]).all(axis=2))
    inside = columns < WIDTH - RIGHT + 8
    return rows[inside], columns[inside]


def test_a_power_law_is_a_straight_line_from_edge_to_edge() -> None:
    image = chart(Line("falling", FALLING))
    assert (image.width, image.height) == (WIDTH, HEIGHT)
    rows, columns = seen(image, 0)
    assert columns.min() == pytest.approx(LEFT, abs=6)
    assert columns.max() == pytest.approx(WIDTH - RIGHT, abs=6)
    slope, foot = np.polyfit(columns, rows, 1)
    assert slope > 0.2
    assert np.abs(rows - (slope * columns + foot)).max() < 8


def test_a_lower_line_lies_below_and_a_dashed_one_has_gaps() -> None:
    solid, dashed = Line("upper", FALLING), Line("lower", tuple((x, y / 10) for x, y in FALLING), dashed=True)
    image = chart(solid, dashed)
    (upper, _), (lower, columns) = seen(image, 0), seen(image, 1)
    assert lower.mean() > upper.mean() + 20
    assert len(set(columns.tolist())) < len(set(seen(image, 0)[1].tolist())) * 0.8


def test_one_point_and_equal_values_are_drawn() -> None:
    for points in (((10.0, 0.5),), ((10.0, 0.5), (20.0, 0.5))):
        assert len(seen(chart(Line("flat", points)), 0)[0])


def test_it_is_the_same_every_time() -> None:
    assert chart(Line("falling", FALLING)).id == chart(Line("falling", FALLING)).id
