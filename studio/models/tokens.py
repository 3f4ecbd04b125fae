"""Counting a prompt's tokens while it is typed, and saying what a model will not read of it.

Needs neither torch nor transformers, so the window can count before they are loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Encoding

from studio.models.clip_tokenizer import ClipTokenizer, open_clip_tokenizer

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_EXCERPT = 24


@dataclass(frozen=True)
class TokenCount:
    """How much of a prompt a model reads.

    Only the user's own tokens count: the begin and end tokens around them are in neither number, so a model of 77
    places has a `limit` of 75. `used` may be above it; then `cut_from` is the place in the text (in characters) of the
    first thing that is not read, `cut_text` is the text from there on, and `last_kept_word` is the last word before it
    that is read as a whole. Otherwise these are None and empty.
    """

    used: int
    limit: int
    cut_from: int | None = None
    last_kept_word: str = ""
    cut_text: str = ""


class PromptTokens:
    """The tokenizer of one model, cheap enough to ask at every key press."""

    def __init__(self, clip: ClipTokenizer) -> None:
        self._clip = clip

    @classmethod
    def open(cls, tokenizer_folder: Path) -> PromptTokens:
        """The tokenizer of a model's `tokenizer` folder. Raises `RefusedFile` for one that cannot be used."""
        return cls(open_clip_tokenizer(tokenizer_folder))

    @property
    def limit(self) -> int:
        """Tokens of the user's that the model reads at most."""
        return self._clip.length - 2

    def ids(self, text: str) -> tuple[int, ...]:
        """What the model reads: the begin token, the tokens of `text` up to the limit, the end token."""
        return (self._clip.begin, *self._encode(text).ids[: self.limit], self._clip.end)

    def read(self, text: str) -> TokenCount:
        """Count the tokens of `text` and find where the model stops reading."""
        encoding = self._encode(text)
        used = len(encoding.ids)
        if used <= self.limit:
            return TokenCount(used, self.limit)
        cut = encoding.offsets[self.limit][0]
        return TokenCount(used, self.limit, cut, _last_word(text, cut), text[cut:])

    def _encode(self, text: str) -> Encoding:
        # Half a surrogate pair, which can stand in a text field for a moment, has no bytes to encode.
        whole = text.encode("utf-8", "replace").decode("utf-8")
        return self._clip.tokenizer.encode(whole, add_special_tokens=False)


def _last_word(text: str, end: int) -> str:
    """The last whole word before `end`; in writing without spaces, the last characters before it."""
    words = [match.group() for match in _WORD.finditer(text) if match.end() <= end]
    return words[-1] if words else text[:end].strip()[-_EXCERPT:]
