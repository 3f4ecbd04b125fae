"""What a race varies, and what it refuses."""

from __future__ import annotations

import pytest

from studio.errors import InvalidField
from studio.job.difference import differences
from studio.job.race import Axis, race, with_field
from studio.job.recipe import Sampling, recipe

BASE = recipe(prompt="apple", seed=7, sampling=Sampling(steps=6, options={"eta": 0.5}))


@pytest.mark.parametrize(
    ("name", "value", "path"),
    [
        ("steps", 12, "sampling.steps"),
        ("spacing", "karras", "sampling.spacing"),
        ("eta", 0.25, "sampling.options.eta"),
        ("scale", 3, "guidance.scale"),
        ("rescale", 0.7, "guidance.rescale"),
        ("prompt", "lemon", "prompt"),
        ("seed", 8, "seed"),
    ],
)
def test_one_field_differs_and_no_other(name: str, value: object, path: str) -> None:
    (only,) = differences(BASE, with_field(BASE, name, value))  # type: ignore[arg-type]
    assert (only.field, only.second) == (path, value)


def test_another_sampler_begins_with_its_own_options() -> None:
    assert with_field(BASE, "sampler", "euler").sampling.options == {}
    assert with_field(BASE, "sampler", "ddim").sampling.options == {"eta": 0.5}


def test_the_lanes_fill_the_grid_row_by_row() -> None:
    plan = race(BASE, Axis("sampler", ("ddim", "euler")), Axis("scale", (1.0, 3.0, 5.0)))
    assert [(lane.row, lane.column) for lane in plan.lanes] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
    assert plan.lanes[3].recipe.sampling.sampler == "euler"
    assert plan.lanes[3].recipe.guidance.scale == 3.0
    assert plan.lanes[3].label == "euler, guidance 3"
    assert {lane.recipe.seed for lane in plan.lanes} == {7}


@pytest.mark.parametrize(
    ("columns", "rows", "field"),
    [
        (Axis("steps", ()), None, "steps"),
        (Axis("steps", (0,)), None, "steps"),
        (Axis("spacing", ("",)), None, "spacing"),
        (Axis("scale", (1.0,)), Axis("scale", (2.0,)), "scale"),
        (Axis("seed", tuple(range(101))), None, "seed"),
    ],
)
def test_what_cannot_be_run_is_refused_by_its_field(columns: Axis, rows: Axis | None, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        race(BASE, columns, rows)
    assert refused.value.field == field


@pytest.mark.parametrize("swapped", [False, True])
def test_a_sampler_and_its_option_can_be_crossed(swapped: bool) -> None:
    axes = (Axis("sampler", ("ddim", "ddpm")), Axis("eta", (0.0, 1.0)))
    plan = race(BASE, *(axes[::-1] if swapped else axes))
    found = {(lane.recipe.sampling.sampler, lane.recipe.sampling.options["eta"]) for lane in plan.lanes}
    assert found == {("ddim", 0.0), ("ddim", 1.0), ("ddpm", 0.0), ("ddpm", 1.0)}
