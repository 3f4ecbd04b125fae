"""How brush and overlay were left, as plain data for the settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from studio.painting.brush import Brush
from studio.ui.canvas.mask_editor import MaskEditor


def brush_data(editor: MaskEditor) -> dict[str, Any]:
    """The brush in hand."""
    return asdict(editor.brush)


def overlay_data(editor: MaskEditor) -> dict[str, Any]:
    """How the mask is shown."""
    overlay = editor.layers.overlay
    return {"colour": overlay.colour, "opacity": overlay.opacity}


def take_up(editor: MaskEditor, brush: Mapping[str, Any], overlay: Mapping[str, Any]) -> None:
    """Have the editor as it was left. What is missing or not allowed stays as it is."""
    plain = asdict(Brush())
    wanted = {
        part.name: brush[part.name] for part in fields(Brush) if type(brush.get(part.name)) is type(plain[part.name])
    }
    try:
        editor.set_brush(Brush(**{**plain, **wanted}))
        colour, opacity = overlay.get("colour"), overlay.get("opacity")
        if isinstance(colour, str) and isinstance(opacity, float):
            editor.set_overlay(colour, opacity, True)
    except ValueError:  # written by another version, or by hand
        return
