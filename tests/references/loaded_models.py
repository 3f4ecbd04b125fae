"""Models that tests share, because to load one takes longer than most tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studio.models import loader
from studio.models.device import Placement
from studio.models.model import Model


@contextmanager
def loaded_once() -> Iterator[dict[object, Model]]:
    """Meanwhile each model is really loaded, but only once: models do not change while they are used.

    A test that needs a fresh one clears the dictionary.
    """
    really, kept = loader.load_model, dict[object, Model]()

    def load(path: Path, placement: Placement, name: str | None = None) -> Model:
        key = (path, placement, name)
        if key not in kept:
            kept[key] = really(path, placement, name)
        return kept[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loader, "load_model", load)
        yield kept
