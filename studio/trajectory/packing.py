"""States and headers as bytes: JSON beside tensors, never anything that could run.

What is read is a stranger's until it is checked; a shape or a number that does not fit raises `RefusedFile`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from studio.errors import RefusedFile, StudioError
from studio.job.recipe import Recipe
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.record import StepState, TrajectoryHeader

FORMAT = "reverie.trajectory"
VERSION = 1
# Marks what JSON has no form for: tensors, tuples, and mappings whose keys are no plain texts.
MARK = "$"
DEPTH_MAXIMUM = 20
_READ_DEPTH_MAXIMUM = 2 * DEPTH_MAXIMUM + 2  # a mapping in pairs is two deep
LEVELS_MAXIMUM = 10_001

DAMAGED = "This trajectory is damaged and was not opened. The picture itself is not touched."
FOREIGN = "This file is no trajectory of Reverie."
_UNREADABLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)


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
        raise RefusedFile(FOREIGN)
    version = data.get("version")
    if type(version) is int and version > VERSION:
        raise RefusedFile(f"This trajectory has version {version}; this program reads up to {VERSION}. Update Reverie.")
    if type(version) is not int or version != VERSION:
        raise RefusedFile(DAMAGED)
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
    except _UNREADABLE:
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
        timestep, alpha, sigma = map(_number, row)
        if alpha < 0 or sigma < 0:
            raise ValueError("not a level")
        levels.append(NoiseLevel(timestep, alpha, sigma))
    return tuple(levels)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError("not a number")
    return float(value)


def pack_state(state: StepState) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """A state as plain data and named tensors. Raises `StudioError` for a memory that cannot be written down."""
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
    """The state again. Raises `RefusedFile` if a part of it is missing or has a shape that no state has."""
    try:
        step = plain["step"]
        if type(step) is not int or not 0 <= step < LEVELS_MAXIMUM:
            raise ValueError("not a step")
        x, x0, noise = tensors["x"], tensors.get("x0"), tensors["noise"]
        _check_tensors(x, x0, noise)
        memory, guidance = _unpack(plain["memory"], tensors), _unpack(plain["guidance"], tensors)
        if not isinstance(memory, (dict, type(None))) or not isinstance(guidance, (dict, type(None))):
            raise ValueError("not a memory")
        return StepState(step, x, x0, noise, memory, guidance)
    except _UNREADABLE:
        raise RefusedFile(DAMAGED) from None


def _check_tensors(x: Tensor, x0: Tensor | None, noise: Tensor) -> None:
    if x.ndim != 4 or x.shape[0] != 1 or not x.is_floating_point() or x.numel() == 0:
        raise ValueError("not a latent")
    if x0 is not None and (x0.shape != x.shape or not x0.is_floating_point()):
        raise ValueError("not the prediction of this latent")
    if noise.ndim != 1 or noise.dtype != torch.uint8:
        raise ValueError("not the state of a generator")


def _pack(value: Any, kind: str, tensors: dict[str, Tensor], depth: int = 0) -> Any:
    """Plain data with a mark in the place of each tensor, which goes to `tensors` under a name of its own."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if depth > DEPTH_MAXIMUM:
        raise StudioError("What the sampler remembers is nested too deeply to be written down.")
    if isinstance(value, Tensor) and not value.is_complex():
        name = f"{kind}.{sum(known.startswith(kind) for known in tensors)}"
        tensors[name] = value
        return {MARK: "tensor", "name": name}

    def pack(part: Any) -> Any:
        return _pack(part, kind, tensors, depth + 1)

    if isinstance(value, Mapping):
        if all(type(key) is str and key != MARK for key in value):
            return {key: pack(part) for key, part in value.items()}
        return {MARK: "map", "items": [[pack(key), pack(part)] for key, part in value.items()]}
    if isinstance(value, tuple):
        return {MARK: "tuple", "items": [pack(part) for part in value]}
    if isinstance(value, list):
        return [pack(part) for part in value]
    raise StudioError(
        f"The sampler remembers a {type(value).__name__}, and only tensors and plain values can be written down."
    )


def _unpack(value: Any, tensors: Mapping[str, Tensor], depth: int = 0) -> Any:
    if depth > _READ_DEPTH_MAXIMUM:
        raise ValueError("too deep")
    if isinstance(value, list):
        return [_unpack(part, tensors, depth + 1) for part in value]
    if not isinstance(value, dict):
        return value
    mark = value.get(MARK)
    if mark is None:
        return {key: _unpack(part, tensors, depth + 1) for key, part in value.items()}
    if mark == "tensor":
        return tensors[value["name"]]
    items = [_unpack(part, tensors, depth + 1) for part in value["items"]]
    if mark == "map":
        return dict(items)
    if mark == "tuple":
        return tuple(items)
    raise ValueError("an unknown mark")
