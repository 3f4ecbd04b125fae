"""The sealed trajectory: one `.safetensors` beside the picture, made from the journal when the run is over.

States of one kind lie in one tensor; generator states that are alike are kept once. A header check of our own goes
before the library reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from studio.errors import RefusedFile
from studio.models.safetensors_header import check_safetensors
from studio.storage import write_durably
from studio.trajectory.packing import DAMAGED, header_text, pack_state, read_header, unpack_state
from studio.trajectory.record import StepState, Trajectory, TrajectoryHeader

SUFFIX = ".trajectory.safetensors"


def beside(picture: Path) -> Path:
    """Where the trajectory of a picture lies."""
    return picture.with_name(picture.stem + SUFFIX)


def seal(trajectory: Trajectory, path: Path) -> None:
    """Write a trajectory durably. Raises `StorageError`; then what was there before is still there."""
    write_durably(path, _packed(trajectory))


def _packed(trajectory: Trajectory) -> bytes:
    states = [trajectory.states[step] for step in sorted(trajectory.states)]
    noises: list[Tensor] = []
    rows: list[dict[str, Any]] = []
    tensors: dict[str, Tensor] = {"x": torch.cat([state.x for state in states])}
    x0s = [state.x0 for state in states if state.x0 is not None]
    if x0s:
        tensors["x0"] = torch.cat(x0s)
    for state in states:
        plain, own = pack_state(state)
        plain["noise"] = _index_of(state.noise_state, noises)
        plain["has_x0"] = state.x0 is not None
        rows.append(plain)
        extra = {name: tensor for name, tensor in own.items() if name not in ("x", "x0", "noise")}
        tensors |= {f"{state.step}.{name}": tensor for name, tensor in extra.items()}
    tensors["noise"] = torch.stack(noises)
    metadata = {"header": header_text(trajectory.header), "states": json.dumps(rows)}
    return safetensors.torch.save(tensors, metadata=metadata)


def _index_of(state: Tensor, known: list[Tensor]) -> int:
    """The place of a generator state among those that are known; steps without a draw share one."""
    if not known or not torch.equal(known[-1], state):
        known.append(state)
    return len(known) - 1


def read_header_of(path: Path) -> TrajectoryHeader:
    """Only what holds for the whole run. Raises `RefusedFile`."""
    check_safetensors(path)
    with safetensors.safe_open(path, framework="pt") as file:
        return read_header((file.metadata() or {}).get("header", ""))


def read_sealed(path: Path) -> Trajectory:
    """A sealed trajectory. Raises `RefusedFile` for what is damaged, foreign or newer."""
    check_safetensors(path)
    try:
        with safetensors.safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (OSError, safetensors.SafetensorError):
        raise RefusedFile(DAMAGED) from None
    header = read_header(metadata.get("header", ""))
    try:
        return Trajectory(header, _states(json.loads(metadata["states"]), tensors))
    except (KeyError, IndexError, TypeError, ValueError, RuntimeError, RecursionError):
        raise RefusedFile(DAMAGED) from None


def _states(rows: list[dict[str, Any]], tensors: Mapping[str, Tensor]) -> dict[int, StepState]:
    states: dict[int, StepState] = {}
    x0_row = 0
    for number, row in enumerate(rows):
        own = {"x": tensors["x"][number : number + 1], "noise": tensors["noise"][row["noise"]]}
        if own["x"].shape[0] != 1:
            raise ValueError("a state is missing")
        if row["has_x0"]:
            own["x0"] = tensors["x0"][x0_row : x0_row + 1]
            x0_row += 1
        prefix = f"{row['step']}."
        own |= {name.removeprefix(prefix): part for name, part in tensors.items() if name.startswith(prefix)}
        states[row["step"]] = unpack_state(row, own)
    if not states:
        raise ValueError("no states")
    return states
