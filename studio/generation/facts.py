"""The numbers of a recorded run, computed from its states."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from studio.errors import StudioError
from studio.generation.equation import equations, rising_equations
from studio.generation.segments import segments
from studio.generation.services import Services
from studio.job.code import Inverting
from studio.job.facts import FactsRequest, LevelFacts, TrajectoryFacts
from studio.trajectory.record import StepState, Trajectory
from studio.trajectory.views import NOT_KEPT

# How many trajectories stay in the book: lanes of a race, branches that are compared.
PAGES = 32


class FactsBook:
    """Finds the facts of trajectories. What was computed once is remembered, so that a growing run costs little."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._pages: OrderedDict[str, _Page] = OrderedDict()

    def facts(self, request: FactsRequest) -> TrajectoryFacts:
        """The facts of a trajectory, or a sentence. Its formulas need its model loaded; without it they stay empty."""
        try:
            trajectory = self._find(request)
        except StudioError as problem:
            return TrajectoryFacts(request, sentence=problem.sentence)
        header, states = trajectory.header, trajectory.states
        page = self._page(header.id)
        kept = tuple(sorted(states))
        for step in kept:
            page.read(step, states)
        if page.equations is None and self._services.models.is_loaded(header.recipe.model):
            page.equations = _equations(trajectory, self._services)
        return TrajectoryFacts(
            request,
            trajectory=header.id,
            recipe=header.recipe,
            levels=tuple(LevelFacts(level.timestep, level.alpha, level.sigma) for level in header.levels),
            kept=kept,
            norms={step: page.norms[step] for step in kept},
            changes={step: page.changes[step] for step in kept if step in page.changes},
            equations=page.equations or ("",) * header.steps,
            bytes=sum(page.bytes[step] for step in kept),
        )

    def _find(self, request: FactsRequest) -> Trajectory:
        store = self._services.trajectories
        if store is None:
            raise StudioError("No steps are kept here.")
        if request.picture is not None:
            return store.beside(request.picture)
        found = store.find(request.trajectory)
        if found is None:
            raise StudioError(NOT_KEPT)
        return found

    def _page(self, trajectory_id: str) -> _Page:
        page = self._pages.setdefault(trajectory_id, _Page())
        self._pages.move_to_end(trajectory_id)
        while len(self._pages) > PAGES:
            self._pages.popitem(last=False)
        return page


@dataclass
class _Page:
    """The numbers of one trajectory by step. The same id has the same states, so they never change."""

    norms: dict[int, float] = field(default_factory=dict)
    changes: dict[int, float] = field(default_factory=dict)
    bytes: dict[int, int] = field(default_factory=dict)
    equations: tuple[str, ...] | None = None

    def read(self, step: int, states: Mapping[int, StepState]) -> None:
        if step not in self.norms:
            self.norms[step] = _size(states[step].x)
            self.bytes[step] = _bytes(states[step])
        if step not in self.changes and step - 1 in states:
            self.changes[step] = _size(states[step].x.float() - states[step - 1].x.float())


def _equations(trajectory: Trajectory, services: Services) -> tuple[str, ...]:
    header = trajectory.header
    if isinstance(header.recipe.start, Inverting):
        return rising_equations(header.levels)
    schedule = services.models.get(header.recipe.model).facts.schedule
    try:
        parts = segments(header.recipe, schedule, services.methods)
    except StudioError:
        return ("",) * header.steps
    return equations(parts, services.methods.samplers, schedule)


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
