"""Every mistake on a command line becomes one sentence that names the field."""

from __future__ import annotations

import pytest

from studio.cli import values
from studio.cli.parser import SentenceParser, field_name
from studio.errors import InvalidField


def parser() -> SentenceParser:
    made = SentenceParser("reverie try", "A command.")
    made.add_argument("--prompt", required=True)
    made.add_argument("--guidance-interval", type=values.interval)
    made.add_argument("--kind", choices=("x0", "x"))
    made.add_argument("--json", action="store_true")
    return made


@pytest.mark.parametrize(
    ("words", "field", "sentence"),
    [
        ([], "prompt", "--prompt is missing."),
        (["--prompt"], "prompt", "--prompt needs a value. If the value begins with a dash, write --prompt=VALUE."),
        (["--prompt", "-x"], "prompt", "--prompt needs a value."),
        (["--prompt", "", "--promt"], "promt", "The option --promt is not known; did you mean --prompt?"),
        (["--prompt", "red", "apple"], "apple", "'apple' is not expected here. A value with spaces needs quotes"),
        (["--prompt", "", "--json=1"], "json", "--json takes no value."),
        (["--prompt", "", "--kind", "y"], "kind", "--kind does not know 'y'"),
        (["--prompt", "", "--guidance-interval", "1"], "interval", "Guidance interval '1' is not readable."),
    ],
)
def test_sentences(words, field, sentence):
    with pytest.raises(InvalidField) as caught:
        parser().parse_args(words)
    assert caught.value.field == field
    assert caught.value.sentence.startswith(sentence)
    assert caught.value.exit_code == 2


def test_flags_are_not_abbreviated():
    with pytest.raises(InvalidField):
        parser().parse_args(["--prom", "x"])


def test_a_value_may_begin_with_a_dash_after_an_equals_sign():
    assert parser().parse_args(["--prompt=-x", "--guidance-interval=-0,1"]).guidance_interval == (0.0, 1.0)


def test_the_field_of_a_flag():
    assert field_name("--guidance-interval=3") == "guidance_interval"
