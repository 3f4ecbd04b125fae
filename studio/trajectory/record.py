"""What is kept of a run: every state, the prediction it came from, and all that is needed to go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from studio.job.recipe import Recipe
from studio.job.recording import trajectory_id
from studio.sampling.sampler import Memory
from studio.sampling.schedule import NoiseLevel


@dataclass(frozen=True)
class StepState:
    """The state after `step` steps, as exact as the run itself, on the CPU.

    `x` and `x0` have shape (1, C, h, w) in the run's dtype; `x0` is the prediction of step `step`, None at step 0.
    `memory` is the sampler's, `guidance_memory` the guidance rule's; `noise_state` is that of the picture's generator.
    """

    step: int
    x: Tensor
    x0: Tensor | None
    noise_state: Tensor
    memory: Memory | None = None
    guidance_memory: Memory | None = None


@dataclass(frozen=True)
class TrajectoryHeader:
    """What holds for the whole run: its recipe, the levels of its grid, and where it was computed."""

    recipe: Recipe
    levels: tuple[NoiseLevel, ...]
    model_hash: str
    device: str
    dtype: str
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        return len(self.levels) - 1

    @property
    def id(self) -> str:
        """The name of the trajectory, 32 hexadecimal digits."""
        return trajectory_id(self.recipe, self.model_hash, self.device, self.dtype)


@dataclass(frozen=True)
class Trajectory:
    """The record of one run. `states` holds what was kept, by step; step 0 is the start.

    A run that was interrupted before its start was kept has no states.
    """

    header: TrajectoryHeader
    states: Mapping[int, StepState]

    @property
    def done(self) -> int:
        """The newest step that was kept; 0 also if there is none."""
        return max(self.states, default=0)

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return self.header.steps in self.states

    @property
    def nbytes(self) -> int:
        """How much memory x and x0 take."""
        return sum(s.x.nbytes + (0 if s.x0 is None else s.x0.nbytes) for s in self.states.values())

    def until(self, step: int) -> list[StepState]:
        """The kept states up to `step`, in order: what a branch shares with this run."""
        return [self.states[number] for number in sorted(self.states) if number <= step]
