"""The numbers of a recorded run, computed from its states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor

from studio.errors import StudioError
from studio.generation.equation import equations
from studio.generation.segments import segments
from studio.generation.services import Services
from studio.job.facts import FactsRequest, LevelFacts, TrajectoryFacts
from studio.trajectory.record import StepState, Trajectory


def trajectory_facts(request: FactsRequest, trajectory: Trajectory, services: Services) -> TrajectoryFacts:
    """The facts of a trajectory. Its formulas need the model that is loaded already; without it they stay empty."""
    header = trajectory.header
    states = trajectory.states
    kept = tuple(sorted(states))
    return TrajectoryFacts(
        request,
        trajectory=header.id,
        recipe=header.recipe,
        levels=tuple(LevelFacts(level.timestep, level.alpha, level.sigma) for level in header.levels),
        kept=kept,
        norms={step: _size(states[step].x) for step in kept},
        changes={k: _size(states[k].x.float() - states[k - 1].x.float()) for k in kept if k - 1 in states},
        equations=_equations(trajectory, services),
        bytes=sum(_bytes(state) for state in states.values()),
    )


def _equations(trajectory: Trajectory, services: Services) -> tuple[str, ...]:
    header = trajectory.header
    if not services.models.is_loaded(header.recipe.model):
        return ("",) * header.steps
    schedule = services.models.get(header.recipe.model).facts.schedule
    try:
        parts = segments(header.recipe, schedule, services.samplers)
    except StudioError:
        return ("",) * header.steps
    return equations(parts, services.samplers, schedule)


def _size(x: Tensor) -> float:
    """The root mean square."""
    return float(x.float().square().mean().sqrt())


def _bytes(state: StepState) -> int:
    parts = (state.x, state.x0, state.noise_state, state.memory, state.guidance_memory)
    return sum(_held(part) for part in parts)


def _held(value: Any) -> int:
    if isinstance(value, Tensor):
        return value.nbytes
    if isinstance(value, Mapping):
        return sum(_held(part) for part in value.values())
    if isinstance(value, (list, tuple)):
        return sum(_held(part) for part in value)
    return 0
