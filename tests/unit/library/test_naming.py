"""File names: readable for ordinary prompts, legal everywhere for any prompt."""

from __future__ import annotations

import unicodedata
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.job.recipe import SEED_MAXIMUM, recipe
from studio.library.naming import BYTES_MAXIMUM, SUBJECT_LENGTH, clean_name, picture_names, subject

PORTS = {f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"}
DEVICES = {"con", "prn", "aux", "nul", "conin$", "conout$"} | PORTS


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("red apple, 3d style", "red-apple"),
        ("Red  Apple", "red-apple"),
        ("a dog's dinner", "a-dogs-dinner"),
        ("(masterpiece:1.2), best", "masterpiece"),
        ("red apple\non a table", "red-apple"),
        (", , blue heart", "blue-heart"),
        ("Äpfel, Öl", "äpfel"),
        ("cafe\u0301", "café"),
        ("红苹果，3d", "红苹果-3d"),
        ("सेब लाल", "सेब-लाल"),
        ("", "untitled"),
        ("🍎🍎", "untitled"),
        ("...///", "untitled"),
        ("\u0301", "untitled"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\windows", "c"),
        ("one " * 30, "-".join(["one"] * 10)),
        ("a" * 300, "a" * SUBJECT_LENGTH),
        ("short " + "a" * 300, "short"),
    ],
)
def test_subjects(prompt: str, name: str) -> None:
    assert subject(prompt) == name


def test_names_in_turn() -> None:
    names = picture_names(recipe(prompt="red apple, 3d style", seed=7))
    assert list(islice(names, 3)) == ["red-apple-7.png", "red-apple-7-2.png", "red-apple-7-3.png"]
    assert next(picture_names(recipe(seed=0))) == "untitled-0.png"


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("con", "_con.png"),
        ("COM1", "_COM1.png"),
        ("lpt¹", "_lpt¹.png"),
        ("nul.tar", "_nul.tar.png"),
        ("aux .x", "_aux .x.png"),
        ("con-7", "con-7.png"),
        ("console", "console.png"),
        ("a/b\\c:d*e", "a-b-c-d-e.png"),
        ("..", "untitled.png"),
        (".hidden", "hidden.png"),
        ("-rf", "rf.png"),
        ("end. . ", "end.png"),
        ("a\0b\n\u202ec\u200bd", "abcd.png"),
        ("\ud800x", "x.png"),
        ("", "untitled.png"),
        ("日本 語", "日本 語.png"),
    ],
)
def test_cleaned_names(stem: str, name: str) -> None:
    assert clean_name(stem, ".png") == name


def is_legal(name: str) -> bool:
    """Our own reading of what Linux, macOS and Windows allow."""
    return (
        0 < len(name.encode()) <= BYTES_MAXIMUM
        and not set(name) & set('<>:"/\\|?*')
        and all(c.isprintable() or unicodedata.category(c) == "Zs" for c in name)
        and name[0] not in ".- "
        and name[-1] not in ". "
        and name.split(".")[0].rstrip(" ").lower() not in DEVICES
    )


ANY = st.text(st.characters(), max_size=300)


@given(ANY, st.sampled_from([".png", "-2.png", "-123456.png", ".json"]))
@example("é" * 400, ".png")
@example("con." + "🍎" * 100, ".png")
@example("con" + " " * 400 + ".x", ".png")
def test_any_stem_becomes_legal(stem: str, suffix: str) -> None:
    name = clean_name(stem, suffix)
    assert is_legal(name)
    assert name.endswith(suffix)
    assert clean_name(name.removesuffix(suffix), suffix) == name


@given(st.text(max_size=200), st.integers(0, SEED_MAXIMUM))
@example("𒐫" * 200, SEED_MAXIMUM)
@example("con", 7)
def test_any_prompt_has_legal_names_that_differ(prompt: str, seed: int) -> None:
    names = list(islice(picture_names(recipe(prompt=prompt, seed=seed)), 5))
    assert all(is_legal(name) for name in names)
    assert len({name.casefold() for name in names}) == 5
    assert names[0].endswith(f"-{seed}.png")
