"""What the tests of this folder stand on."""

from __future__ import annotations

import pytest

from tests.gui.codes.codes_kit import Codes
from tests.gui.studio_driver import Driver


@pytest.fixture
def codes(studio: Driver) -> Codes:
    """The studio with its shelf on view and a recipe of three small steps."""
    return Codes(studio)
