"""`reverie race`: one recipe with one or two fields varied, on a contact sheet."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

from studio.cli import values
from studio.cli.command import Command, Session
from studio.cli.destination import Destination, read_destination
from studio.cli.generate import check_grid
from studio.cli.interruption import EXIT_CANCELLED
from studio.cli.parser import suggestion
from studio.cli.race_reporter import JsonRaceReporter, RaceReporter, TextRaceReporter
from studio.cli.race_runner import RaceRunner
from studio.cli.recipe_flags import add_recipe_flags, recipes
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import InvalidField
from studio.export.picture_file import write_new_picture
from studio.generation.race_axes import TEXT_SEPARATOR, AxisField, axis_fields, network_calls, read_axis
from studio.job.event import GeneratedImage
from studio.job.preview import PreviewSettings
from studio.job.race import Axis, Race, lane_letter, race
from studio.library.naming import SUFFIX, clean_name
from studio.models.catalog import ModelEntry
from studio.plugin.home import known_methods
from studio.sampling.registry import Methods

AXES_MAXIMUM = 2

EPILOG = """\
--over FIELD=A,B,C varies a field; a second --over makes a grid, its values the rows. All other flags say what the
lanes share, the seed and so the noise among them. Prompts hold commas, so they are separated by upright strokes:
--over "prompt=red apple | green apple". Distance is that of a lane's last x0 from that of lane A, the first one:
the root mean square over the latent.

The sheet is a PNG with the recipe of what the lanes share inside; no file is ever replaced. Without --out it goes to
the pictures folder of the window. Ctrl+C cancels. Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.

example:
  reverie race --prompt "red apple, 3d style" --over sampler=ddim,euler,ddpm --over guidance=1,3,5 --out r.png"""


def _configure(parser: ArgumentParser) -> None:
    methods = known_methods()
    names = ", ".join(field.flag for field in axis_fields(methods))
    parser.add_argument(
        "--over", type=values.text("over", "Over"), action="append", required=True, metavar="FIELD=LIST",
        help=f"what to vary, once or twice: {names}",
    )  # fmt: skip
    add_recipe_flags(parser, methods)
    parser.add_argument(
        "--model", default="starter", metavar="NAME|FOLDER", help="default: starter; see 'reverie models'"
    )
    add_placement_flags(parser)
    parser.add_argument("--out", metavar="FILE|FOLDER", help="where to save the sheet; see below")
    parser.add_argument("--pictures", metavar="FOLDER", help="also save the picture of each lane there")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON, and nothing else")


def _run(flags: Namespace, session: Session) -> int:
    console = session.console
    workplace, methods = Workplace(console), known_methods()
    entry = workplace.catalog.get(flags.model, allow_path=True)
    plan = _plan(flags, methods, entry)
    sheets = _sheets(read_destination(flags.out, workplace.pictures), plan)
    pictures = _pictures(flags.pictures)
    with session.interruptions.cancelling() as token:
        placement = workplace.placement(flags)
        for destination in filter(None, (sheets, pictures)):
            destination.prepare()
        calls = network_calls(plan, methods.samplers.infos())
        reporter: RaceReporter = (
            JsonRaceReporter(console, calls) if flags.json else TextRaceReporter(console, calls, debug=session.debug)
        )
        if flags.seed is None and not flags.json:
            console.note(f"Seed {plan.base.seed}")
        services = workplace.services(placement, PreviewSettings("off"))
        if pictures is not None:
            services = replace(services, save=lambda generated: _save_lane(pictures.folder, plan, generated))
        code = RaceRunner(services, sheets, reporter).run(plan, token)
        if code == EXIT_CANCELLED:
            console.problem("Cancelled. No sheet was written.")
        return code


def _plan(flags: Namespace, methods: Methods, entry: ModelEntry) -> Race:
    """The race that the flags describe, every lane checked. Raises `InvalidField`."""
    if flags.count != 1:
        raise InvalidField("count", "A race takes no count: its lanes share one noise. Use --over seed=7,8,9 instead.")
    axes = [_axis(text, methods) for text in flags.over]
    if len(axes) > AXES_MAXIMUM:
        raise InvalidField("over", f"Over is given {len(axes)} times. Use it once, or twice for a grid.")
    base = recipes(flags, methods, entry.name, entry.native_size)[0]
    plan = race(base, *axes)
    for lane in plan.lanes:
        sampling = lane.recipe.sampling
        methods.samplers.get(sampling.sampler).info.resolve(sampling.options)
        check_grid(lane.recipe, entry, methods)
    return plan


def _axis(text: str, methods: Methods) -> Axis:
    """The axis in FIELD=LIST. Raises `InvalidField`."""
    name, equals, listed = text.partition("=")
    fields = axis_fields(methods)
    wanted = name.strip().lower().replace("_", "-")
    field = next((field for field in fields if wanted in _names(field)), None)
    if field is None:
        known = [field.flag for field in fields]
        meant = suggestion(wanted, known)
        raise InvalidField("over", f"Over '{name[:40]}': there is no such field{meant} Use one of: {', '.join(known)}.")
    if not equals:
        raise InvalidField("over", f"Over '{field.flag}' has no values. Write --over {field.flag}={_example(field)}.")
    return read_axis(field, listed)


def _names(field: AxisField) -> tuple[str, str]:
    return field.flag, field.name.replace("_", "-")


def _example(field: AxisField) -> str:
    return f'"{field.example}"' if TEXT_SEPARATOR in field.example else field.example


def _sheets(destination: Destination, plan: Race) -> Destination:
    """In a folder a sheet is named like its picture, with a word more."""
    if destination.stem is not None:
        return destination
    named = Path(next(destination.names(plan.base))).stem
    return replace(destination, stem=Path(clean_name(f"{named}-race", SUFFIX)).stem)


def _pictures(folder: str | None) -> Destination | None:
    if folder is None:
        return None
    if folder.lower().endswith(SUFFIX):
        raise InvalidField("pictures", "Pictures names a folder, one file a lane goes there; it cannot end in .png.")
    return read_destination(folder, Path())


def _save_lane(folder: Path, plan: Race, generated: GeneratedImage) -> Path:
    """Save the picture of a lane under the lane's letter and label."""
    number = next(number for number, lane in enumerate(plan.lanes) if lane.recipe == generated.recipe)
    stem = f"{lane_letter(number)}-{plan.lanes[number].label}".replace(", ", "-").replace(" ", "-")
    ends = chain([SUFFIX], (f"-{again}{SUFFIX}" for again in count(2)))
    return write_new_picture(folder, (clean_name(stem, end) for end in ends), generated)


COMMAND = Command("Run one recipe with a field or two varied, and compare the results.", _configure, _run, EPILOG)
