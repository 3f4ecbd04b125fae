"""A real model, and torch on one thread for whole files: what their fixtures make is rounded as what the tests make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from tests.unit.generation.conftest import starter

__all__ = ["starter"]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
