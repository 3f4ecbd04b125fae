"""Trajectories that no run has made, with everything in them that a run may leave."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from studio.job.recipe import recipe
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.record import StepState, Trajectory, TrajectoryHeader

STEPS = 4


def header(steps: int = STEPS, seed: int = 7, **fields: Any) -> TrajectoryHeader:
    levels = tuple(NoiseLevel(1000.0 - 100 * k, 0.1 * (k + 1), 1.0 - 0.01 * k) for k in range(steps))
    wanted = recipe(prompt="äpfel ☃", width=64, height=64, seed=seed, sampling={"steps": steps})
    parts = {"model_hash": "a" * 64, "device": "cpu", "dtype": "float32", "versions": {"torch": "2"}}
    return TrajectoryHeader(wanted, (*levels, NoiseLevel(-1.0, 1.0, 0.0)), **{**parts, **fields})


def memory(step: int) -> dict[str, Any]:
    return {
        "eps": tensor(step, 70),
        "size": 0.1 * step + 1e-17,
        "history": ({"deep": [tensor(step, 71), (1, 2.5, None)]}, "text"),
        7: True,
        (1, 2): float("inf"),
        "$": "mark",
    }


def tensor(step: int, seed: int, dtype: torch.dtype = torch.float32, side: int = 8) -> Tensor:
    generator = torch.Generator().manual_seed(1000 * seed + step)
    return torch.randn((1, 4, side, side), generator=generator).to(dtype)


def state(step: int, dtype: torch.dtype = torch.float32, remembers: bool = True, side: int = 8) -> StepState:
    return StepState(
        step,
        tensor(step, 1, dtype, side),
        tensor(step, 2, dtype, side) if step else None,
        torch.Generator().manual_seed(step // 2).get_state(),
        memory(step) if step and remembers else None,
        {"mean": tensor(step, 3)} if step and remembers else None,
    )


def trajectory(steps: int = STEPS, kept: range | None = None, **options: Any) -> Trajectory:
    fields = {name: options.pop(name) for name in ("seed", "model_hash", "device") if name in options}
    numbers = kept if kept is not None else range(steps + 1)
    return Trajectory(header(steps, **fields), {k: state(k, **options) for k in numbers})


def equal(first: Any, second: Any) -> bool:
    """The same values of the same types, tensors bit for bit."""
    if isinstance(first, Tensor):
        same = isinstance(second, Tensor) and (first.dtype, first.shape) == (second.dtype, second.shape)
        return same and _bytes(first).equal(_bytes(second))
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return list(first) == list(second) and all(equal(first[key], second[key]) for key in first)
    if isinstance(first, (list, tuple)):
        return len(first) == len(second) and all(map(equal, first, second))
    return bool(first == second)


def _bytes(tensor: Tensor) -> Tensor:
    return tensor.contiguous().reshape(-1).view(torch.uint8)


def same_state(first: StepState, second: StepState) -> bool:
    return equal(list(vars(first).values()), list(vars(second).values()))


def same(first: Trajectory, second: Trajectory) -> bool:
    steps = sorted(first.states)
    return (
        first.header == second.header
        and steps == sorted(second.states)
        and all(same_state(first.states[step], second.states[step]) for step in steps)
    )
