"""The quantities of a recorded step, and pictures of signed ones."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import StudioError
from studio.job.view import VIEW_KINDS, view_title
from studio.models.preview import LinearDecoder
from studio.trajectory.record import Trajectory
from studio.trajectory.views import GAIN_QUANTILE, MissingStep, departure, quantity, signed_picture
from tests.unit.trajectory.made import header, state, trajectory

LINEAR = LinearDecoder(
    torch.tensor([[0.2, 0.1, 0.0, -0.1], [0.0, 0.3, 0.1, 0.0], [-0.2, 0.0, 0.2, 0.1]]), torch.tensor([0.9, 0.1, 0.4]), 8
)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_a_step_is_x_from_x0_and_eps(dtype: torch.dtype) -> None:
    """The state a step started from is its prediction and its noise at that level."""
    made = trajectory(dtype=dtype)
    for step in range(1, 5):
        start = departure(made, step)
        assert start.level == made.header.levels[step - 1]
        x0, eps = quantity(made, step, "x0").float(), quantity(made, step, "eps")
        again = start.level.alpha * x0 + start.level.sigma * eps
        assert torch.allclose(again, made.states[step - 1].x.float(), atol=1e-5)


def test_the_changes_add_up_to_the_way_of_x0() -> None:
    made = trajectory()
    total = sum(quantity(made, step, "change") for step in range(2, 5))
    assert torch.allclose(total, made.states[4].x0 - made.states[1].x0, atol=1e-5)


def test_x_and_x0_are_what_was_recorded() -> None:
    made = trajectory(dtype=torch.float16)
    assert quantity(made, 3, "x") is made.states[3].x
    assert quantity(made, 3, "x0") is made.states[3].x0
    assert quantity(made, 0, "x") is made.states[0].x


@pytest.mark.parametrize("kind", ["x0", "eps", "change"])
def test_nothing_was_predicted_at_the_start(kind: str) -> None:
    with pytest.raises(StudioError, match="Step 0 is the start"):
        quantity(trajectory(), 0, kind)


def test_the_first_prediction_changed_nothing() -> None:
    with pytest.raises(StudioError, match="Step 1 is the first prediction"):
        quantity(trajectory(), 1, "change")


@pytest.mark.parametrize("step", [-1, 5, 10**9])
@pytest.mark.parametrize("kind", VIEW_KINDS[:3])
def test_steps_out_of_range(step: int, kind: str) -> None:
    with pytest.raises(StudioError, match=rf"Step {step} is out of range\. This run has 4 steps, 0 to 4\."):
        quantity(trajectory(), step, kind)


KEPT = [
    (range(0, 21, 5), 7, "Step 7 was not kept; every 5th step is. Record again to see it."),
    (range(0, 21, 2), 3, "Step 3 was not kept; every 2nd step is. Record again to see it."),
    (range(0, 21, 3), 4, "Step 4 was not kept; every 3rd step is. Record again to see it."),
    (range(0, 21, 11), 12, "Step 12 was not kept; every 11th step is. Record again to see it."),
    (range(9), 12, "Step 12 was not kept; steps 0 to 8 are. Record again to see it."),
    ((0, 20), 3, "Step 3 was not kept; 2 others are. Record again to see it."),
    ((0, 4, 5, 20), 3, "Step 3 was not kept; 4 others are. Record again to see it."),
    ((), 3, "Step 3 was not kept; no step is. Record again to see it."),
]


@pytest.mark.parametrize(("kept", "step", "sentence"), KEPT)
def test_what_was_not_kept_says_what_was(kept: range, step: int, sentence: str) -> None:
    made = Trajectory(header(20), {k: state(k) for k in kept})
    with pytest.raises(MissingStep) as missing:
        quantity(made, step, "x0")
    assert missing.value.sentence == sentence


def test_a_view_that_needs_the_step_before_says_so() -> None:
    made = trajectory(20, kept=range(0, 21, 5))
    assert quantity(made, 10, "x0").shape == (1, 4, 8, 8)
    for kind in ("eps", "change"):
        with pytest.raises(MissingStep, match="Step 9 was not kept"):
            quantity(made, 10, kind)


def pixels(signed: torch.Tensor) -> tuple[np.ndarray, float]:
    image, gain = signed_picture(signed, LINEAR)
    return image.pixels.astype(int), gain


def test_zero_is_grey() -> None:
    shown, gain = pixels(torch.zeros(1, 4, 8, 8))
    assert (shown == 128).all()
    assert gain == 1.0


@given(seed=st.integers(0, 1000), scale=st.floats(-20, 20))
def test_a_picture_does_not_depend_on_the_size_of_its_quantity(seed: int, scale: float) -> None:
    signed = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(seed))
    shown, gain = pixels(signed)
    other, other_gain = pixels(signed * 10.0**scale)
    assert abs(shown - other).max() <= 1
    assert math.isclose(gain, other_gain * 10.0**scale, rel_tol=1e-3)


def test_the_opposite_sign_has_the_opposite_colours() -> None:
    signed = torch.randn((1, 4, 8, 8), generator=torch.Generator().manual_seed(5))
    assert abs(pixels(signed)[0] + pixels(-signed)[0] - 255).max() <= 1


def test_the_gain_leaves_one_percent_to_be_clipped() -> None:
    signed = torch.randn((1, 4, 64, 64), generator=torch.Generator().manual_seed(6))
    _, gain = pixels(signed)
    colours = torch.einsum("oc,chw->ohw", LINEAR.weight, signed[0]).abs()
    assert abs(float((gain * colours > 0.5).float().mean()) - (1 - GAIN_QUANTILE)) < 0.002


def test_a_change_in_one_place_is_seen() -> None:
    signed = torch.zeros(1, 4, 32, 32)
    signed[0, 0, 3, 3] = 1e-3
    shown, gain = pixels(signed)
    assert gain == pytest.approx(2500.0)
    assert shown.max() > 200


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e38, 1e-42])
def test_numbers_out_of_all_bounds_are_still_a_picture(bad: float) -> None:
    signed = torch.zeros(1, 4, 8, 8)
    signed[0, 1, 2, 2] = bad
    shown, gain = pixels(signed)
    assert shown.shape == (64, 64, 3)
    assert math.isfinite(gain)


def test_a_view_is_called_by_what_it_is() -> None:
    assert view_title("x0", 20, 40) == "x0 at step 20 of 40"
