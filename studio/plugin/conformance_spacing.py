"""Does a spacing keep what spacings promise: n falling levels of any schedule, none of them clean, always the same?"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from studio.plugin.levels import what_is_wrong_with_levels
from studio.plugin.random_state import kept_random_state
from studio.plugin.report import Report
from studio.plugin.trying import found
from studio.sampling.grid import Spacing
from studio.sampling.schedule import (
    NoiseSchedule,
    from_betas,
    rectified_flow,
    scaled_linear_betas,
    variance_exploding,
)

COUNTS = (1, 2, 10)
STEPS = 10
SCHEDULES: Mapping[str, NoiseSchedule] = MappingProxyType(
    {
        "a variance-preserving schedule": from_betas(scaled_linear_betas()),
        "a variance-exploding schedule": variance_exploding(),
        "a schedule of rectified flow": rectified_flow(),
        "a schedule that begins with pure noise": from_betas(scaled_linear_betas(), zero_terminal_snr=True),
    }
)


def spacing_report(spacing: Spacing) -> Report:
    """Try everything. Raises nothing that the spacing raises: that is a finding."""
    with kept_random_state():
        findings = [found(name, partial(_levels, spacing, schedule)) for name, schedule in SCHEDULES.items()]
        findings.append(found("the same again", partial(_again, spacing)))
        findings.append(found("the global random state", partial(_random_state, spacing)))
        return Report("spacing", spacing.info.name, tuple(findings))


def _levels(spacing: Spacing, schedule: NoiseSchedule) -> str:
    """For few steps and for as many as there are levels, whether or not levels between the trained ones are wanted."""
    for n in (*COUNTS, len(schedule)):
        for fractional in (False, True):
            problem = what_is_wrong_with_levels([*spacing.levels(schedule, n, fractional)], schedule, n)
            if problem:
                return f"of {n} steps: {problem}"
    return ""


def _again(spacing: Spacing) -> str:
    for schedule in SCHEDULES.values():
        one, other = ([*spacing.levels(schedule, STEPS, True)] for _ in range(2))
        if one != other:
            return "two calls give other levels"
    return ""


def _random_state(spacing: Spacing) -> str:
    with kept_random_state() as state:
        for schedule in SCHEDULES.values():
            spacing.levels(schedule, STEPS, False)
    return state.problem
