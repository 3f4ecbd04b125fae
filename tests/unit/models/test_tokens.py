"""Token counts against transformers' CLIPTokenizer, for both kinds of tokenizer folders."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from studio.errors import RefusedFile
from studio.models.tokens import PromptTokens, TokenCount
from studio.paths import starter_model
from tests.references.tiny_tokenizers import END, write_one_file, write_vocabulary_lists

KINDS = ["starter", "one file", "lists", "lists of version 2", "lists with words added", "listed in the configuration"]

HARD = [
    "a red apple, 3d style",
    "Don't",
    "it's they've I'LL we're",
    "STRASSE ß İstanbul ΣΑΣ",
    "1234 ½ ٣",
    "🍎👩\u200d🚀🇩🇪",
    "e\u0301 \u1e9b\u0323 \ufb01 \ufffd",
    "\u00a0\u2003\t\n  ",
    "!!! ?!... ,,",
    "漢字かな",
    "<sks>",
    "<SKS> dog under_score",
    "\x00\x1f",
    "<|endoftext|>",
    "<|startoftext|> x",
]
TEXTS = st.lists(st.text(max_size=12) | st.sampled_from(HARD), max_size=10).map(" ".join)


@pytest.fixture(scope="session")
def tokenizer_folders(tmp_path_factory):
    home = tmp_path_factory.mktemp("tokenizers")
    write_one_file(home / "one file", length=20)
    write_vocabulary_lists(home / "lists", length=20)
    write_vocabulary_lists(home / "lists of version 2", pad="!", length=20)
    more = home / "lists with words added"
    write_vocabulary_lists(more, length=20)
    (more / "added_tokens.json").write_text(json.dumps({"<sks>": 1214, "under_score": 1215}))
    listed = home / "listed in the configuration"
    write_vocabulary_lists(listed, length=20)
    _list_added_tokens(listed)
    return {kind: home / kind for kind in KINDS} | {"starter": starter_model() / "tokenizer"}


def _list_added_tokens(folder):
    path = folder / "tokenizer_config.json"
    flags = {"lstrip": True, "normalized": False, "rstrip": False, "single_word": True}
    ends = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False, "special": True}
    tokens = {"1212": {"content": "<|startoftext|>", **ends}, "1213": {"content": END, **ends}}
    config = json.loads(path.read_text())
    config["added_tokens_decoder"] = {**tokens, "1214": {"content": "<sks>", "special": False, **flags}}
    config.update(bos_token="<|startoftext|>", eos_token=END, unk_token=END)
    path.write_text(json.dumps(config))


@pytest.fixture(scope="session")
def pairs(tokenizer_folders):
    """Ours and transformers' tokenizer of each kind."""
    from transformers import CLIPTokenizer

    return {
        kind: (PromptTokens.open(folder), CLIPTokenizer.from_pretrained(folder, local_files_only=True))
        for kind, folder in tokenizer_folders.items()
    }


@pytest.mark.parametrize("kind", KINDS)
@given(text=TEXTS)
def test_ids_are_those_of_transformers(pairs, kind, text):
    ours, theirs = pairs[kind]
    length = theirs.model_max_length
    assert ours.limit == length - 2
    assert list(ours.ids(text)) == theirs(text, truncation=True, max_length=length)["input_ids"]


@pytest.mark.parametrize("kind", KINDS)
@given(text=TEXTS)
def test_used_counts_everything_and_the_cut_is_where_reading_ends(pairs, kind, text):
    ours, theirs = pairs[kind]
    count = ours.read(text)
    assert count.used == len(theirs(text, truncation=False, padding=False)["input_ids"]) - 2
    assert (count.cut_from is None) == (count.used <= count.limit)
    if count.cut_from is None:
        assert (count.last_kept_word, count.cut_text) == ("", "")
        return
    assert text[count.cut_from :] == count.cut_text != ""
    assert count.last_kept_word in text[: count.cut_from]
    assert len(ours.ids(text)) == count.limit + 2


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(words=st.lists(st.sampled_from(["red", "apple", "don't", "snow-white", "7", "T-Rex"]), min_size=20, max_size=40))
def test_what_is_cut_off_changes_nothing_that_is_read(pairs, words):
    ours, _ = pairs["lists"]
    text = " ".join(words)
    count = ours.read(text)
    assert count.cut_from is not None
    kept = text[: count.cut_from]
    # Where the cut lies between two words, the words before it are what is read; the last of them is named.
    assume(not kept or kept[-1] == " " or text[count.cut_from] == " ")
    assert ours.ids(kept + " something else entirely") == ours.ids(text)
    assert kept.split()[-1] == count.last_kept_word


def test_the_starter_model_reads_thirty_tokens():
    tokens = PromptTokens.open(starter_model() / "tokenizer")
    assert tokens.read("red apple, 3d style") == TokenCount(used=6, limit=30)
    assert tokens.read("") == TokenCount(used=0, limit=30)
    count = tokens.read("red apple, " * 10 + "and a dog")
    assert (count.used, count.limit, count.last_kept_word, count.cut_text) == (33, 30, "apple", "and a dog")


def test_a_word_that_is_cut_in_the_middle_is_not_named_as_read(pairs):
    ours, _ = pairs["lists"]
    count = ours.read("apple " + "x1" * 20)
    assert count.last_kept_word == "apple"
    assert ours.read("x1" * 20).last_kept_word == "x1" * 9


def test_an_emoji_of_several_tokens_is_cut_as_a_whole(pairs):
    ours, _ = pairs["one file"]
    text = "🍎" * 30
    count = ours.read(text)
    assert count.cut_text == "🍎" * len(count.cut_text)
    assert count.cut_from == count.limit * 30 // count.used


def test_half_a_character_counts_as_a_question_mark(pairs):
    ours, _ = pairs["one file"]
    assert ours.ids("a \ud83c b") == ours.ids("a ? b")


def test_counting_needs_neither_torch_nor_transformers():
    code = (
        "import sys; from studio.models.tokens import PromptTokens; from studio.paths import starter_model; "
        "PromptTokens.open(starter_model() / 'tokenizer').read('x'); "
        "print([name for name in ('torch', 'transformers', 'diffusers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vocab.json", "{"),
        ("vocab.json", '{"a": "b"}'),
        ("vocab.json", "[]"),
        ("merges.txt", "#version: 0.2\nno such\n"),
        ("merges.txt", "one\n"),
        ("tokenizer_config.json", "[1]"),
        ("tokenizer_config.json", '{"added_tokens_decoder": {"x": {}}}'),
        ("tokenizer_config.json", '{"added_tokens_decoder": {"1": {"special": true}}}'),
        ("special_tokens_map.json", "not json"),
        ("added_tokens.json", '{"x": "y"}'),
        ("tokenizer.json", "{}}"),
        ("tokenizer.json", '{"model": {"type": "Unigram", "vocab": [], "merges": []}}'),
        ("tokenizer.json", '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [["b", "c"]]}}'),
        ("tokenizer.json", '{"model": {"type": "BPE", "vocab": {"a": 0}}}'),
        ("tokenizer.json", '{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": [5]}}'),
    ],
)
def test_damaged_folders_are_refused(tmp_path, name, content):
    write_vocabulary_lists(tmp_path / "tokenizer")
    (tmp_path / "tokenizer" / name).write_text(content)
    with pytest.raises(RefusedFile) as caught:
        PromptTokens.open(tmp_path / "tokenizer")
    assert caught.value.sentence.endswith(".")
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize("name", ["vocab.json", "merges.txt"])
def test_missing_files_are_named(tmp_path, name):
    write_vocabulary_lists(tmp_path / "tokenizer")
    (tmp_path / "tokenizer" / name).unlink()
    with pytest.raises(RefusedFile, match=name):
        PromptTokens.open(tmp_path / "tokenizer")


@pytest.mark.parametrize(
    ("said", "limit"), [(32, 30), (77, 75), (None, 75), (10**30, 75), ("77", 75), (1, 75), (True, 75)]
)
def test_the_limit_is_the_folders_own_or_clips(tmp_path, said, limit):
    write_vocabulary_lists(tmp_path / "tokenizer")
    path = tmp_path / "tokenizer" / "tokenizer_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "model_max_length": said}))
    assert PromptTokens.open(tmp_path / "tokenizer").limit == limit
