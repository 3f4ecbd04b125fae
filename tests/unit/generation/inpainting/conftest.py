"""A place for pictures and masks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.generation.inpainting.painted import Easel


@pytest.fixture
def easel(tmp_path: Path) -> Easel:
    return Easel(tmp_path)
