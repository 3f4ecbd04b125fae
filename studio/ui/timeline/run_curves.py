"""What the plot and the health strip show of a run, as plain numbers and sentences. No Qt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from studio.job.facts import TrajectoryFacts


@dataclass(frozen=True)
class Curve:
    """A named line through points (step, value); steps without a finite value are left out."""

    name: str
    steps: tuple[int, ...]
    values: tuple[float, ...]


def curve(name: str, values: list[float | None]) -> Curve:
    """A curve through the steps 0, 1, … ; None and infinite values have no point."""
    points = [(step, value) for step, value in enumerate(values) if value is not None and math.isfinite(value)]
    return Curve(name, tuple(step for step, _ in points), tuple(value for _, value in points))


def level_curves(facts: TrajectoryFacts) -> tuple[Curve, Curve]:
    """alpha and sigma over the steps."""
    return (
        curve("alpha", [level.alpha for level in facts.levels]),
        curve("sigma", [level.sigma for level in facts.levels]),
    )


def log_snr(facts: TrajectoryFacts) -> list[float | None]:
    """The natural logarithm of the signal to noise ratio at every level; None where it is infinite."""
    return [math.log(level.snr) if level.snr > 0 and math.isfinite(level.snr) else None for level in facts.levels]


def log_snr_curve(facts: TrajectoryFacts) -> Curve:
    return curve("log-SNR", log_snr(facts))


def density_curve(facts: TrajectoryFacts) -> Curve:
    """How many steps one unit of log-SNR takes, at each step."""
    logs = log_snr(facts)
    density: list[float | None] = [None]
    for before, after in pairwise(logs):
        way = None if before is None or after is None else abs(after - before)
        density.append(1.0 / way if way else None)
    return curve("step density", density)


def health_sentence(facts: TrajectoryFacts, failed: int = 0) -> str:
    """One sentence about size and change of the states, for those who do not see the bars."""
    if failed:
        return f"Step {failed} gave values that are no numbers."
    changes = {step: change for step, change in facts.changes.items() if math.isfinite(change)}
    norms = [norm for norm in facts.norms.values() if math.isfinite(norm)]
    if not norms:
        return "No step is recorded."
    text = f"The size of x goes from {norms[0]:.2f} to {norms[-1]:.2f}"
    if not changes:
        return text + "."
    most = max(changes, key=lambda step: changes[step])
    return f"{text}; the largest change, {changes[most]:.2f}, is in step {most}."
