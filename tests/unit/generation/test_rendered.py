"""Pictures that no model made: the same every time, all different, of the size that is asked for."""

from __future__ import annotations

import pytest

from studio.generation.rendered import PATTERNS, rendered

COUNT = 3 * len(PATTERNS)


def test_they_are_the_same_every_time_and_all_different() -> None:
    ids = [rendered(number).id for number in range(COUNT)]
    assert ids == [rendered(number).id for number in range(COUNT)]
    assert len(set(ids)) == COUNT


@pytest.mark.parametrize("side", [64, 100, 128])
def test_they_have_the_size_that_is_asked_for_and_are_not_one_colour(side: int) -> None:
    for number in range(COUNT):
        image = rendered(number, side)
        assert (image.width, image.height) == (side, side)
        assert image.pixels.std(axis=(0, 1)).max() > 3, number
