"""Tinting of the icon set. Qt paints `currentColor` black, so the colour is written into the text first."""

from __future__ import annotations


def tinted(svg: str, colour: str) -> str:
    """The SVG text with `currentColor` replaced by `colour` ("#RRGGBB")."""
    return svg.replace("currentColor", colour)
