"""Names for picture files: short, readable, and legal everywhere whatever the prompt says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

from studio.job.recipe import Recipe

SUFFIX = ".png"
UNTITLED = "untitled"
# Most systems allow 255 bytes; some copy a file with a few characters more.
BYTES_MAXIMUM = 240
SUBJECT_LENGTH = 40
# Names that Windows gives to devices, in every folder and with every suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE)
_ILLEGAL = re.compile(r'[<>:"/\\|?*]')
_INVISIBLE = ("C", "Zl", "Zp")
_IN_WORDS = ("L", "M", "N")


def picture_names(recipe: Recipe) -> Iterator[str]:
    """Names for the picture of `recipe`, best first: red-apple-7.png, red-apple-7-2.png, red-apple-7-3.png, …"""
    stem = f"{subject(recipe.prompt)}-{recipe.seed}"
    yield clean_name(stem, SUFFIX)
    for number in count(2):
        yield clean_name(stem, f"-{number}{SUFFIX}")


def subject(prompt: str) -> str:
    """The first part of the prompt that says something, as words joined by hyphens, at most 40 characters."""
    whole = re.sub("['’]", "", unicodedata.normalize("NFC", prompt).lower())
    for part in re.split(r"[,.;:!?()\n|]", whole):
        spaced = "".join(c if unicodedata.category(c).startswith(_IN_WORDS) else " " for c in part)
        if words := [word for word in spaced.split() if any(c.isalnum() for c in word)]:
            return _shortened(words)
    return UNTITLED


def _shortened(words: list[str]) -> str:
    """As many words as fit; one is cut only if it is the first."""
    kept = words[0][:SUBJECT_LENGTH]
    for word in words[1:]:
        if len(kept) + 1 + len(word) > SUBJECT_LENGTH:
            break
        kept = f"{kept}-{word}"
    return kept


def clean_name(stem: str, suffix: str) -> str:
    """A file name of at most 240 bytes that any system accepts, ending in `suffix`; letters of all scripts stay.

    No folder, no drive, no device of Windows, nothing invisible; no dot or hyphen first, no dot or space last.
    """
    visible = "".join(c for c in unicodedata.normalize("NFC", stem) if not _is_invisible(c))
    legal = _ILLEGAL.sub("-", visible).lstrip(" .-")
    room = BYTES_MAXIMUM - len(suffix.encode()) - 1
    short = legal.encode()[:room].decode(errors="ignore").rstrip(" .") or UNTITLED
    return f"_{short}{suffix}" if _DEVICES.fullmatch(short) else f"{short}{suffix}"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character).startswith(_INVISIBLE)
