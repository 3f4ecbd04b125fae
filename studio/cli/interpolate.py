"""`reverie interpolate`: the walk from code to code, as a clip, a sequence or a sheet."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from studio.cli.command import Command, Session
from studio.cli.event_data import event_data
from studio.cli.export_flags import read_format, read_target, suffix_of
from studio.cli.export_reporter import ExportReporter
from studio.cli.generate import check_grid
from studio.cli.picture_keys import KeyInverter, PictureKey, picture_keys, stand_ins, with_codes
from studio.cli.recipe_flags import add_recipe_flags, recipes
from studio.cli.track_flags import (
    add_track_flags,
    check_sheet,
    prepare,
    read_ends,
    read_keys,
    read_method,
    read_track,
)
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import CancelRequested, InvalidField
from studio.export.frames_order import FramesOrder
from studio.export.metadata import made_of
from studio.export.run_export import FrameMaker, NewFrame, write_frames
from studio.generation.frames import frames, sheet
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, Finished, JobEvent, JobId
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe
from studio.job.track import FrameEvent, FrameReady, Key, Track
from studio.library.naming import clean_name, picture_names
from studio.plugin.home import known_methods

if TYPE_CHECKING:
    from studio.generation.services import Services

JOB: JobId = 1
MEASURING = "{desc} {percentage:3.0f}%|{bar}| look {n_fmt} of {total_fmt} at most"

EPILOG = """\
A key is a seed, a code (its .code.safetensors file, its name, or its id, of which the first digits will do), or a
picture. A number is a seed; a code that is called by a number is named by its id. A picture is inverted
first, with the prompt and guidance of its key and the steps and spacing of the walk, and it is told how near its code
comes to it; --key-guidance 1 or --refine 3 come nearer than guidance alone. Its code is kept, and the same picture is
not inverted twice. The frame of a key is the very picture that the key gives alone; between keys the codes, the
prompts' conditionings and the guidance are mixed. With --loop the walk ends one frame before it would begin again.

--sheet 5x5 takes four keys as corners: upper left, upper right, lower left, lower right.

--format png makes --out a folder that holds exactly the frames, each with its own recipe; it must be new, empty, or
hold a part of the same walk. All others make a file; no file is ever replaced, a name that is taken gets a number.
Without --out it goes to the pictures folder of the window.

Ctrl+C cancels and keeps the frames that are whole; the same command again goes on with them.
Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.

examples:
  reverie interpolate --prompt "red apple, 3d style" --key 7 --key 8 --key 9 --loop --frames 48 --out apples.gif
  reverie interpolate --key 7 --key 7 --key-prompt "red apple" --key-prompt "lemon" --even --out lemon.mp4
  reverie interpolate --prompt "red apple" --guidance 1 --key photo.png --key 7 --out from-a-photo.mp4
  reverie interpolate --prompt "red apple" --key 1 --key 2 --key 3 --key 4 --sheet 5x5 --out sheet.png"""


def _configure(parser: ArgumentParser) -> None:
    add_track_flags(parser)
    add_recipe_flags(parser, known_methods(), prompt_required=False)
    parser.add_argument(
        "--model", default="starter", metavar="NAME|FOLDER", help="default: starter; see 'reverie models'"
    )
    add_placement_flags(parser)
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON, and nothing else")


def _run(flags: Namespace, session: Session) -> int:
    workplace = Workplace(session.console)
    base, keys, pictures = _read(flags, workplace)
    track, wanted = _planned(flags, base, keys)
    order = _order(flags, workplace, wanted)
    with session.interruptions.cancelling() as token:
        services = workplace.services(workplace.placement(flags), PreviewSettings("off"))
        if pictures:
            found = KeyInverter(session, workplace, services, token, as_json=flags.json).codes(pictures)
            track, wanted = _planned(flags, base, with_codes(keys, found))
            order = replace(order, recipes=wanted)
        if track is not None and flags.even is not None:
            order = replace(order, recipes=_even(track, flags, session, services, token))
        if flags.out is None and order.format == "png":
            from studio.export.frame_folder import free_folder

            order = replace(order, target=free_folder(order))
        reporter = ExportReporter(session, as_json=flags.json)
        teller = _Teller(session, as_json=flags.json)
        try:
            return reporter.tell_all(order, write_frames(JOB, order, _maker(order, services, token, teller), token))
        finally:
            reporter.close()


def _read(flags: Namespace, workplace: Workplace) -> tuple[Recipe, tuple[Key, ...], list[PictureKey]]:
    """What the keys share, the keys, and those that are pictures: seeds stand in their place until they are inverted.

    Raises `InvalidField` and `RefusedFile`.
    """
    methods = known_methods()
    entry = workplace.catalog.get(flags.model, allow_path=True)
    codes = workplace.codes()
    ends = read_ends(flags.key, codes)
    prepare(flags, ends, codes)
    base = recipes(flags, methods, entry.name, entry.native_size)[0]
    check_grid(base, entry, methods)
    keys = read_keys(flags, stand_ins(ends))
    return base, keys, picture_keys(flags, ends, keys, base)


def _planned(flags: Namespace, base: Recipe, keys: tuple[Key, ...]) -> tuple[Track | None, tuple[Recipe, ...]]:
    """The track, None for a sheet, and the recipes of the frames. Raises `InvalidField`."""
    if flags.sheet is not None:
        check_sheet(flags)
        rows, columns = flags.sheet
        return None, sheet(base, keys, rows, columns, read_method(flags))
    track = read_track(flags, base, keys)
    return track, frames(track)


def _order(flags: Namespace, workplace: Workplace, wanted: tuple[Recipe, ...]) -> FramesOrder:
    """Where the frames go and as what. Raises `InvalidField`."""
    if flags.sheet is None:
        name = read_format(flags)
    else:
        name = "sheet" if flags.format is None else read_format(flags)
        if name not in ("sheet", "png"):
            raise InvalidField(
                "format", "A sheet of four keys is no clip. Use the format sheet, or png for its pictures."
            )
    stem = Path(next(picture_names(wanted[0]))).stem
    usual = workplace.pictures / clean_name(
        f"{stem}-{'sheet' if name == 'sheet' else 'interpolation'}", suffix_of(name)
    )
    columns = None if flags.sheet is None else flags.sheet[1]
    return FramesOrder(read_target(flags.out, name, usual), wanted, name, flags.fps, columns)


def _even(
    track: Track, flags: Namespace, session: Session, services: Services, token: CancelToken
) -> tuple[Recipe, ...]:
    """The frames placed evenly."""
    from studio.generation.even import even_spacing

    console = session.console
    with tqdm(
        desc="Measuring the change", file=console.err, bar_format=MEASURING, leave=False, dynamic_ncols=True,
        disable=flags.json or not console.on_terminal,
    ) as bar:  # fmt: skip

        def told(done: int, at_most: int) -> None:
            bar.total = at_most
            bar.update(done - bar.n)

        return frames(even_spacing(track, services, token, flags.even, told=told).track)


def _maker(order: FramesOrder, services: Services, token: CancelToken, teller: _Teller) -> FrameMaker:
    def make(missing: Sequence[int]) -> Iterator[NewFrame]:
        from studio.generation.interpolate import error_of, interpolate

        for event in interpolate(JOB, order.recipes, services, token, missing):
            if isinstance(event, FrameReady):
                yield NewFrame(event.frame, event.generated.image, made=made_of(event.generated))
            elif isinstance(event, Failed):
                raise error_of(event)
            elif isinstance(event, Cancelled):
                raise CancelRequested
            else:
                teller.tell(event)

    return make


@dataclass(frozen=True)
class _Teller:
    """Tells what happens within frames; of whole ones the export tells."""

    session: Session
    as_json: bool

    def tell(self, event: JobEvent) -> None:
        console = self.session.console
        if self.as_json:
            if isinstance(event, FrameEvent):
                console.record({**event_data(event.event), "frame": event.frame})
        elif isinstance(event, Finished):
            for notice in event.notices:
                console.note(notice)


COMMAND = Command(
    "Walk from code to code, and save the walk as a clip, a sequence or a sheet.", _configure, _run, EPILOG
)
