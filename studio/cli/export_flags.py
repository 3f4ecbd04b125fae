"""The flags of `reverie export`, from words to an order."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from studio.cli import values
from studio.errors import InvalidField
from studio.export.frame_look import ENLARGE_METHODS, FACTOR_MAXIMUM, Crop, Enlargement, FrameLook
from studio.export.order import FORMATS, ExportOrder, FormatName, check_format
from studio.export.sequence import FPS_MAXIMUM, FPS_MINIMUM, HOLD_MAXIMUM, TIMINGS, Pace, Timing
from studio.job.view import VIEW_KINDS, ViewKind

if TYPE_CHECKING:
    from studio.job.facts import TrajectoryFacts

DEFAULT_FORMAT: FormatName = "mp4"
HOLD_SECONDS = 1.0
_CROP = re.compile(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(\d{1,6})\s*", re.ASCII)
_BOX = re.compile(r"\s*(\d{1,6})\s*[x×*]\s*(\d{1,6})\s*", re.IGNORECASE | re.ASCII)


def add_export_flags(parser: ArgumentParser) -> None:
    """What is exported, as what, how fast, and how it looks."""
    parser.add_argument("--view", default="x0", metavar="NAME", help=f"{', '.join(VIEW_KINDS)}; default: x0")
    parser.add_argument(
        "--format", metavar="NAME", help=f"{', '.join(FORMATS)}; default: as --out ends, else {DEFAULT_FORMAT}"
    )
    parser.add_argument("--timing", default="step", metavar="NAME", help=f"{', '.join(TIMINGS)}; default: step")
    parser.add_argument(
        "--fps", type=values.number("fps", "Frames a second", FPS_MINIMUM, FPS_MAXIMUM), default=12.0, metavar="N",
        help=f"frames a second, {FPS_MINIMUM:g} to {FPS_MAXIMUM:g}; default: 12",
    )  # fmt: skip
    parser.add_argument(
        "--hold", type=values.number("hold", "Hold", 0.0, HOLD_MAXIMUM), nargs="?", const=HOLD_SECONDS, default=0.0,
        metavar="SECONDS", help=f"rest so long at the first and the last frame; without a number {HOLD_SECONDS:g}",
    )  # fmt: skip
    parser.add_argument("--boomerang", action="store_true", help="run there and back again")
    parser.add_argument("--once", action="store_true", help="stop at the end; usually the clip begins again")
    parser.add_argument("--lossless", action="store_true", help="keep every pixel of a WebP as it is")
    parser.add_argument(
        "--captions", nargs="?", const="below", default="none", metavar="below|over",
        help="write view, step and t to each frame; without a word below the picture",
    )  # fmt: skip
    parser.add_argument(
        "--enlarge", type=_enlarge, default=(1, None), metavar="N|WxH",
        help=f"N times as large (1 to {FACTOR_MAXIMUM}), or as fits into WxH pixels",
    )  # fmt: skip
    parser.add_argument(
        "--enlarge-with", default="nearest", metavar="NAME", help=f"{' or '.join(ENLARGE_METHODS)}; default: nearest"
    )
    parser.add_argument(
        "--crop", type=_crop, metavar="X,Y,W,H", help="only this part of the picture, in its pixels from the upper left"
    )
    parser.add_argument("--out", metavar="FILE|FOLDER", help="where to save; see below")


def read_order(flags: Namespace, facts: TrajectoryFacts) -> ExportOrder:
    """The order that the flags describe. Looks at the disk and changes nothing. Raises `InvalidField`."""
    name = read_format(flags)
    factor, into = flags.enlarge
    return ExportOrder(
        facts,
        read_target(flags.out, name, _usual(flags, name)),
        name,
        cast(ViewKind, flags.view),
        Pace(cast(Timing, flags.timing), flags.fps, flags.hold, flags.boomerang, not flags.once),
        FrameLook(flags.crop, Enlargement(factor, into, flags.enlarge_with), flags.captions),
        flags.lossless,
    )


def read_format(flags: Namespace) -> FormatName:
    """The format that is asked for, or the one that the name of the file tells. Raises `InvalidField`."""
    if flags.format is not None:
        check_format(flags.format, flags.fps)
        return cast(FormatName, flags.format)
    suffix = Path(flags.out or "").suffix.lower()
    named = [name for name, kind in FORMATS.items() if suffix and kind.suffix == suffix]
    return named[0] if named else DEFAULT_FORMAT


def read_target(out: str | None, name: FormatName, usual: Path) -> Path:
    """Where frames go: `usual` unless the user says otherwise. A folder that exists gets a file of that name.

    A sequence is a folder. Raises `InvalidField`.
    """
    if out is not None and (not out or "\0" in out):
        raise InvalidField("out", "Out is empty. Give a file or a folder.")
    if out is None:
        return usual
    path = Path(os.path.abspath(os.path.expanduser(out)))
    if name == "png":
        return path
    if path.is_dir() or out.endswith(("/", os.sep)):
        return path / usual.name
    suffix = suffix_of(name)
    allowed = {suffix, ".png"} if name == "apng" else {suffix}
    if path.suffix.lower() not in allowed:
        raise InvalidField(
            "out", f"Out '{path.name[:60]}' must end in {suffix} for the format {name}, or be a folder that exists."
        )
    return path


def suffix_of(name: FormatName) -> str:
    """How files of a format end; nothing for a format that is not known, which the order refuses."""
    return FORMATS[name].suffix if name in FORMATS else ""


def _usual(flags: Namespace, name: FormatName) -> Path:
    """Beside the picture, named after picture and view."""
    picture = Path(os.path.abspath(flags.picture))
    return picture.with_name(f"{picture.stem}-{flags.view}{'-sheet' if name == 'sheet' else ''}{suffix_of(name)}")


def _enlarge(text: str) -> tuple[int, tuple[int, int] | None]:
    """A whole factor, or a box of pixels."""
    box = _BOX.fullmatch(text)
    if box is not None:
        return 1, (int(box[1]), int(box[2]))
    return values.bounded("enlarge", "Enlarge", 1, FACTOR_MAXIMUM)(text), None


def _crop(text: str) -> Crop:
    found = _CROP.fullmatch(text)
    if found is None:
        raise InvalidField(
            "crop", f"Crop '{text[:40]}' is not readable. Write X,Y,WIDTH,HEIGHT in pixels, such as 0,0,64,64."
        )
    return Crop(*(int(number) for number in found.groups()))
