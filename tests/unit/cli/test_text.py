"""What strangers write into files must not steer the terminal that it is shown on."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.cli.text import json_line, printable


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_nothing_hidden_is_left_and_nothing_else_is_changed(text):
    shown = printable(text)
    assert all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} or c in "\u200c\u200d" for c in shown)
    visible = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"})
    if visible == text:
        assert shown == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("one\ntwo\r", "one\\x0atwo\\x0d"),
        ("\x9b2J", "\\x9b2J"),
        ("gnp.\u202etxt", "gnp.\\u202etxt"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        ("Grüße, 日本語, 👩\u200d🎨", "Grüße, 日本語, 👩\u200d🎨"),
    ],
)
def test_escapes(text, shown):
    assert printable(text) == shown


@given(st.dictionaries(st.text(), st.text(alphabet=st.characters(exclude_categories=())) | st.floats(allow_nan=False)))
def test_json_is_one_line_of_printable_ascii_and_reads_back(data):
    data = {key: value for key, value in data.items() if value not in (float("inf"), float("-inf"))}
    line = json_line(data)
    assert all(" " <= c <= "~" for c in line)
    assert json.loads(line) == data
