"""Easings keep their ends and never go back; even spacing makes what was measured even."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.sampling.easing import EASINGS, eased, evenly
from tests.references.evenness import unevenness

changes = st.lists(st.floats(0.0, 10.0), min_size=1, max_size=20)


@pytest.mark.parametrize("name", EASINGS)
def test_the_ends_are_exact_and_it_never_goes_back(name: str):
    way = [eased(name, number / 100) for number in range(101)]
    assert (way[0], way[-1]) == (0.0, 1.0)
    assert all(a <= b for a, b in pairwise(way))
    assert all(0.0 <= place <= 1.0 for place in way)


def test_easings_do_what_they_are_called():
    def speed(name: str, at: float) -> float:
        return (eased(name, at + 1e-4) - eased(name, at)) / 1e-4

    assert eased("linear", 0.3) == 0.3
    assert speed("smooth", 0.0) < 0.01
    assert speed("smooth", 1.0 - 1e-4) < 0.01
    assert speed("ease-in", 0.0) < 0.01 < 1.0 < speed("ease-in", 0.9)
    assert speed("ease-out", 1.0 - 1e-4) < 0.01 < 1.0 < speed("ease-out", 0.1)
    assert eased("smooth", 0.25) == pytest.approx(1.0 - eased("smooth", 0.75))


@given(changes, st.integers(2, 50))
def test_even_places_rise_from_end_to_end(measured: list[float], count: int):
    places = [number / len(measured) for number in range(len(measured) + 1)]
    found = evenly(places, measured, count)
    assert len(found) == count
    assert (found[0], found[-1]) == (0.0, 1.0)
    assert all(a <= b + 1e-12 for a, b in pairwise(found))


@given(st.lists(st.floats(0.1, 10.0), min_size=2, max_size=12), st.integers(3, 40))
def test_the_change_between_even_places_is_even(measured: list[float], count: int):
    places = [number / len(measured) for number in range(len(measured) + 1)]

    def way(place: float) -> float:
        whole = min(int(place * len(measured)), len(measured) - 1)
        return sum(measured[:whole]) + (place * len(measured) - whole) * measured[whole]

    between = [way(b) - way(a) for a, b in pairwise(evenly(places, measured, count))]
    assert unevenness(between) == pytest.approx(1.0, abs=1e-6)


def test_where_nothing_changes_places_stay_even():
    assert evenly([0.0, 0.5, 1.0], [0.0, 0.0], 5) == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0])
    assert unevenness([0.0, 0.0]) == 1.0


def test_a_stretch_without_change_is_jumped_over():
    assert evenly([0.0, 0.5, 1.0], [0.0, 2.0], 3) == pytest.approx([0.0, 0.75, 1.0])


def test_unevenness_is_the_largest_over_the_mean():
    assert unevenness([1.0, 1.0, 1.0]) == 1.0
    assert unevenness([0.0, 3.0, 0.0]) == 3.0


@pytest.mark.parametrize(("places", "measured", "count"), [([0.0, 1.0], [1.0, 1.0], 3), ([0.0, 1.0], [1.0], 1)])
def test_what_does_not_fit_is_a_defect(places: list[float], measured: list[float], count: int):
    with pytest.raises(ValueError, match="one change less"):
        evenly(places, measured, count)
