"""diffusers' own pipeline draws what a recipe says, and refuses what it cannot be compared for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from studio.errors import InvalidField, RefusedFile
from studio.models.device import Placement
from studio.models.loader import load_model
from studio.models.reference_pipeline import ReferencePipeline
from tests.unit.generation.runs import picture, small

CPU = Placement(torch.device("cpu"), torch.float32)


@pytest.mark.parametrize("eta", [0.0, 0.7])
def test_both_make_the_same_picture(tiny_model: Callable[[str], Path], eta: float) -> None:
    folder = tiny_model("stable_diffusion_2")
    wanted = small(width=72, options={"eta": eta})
    theirs = ReferencePipeline(folder, CPU).picture(wanted)
    ours = picture(wanted, load_model(folder, CPU))
    assert np.abs(ours.pixels.astype(int) - theirs.pixels.astype(int)).max() <= 2
    assert np.std(theirs.pixels) > 10


def test_other_walks_are_not_compared(tiny_model: Callable[[str], Path]) -> None:
    pipeline = ReferencePipeline(tiny_model("stable_diffusion_1"), CPU)
    for wanted in (small("euler"), small(sampling={"steps": 2, "spacing": "trailing"})):
        with pytest.raises(InvalidField, match="made for DDIM with leading spacing"):
            pipeline.picture(wanted)


def test_the_folder_is_checked_first(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile):
        ReferencePipeline(tmp_path, CPU)
