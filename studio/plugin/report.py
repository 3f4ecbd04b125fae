"""What the conformance test has to say of a sampler, a spacing or a guidance rule: plain data."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Kind = Literal["sampler", "spacing", "guidance"]


@dataclass(frozen=True)
class Finding:
    """What was looked at, whether it is as it should be, and what was seen."""

    name: str
    good: bool
    told: str


@dataclass(frozen=True)
class Report:
    """All findings on one contribution of a plugin. What does not apply to its kind is empty, None or not a number.

    `errors` holds (steps, error) of the analytic Gaussian, empty for a stochastic sampler. `calls` are network calls a
    step, of a guidance rule those of its own. `slower` is the time of a step in that of DDIM with the same denoiser, of
    a guidance rule in that of classifier-free guidance with the same predictions.
    """

    name: str
    kind: Kind
    findings: tuple[Finding, ...]
    errors: tuple[tuple[int, float], ...] = ()
    order: float | None = None
    calls: float = math.nan
    slower: float = math.nan

    @property
    def passed(self) -> bool:
        return all(finding.good for finding in self.findings)
