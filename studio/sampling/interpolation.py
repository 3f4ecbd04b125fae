"""Ways between codes.

A code is close to a draw of a Gaussian in many dimensions, so its norm says more than its direction: the straight line
between two codes passes nearer to the origin, where no picture lies. Shoemake 1985 (slerp); Song et al. 2021 (DDIM),
section 5.3.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

# Closer than this the arc is a line to float precision; nearer to π than this its direction is anybody's choice.
PARALLEL = 1e-4
ORTHOGONAL_SEED = 0


def slerp(a: Tensor, b: Tensor, fraction: float) -> Tensor:
    """`sin((1-f)θ)/sin θ · a + sin(fθ)/sin θ · b` with the norm `(1-f)|a| + f|b|`; θ is between a and b flattened.

    The ends are returned as they are. Nearly parallel codes are joined by a line, opposite ones by an arc through a
    direction orthogonal to them that is always the same. Shapes are equal; computed in float64, returned as `a` is.
    """
    if fraction == 0.0:
        return a
    if fraction == 1.0:
        return b
    # From the smaller fraction, so that the way back passes the same points.
    if fraction > 0.5:
        return slerp(b, a, 1.0 - fraction).to(a.dtype)
    first, second = a.double().flatten(), b.double().flatten()
    norms = float(first.norm()), float(second.norm())
    wanted = (1.0 - fraction) * norms[0] + fraction * norms[1]
    if min(norms) == 0.0:
        return linear(a, b, fraction)
    u, v = first / norms[0], second / norms[1]
    direction = _on_arc(u, v, fraction)
    return (direction * (wanted / float(direction.norm()))).reshape(a.shape).to(a.dtype)


def _on_arc(u: Tensor, v: Tensor, fraction: float) -> Tensor:
    """The direction at a fraction of the arc from the unit vector `u` to the unit vector `v`."""
    # Kahan: as exact near 0 and π as in between, where the arc cosine is not.
    angle = 2.0 * math.atan2(float((u - v).norm()), float((u + v).norm()))
    if angle < PARALLEL:
        return (1.0 - fraction) * u + fraction * v
    if math.pi - angle < PARALLEL:
        return math.cos(fraction * math.pi) * u + math.sin(fraction * math.pi) * _orthogonal(u, v)
    return (math.sin((1.0 - fraction) * angle) * u + math.sin(fraction * angle) * v) / math.sin(angle)


def _orthogonal(u: Tensor, v: Tensor) -> Tensor:
    """A unit vector orthogonal to `u`, the same for (u, v) and (v, u)."""
    generator = torch.Generator("cpu").manual_seed(ORTHOGONAL_SEED)
    drawn = torch.randn(u.shape, generator=generator, dtype=torch.float64).to(u.device)
    axis = (u - v) / (u - v).norm()
    rest: Tensor = drawn - (drawn @ axis) * axis
    length: Tensor = rest.norm()
    return rest / length


def linear(a: Tensor, b: Tensor, fraction: float) -> Tensor:
    """`(1-f) a + f b`; the ends are returned as they are. This is how conditionings are joined."""
    if fraction == 0.0:
        return a
    if fraction == 1.0:
        return b
    return ((1.0 - fraction) * a.double() + fraction * b.double()).to(a.dtype)


METHODS: Mapping[str, Callable[[Tensor, Tensor, float], Tensor]] = MappingProxyType({"slerp": slerp, "linear": linear})
