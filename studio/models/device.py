"""Which device and precision a model runs in: chosen by itself, shown, and changeable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch

from studio.errors import InvalidField, OutOfMemory

DeviceName = Literal["auto", "cpu", "cuda", "mps"]
DEVICES: tuple[DeviceName, ...] = ("auto", "cpu", "cuda", "mps")
PRECISIONS: dict[str, torch.dtype] = {
    "float32": torch.float32,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
}
# Volta and later compute half precision well; earlier cards, and the GTX 16 series of Turing, give black pictures.
_FIRST_HALF_CAPABILITY = (7, 0)
_BROKEN_HALF_NAMES = ("GTX 16",)
# Not every allocator raises an error of its own: that of the CPU on Linux and on Windows, Apple's, and cuBLAS.
_NO_MEMORY_WORDS = ("can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED")


@dataclass(frozen=True)
class Placement:
    """Where a model runs and in which precision."""

    device: torch.device
    dtype: torch.dtype

    @property
    def precision(self) -> str:
        return str(self.dtype).removeprefix("torch.")


def choose_placement(device: str = "auto", precision: str = "auto") -> Placement:
    """The best device there is, or the one asked for. Half precision is chosen only where it is known to be safe.

    Raises `InvalidField` for a device this machine does not have and for an unknown precision.
    """
    chosen = _choose_device(device)
    if precision == "auto":
        return Placement(chosen, _safe_dtype(chosen))
    if precision not in PRECISIONS:
        names = ", ".join(("auto", *PRECISIONS))
        raise InvalidField("precision", f"Precision '{precision[:40]}' is not known. Use one of: {names}.")
    return Placement(chosen, PRECISIONS[precision])


def available_devices() -> tuple[str, ...]:
    """The devices of this machine, best first; the CPU is always among them."""
    found = ["cuda"] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        found.append("mps")
    return (*found, "cpu")


def keep_float32_exact(placement: Placement) -> None:
    """Have a graphics card compute float32 with all of its digits.

    Its convolutions would be rounded to 10 bits (TF32) otherwise: then the same picture on two devices, or in two
    batches, is no longer the same to 1e-4. Who wants speed chooses half precision.
    """
    if placement.device.type == "cuda" and placement.dtype == torch.float32:
        torch.backends.cudnn.allow_tf32 = False
        torch.backends.cuda.matmul.allow_tf32 = False


def device_title(device: torch.device) -> str:
    """What a person calls the device: the name of the graphics card, or the kind of processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return "Apple graphics (mps)" if device.type == "mps" else f"processor (cpu, {torch.get_num_threads()} threads)"


def graphics_memory(device: torch.device) -> tuple[int, int] | None:
    """Free and total bytes of the memory that a graphics card has for itself; None for devices without their own."""
    return torch.cuda.mem_get_info(device) if device.type == "cuda" else None


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether it was raised because a device, or the machine, has no memory left."""
    if isinstance(problem, (MemoryError, torch.OutOfMemoryError, OutOfMemory)):
        return True
    return isinstance(problem, RuntimeError) and any(words in str(problem) for words in _NO_MEMORY_WORDS)


def free_memory() -> None:
    """Give back what torch keeps of a device's memory for later use."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    if torch.backends.mps.is_available():
        torch.mps.empty_cache()


def _choose_device(name: str) -> torch.device:
    available = available_devices()
    if name == "auto":
        return torch.device(available[0])
    if name not in available:
        raise InvalidField(
            "device", f"Device '{name[:40]}' is not on this machine. Use one of: auto, {', '.join(available)}."
        )
    return torch.device(name)


def _safe_dtype(device: torch.device) -> torch.dtype:
    if device.type != "cuda":
        return torch.float32
    capable = torch.cuda.get_device_capability(device) >= _FIRST_HALF_CAPABILITY
    broken = any(name in torch.cuda.get_device_name(device) for name in _BROKEN_HALF_NAMES)
    return torch.float16 if capable and not broken else torch.float32
