"""A brush says what is wrong with its numbers."""

from __future__ import annotations

import math

import pytest

from studio.painting.brush import Brush


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", 0.9),
        ("size", 2000.5),
        ("size", math.nan),
        ("hardness", -0.1),
        ("hardness", 1.1),
        ("opacity", 2.0),
        ("spacing", 0.0),
        ("spacing", 2.1),
        ("smoothing", -1.0),
    ],
)
def test_a_number_out_of_its_range_is_refused_by_name(field, value):
    with pytest.raises(ValueError, match=field):
        Brush(**{field: value})


def test_the_ends_of_the_ranges_are_allowed():
    assert Brush(1, 0, 0, 0.01, 0) != Brush(2000, 1, 1, 2, 1)
