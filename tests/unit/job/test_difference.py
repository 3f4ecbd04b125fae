"""Why is it different?"""

from __future__ import annotations

from studio.job.difference import changed_from_parent, differences
from studio.job.recipe import FromStep, Guidance, recipe

PARENT = recipe(prompt="apple", seed=7)


def branch(**changes: object) -> object:
    return recipe(**{**dict(PARENT), "start": FromStep(trajectory="0" * 32, step=3, parent=PARENT), **changes})


def test_equal_recipes_do_not_differ() -> None:
    assert differences(PARENT, PARENT) == ()


def test_a_branch_names_only_what_was_changed() -> None:
    child = branch(prompt="lemon", guidance=Guidance(scale=7.5))
    assert [(d.field, d.first, d.second) for d in changed_from_parent(child)] == [  # type: ignore[arg-type]
        ("prompt", "apple", "lemon"),
        ("guidance.scale", 5.0, 7.5),
    ]
    assert changed_from_parent(branch()) == ()  # type: ignore[arg-type]
    assert changed_from_parent(PARENT) == ()


def test_differences_are_symmetric() -> None:
    child = branch(seed=9)
    there = {(d.field, str(d.first), str(d.second)) for d in differences(PARENT, child)}  # type: ignore[arg-type]
    back = {(d.field, str(d.second), str(d.first)) for d in differences(child, PARENT)}  # type: ignore[arg-type]
    assert there == back
    assert "start.step" in {field for field, _, _ in there}
