"""Keys and easings in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication

from studio.job.code import FromSeed
from studio.job.track import Key
from studio.ui.codes.blend_words import blend_words


def key_name(key: Key, name_of: Callable[[str], str]) -> str:
    """Where a key comes from; `name_of(code)` tells what a code is called."""
    if isinstance(key.end, FromSeed):
        return _tr("seed {seed}").format(seed=key.end.seed)
    return name_of(key.end.code)


def label(keys: Sequence[Key], number: int, name_of: Callable[[str], str]) -> str:
    """What a key is called on the track: by its words where the keys differ in them, else by where it comes from."""
    name = key_name(keys[number], name_of)
    if len({(key.prompt, key.blend) for key in keys}) == 1:
        return name
    parts = [part.model_copy(update={"prompt": _first_words(part.prompt)}) for part in keys[number].blend]
    words = blend_words(parts) if parts else _first_words(keys[number].prompt)
    return f"{words}, {name}" if words else name


def _first_words(prompt: str) -> str:
    return prompt.split(",")[0].strip()


def easing_words(name: str) -> str:
    """What an easing is called."""
    words = {
        "linear": _tr("linear"),
        "smooth": _tr("smooth"),
        "ease-in": _tr("ease in"),
        "ease-out": _tr("ease out"),
    }
    return words.get(name, name)


def corner_words(number: int) -> str:
    """Where on a sheet a key lies."""
    corners = (_tr("upper left"), _tr("upper right"), _tr("lower left"), _tr("lower right"))
    return corners[number] if number < len(corners) else _tr("not on the sheet")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Track", text)
