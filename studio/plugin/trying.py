"""What the conformance tests of samplers, guidance rules and spacings do alike."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from studio.plugin.report import Finding

TOLERANCE = {torch.float64: 1e-9, torch.float32: 1e-4, torch.bfloat16: 0.1}
"""How far from the result in float64 one may be that is of size 1, in each precision."""


class Broken(Exception):
    """A promise is broken, and the check need not go on: its text says how."""


def found(name: str, check: Callable[[], str]) -> Finding:
    """What a check has to say, "" being good. Whatever it raises is a finding."""
    try:
        problem = check()
    except KeyboardInterrupt:
        raise
    except Broken as broken:
        problem = str(broken)
    except BaseException as raised:  # whatever a stranger's code raises, `SystemExit` too
        problem = f"{type(raised).__name__}: {str(raised)[:200]}"
    return Finding(name, not problem, problem or "good")


def noise_of(shape: tuple[int, ...], seed: int = 0) -> Tensor:
    """The same standard normal numbers for a seed, in float32."""
    return torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed))


def same(one: object, other: object) -> bool:
    """Whether two memories hold the same, to the last bit."""
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(same(a, b) for a, b in zip(one, other, strict=True))
    return one == other
