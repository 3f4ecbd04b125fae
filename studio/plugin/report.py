"""What the conformance test has to say of a sampler: plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is as it should be, and what was seen."""

    name: str
    good: bool
    told: str


@dataclass(frozen=True)
class Report:
    """All findings on one sampler. `errors` holds (steps, error) of the analytic Gaussian, empty for a stochastic one.

    `calls` are network calls a step; `slower` is the time of a step in that of DDIM with the same denoiser.
    """

    sampler: str
    findings: tuple[Finding, ...]
    errors: tuple[tuple[int, float], ...]
    order: float | None
    calls: float
    slower: float

    @property
    def passed(self) -> bool:
        return all(finding.good for finding in self.findings)
