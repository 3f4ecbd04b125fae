"""Dabs against their formula, and the store that keeps them."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.painting.box import Box
from studio.painting.dab import Dab, DabStore


def on_paper(dab: Dab, paper: Box) -> np.ndarray:
    """The dab as it lies in a larger box."""
    found = np.zeros((paper.height, paper.width), np.uint8)
    height, width = dab.coverage.shape
    row, column = dab.top - paper.top, dab.left - paper.left
    found[row : row + height, column : column + width] = dab.coverage
    return found


def around(dab: Dab) -> Box:
    height, width = dab.coverage.shape
    return Box(dab.left, dab.top, dab.left + width, dab.top + height).grown(2)


def expected(x: float, y: float, size: float, hardness: float, paper: Box) -> np.ndarray:
    """The falloff of each pixel by the words of `Brush`; of a small dab the mean over many places of a pixel."""
    samples = 8 if size < 16 else 1
    radius, soft, rim = size / 2, size / 2 * (1 - hardness), 1 / (4 if size < 16 else 1)
    outer, width = (radius, soft) if soft >= rim else (radius + (rim - soft) / 2, rim)
    rows, columns = (np.mgrid[: paper.height * samples, : paper.width * samples] + 0.5) / samples
    t = np.clip((outer - np.hypot(columns + paper.left - x, rows + paper.top - y)) / width, 0, 1)
    smooth = 6 * t**5 - 15 * t**4 + 10 * t**3
    falloff = 255 * (smooth + (t - smooth) * rim / width)
    return falloff.reshape(paper.height, samples, paper.width, samples).mean(axis=(1, 3))


quarters = st.integers(-80, 80).map(lambda number: number / 4)


@given(quarters, quarters, st.floats(1.01, 127), st.floats(0, 1))
def test_a_dab_is_its_formula(x, y, size, hardness):
    dab = DabStore().dab(x, y, size, hardness)
    difference = np.abs(on_paper(dab, around(dab)) - expected(x, y, size, hardness, around(dab)))
    assert difference.max() < (14 if size < 16 else 5)  # of 255: samples, and steps in which the falloff is looked up


@given(st.floats(-10, 10), st.floats(-10, 10), st.floats(4, 170), st.floats(0, 1))
def test_a_dab_lies_within_a_quarter_of_a_pixel(x, y, size, hardness):
    dab = DabStore().dab(x, y, size, hardness)
    coverage = dab.coverage.astype(float)
    rows, columns = np.mgrid[: coverage.shape[0], : coverage.shape[1]] + 0.5
    off = 0.02 + (1 / 8 if size < 128 else 1 / 4)
    assert abs((coverage * columns).sum() / coverage.sum() + dab.left - x) < off
    assert abs((coverage * rows).sum() / coverage.sum() + dab.top - y) < off


@given(st.integers(4, 290), st.sampled_from([0.0, 0.25, 0.5, 0.75]))
def test_a_hard_dab_has_the_area_of_its_circle(size, part):
    coverage = DabStore().dab(200 + part, 200, size, 1.0).coverage
    assert coverage.sum() / 255 == pytest.approx(math.pi * size**2 / 4, rel=0.03)


def test_soft_is_softer_and_the_middle_is_full():
    rows = [
        on_paper(DabStore().dab(0.5, 0.5, 101, hardness), Box(-51, -51, 52, 52))[51] for hardness in (0.0, 0.5, 1.0)
    ]
    assert [row.max() for row in rows] == [255, 255, 255]
    assert (np.diff(rows[0][:52].astype(int)) >= 0).all()
    assert all((softer <= harder).all() for softer, harder in pairwise(rows))
    assert np.count_nonzero(rows[2] == 255) >= 99


def test_what_comes_again_is_kept_within_the_limit():
    store = DabStore(limit=30_000)
    first = store.dab(50, 50, 80, 0.5)
    assert store.dab(60, 70, 80, 0.5).coverage is first.coverage
    with pytest.raises(ValueError, match="read-only"):
        first.coverage[0, 0] = 1
    for size in range(20, 120):
        store.dab(0, 0, size, 0.5)
        assert store.nbytes <= 30_000
    assert store.dab(50, 50, 80, 0.5).coverage is not first.coverage
    assert np.array_equal(store.dab(50, 50, 80, 0.5).coverage, first.coverage)
