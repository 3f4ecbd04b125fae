"""The flags of `reverie interpolate`: keys, and how frames lie between them."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from studio.cli import values
from studio.cli.code_names import is_file, is_seed, named_code
from studio.cli.painting import Painting
from studio.cli.picture_keys import GivenEnd, PictureEnd
from studio.errors import InvalidField
from studio.export.order import FORMATS
from studio.export.picture_file import read_picture
from studio.export.sequence import FPS_MAXIMUM, FPS_MINIMUM
from studio.job.code import REFINE_MAXIMUM, CodeFacts, FromCode, FromSeed, Method
from studio.job.recipe import SEED_MAXIMUM, Guidance, Recipe, checked
from studio.job.track import FRAMES_MAXIMUM, Key, Segment, Track, segment_count, shared_out
from studio.sampling.easing import EASINGS

if TYPE_CHECKING:
    from studio.trajectory.code_store import CodeStore

FRAMES = 48
METHODS: tuple[str, ...] = get_args(Method)
PICTURES = (".png", ".jpg", ".jpeg", ".webp")
_SHEET = re.compile(r"\s*(\d{1,4})\s*[x×*]\s*(\d{1,4})\s*", re.IGNORECASE | re.ASCII)
_SHOWN = 60


def add_track_flags(parser: ArgumentParser) -> None:
    """The keys, the frames between them, and what they are written as."""
    _add_key_flags(parser)
    parser.add_argument(
        "--frames", type=values.bounded("frames", "Frames", 2, FRAMES_MAXIMUM), metavar="N",
        help=f"how many in all, the keys among them; default: {FRAMES}",
    )  # fmt: skip
    parser.add_argument(
        "--segment-frames", type=_counts, metavar="N,N,...",
        help="how many from each key to the next, that key not counted, in the place of --frames",
    )  # fmt: skip
    parser.add_argument(
        "--easing", action="append", metavar="NAME",
        help=f"{', '.join(EASINGS)}: once for all, or once from each key to the next; default: linear",
    )  # fmt: skip
    parser.add_argument("--method", default="slerp", metavar="NAME", help=f"{' or '.join(METHODS)}; default: slerp")
    parser.add_argument("--loop", action="store_true", help="lead from the last key back to the first")
    parser.add_argument(
        "--even", nargs="?", const="pixels", metavar="pixels|latent",
        help="make the visible change from frame to frame even, as measured there; without a word in pixels",
    )  # fmt: skip
    parser.add_argument(
        "--sheet", type=_sheet, metavar="ROWSxCOLUMNS", help="no walk but a sheet whose corners are the four keys"
    )
    parser.add_argument(
        "--format", metavar="NAME", help=f"{', '.join(FORMATS)}; default: as --out ends, else mp4; of --sheet: sheet"
    )
    parser.add_argument(
        "--fps", type=values.number("fps", "Frames a second", FPS_MINIMUM, FPS_MAXIMUM), default=12.0, metavar="N",
        help=f"frames a second, {FPS_MINIMUM:g} to {FPS_MAXIMUM:g}; default: 12",
    )  # fmt: skip
    parser.add_argument("--out", metavar="FILE|FOLDER", help="where to save; see below")


def _add_key_flags(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--key", type=values.text("key", "Key"), action="append", required=True, metavar="SEED|CODE|PICTURE",
        help="where the walk begins, passes by and ends; twice or more often, in order",
    )  # fmt: skip
    for flag, title, metavar in (("prompt", "Key prompt", "TEXT"), ("negative", "Key negative", "TEXT")):
        parser.add_argument(
            f"--key-{flag}", type=values.text(f"key_{flag}", title), action="append", metavar=metavar,
            help=f"that of each key, in the order of the keys; default: --{flag} for all",
        )  # fmt: skip
    parser.add_argument(
        "--key-guidance", type=values.number("key_guidance", "Key guidance"), action="append", metavar="S",
        help="that of each key, in the order of the keys; default: --guidance for all",
    )  # fmt: skip
    parser.add_argument(
        "--refine", type=values.bounded("refine", "Refine", 0, REFINE_MAXIMUM), metavar="N",
        help=f"of keys that are pictures: how often each step of the inversion is repeated, 0 to {REFINE_MAXIMUM}",
    )  # fmt: skip


def read_ends(words: Sequence[str], codes: CodeStore) -> tuple[GivenEnd, ...]:
    """What the keys name; pictures are read. Codes that are files are kept in `codes`.

    Raises `InvalidField` and `RefusedFile`.
    """
    return tuple(_end(word, codes) for word in words)


def prepare(flags: Namespace, ends: Sequence[GivenEnd], codes: CodeStore) -> None:
    """Give the flags of the recipe that were left out what the keys say: the first seed, the size of a code or else of
    a picture. Raises `InvalidField`.
    """
    if flags.count != 1:
        raise InvalidField("count", "Interpolating takes no count: --frames says how many pictures are made.")
    if flags.prompt is None:
        if not flags.key_prompt:
            raise InvalidField(
                "prompt", "--prompt is missing. Give it for all keys, or --key-prompt once for each key."
            )
        flags.prompt = flags.key_prompt[0]
    if flags.seed is None:  # never drawn: the same command again is to make the same frames
        flags.seed = next((end.seed for end in ends if isinstance(end, FromSeed)), 0)
    if flags.size is None:
        facts: CodeFacts | None = next((codes.find(end.code).facts for end in ends if isinstance(end, FromCode)), None)
        picture = next((end for end in ends if isinstance(end, PictureEnd)), None)
        if facts is not None:
            flags.size = facts.width, facts.height
        elif picture is not None:
            flags.size = picture.size


def read_keys(flags: Namespace, ends: Sequence[FromSeed | FromCode]) -> tuple[Key, ...]:
    """The keys with their prompts and guidance. Raises `InvalidField`."""
    prompts = _each(flags, "key_prompt", flags.prompt, len(ends))
    negatives = _each(flags, "key_negative", flags.negative, len(ends))
    scales = [checked(Guidance, scale=scale).scale for scale in _each(flags, "key_guidance", flags.guidance, len(ends))]
    return tuple(Key(*parts) for parts in zip(ends, prompts, negatives, scales, strict=True))


def read_track(flags: Namespace, base: Recipe, keys: tuple[Key, ...]) -> Track:
    """The walk that the flags describe. Raises `InvalidField`."""
    if len(keys) < 2:
        raise InvalidField("key", "Interpolating needs two keys or more. Give --key once for each.")
    if flags.even is not None and flags.easing is not None:
        raise InvalidField("easing", "Even spacing sets the pace itself. Leave out --easing, or --even.")
    frames = _frames(flags, len(keys))
    easings = _easings(flags.easing or ["linear"], segment_count(len(keys), loop=flags.loop))
    segments = tuple(Segment(count, easing) for count, easing in zip(frames, easings, strict=True))
    return Track(base, keys, segments, read_method(flags), flags.loop)


def read_method(flags: Namespace) -> Any:
    """How codes are joined. Raises `InvalidField`."""
    if flags.method not in METHODS:
        raise InvalidField(
            "method", f"Method '{flags.method[:_SHOWN]}' is not known. Use one of: {', '.join(METHODS)}."
        )
    return flags.method


def check_sheet(flags: Namespace) -> None:
    """Raise `InvalidField` for flags of a walk that a sheet has no use for."""
    for name in ("frames", "segment_frames", "easing", "even", "loop"):
        if getattr(flags, name) not in (None, False):
            flag = name.replace("_", "-")
            raise InvalidField(name, f"A sheet of four keys takes no --{flag}: it has rows and columns.")


def _end(word: str, codes: CodeStore) -> GivenEnd:
    if is_seed(word):
        if int(word) > SEED_MAXIMUM:
            raise InvalidField("key", f"Key {word} is out of range for a seed. Use 0 to {SEED_MAXIMUM}.")
        return FromSeed(seed=int(word))
    path = Path(word).expanduser()
    if path.suffix.lower() in PICTURES:
        picture = read_picture(path)
        return PictureEnd(path, Painting(picture.image, notes=picture.problems))
    try:
        code = named_code(word, codes)
    except InvalidField as problem:
        shown = word[:_SHOWN]
        raise InvalidField("key", f"Key '{shown}' is no seed and no picture. {problem.sentence}") from None
    return FromCode(code=codes.keep(code) if is_file(word) else code.id)


def _frames(flags: Namespace, keys: int) -> tuple[int, ...]:
    """How many frames lead from each key to the next. Raises `InvalidField`."""
    own: tuple[int, ...] | None = flags.segment_frames
    if own is None:
        return shared_out(FRAMES if flags.frames is None else flags.frames, keys, loop=flags.loop)
    if flags.frames is not None:
        raise InvalidField("segment_frames", "--frames and --segment-frames both say how many. Give one of them.")
    if flags.even is not None:
        raise InvalidField("segment_frames", "Even spacing shares the frames out itself. Use --frames for how many.")
    segments = segment_count(keys, loop=flags.loop)
    if len(own) != segments:
        raise InvalidField(
            "segment_frames",
            f"--segment-frames has {len(own)} numbers, but {segments} are needed: one from each key to the next.",
        )
    return own


def _counts(text: str) -> tuple[int, ...]:
    read = values.bounded("segment_frames", "Segment frames", 1, FRAMES_MAXIMUM)
    return tuple(read(part) for part in text.split(","))


def _each(flags: Namespace, name: str, usual: Any, count: int) -> list[Any]:
    """A value for each key. Raises `InvalidField` where there are more or fewer than keys."""
    given = getattr(flags, name)
    if given is None:
        return [usual] * count
    if len(given) != count:
        flag = "--" + name.replace("_", "-")
        raise InvalidField(name, f"{flag} is given {len(given)} times for {count} keys. Give it once for each key.")
    return list(given)


def _easings(given: Sequence[str], segments: int) -> list[str]:
    for name in given:
        if name not in EASINGS:
            raise InvalidField("easing", f"Easing '{name[:_SHOWN]}' is not known. Use one of: {', '.join(EASINGS)}.")
    if len(given) not in (1, segments):
        raise InvalidField(
            "easing",
            f"Easing is given {len(given)} times. Give it once, or {segments} times: from each key to the next.",
        )
    return list(given) * (segments if len(given) == 1 else 1)


def _sheet(text: str) -> tuple[int, int]:
    found = _SHEET.fullmatch(text)
    if found is None:
        raise InvalidField("sheet", f"Sheet '{text[:_SHOWN]}' is not readable. Write ROWSxCOLUMNS, such as 5x5.")
    return int(found[1]), int(found[2])
