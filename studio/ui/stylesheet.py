"""Expands the one style sheet of the window (`resources/style/reverie.qss`) from the tokens. No Qt.

The template is QSS with five words of its own: `@name` is a token's colour, `px(8)` a length at the UI scale,
`half(8)` the radius that makes such a length round, `half(8, 1)` the same with a border of 1 pixel around it,
`type(base)` a font size at the UI scale, `icon(name, token)` the address of a tinted icon.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path

from studio.ui import tokens as table
from studio.ui.svg import tinted
from studio.ui.tokens import Tokens

TYPE_SIZES = {
    "caption": table.TYPE_CAPTION,
    "secondary": table.TYPE_SECONDARY,
    "base": table.TYPE_BASE,
    "heading": table.TYPE_HEADING,
    "dialog": table.TYPE_DIALOG,
}


class IconFiles:
    """Tinted copies of icons as files, because sub-controls in a style sheet take only addresses of files."""

    def __init__(self, source: Path, target: Path) -> None:
        """Read icons from `source`, write tinted copies to `target`; both folders exist."""
        self._source = source
        self._target = target

    def address(self, name: str, colour: str) -> str:
        """The address of icon `name` in `colour`, written on first use. Raises `FileNotFoundError` for no such icon."""
        path = self._target / f"{name}-{colour.lstrip('#').lower()}.svg"
        if not path.exists():
            svg = (self._source / f"{name}.svg").read_text(encoding="utf-8")
            path.write_text(tinted(svg, colour), encoding="utf-8")
        return path.as_posix()


def expand(template: str, tokens: Tokens, scale: float, icons: IconFiles) -> str:
    """The style sheet for `tokens` at UI `scale` (1.0 = 100 %). Raises `KeyError` for an unknown token or size."""
    colours = {name: value for name, value in asdict(tokens).items() if isinstance(value, str)}
    text = re.sub(r"/\*.*?\*/", "", template, flags=re.DOTALL)
    text = re.sub(r"type\((\w+)\)", lambda m: f"{scaled(TYPE_SIZES[m[1]], scale)}px", text)
    text = re.sub(r"px\((-?\d+)\)", lambda m: f"{scaled(int(m[1]), scale)}px", text)
    # Never above the half: Qt draws a corner square when its radius does not fit.
    text = re.sub(
        r"half\((\d+)(?:, *(\d+))?\)", lambda m: f"{(scaled(int(m[1]), scale) + 2 * int(m[2] or 0)) // 2}px", text
    )
    text = re.sub(r"@(\w+)", lambda m: colours[m[1]], text)
    # Last, because an address may hold any character.
    return re.sub(r"icon\(([\w-]+), *(\w+)\)", lambda m: f'url("{icons.address(m[1], colours[m[2]])}")', text)


def scaled(length: int, scale: float) -> int:
    """`length` logical pixels at UI scale `scale`, in whole pixels; what is not 0 stays at least 1 pixel."""
    if length == 0:
        return 0
    whole = max(1, round(abs(length) * scale))
    return whole if length > 0 else -whole
