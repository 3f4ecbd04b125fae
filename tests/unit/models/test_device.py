"""Where a model runs: by itself, or as asked, or refused with a sentence."""

from __future__ import annotations

import pytest
import torch

from studio.errors import InvalidField
from studio.models.device import PRECISIONS, available_devices, choose_placement, device_title, graphics_memory


def test_by_itself_the_best_device_is_taken() -> None:
    placement = choose_placement()
    assert placement.device.type == available_devices()[0]
    if placement.device.type == "cpu":
        assert placement.dtype == torch.float32


def test_the_cpu_is_always_there_in_every_precision() -> None:
    for name, dtype in PRECISIONS.items():
        placement = choose_placement("cpu", name)
        assert (placement.device.type, placement.dtype, placement.precision) == ("cpu", dtype, name)


def test_a_device_that_is_not_here_is_refused() -> None:
    absent = next(name for name in ("cuda", "mps") if name not in available_devices())
    with pytest.raises(InvalidField, match=f"Device '{absent}' is not on this machine. Use one of: auto, ") as refused:
        choose_placement(absent)
    assert refused.value.field == "device"


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(InvalidField, match="Use one of: auto, float32, float16, bfloat16") as refused:
        choose_placement("cpu", "int4")
    assert refused.value.field == "precision"


def test_devices_have_titles_and_graphics_cards_their_own_memory() -> None:
    for name in available_devices():
        device = torch.device(name)
        assert device_title(device)
        memory = graphics_memory(device)
        assert (memory is not None) == (name == "cuda")
        assert memory is None or 0 <= memory[0] <= memory[1]
