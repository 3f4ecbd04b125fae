"""States and headers as bytes: JSON beside tensors, never anything that could run.

What is read is a stranger's until it is checked; a shape or a number that does not fit raises `RefusedFile`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from torch import Tensor

from studio.errors import RefusedFile, StudioError
from studio.job.recipe import Recipe
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.record import StepState, TrajectoryHeader

FORMAT = "reverie.trajectory"
VERSION = 1
TENSOR = "$tensor"
DEPTH_MAXIMUM = 20
LEVELS_MAXIMUM = 10_001

DAMAGED = "This trajectory is damaged and was not opened. The picture itself is not touched."


def header_text(header: TrajectoryHeader) -> str:
    """The header as JSON."""
    return json.dumps(
        {
            "format": FORMAT,
            "version": VERSION,
            "recipe": json.loads(header.recipe.text()),
            "levels": [[level.timestep, level.alpha, level.sigma] for level in header.levels],
            "model_hash": header.model_hash,
            "device": header.device,
            "dtype": header.dtype,
            "versions": dict(header.versions),
        }
    )


def read_header(text: str) -> TrajectoryHeader:
    """The header in `text`. Raises `RefusedFile` for what is none, what is damaged, and what is newer."""
    data = _object(text)
    if data.get("format") != FORMAT:
        raise RefusedFile("This file is no trajectory of Reverie.")
    version = data.get("version")
    if isinstance(version, int) and version > VERSION:
        raise RefusedFile(f"This trajectory has version {version}; this program reads up to {VERSION}. Update Reverie.")
    try:
        return TrajectoryHeader(
            recipe=Recipe.read(json.dumps(data["recipe"])),
            levels=_levels(data["levels"]),
            model_hash=_text(data["model_hash"]),
            device=_text(data["device"]),
            dtype=_text(data["dtype"]),
            versions={_text(k): _text(v) for k, v in data["versions"].items()},
        )
    except StudioError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError):
        raise RefusedFile(DAMAGED) from None


def _object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise RefusedFile(DAMAGED) from None
    if not isinstance(data, dict):
        raise RefusedFile(DAMAGED)
    return data


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > 200:
        raise ValueError("not a short text")
    return value


def _levels(rows: Any) -> tuple[NoiseLevel, ...]:
    if not isinstance(rows, list) or not 2 <= len(rows) <= LEVELS_MAXIMUM:
        raise ValueError("not a grid")
    levels = []
    for row in rows:
        timestep, alpha, sigma = (float(number) for number in row)
        if not all(map(math.isfinite, (timestep, alpha, sigma))) or alpha < 0 or sigma < 0:
            raise ValueError("not a level")
        levels.append(NoiseLevel(timestep, alpha, sigma))
    return tuple(levels)


def pack_state(state: StepState) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """A state as plain data and named tensors."""
    tensors = {"x": state.x, "noise": state.noise_state}
    if state.x0 is not None:
        tensors["x0"] = state.x0
    plain = {
        "step": state.step,
        "memory": _pack(state.memory, "memory", tensors),
        "guidance": _pack(state.guidance_memory, "guidance", tensors),
    }
    return plain, {name: tensor.contiguous() for name, tensor in tensors.items()}


def unpack_state(plain: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> StepState:
    """The state again. Raises `RefusedFile` if a part of it is missing."""
    try:
        step = plain["step"]
        if type(step) is not int or not 0 <= step < LEVELS_MAXIMUM:
            raise ValueError("not a step")
        return StepState(
            step=step,
            x=tensors["x"],
            x0=tensors.get("x0"),
            noise_state=tensors["noise"],
            memory=_unpack(plain["memory"], tensors),
            guidance_memory=_unpack(plain["guidance"], tensors),
        )
    except (KeyError, TypeError, ValueError):
        raise RefusedFile(DAMAGED) from None


def _pack(value: Any, name: str, tensors: dict[str, Tensor]) -> Any:
    """Plain data with a mark in the place of each tensor, which goes to `tensors` under a name of its own."""
    if isinstance(value, Tensor):
        tensors[name] = value
        return {TENSOR: name}
    if isinstance(value, Mapping):
        return {str(key): _pack(part, f"{name}.{key}", tensors) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_pack(part, f"{name}.{number}", tensors) for number, part in enumerate(value)]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    raise TypeError(f"a sampler's memory holds tensors and plain numbers, not {type(value).__name__}")


def _unpack(value: Any, tensors: Mapping[str, Tensor], depth: int = 0) -> Any:
    if depth > DEPTH_MAXIMUM:
        raise ValueError("too deep")
    if isinstance(value, dict):
        if set(value) == {TENSOR}:
            return tensors[value[TENSOR]]
        return {key: _unpack(part, tensors, depth + 1) for key, part in value.items()}
    if isinstance(value, list):
        return [_unpack(part, tensors, depth + 1) for part in value]
    return value
