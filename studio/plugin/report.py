"""What the conformance test has to say of a method: plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["sampler", "spacing", "guidance rule"]


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is as it should be, and what was seen."""

    name: str
    good: bool
    told: str


@dataclass(frozen=True)
class Report:
    """All findings on one method. `errors` holds (steps, error) of the analytic Gaussian, empty for a stochastic one.

    `calls` are network calls a step, of a guidance rule those of its own; `slower` is the time of a step in that of
    DDIM with the same denoiser, or of classifier-free guidance. Both are not a number where they mean nothing.
    """

    kind: Kind
    name: str
    findings: tuple[Finding, ...]
    errors: tuple[tuple[int, float], ...] = ()
    order: float | None = None
    calls: float = math.nan
    slower: float = math.nan

    @property
    def passed(self) -> bool:
        return all(finding.good for finding in self.findings)


def report_data(report: Report) -> dict[str, Any]:
    """A report as plain data, without numbers that are none."""
    return {
        "kind": report.kind,
        "name": report.name,
        "passed": report.passed,
        "findings": [{"name": one.name, "good": one.good, "told": one.told} for one in report.findings],
        "order": report.order,
        "errors": [{"steps": steps, "error": error} for steps, error in report.errors if math.isfinite(error)],
        "calls": report.calls if math.isfinite(report.calls) else None,
        "slower": report.slower if math.isfinite(report.slower) else None,
    }


def report_of(data: Mapping[str, Any]) -> Report:
    """The report that `report_data` wrote. Raises `KeyError` and `TypeError` for what it did not write."""
    return Report(
        data["kind"],
        data["name"],
        tuple(Finding(one["name"], one["good"], one["told"]) for one in data["findings"]),
        tuple((one["steps"], one["error"]) for one in data["errors"]),
        data["order"],
        math.nan if data["calls"] is None else data["calls"],
        math.nan if data["slower"] is None else data["slower"],
    )
