"""What can be chosen for an export, in words, and the texts of its fields as values. Needs no widget."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication

from studio.errors import InvalidField
from studio.export.frame_look import Crop, Enlargement, FrameLook
from studio.export.order import FormatName, steps_of
from studio.export.sequence import Pace
from studio.job.view import VIEW_KINDS, ViewKind

Choice = tuple[str, str, str]
Size = tuple[int, int]

FACTORS = (1, 2, 3, 4, 6, 8)
BOXES = ((1080, 1080), (1920, 1080))
_CROP = re.compile(r"\s*" + r"\s*[,; ]\s*".join([r"(\d{1,6})"] * 4) + r"\s*", re.ASCII)


@dataclass(frozen=True)
class ExportChoices:
    """What the form of an export holds, so that the next one can begin with it."""

    format: FormatName = "mp4"
    view: ViewKind = "x0"
    pace: Pace = field(default_factory=Pace)
    look: FrameLook = field(default_factory=FrameLook)
    lossless: bool = False


def _tr(text: str) -> str:
    return QCoreApplication.translate("ExportForm", text)


def views(kept: Sequence[int]) -> list[Choice]:
    """The views that exist if these steps are kept."""
    told = {
        "x0": _tr("The picture each step expected."),
        "x": _tr("The state itself, noise and all."),
        "eps": _tr("The noise each step saw, amplified."),
        "guidance": _tr("What guidance changed, with one network call a step."),
        "change": _tr("What became of x0 since the step before, amplified."),
    }
    return [(kind, kind, told[kind]) for kind in VIEW_KINDS if steps_of(kind, kept)]


def formats() -> list[Choice]:
    """The kinds of files."""
    return [
        ("mp4", _tr("MP4"), _tr("A video that plays everywhere. Small.")),
        ("gif", _tr("GIF"), _tr("An animation that plays everywhere, in 256 colours.")),
        ("apng", _tr("APNG"), _tr("An animation for browsers. Every pixel is kept.")),
        ("webp", _tr("WebP"), _tr("An animation for browsers. Small, or without loss.")),
        ("png", _tr("PNG sequence"), _tr("A folder of numbered pictures, each with its recipe.")),
        ("sheet", _tr("Contact sheet"), _tr("One picture with all steps and their numbers.")),
    ]


def timings() -> list[Choice]:
    """How steps become time."""
    return [
        ("step", _tr("By step"), _tr("Each recorded step once.")),
        ("sigma", _tr("By sigma"), _tr("As many frames, evenly spaced in sigma.")),
        ("logsnr", _tr("By log-SNR"), _tr("As many frames, evenly spaced in log-SNR.")),
    ]


def caption_places() -> list[Choice]:
    """Where captions stand."""
    return [
        ("none", _tr("None"), ""),
        ("below", _tr("Below the picture"), _tr("On a band of their own.")),
        ("over", _tr("Over the picture"), _tr("On a dark plate in its corner.")),
    ]


def methods() -> list[Choice]:
    """How pictures are enlarged."""
    return [
        ("nearest", _tr("Sharp"), _tr("Nearest: every pixel stays a square.")),
        ("lanczos", _tr("Smooth"), _tr("Lanczos: pixels are blended.")),
    ]


def enlargements(size: Size, largest: int) -> list[Choice]:
    """How much a picture of `size` can be enlarged without a side beyond `largest`."""
    found = []
    for factor in FACTORS:
        made = (size[0] * factor, size[1] * factor)
        if factor == 1 or max(made) <= largest:
            found.append((str(factor), f"{factor}×", f"{made[0]} × {made[1]}"))
    for box in BOXES:
        scale = min(box[0] / size[0], box[1] / size[1])
        if scale > 1:
            made = (round(size[0] * scale), round(size[1] * scale))
            title = _tr("Fit {width} × {height}").format(width=box[0], height=box[1])
            found.append((f"{box[0]}x{box[1]}", title, f"{made[0]} × {made[1]}"))
    return found


def enlargement_value(enlargement: Enlargement) -> str:
    """The choice that stands for an enlargement."""
    into = enlargement.into
    return f"{into[0]}x{into[1]}" if into else str(enlargement.factor)


def read_enlargement(value: str) -> Enlargement:
    """The enlargement that a choice stands for."""
    if "x" in value:
        width, height = value.split("x")
        return Enlargement(into=(int(width), int(height)))
    return Enlargement(int(value))


def crop_text(crop: Crop | None) -> str:
    """A crop as it is written; "" for none."""
    return "" if crop is None else f"{crop.x}, {crop.y}, {crop.width}, {crop.height}"


def read_crop(text: str, size: Size) -> Crop | None:
    """The crop that is written, None for nothing. Raises `InvalidField` for one that a picture of `size` has not."""
    if not text.strip():
        return None
    found = _CROP.fullmatch(text)
    if found is None:
        raise InvalidField("crop", _tr("Write x, y, width and height in pixels, such as 0, 0, 64, 64."))
    crop = Crop(*(int(number) for number in found.groups()))
    crop.check(size)
    return crop


def bytes_text(count: int) -> str:
    """A number of bytes for reading: 850 kB, 1.1 MB."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB" if count < 1_000_000_000 else f"{count / 1_000_000_000:.1f} GB"
