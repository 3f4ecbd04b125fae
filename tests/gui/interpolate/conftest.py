"""The studio with its interpolation workspace shown, and pictures that are quick."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.gui.interpolate.walker import Walker
from tests.gui.studio_driver import Driver


@pytest.fixture
def walker(studio: Driver) -> Walker:
    return Walker(studio)


@pytest.fixture
def restarted(start: Callable[..., Driver]) -> Callable[[], Walker]:
    """Starts the studio, again and again."""
    return lambda: Walker(start())
