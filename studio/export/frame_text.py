"""What a picture of a step knows about itself: the recipe of its run, and which step it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import PIL.Image

from studio.export.metadata import BYTES_MAXIMUM, FORMAT_VERSION, REVERIE_KEY, Made
from studio.export.order import Order
from studio.job.recipe import Recipe


def clip_texts(order: Order, **said: Any) -> dict[str, str]:
    """The texts of a file that shows many frames: a recipe, what they show, and what is `said` besides."""
    return _texts(order, order.recipe, {**order.told_of(None, 1.0), **said})


def frame_texts(order: Order, number: int, gain: float, made: Made | None = None) -> dict[str, str]:
    """The texts of frame `number`, counted from 0; in the file it is counted from 1."""
    said = {"number": number + 1, "frames": len(order.plan.frames)}
    return _texts(order, order.recipe_of(number), {**order.told_of(number, gain), **said}, made)


def _texts(order: Order, recipe: Recipe, said: dict[str, Any], made: Made | None = None) -> dict[str, str]:
    frame = {"export": order.fingerprint, **said}
    data = {"format": FORMAT_VERSION, "recipe": json.loads(recipe.text()), "frame": frame}
    if made is not None:
        data["made"] = made.model_dump()
    text = _json(data)
    return {REVERIE_KEY: text if len(text.encode()) <= BYTES_MAXIMUM else _json({**data, "recipe": None})}


def read_frame(path: Path) -> dict[str, Any]:
    """What a PNG file says of the frame that it is; nothing for any other file."""
    try:
        with PIL.Image.open(path, formats=["PNG"]) as opened:
            said = json.loads(opened.info[REVERIE_KEY])["frame"]
    except Exception:  # not ours, or damaged: a decoder raises nearly anything on damaged data
        return {}
    return said if isinstance(said, dict) else {}


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
