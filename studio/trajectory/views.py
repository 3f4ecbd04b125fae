"""Views of a recorded run: the quantities of a step, and the pictures that stand for them.

Step k went from the state x_{k-1} at level k-1 to x_k at level k, by way of the prediction x0_k.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from studio.errors import StudioError
from studio.image import Image
from studio.job.view import ViewKind
from studio.models.preview import LinearDecoder
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.record import StepState, Trajectory

NOT_KEPT = "The steps of this picture are not kept. Record them again to see them."
# A signed view is amplified until this part of its colour values lies between black and white.
GAIN_QUANTILE = 0.99
SMALLEST_REACH = 1e-30


class MissingStep(StudioError):
    """A step was not kept. Recording the picture again would bring it."""


@dataclass(frozen=True)
class Departure:
    """Where a step started: its state and level."""

    x: Tensor
    level: NoiseLevel


def quantity(trajectory: Trajectory, step: int, kind: ViewKind) -> Tensor:
    """What a step holds, shape (1, C, h, w), in the run's dtype: x, x0, eps or change.

    `eps = (x_{k-1} - alpha x0_k) / sigma` at level k-1: the noise that the prediction went with. `change` is
    x0_k - x0_{k-1}. Raises `MissingStep` for what was not kept and `StudioError` for what does not exist.
    """
    state = state_at(trajectory, step)
    if kind == "x":
        return state.x
    x0 = _x0(trajectory, state)
    if kind == "x0":
        return x0
    if kind == "eps":
        start = departure(trajectory, step)
        if start.level.sigma == 0:
            raise StudioError(f"Step {step} starts at a level without noise, so there is no eps to show.")
        # Differences of numbers that are close: half precision would show its own grain.
        return (start.x.float() - start.level.alpha * x0.float()) / start.level.sigma
    if kind == "change":
        if step == 1:
            raise StudioError("Step 1 is the first prediction; there is none before it to compare with.")
        return x0.float() - _x0(trajectory, state_at(trajectory, step - 1)).float()
    raise ValueError(f"'{kind}' is not a quantity of the record alone")


def departure(trajectory: Trajectory, step: int) -> Departure:
    """Where step number `step` (1 is the first) started. Raises `MissingStep`, or `StudioError` for step 0."""
    if step == 0:
        raise StudioError("Step 0 is the start; nothing was predicted there yet.")
    return Departure(state_at(trajectory, step - 1).x, trajectory.header.levels[step - 1])


def state_at(trajectory: Trajectory, step: int) -> StepState:
    """The state after `step` steps. Raises `MissingStep` with a sentence if it was not kept."""
    steps = trajectory.header.steps
    if not 0 <= step <= steps:
        raise StudioError(f"Step {step} is out of range. This run has {steps} steps, 0 to {steps}.")
    state = trajectory.states.get(step)
    if state is None:
        raise MissingStep(f"Step {step} was not kept; {_what_is_kept(trajectory)}. Record again to see it.")
    return state


def _x0(trajectory: Trajectory, state: StepState) -> Tensor:
    if state.x0 is None:
        raise StudioError("Step 0 is the start; nothing was predicted there yet.")
    return state.x0


def _what_is_kept(trajectory: Trajectory) -> str:
    kept = sorted(trajectory.states)
    if not kept:
        return "no step is"
    inner = [step for step in kept if 0 < step < trajectory.header.steps]
    stride = inner[0] if inner else 0
    if stride > 1 and inner == list(range(stride, inner[-1] + 1, stride)):
        return f"every {_ordinal(stride)} step is"
    return f"steps 0 to {kept[-1]} are" if kept == list(range(kept[-1] + 1)) else f"{len(kept)} others are"


def _ordinal(number: int) -> str:
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


@torch.inference_mode()
def signed_picture(signed: Tensor, linear: LinearDecoder) -> tuple[Image, float]:
    """A picture of a signed latent quantity (1, C, h, w) around mid grey, and by how much it is amplified.

    Its colours are those of the linear preview without its bias. The gain brings the 99th percentile of their absolute
    values to the ends of the range; a quantity that is zero everywhere is grey, with a gain of 1. Views of different
    gain cannot be compared by eye, so the gain belongs beside them.
    """
    colours = torch.einsum("oc,chw->ohw", linear.weight, signed[0].float().cpu())
    # Where nearly all of it is zero the percentile is zero too, and the largest value must do.
    reach = float(torch.quantile(colours.abs().flatten(), GAIN_QUANTILE)) or float(colours.abs().max())
    gain = 0.5 / reach if SMALLEST_REACH < reach < math.inf else 1.0
    return linear.enlarged(torch.nan_to_num(0.5 + gain * colours, nan=0.5)), gain
