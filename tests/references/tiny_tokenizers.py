"""Tokenizer folders of both kinds that models are shipped with, cut out of the starter model's vocabulary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from studio.paths import starter_model

BEGIN, END = "<|startoftext|>", "<|endoftext|>"


def _vocabulary(merges: int) -> tuple[dict[str, int], list[list[str]]]:
    """The 512 letters, the first merges, and the two special tokens at the end, as CLIP orders them."""
    saved = json.loads((starter_model() / "tokenizer" / "tokenizer.json").read_text("utf-8"))["model"]
    tokens = sorted(saved["vocab"], key=saved["vocab"].get)
    kept = [*tokens[: 512 + merges], BEGIN, END]
    return {token: place for place, token in enumerate(kept)}, saved["merges"][:merges]


def _special(content: str) -> dict[str, Any]:
    flags = {"lstrip": False, "normalized": True, "rstrip": False, "single_word": False}
    return {"__type": "AddedToken", "content": content, **flags}


def write_vocabulary_lists(folder: Path, *, merges: int = 700, pad: str = END, length: int = 77) -> int:
    """A folder of Stable Diffusion 1 and 2: vocab.json, merges.txt and their companions. Returns the number of tokens.

    Version 2 pads with "!", which makes every exclamation mark of a prompt a special token.
    """
    vocabulary, pairs = _vocabulary(merges)
    folder.mkdir(parents=True)
    lines = ["#version: 0.2", *(" ".join(pair) for pair in pairs)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", "utf-8")
    _write(folder / "vocab.json", vocabulary)
    _write(
        folder / "tokenizer_config.json",
        {
            "add_prefix_space": False,
            "bos_token": _special(BEGIN),
            "do_lower_case": True,
            "eos_token": _special(END),
            "errors": "replace",
            "model_max_length": length,
            "pad_token": END,
            "tokenizer_class": "CLIPTokenizer",
            "unk_token": _special(END),
        },
    )
    plain = {key: value for key, value in _special(BEGIN).items() if key != "__type"}
    ended = {**plain, "content": END}
    _write(
        folder / "special_tokens_map.json",
        {"bos_token": plain, "eos_token": ended, "pad_token": pad, "unk_token": ended},
    )
    return len(vocabulary)


def write_one_file(folder: Path, *, merges: int = 700, length: int = 77) -> int:
    """A folder of newer tools: tokenizer.json and tokenizer_config.json. Returns the number of tokens."""
    source = starter_model() / "tokenizer"
    vocabulary, pairs = _vocabulary(merges)
    saved = json.loads((source / "tokenizer.json").read_text("utf-8"))
    saved["model"].update(vocab=vocabulary, merges=pairs)
    saved["truncation"]["max_length"] = saved["padding"]["strategy"]["Fixed"] = length
    saved["padding"]["pad_id"] = vocabulary[END]
    saved["added_tokens"] = [{**token, "id": vocabulary[token["content"]]} for token in saved["added_tokens"]]
    saved["post_processor"].update(sep=[END, vocabulary[END]], cls=[BEGIN, vocabulary[BEGIN]])
    config = json.loads((source / "tokenizer_config.json").read_text("utf-8"))
    folder.mkdir(parents=True)
    _write(folder / "tokenizer.json", saved)
    _write(folder / "tokenizer_config.json", {**config, "model_max_length": length, "max_length": length})
    return len(vocabulary)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
