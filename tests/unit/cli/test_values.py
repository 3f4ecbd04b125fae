"""Words of a command line become values, or a sentence that names the field."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.cli import values
from studio.errors import InvalidField
from studio.sampling.info import Option


@given(st.integers(-(10**20), 10**20))
def test_whole_numbers_read_back(value):
    assert values.whole_number("seed", "Seed")(str(value)) == value


@pytest.mark.parametrize("text", ["", "1.5", "x", "1e3", "0x10", "1_000", "١٢", "9" * 26, "9" * 10_000, "--1"])
def test_what_is_no_whole_number_names_its_field(text):
    with pytest.raises(InvalidField) as caught:
        values.whole_number("seed", "Seed")(text)
    assert caught.value.field == "seed"
    assert caught.value.sentence.startswith("Seed ")
    assert len(caught.value.sentence) < 120


@pytest.mark.parametrize("text", ["0", "11", "-1"])
def test_bounds_are_told(text):
    with pytest.raises(InvalidField, match=f"Count {text} is out of range. Use 1 to 10."):
        values.bounded("count", "Count", 1, 10)(text)


@pytest.mark.parametrize("text", ["1", "10"])
def test_bounds_belong_to_the_range(text):
    assert values.bounded("count", "Count", 1, 10)(text) == int(text)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf", "five", "", "1,5"])
def test_what_is_no_finite_number_is_refused(text):
    with pytest.raises(InvalidField, match="is not a number"):
        values.number("scale", "Guidance")(text)


@pytest.mark.parametrize(
    ("text", "wanted"), [("128x96", (128, 96)), ("128X96", (128, 96)), ("64×64", (64, 64)), (" 64 x 72 ", (64, 72))]
)
def test_sizes(text, wanted):
    assert values.size(text) == wanted


@pytest.mark.parametrize("text", ["12", "128", "x", "128x", "axb", "128x128x3", "-128x128", "1e2x64", "1.5x2", "٦x٦"])
def test_unreadable_sizes_say_how_one_is_written(text):
    with pytest.raises(InvalidField, match=r"WIDTHxHEIGHT.*64 to 4096.*divisible by 8") as caught:
        values.size(text)
    assert caught.value.field == "size"


@pytest.mark.parametrize("text", ["0.5", "0,1,0.5", "a,b", ",", "nan,1", "-0.1,1", "0,1.01"])
def test_unreadable_intervals(text):
    with pytest.raises(InvalidField) as caught:
        values.interval(text)
    assert caught.value.field == "interval"


def test_bounds_of_numbers_are_told():
    with pytest.raises(InvalidField, match=r"Rescale 1.5 is out of range. Use 0 to 1."):
        values.number("rescale", "Rescale", 0.0, 1.0)("1.5")


def test_an_interval():
    assert values.interval("0.1,0.8") == (0.1, 0.8)


def test_spacing_is_a_name_or_a_list():
    assert values.spacing("karras") == "karras"
    assert values.spacing("999,750.5, 500") == (999.0, 750.5, 500.0)
    assert values.spacing("999") == (999.0,)
    with pytest.raises(InvalidField, match="Timestep 'x' is not a number"):
        values.spacing("999,x")


OPTIONS = {
    "eta": Option("eta", "Eta", "float", 0.0, 0.0, 1.0),
    "order": Option("order", "Order", "int", 2, 1, 4),
    "clip": Option("clip", "Clip", "bool", True),
    "variance": Option("variance", "Variance", "choice", "small", choices=(("small", "Small"), ("large", "Large"))),
}


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("eta", "0.5", 0.5),
        ("eta", "1", 1.0),
        ("order", "3", 3),
        ("clip", "No", False),
        ("clip", "true", True),
        ("variance", "large", "large"),
    ],
)
def test_option_values(name, text, wanted):
    value = values.option_value(OPTIONS[name], text)
    assert value == wanted
    assert type(value) is type(wanted)


@pytest.mark.parametrize(
    ("name", "text"),
    [("eta", "2"), ("eta", "x"), ("order", "1.5"), ("order", "5"), ("clip", "maybe"), ("variance", "")],
)
def test_bad_option_values_name_the_option(name, text):
    with pytest.raises(InvalidField) as caught:
        values.option_value(OPTIONS[name], text)
    assert caught.value.field == name
