"""CLIP's byte-pair encoding (Radford et al. 2021) from a tokenizer folder, with the small `tokenizers` library alone.

The rules around the vocabulary are CLIP's, fixed here and not taken from the folder, and special tokens are added in
the order in which transformers adds them, so the ids are those of its CLIPTokenizer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import BPE

from studio.errors import RefusedFile
from studio.models.json_file import read_json_object

FILE_MAXIMUM = 32_000_000
# CLIP's own length, for folders that do not say theirs.
DEFAULT_LENGTH, LONGEST = 77, 4096

_BEGIN, _END = "<|startoftext|>", "<|endoftext|>"
_DEFAULTS = {"bos_token": _BEGIN, "eos_token": _END, "unk_token": _END, "pad_token": _END}
_NAMES = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
_FLAGS = ("single_word", "lstrip", "rstrip")
_PIECES = r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"


@dataclass(frozen=True)
class ClipTokenizer:
    """A tokenizer, the ids of its begin and end tokens, and the number of places a text has, these two included."""

    tokenizer: Tokenizer
    begin: int
    end: int
    length: int


def open_clip_tokenizer(folder: Path) -> ClipTokenizer:
    """The tokenizer in the `tokenizer` folder of a model: tokenizer.json, or else vocab.json and merges.txt.

    Raises `RefusedFile` for files that are missing, too large, damaged, or of another kind of tokenizer.
    """
    try:
        return _open(folder)
    except (RefusedFile, KeyboardInterrupt):
        raise
    except Exception as problem:  # the library raises nothing narrower
        first_line = (str(problem) or type(problem).__name__).splitlines()[0][:200]
        raise RefusedFile(f"The tokenizer in {folder} cannot be used: {first_line}.") from None


def _open(folder: Path) -> ClipTokenizer:
    config = _optional(folder / "tokenizer_config.json")
    saved = _optional(folder / "tokenizer.json")
    if "added_tokens_decoder" not in config:
        # Older folders say their special tokens in a file beside the configuration.
        config = {**config, **_optional(folder / "special_tokens_map.json")}
    named = {name: _named_token(config.get(name) or _DEFAULTS.get(name)) for name in _NAMES}
    tokenizer = Tokenizer(_model(folder, saved, _content(named["unk_token"])))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_PIECES), behavior="removed", invert=True),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )
    added = [token for _, token in sorted(_added_tokens(folder, config, saved), key=lambda pair: pair[0])]
    known = {token.content for token in added}
    tokenizer.add_tokens(added + [token for token in named.values() if token and token.content not in known])
    begin, end = (tokenizer.token_to_id(_content(named[name])) for name in ("bos_token", "eos_token"))
    if begin is None or end is None:
        raise RefusedFile(f"The tokenizer in {folder} has no begin or no end token.")
    return ClipTokenizer(tokenizer, begin, end, _length(config))


def _optional(path: Path) -> dict[str, object]:
    return read_json_object(path, FILE_MAXIMUM) if path.exists() else {}


def _length(config: Mapping[str, object]) -> int:
    """Places of a text. Tokenizers without a limit say an absurdly large number."""
    value = config.get("model_max_length")
    return value if isinstance(value, int) and 2 < value <= LONGEST else DEFAULT_LENGTH


def _model(folder: Path, saved: Mapping[str, object], unknown: str) -> BPE:
    """The vocabulary and the merges, which a tokenizer.json holds as pairs or as texts with a space between."""
    rules = {"unk_token": unknown, "continuing_subword_prefix": "", "end_of_word_suffix": "</w>", "fuse_unk": False}
    if not saved:
        vocabulary, merges = folder / "vocab.json", folder / "merges.txt"
        for path in (vocabulary, merges):
            if not path.is_file() or path.stat().st_size > FILE_MAXIMUM:
                raise RefusedFile(f"The file '{path.name}' is missing in {folder}, or is too large.")
        return BPE.from_file(str(vocabulary), str(merges), **rules)
    model = saved.get("model")
    if not isinstance(model, dict) or model.get("type") != "BPE" or not {"vocab", "merges"} <= model.keys():
        raise RefusedFile(f"The tokenizer.json in {folder} is no byte-pair encoding of CLIP's kind.")
    split = (pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"])
    return BPE(vocab=model["vocab"], merges=[(first, second) for first, second in split], **rules)


def _added_tokens(
    folder: Path, config: Mapping[str, object], saved: Mapping[str, object]
) -> Iterator[tuple[int, AddedToken]]:
    """Tokens beside the vocabulary, with their ids: those of the configuration, or else those of the older files."""
    listed = config.get("added_tokens_decoder")
    if isinstance(listed, dict):
        yield from ((int(place), _token(token, special=bool(token.get("special")))) for place, token in listed.items())
        return
    special = {_content(_named_token(config.get(name))) for name in _NAMES}
    for content, place in _optional(folder / "added_tokens.json").items():
        yield int(str(place)), _token({"content": content}, special=content in special)
    more = saved.get("added_tokens")
    for token in more if isinstance(more, list) else ():
        yield int(token["id"]), _token(token, special=bool(token.get("special")))


def _named_token(value: object) -> AddedToken | None:
    """A token that has a part to play, given as a text or as an object."""
    if isinstance(value, dict):
        return _token({"normalized": "__type" in value, **value}, special=True)
    return _token({"content": value}, special=True) if isinstance(value, str) else None


def _token(value: Mapping[str, object], *, special: bool) -> AddedToken:
    flags = {flag: bool(value.get(flag, False)) for flag in _FLAGS}
    return AddedToken(
        str(value["content"]), normalized=bool(value.get("normalized", not special)), special=special, **flags
    )


def _content(token: AddedToken | None) -> str:
    return token.content if token else ""
