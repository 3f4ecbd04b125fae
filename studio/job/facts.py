"""The numbers of a recorded run: its levels, how large each state is, how much each step changed. No tensors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from studio.job.recipe import Recipe


@dataclass(frozen=True)
class FactsRequest:
    """Asks for the facts of the trajectory with that id, or of the one that belongs to the picture file."""

    trajectory: str = ""
    picture: Path | None = None


@dataclass(frozen=True)
class LevelFacts:
    """One noise level of the grid: `x = alpha x0 + sigma eps`."""

    timestep: float
    alpha: float
    sigma: float

    @property
    def snr(self) -> float:
        """The ratio of signal to noise, `alpha² / sigma²`; infinite at a clean level."""
        return (self.alpha / self.sigma) ** 2 if self.sigma else float("inf")


@dataclass(frozen=True)
class TrajectoryFacts:
    """What is known of a trajectory, or the `sentence` why nothing is.

    `levels` are the n+1 levels of the grid, noisiest first; `kept` the steps whose states are recorded. `norms` holds
    the root mean square of each kept x, `changes` that of its difference from the step before, where both are kept.
    `equations` has the formula of each of the n steps with its numbers, "" for a sampler that is not linear.
    `bytes` is the size of the record.
    """

    request: FactsRequest
    trajectory: str = ""
    recipe: Recipe | None = None
    levels: tuple[LevelFacts, ...] = ()
    kept: tuple[int, ...] = ()
    norms: Mapping[int, float] = field(default_factory=dict)
    changes: Mapping[int, float] = field(default_factory=dict)
    equations: tuple[str, ...] = ()
    bytes: int = 0
    sentence: str = ""

    @property
    def steps(self) -> int:
        return max(0, len(self.levels) - 1)
