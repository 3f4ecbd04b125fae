"""Pictures that no model made: shapes, stripes, gradients, textures and letters, computed the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.image import Image

Plane = NDArray[Any]
Pattern = Callable[[Plane, Plane, np.random.Generator], Plane]


def rendered(number: int, side: int = 128) -> Image:
    """Picture `number`, from 0, of `side` × `side` pixels: a pattern between two colours of its own."""
    random = np.random.default_rng(number)
    y, x = np.mgrid[0:side, 0:side] / side
    share = np.clip(PATTERNS[number % len(PATTERNS)](x, y, random), 0.0, 1.0)[..., None]
    one, other = random.uniform(0, 255, (2, 3))
    return Image(np.round(one + share * (other - one)).astype(np.uint8))


def _gradient(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    turn = random.uniform(0, 2 * np.pi)
    found: Plane = 0.5 + 0.7 * ((x - 0.5) * np.cos(turn) + (y - 0.5) * np.sin(turn))
    return found


def _disc(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    left, top, radius = random.uniform(0.3, 0.7), random.uniform(0.3, 0.7), random.uniform(0.15, 0.35)
    found: Plane = (radius - np.hypot(x - left, y - top)) * 60 + 0.5
    return found


def _stripes(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    turn, waves = random.uniform(0, np.pi), random.uniform(3, 10)
    found: Plane = 0.5 + 0.5 * np.sin(2 * np.pi * waves * (x * np.cos(turn) + y * np.sin(turn)))
    return found


def _boxes(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    found = np.zeros_like(x)
    for _ in range(5):
        left, top = random.uniform(0, 0.7, 2)
        width, height = random.uniform(0.1, 0.4, 2)
        found[(x > left) & (x < left + width) & (y > top) & (y < top + height)] = random.uniform()
    return found


def _clouds(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    found = np.full_like(x, 0.5)
    for octave in range(1, 6):
        turn, shift = random.uniform(0, 2 * np.pi, 2)
        found += np.sin(2**octave * np.pi * (x * np.cos(turn) + y * np.sin(turn)) + shift) / 2**octave / 1.5
    return found


def _grain(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    found: Plane = random.uniform(size=(16, 16))[(y * 16).astype(int), (x * 16).astype(int)]
    return found


def _rings(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    left, top = random.uniform(0.2, 0.8, 2)
    found: Plane = 0.5 + 0.5 * np.cos(2 * np.pi * random.uniform(4, 9) * np.hypot(x - left, y - top))
    return found


def _signs(x: Plane, y: Plane, random: np.random.Generator) -> Plane:
    """Rows of signs on a 5 × 7 raster, like a page of an unknown script."""
    page = random.uniform(size=(28, 36)) > 0.5
    page[np.arange(28) % 8 == 7] = False
    page[:, np.arange(36) % 6 == 5] = False
    rows, columns = (y * 28).astype(int), (x * 36).astype(int)
    found: Plane = page[rows, columns].astype(np.float64)
    return found


PATTERNS: tuple[Pattern, ...] = (_gradient, _disc, _stripes, _boxes, _clouds, _grain, _rings, _signs)
