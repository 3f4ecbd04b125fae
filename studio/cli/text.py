"""Text that comes from files and strangers, made safe to print: nothing in it can steer a terminal."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping

# Control, surrogate, line and paragraph separators, and invisible formatting, which can reorder what is read.
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# The joiners within emoji and within the words of some languages.
_HARMLESS = frozenset({"\u200c", "\u200d"})


def printable(text: str) -> str:
    """`text` in one line, with every character that is not seen written as an escape such as \\x1b or \\u202e."""
    return "".join(_escaped(character) if _is_hidden(character) else character for character in text)


def json_line(data: Mapping[str, object]) -> str:
    """`data` as one line of JSON in ASCII alone, so that any locale and any terminal can carry it."""
    return json.dumps(data, allow_nan=False).replace("\x7f", "\\u007f")


def _is_hidden(character: str) -> bool:
    if " " <= character <= "~" or character in _HARMLESS:
        return False
    return unicodedata.category(character) in _HIDDEN_CATEGORIES


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
