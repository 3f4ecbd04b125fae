"""What a picture of a step knows about itself: the recipe of its run, and which step it shows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import PIL.Image

from studio.export.metadata import BYTES_MAXIMUM, FORMAT_VERSION, REVERIE_KEY
from studio.export.order import ExportOrder
from studio.job.view import SIGNED_KINDS


def clip_texts(order: ExportOrder, **said: Any) -> dict[str, str]:
    """The texts of a file that shows steps of a run: its recipe, the view, and what is `said` besides."""
    frame = {"view": order.view, "steps": order.facts.steps, "export": order.fingerprint, **said}
    data = {"format": FORMAT_VERSION, "recipe": json.loads(order.recipe.text()), "frame": frame}
    text = _json(data)
    return {REVERIE_KEY: text if len(text.encode()) <= BYTES_MAXIMUM else _json({**data, "recipe": None})}


def frame_texts(order: ExportOrder, number: int, gain: float) -> dict[str, str]:
    """The texts of frame `number`, counted from 0; in the file it is counted from 1."""
    step, frames = order.plan.frames[number].step, len(order.plan.frames)
    said = {"step": step, "timestep": order.facts.levels[step].timestep, "number": number + 1, "frames": frames}
    return clip_texts(order, **said, **({"gain": gain} if order.view in SIGNED_KINDS else {}))


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
