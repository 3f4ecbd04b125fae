"""Recipes that paint: what is allowed, what they need, and that they read back as written."""

from __future__ import annotations

import pytest

from studio.errors import InvalidField, RefusedFile
from studio.job.inpaint import FromImage, Inpaint
from studio.job.recipe import FromStep, Recipe, checked, recipe

A, B, C = ("a" * 64, "b" * 64, "c" * 64)


@pytest.mark.parametrize(
    ("field", "value"),
    [("padding", -1), ("padding", 1025), ("feather", 513), ("jump_length", 0), ("repeats", 21), ("image", "../x")],
)
def test_a_field_out_of_range_is_named(field: str, value: object) -> None:
    with pytest.raises(InvalidField) as problem:
        checked(Inpaint, **{"image": A, "mask": B, field: value})
    assert problem.value.field == field


@pytest.mark.parametrize("strength", [0.0, -0.1, 1.01, float("nan")])
def test_strength_is_above_0_and_at_most_1(strength: float) -> None:
    with pytest.raises(InvalidField) as problem:
        checked(FromImage, image=A, strength=strength)
    assert problem.value.field == "strength"


def test_start_and_inpaint_name_one_picture() -> None:
    with pytest.raises(InvalidField, match="name the same one"):
        recipe(start=FromImage(image=A), inpaint=Inpaint(image=B, mask=C))


def test_a_painted_recipe_reads_back_and_tells_what_it_needs() -> None:
    parent = recipe(start=FromImage(image=A, strength=0.5), inpaint=Inpaint(image=A, mask=B, fill="blur"))
    child = recipe(
        start=FromStep(trajectory="0" * 32, step=3, parent=parent), inpaint=Inpaint(image=A, mask=C, mode="soft")
    )
    assert Recipe.read(child.text()) == child
    assert child.pixels == {A, B, C}
    assert parent.pixels == {A, B}
    assert recipe().pixels == frozenset()


def test_a_stranger_cannot_name_a_path() -> None:
    text = recipe(inpaint=Inpaint(image=A, mask=B)).text().replace(A, "../../../secret")
    with pytest.raises(RefusedFile, match="image"):
        Recipe.read(text)
