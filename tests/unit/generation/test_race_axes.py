"""How the values of a race are written, and what of it is refused in which words."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from studio.errors import InvalidField
from studio.generation.race_axes import AxisField, axis_fields, network_calls, read_axis
from studio.job.race import Axis, race
from studio.job.recipe import FromStep, Sampling, recipe
from studio.sampling.info import Option, SamplerInfo
from studio.sampling.registry import SamplerRegistry, builtin_methods

METHODS = builtin_methods()
INFOS = METHODS.samplers.infos()
FIELDS = {field.flag: field for field in axis_fields(METHODS)}


@pytest.mark.parametrize(
    ("flag", "text", "values"),
    [
        ("sampler", "ddim, euler,ddpm", ("ddim", "euler", "ddpm")),
        ("steps", "10,20,40,", (10, 20, 40)),
        ("guidance", "1,3.5", (1.0, 3.5)),
        ("spacing", "leading,karras", ("leading", "karras")),
        ("eta", "0,1", (0.0, 1.0)),
        ("variance", "small,large", ("small", "large")),
        ("guidance-rescale", "0,0.7", (0.0, 0.7)),
        ("seed", "7,8", (7, 8)),
        ("prompt", "red apple, 3d style | green apple", ("red apple, 3d style", "green apple")),
        ("negative", "blurry | ", ("blurry",)),
    ],
)
def test_values_are_read_in_their_own_type(flag: str, text: str, values: tuple[object, ...]) -> None:
    if len(values) < 2:
        with pytest.raises(InvalidField, match="at least two values"):
            read_axis(FIELDS[flag], text)
        return
    axis = read_axis(FIELDS[flag], text)
    assert axis == Axis(FIELDS[flag].name, values)  # type: ignore[arg-type]
    assert [type(value) for value in axis.values] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("flag", "text", "sentence"),
    [
        ("steps", "10", "A race over steps needs at least two values, such as 10,20,40."),
        ("steps", "", "Steps '' is not a whole number."),
        ("steps", "10,ten", "Steps 'ten' is not a whole number."),
        ("steps", "10," + "9" * 5000, "Steps '" + "9" * 40 + "' is not a whole number."),
        ("guidance", "1,nan", "Guidance scale 'nan' is not a number."),
        ("sampler", "ddim,plms", "Sampler 'plms' is not known. Use one of: ddim, ddpm, euler."),
        ("spacing", "leading,explicit", "Spacing 'explicit' is not known. Use one of: leading, trailing,"),
        ("seed", "7,8,7", "Seed '7' is there twice. Give it once."),
    ],
)
def test_what_cannot_be_read_is_said(flag: str, text: str, sentence: str) -> None:
    with pytest.raises(InvalidField) as refused:
        read_axis(FIELDS[flag], text)
    assert refused.value.sentence.startswith(sentence)


@pytest.mark.parametrize("field", FIELDS.values(), ids=FIELDS)
def test_every_example_is_right(field: AxisField) -> None:
    base = recipe(sampling=Sampling(sampler="ddpm" if field.name == "variance" else "ddim"))
    axis = read_axis(field, field.example)
    assert len(race(base, axis).lanes) == len(axis.values)


def test_an_option_of_two_samplers_is_there_once_and_a_switch_reads_words() -> None:
    option = Option("churn", "Churn", "bool", False)
    named = [SimpleNamespace(info=SamplerInfo(name, name, "", (option,))) for name in ("a", "b")]
    both = replace(METHODS, samplers=SamplerRegistry("sampler", "Sampler", named))
    (field,) = [field for field in axis_fields(both) if field.name == "churn"]
    assert read_axis(field, "no,yes").values == (False, True)
    with pytest.raises(InvalidField, match="either true or false"):
        read_axis(field, "no,maybe")


def test_the_cost_is_told_before_the_race() -> None:
    base = recipe(sampling=Sampling(steps=30))
    plan = race(base, Axis("sampler", ("ddim", "euler", "ddpm")), Axis("scale", (1.0, 5.0)))
    assert network_calls(plan, INFOS) == 180
    twice = [SamplerInfo("ddim", "DDIM", "", calls_per_step=2)]
    assert network_calls(race(base, Axis("steps", (10, 20))), twice) == 60


def test_the_steps_before_a_branch_cost_nothing() -> None:
    parent = recipe(sampling=Sampling(steps=30))
    branch = recipe(start=FromStep(trajectory="0" * 32, step=20, parent=parent), sampling=Sampling(steps=30))
    assert network_calls(race(branch, Axis("seed", (1, 2))), INFOS) == 20
