"""How samplers describe themselves: options, their checks, and errors that say what is allowed."""

from __future__ import annotations

import math

import pytest

from studio.errors import InvalidField
from studio.sampling.info import Option, SamplerInfo
from studio.sampling.registry import builtin_samplers

NUMBER = Option("eta", "Eta", "float", 0.0, 0.0, 1.0)
COUNT = Option("order", "Order", "int", 2, 1, 3)
SWITCH = Option("churn", "Churn", "bool", False)
CHOICE = Option("variance", "Variance", "choice", "small", choices=(("small", "Small"), ("large", "Large")))
INFO = SamplerInfo("toy", "Toy", "For tests.", options=(NUMBER, COUNT, SWITCH, CHOICE))


@pytest.mark.parametrize(
    ("option", "value", "checked"),
    [(NUMBER, 1, 1.0), (NUMBER, 0.25, 0.25), (COUNT, 3, 3), (SWITCH, True, True), (CHOICE, "large", "large")],
)
def test_values_that_are_allowed(option: Option, value: object, checked: object) -> None:
    result = option.check(value)
    assert result == checked
    assert type(result) is type(checked)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        (NUMBER, 1.01, "0 to 1"),
        (NUMBER, -0.1, "0 to 1"),
        (NUMBER, math.nan, "a number"),
        (NUMBER, math.inf, "a number"),
        (NUMBER, True, "a number"),
        (NUMBER, "0.5", "a number"),
        (COUNT, 2.0, "a whole number from 1 to 3"),
        (COUNT, 4, "a whole number from 1 to 3"),
        (SWITCH, 1, "true or false"),
        (CHOICE, "medium", "small, large"),
        (CHOICE, 1, "small, large"),
    ],
)
def test_values_that_are_refused(option: Option, value: object, says: str) -> None:
    with pytest.raises(InvalidField, match=says) as refused:
        option.check(value)
    assert refused.value.field == option.name


def test_resolve_fills_in_defaults_and_checks_what_is_given() -> None:
    assert INFO.resolve({}) == {"eta": 0.0, "order": 2, "churn": False, "variance": "small"}
    assert INFO.resolve({"eta": 1, "variance": "large"})["eta"] == 1.0
    with pytest.raises(InvalidField, match="Order"):
        INFO.resolve({"order": 9})


def test_unknown_options_are_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidField, match="eta, order, churn, variance") as refused:
        INFO.resolve({"etta": 0.5})
    assert refused.value.field == "etta"
    with pytest.raises(InvalidField, match="none"):
        SamplerInfo("bare", "Bare", "No options.").resolve({"eta": 0.5})


def test_descriptions_that_contradict_themselves_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="default of option 'eta'"):
        Option("eta", "Eta", "float", 2.0, 0.0, 1.0)
    with pytest.raises(ValueError, match="default of option 'kind'"):
        Option("kind", "Kind", "choice", "third", choices=(("first", "First"),))
    with pytest.raises(ValueError, match="one name"):
        SamplerInfo("toy", "Toy", "Twice.", options=(NUMBER, NUMBER))


def test_every_builtin_sampler_explains_itself() -> None:
    for info in builtin_samplers().infos():
        assert info.title
        assert info.description.endswith(".")
        assert info.resolve({}).keys() == {option.name for option in info.options}
        assert all(option.title and option.description.endswith(".") for option in info.options)
