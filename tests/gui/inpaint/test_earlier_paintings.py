"""A painting that gave way to another picture comes back: from its toast, by the menu, and after a restart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from studio.ui.inpaint.desk import EARLIER_MAXIMUM
from tests.gui.inpaint.paint_kit import Painter, kept_as, speckled


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    return [kept_as(tmp_path / f"{name}.png", speckled(128, 128, number)) for number, name in enumerate("abcdefg")]


def painted(painter: Painter, photo: Path, *points: tuple[float, float]) -> np.ndarray:
    painter.opened(photo)
    painter.stroke(*(points or ((20, 30), (90, 70))))
    return painter.mask.copy()


def back(painter: Painter) -> None:
    painter.window.actions_of_window.paint_before.trigger()


def test_pictures_without_a_mask_push_none_out_that_has_one(painter: Painter, photos: list[Path]) -> None:
    mask = painted(painter, photos[0])
    painter.opened(photos[1])
    assert painter.window.controller.toast.text() == "b.png is open. What was painted before is kept."
    painter.opened(photos[2])
    assert painter.window.controller.toast.isHidden()
    back(painter)
    assert painter.painting.name == "a.png"
    assert np.array_equal(painter.mask, mask)


def test_a_toast_leads_to_the_painting_that_it_speaks_of(painter: Painter, photos: list[Path]) -> None:
    first = painted(painter, photos[0])
    painted(painter, photos[1], (50, 50), (60, 90))
    painter.opened(photos[2])
    toast = painter.window.controller.toast
    assert toast.text() == "c.png is open. What was painted before is kept."
    back(painter)
    back(painter)
    assert painter.painting.name == "a.png"
    assert np.array_equal(painter.mask, first)
    toast._acted()
    assert painter.painting.name == "b.png"


def test_who_goes_back_comes_by_all_of_them(painter: Painter, photos: list[Path]) -> None:
    for number, photo in enumerate(photos[:3]):
        painted(painter, photo, (20, 20 + 10 * number), (60, 30))
    seen = [painter.painting.name]
    for _ in range(5):
        back(painter)
        seen.append(painter.painting.name)
    assert seen == ["c.png", "b.png", "a.png", "c.png", "b.png", "a.png"]


def test_they_are_not_kept_without_end(painter: Painter, photos: list[Path]) -> None:
    for photo in photos:
        painted(painter, photo)
    names = set()
    for _ in range(2 * len(photos)):
        back(painter)
        names.add(painter.painting.name)
    assert len(names) == EARLIER_MAXIMUM + 1
    assert {"g.png", "f.png"} <= names


def test_a_restart_brings_both(begin: Callable[[], Painter], photos: list[Path]) -> None:
    first = begin()
    first.inpaint()
    mask = painted(first, photos[0])
    first.opened(photos[1])
    first.close()
    second = begin()
    second.until(lambda: second.painting is not None and second.window.actions_of_window.paint_before.isEnabled())
    assert second.painting.name == "b.png"
    assert not second.mask.any()
    back(second)
    assert np.array_equal(second.mask, mask)
    assert np.array_equal(second.painting.picture.pixels, speckled(128, 128, 0))
