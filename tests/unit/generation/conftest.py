"""Real models for runs, loaded once for all files here: the starter and the tiny ones, on the CPU in float32."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache

import pytest
import torch

from studio.models.device import Placement
from studio.models.loader import load_model
from studio.models.model import Model
from studio.paths import starter_model
from tests.references.tiny_models import BUILDERS, add_tiny_decoder

CPU = Placement(torch.device("cpu"), torch.float32)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Other tests work at the same time, and sums are to be split in one way."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def starter() -> Model:
    return load_model(starter_model(), CPU, name="starter")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Model]:
    """A tiny model by the name of its builder, with a small preview decoder."""
    home = tmp_path_factory.mktemp("tiny_models")

    @cache
    def load(name: str) -> Model:
        return load_model(add_tiny_decoder(BUILDERS[name](home / name)), CPU, name="tiny")

    return load
