"""The starter model's vocabulary: completion key by key, examples, and files from strangers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import RefusedFile
from studio.models.completion import Concept
from studio.models.tokens import PromptTokens
from studio.models.vocabulary import FILE_MAXIMUM, Vocabulary
from studio.paths import starter_model


@pytest.fixture(scope="module")
def starter():
    return Vocabulary.open(starter_model())


SMALL = Vocabulary(
    [
        Concept("red apple", ("fruit",), ("3d", "flat")),
        Concept("green apple", ("fruit",), ("3d", "flat")),
        Concept("dog", ("puppy",), ("flat",)),
        Concept("dog face", ("puppy", "pet"), ("3d",)),
        Concept("hot dog", ("food",), ()),
        Concept("tram car", (), ("3d",)),
        Concept("automobile", ("car",), ("3d",)),
        Concept("ball of yarn", (), ("3d",)),
    ],
    styles=["3d", "cartoon", "flat"],
    backgrounds=["white", "light blue", "lavender"],
    templates=[],
)


def _prompts(vocabulary, marked):
    """What the prompt becomes by each completion; the cursor stands at the bar."""
    before, after = marked.split("|")
    return [one.apply(before + after)[0] for one in vocabulary.complete(before + after, len(before))]


@pytest.mark.parametrize(
    ("marked", "becomes"),
    [
        ("ap|", ["red apple", "green apple"]),
        ("a red ap|", ["a red apple"]),
        ("RED  A|", ["red apple"]),
        ("fru|", ["red apple", "green apple"]),
        ("puppy|", ["dog", "dog face"]),
        ("car|", ["tram car", "automobile"]),
        ("two dogs and a gr|", ["two dogs and a green apple"]),
        ("of|", []),
        ("xyz|", []),
        ("|", []),
        ("|dog", []),
        (
            "dog|",
            [
                "dog, flat style",
                "dog on a white background",
                "dog on a light blue background",
                "dog on a lavender background",
                "dog face",
                "hot dog",
            ],
        ),
        ("hot dog |", [f"hot dog on a {colour} background" for colour in ("white", "light blue", "lavender")]),
        ("red apple o|", [f"red apple on a {colour} background" for colour in ("white", "light blue", "lavender")]),
        ("red apple,|", ["red apple, 3d style", "red apple, flat style"]),
        ("red apple, f|", ["red apple, flat style"]),
        ("red apple,f|", ["red apple, flat style"]),
        ("a thing, |", ["a thing, 3d style", "a thing, cartoon style", "a thing, flat style"]),
        (
            "red apple, 3d style on a l|",
            [f"red apple, 3d style on a {c} background" for c in ("light blue", "lavender")],
        ),
        ("dog on a light|", ["dog on a light blue background"]),
        ("dog, flat style on|", [f"dog, flat style on a {c} background" for c in ("white", "light blue", "lavender")]),
        ("dog, flat style on a white background|", []),
        # In the middle of a prompt what follows stays, and what stands there already is not offered.
        ("re|d apple, 3d style", []),
        ("dog|, flat style", ["dog face, flat style", "hot dog, flat style"]),
        ("dog on a la|vender background", []),
        ("dog, f| on a white background", ["dog, flat style on a white background"]),
    ],
)
def test_completions(marked, becomes):
    assert _prompts(SMALL, marked) == becomes


def test_a_tag_that_led_to_a_concept_is_named():
    assert [(one.text, one.found_by) for one in SMALL.complete("pe", 2)] == [("dog face", "pet")]
    assert [one.found_by for one in SMALL.complete("red", 3)] == [""]


def test_the_cursor_ends_up_behind_what_was_put_in():
    prompt, cursor = SMALL.complete("a re, 3d style", 4)[0].apply("a re, 3d style")
    assert (prompt, prompt[:cursor]) == ("a red apple, 3d style", "a red apple")


def test_the_starter_knows_what_its_file_lists(starter):
    assert len(starter.concepts) == 636
    assert (len(starter.styles), len(starter.backgrounds)) == (3, 17)
    assert "dog face" in [one.text for one in starter.complete("puppy", 5)]
    assert starter.concepts["red apple"].styles == ("3d", "cartoon", "flat")


def test_every_concept_is_found_by_its_first_letters_and_by_its_tags(starter):
    for concept in starter.concepts.values():
        typed = concept.name[: len(concept.name) * 2 // 3]
        assert concept.name in [one.text for one in starter.complete(typed, len(typed), limit=700)]
        for tag in set(concept.tags) - {concept.name.lower()}:
            assert concept.name in [one.text for one in starter.complete(tag, len(tag), limit=700)], tag


@given(st.text(alphabet="aedr pl,3on \t\nA🍎'", max_size=30), st.text(alphabet="dog, s", max_size=8))
def test_completing_only_touches_the_typed_words(starter, before, after):
    for one in starter.complete(before + after, len(before), limit=1000):
        assert 0 <= one.start <= len(before) <= one.end <= len(before + after)
        prompt, cursor = one.apply(before + after)
        assert prompt[: one.start] == before[: one.start]
        assert prompt[cursor:] == (before + after)[one.end :]
        assert prompt != before + after


def test_a_long_prompt_is_completed_at_its_cursor(starter):
    long = "snow " * 2000
    assert [one.apply(long + "on a tea")[0] for one in starter.complete(long + "on a tea", len(long) + 8)] == [
        long + "on a teal background"
    ]
    assert starter.complete(" " * 10_000, 10_000) == []


def test_at_most_so_many(starter):
    assert len(starter.complete("s", 1, limit=7)) == 7


def test_examples_are_the_same_for_a_seed_and_fit_the_model(starter):
    tokens = PromptTokens.open(starter_model() / "tokenizer")
    examples = starter.examples(636, seed=3)
    assert examples == starter.examples(636, seed=3)
    assert starter.examples(20, seed=3) != starter.examples(20, seed=4)
    assert len(starter.examples(1000)) == len(set(examples)) == 636
    for example in examples:
        assert tokens.read(example).cut_from is None
        name, _, rest = example.partition(",")
        concept = starter.concepts[name]
        assert "{" not in example
        if rest:
            assert rest.split()[0] in concept.styles
        # Whoever types an example word by word is never told that it cannot be completed there.
        assert name in [one.text for one in starter.complete(name[:-1], len(name) - 1, limit=700)]


def test_templates_that_the_model_cannot_fill_are_passed_over():
    vocabulary = Vocabulary([Concept("dog")], [], [], ["{concept}, {style} style", "{background}", "no concept"])
    assert vocabulary.examples(1) == ["dog"]


WHOLE = {
    "concepts": {"dog": {"tags": ["pet"], "styles": ["flat", "oil"]}},
    "styles": ["flat"],
    "backgrounds": ["white"],
    "templates": ["{concept}, {style} style", "{concept} {concept.__class__}"],
    "note": "more keys are fine",
}


def _written(folder, content):
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "vocabulary.json").write_text(text, "utf-8")
    return folder


def test_a_file_of_this_form_is_read(tmp_path):
    vocabulary = Vocabulary.open(_written(tmp_path, WHOLE))
    assert vocabulary.concepts == {"dog": Concept("dog", ("pet",), ("flat",))}
    assert {vocabulary.examples(1, seed)[0] for seed in range(20)} == {"dog, flat style", "dog {concept.__class__}"}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "[" * 100_000,
        "{}",
        {**WHOLE, "concepts": {}},
        {**WHOLE, "concepts": ["dog"]},
        {**WHOLE, "concepts": {"": {}}},
        {**WHOLE, "concepts": {"d" * 101: {}}},
        {**WHOLE, "concepts": {"do\ng": {}}},
        {**WHOLE, "concepts": {"dog": {"tags": "pet"}}},
        {**WHOLE, "concepts": {"dog": {"tags": [1]}}},
        {**WHOLE, "concepts": {str(place): {} for place in range(20_001)}},
        {**WHOLE, "styles": [None]},
        {**WHOLE, "backgrounds": "white"},
        {**WHOLE, "templates": [["{concept}"]]},
        json.dumps(WHOLE) + " " * FILE_MAXIMUM,
    ],
    ids=lambda content: str(content)[:40].strip(),
)
def test_other_files_are_refused_with_a_sentence(tmp_path, content):
    with pytest.raises(RefusedFile) as caught:
        Vocabulary.open(_written(tmp_path, content))
    assert "vocabulary.json" in caught.value.sentence
    assert caught.value.sentence.endswith(".")


def test_a_folder_without_a_vocabulary_is_refused(tmp_path):
    with pytest.raises(RefusedFile, match="missing"):
        Vocabulary.open(tmp_path)
