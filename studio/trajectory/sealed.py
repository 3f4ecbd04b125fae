"""The sealed trajectory: one `.safetensors` beside the picture, made from the journal when the run is over.

Tensors of one kind lie stacked in one: `x` and `x0` have shape (states, C, h, w). A checksum covers all of it, and a
header check of our own goes before the library reads.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_tensors
from torch import Tensor

from studio.errors import RefusedFile
from studio.models.safetensors_header import check_safetensors
from studio.storage import write_durably
from studio.trajectory.packing import DAMAGED, FOREIGN, header_text, pack_state, read_header, unpack_state
from studio.trajectory.record import StepState, Trajectory, TrajectoryHeader

SUFFIX = ".trajectory.safetensors"
# These have a batch of one already; everything else is stacked as it is.
_BATCHED = ("x", "x0")


def beside(picture: Path) -> Path:
    """Where the trajectory of a picture lies."""
    return picture.with_name(picture.stem + SUFFIX)


def seal(trajectory: Trajectory, path: Path) -> None:
    """Write a trajectory durably. Raises `StorageError`; then what was there before is still there.

    Raises `StudioError` for a sampler's memory that cannot be written down.
    """
    write_durably(path, _packed(trajectory))


def read_sealed(path: Path) -> Trajectory:
    """A sealed trajectory. Raises `RefusedFile` for what is damaged, foreign or newer."""
    metadata, tensors = _read(path)
    header = read_header(metadata["header"])
    if metadata.get("checksum") != _checksum(metadata, tensors):
        raise RefusedFile(DAMAGED)
    try:
        states = _states(json.loads(metadata["states"]), tensors, header.steps)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError, RuntimeError, RecursionError):
        raise RefusedFile(DAMAGED) from None
    return Trajectory(header, states)


def read_header_of(path: Path) -> TrajectoryHeader:
    """Only what holds for the whole run. Raises `RefusedFile`."""
    return read_header(_read(path, tensors=False)[0]["header"])


def _read(path: Path, *, tensors: bool = True) -> tuple[dict[str, str], dict[str, Tensor]]:
    """What the file says of itself, and its tensors."""
    if not path.is_file():
        raise RefusedFile(f"The trajectory {path.name} is not there any more.")
    try:
        check_safetensors(path)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            found = {name: file.get_tensor(name) for name in file.keys()} if tensors else {}  # noqa: SIM118
    except (RefusedFile, OSError, SafetensorError, ValueError, TypeError, RuntimeError, KeyError, AttributeError):
        raise RefusedFile(DAMAGED) from None
    if "header" not in metadata or "states" not in metadata:
        raise RefusedFile(FOREIGN)
    return metadata, found


class _Stacks:
    """Collects tensors of one kind, shape and dtype; tells where each lies."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[Tensor]] = {}

    def put(self, name: str, tensor: Tensor) -> list[Any]:
        """The name of the stack and the place in it. Generator states that are alike are kept once."""
        stack_name, count = name, 0
        while not _alike(self._stacks.get(stack_name), tensor):
            count += 1
            stack_name = f"{name}~{count}"
        stack = self._stacks.setdefault(stack_name, [])
        if not (name == "noise" and stack and torch.equal(stack[-1], tensor)):
            stack.append(tensor)
        return [stack_name, len(stack) - 1]

    def tensors(self) -> dict[str, Tensor]:
        return {
            name: torch.cat(stack) if name in _BATCHED else torch.stack(stack) for name, stack in self._stacks.items()
        }


def _alike(stack: list[Tensor] | None, tensor: Tensor) -> bool:
    return stack is None or (stack[0].shape, stack[0].dtype) == (tensor.shape, tensor.dtype)


def _packed(trajectory: Trajectory) -> bytes:
    stacks = _Stacks()
    rows: list[dict[str, Any]] = []
    for _, state in sorted(trajectory.states.items()):
        plain, own = pack_state(state)
        plain["tensors"] = {name: stacks.put(name, tensor) for name, tensor in own.items()}
        rows.append(plain)
    tensors = stacks.tensors()
    metadata = {"header": header_text(trajectory.header), "states": json.dumps(rows)}
    metadata["checksum"] = _checksum(metadata, tensors)
    return save_tensors(tensors, metadata=metadata)


def _checksum(metadata: Mapping[str, str], tensors: Mapping[str, Tensor]) -> str:
    """CRC-32 of the texts and of every tensor with its name, dtype and shape."""
    parts: list[Any] = [metadata["header"].encode(), metadata["states"].encode()]
    for name in sorted(tensors):
        tensor = tensors[name]
        parts.append(f"{name} {tensor.dtype} {tuple(tensor.shape)}".encode())
        parts.append(tensor.contiguous().reshape(-1).view(torch.uint8).numpy())
    return f"{_crc(parts):08x}"


def _crc(parts: Iterable[Any]) -> int:
    value = 0
    for part in parts:
        value = zlib.crc32(part, value)
    return value


def _states(rows: list[dict[str, Any]], tensors: Mapping[str, Tensor], steps: int) -> dict[int, StepState]:
    states: dict[int, StepState] = {}
    for row in rows:
        own = {name: _place(tensors, name, place) for name, place in row["tensors"].items()}
        state = unpack_state(row, own)
        if state.step > steps or state.step in states:
            raise ValueError("a step that the run does not have, or twice")
        states[state.step] = state
    if not states:
        raise ValueError("no states")
    return states


def _place(tensors: Mapping[str, Tensor], name: str, place: list[Any]) -> Tensor:
    stack, row = tensors[place[0]], place[1]
    if type(row) is not int or not 0 <= row < stack.shape[0]:
        raise ValueError("a state is missing")
    # A copy in its own memory: the stack must not live as long as one of its states does.
    return stack[row : row + 1].clone() if place[0] in _BATCHED else stack[row].clone()
