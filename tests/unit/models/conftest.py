"""Tiny models in real layouts, built once a session when a test first asks for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.references.tiny_models import BUILDERS


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny model by the name of its builder. Shared by all tests: copy it before changing it."""
    home = tmp_path_factory.mktemp("tiny_models")

    @cache
    def folder(name: str) -> Path:
        return BUILDERS[name](home / name)

    return folder
