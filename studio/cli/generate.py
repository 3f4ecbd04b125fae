"""`reverie generate`: pictures from a prompt."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from typing import cast

from studio.cli import values
from studio.cli.code_files import (
    CODE_HELP,
    add_code_flags,
    read_code_destination,
    read_code_start,
    save_seed_codes,
)
from studio.cli.command import Command, Session
from studio.cli.destination import read_destination
from studio.cli.interruption import EXIT_CANCELLED
from studio.cli.jobs import JobRunner
from studio.cli.paint_flags import PAINT_HELP, add_paint_flags
from studio.cli.painting import read_painting
from studio.cli.recipe_flags import add_recipe_flags, recipes
from studio.cli.reporter import JsonReporter, Reporter, TextReporter
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import InvalidField
from studio.job.event import PreviewKind
from studio.job.preview import PREVIEW_DECODERS, PreviewDecoder, PreviewSettings
from studio.job.recipe import STEPS_MAXIMUM, Recipe
from studio.models.catalog import ModelEntry
from studio.models.json_file import read_json_object
from studio.models.model_folder import CONFIG_MAXIMUM, CONFIGS
from studio.models.scheduler_config import schedule_from_config
from studio.plugin.home import known_methods
from studio.sampling.grid import timestep_grid
from studio.sampling.registry import Methods

PREVIEW_KINDS: tuple[PreviewKind, ...] = ("x0", "x")
# Previews that are kept as files are worth a full decode.
KEPT_DECODER: PreviewDecoder = "full"

EPILOG = f"""\
Pictures are PNG files with their recipe inside; no file is ever replaced. --out NAME.png saves to that file, and if
the name is taken or there are several pictures, to NAME-2.png, NAME-3.png and so on. --out FOLDER makes the folder
and names each picture after its prompt and seed. Without --out they go to the pictures folder of the window.

{PAINT_HELP}

{CODE_HELP}

Ctrl+C cancels. Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled; of several pictures, the worst.

examples:
  reverie generate --prompt "red apple, 3d style" --steps 30 --seed 7 --count 4 --out apples
  reverie generate --prompt "lemon, 3d style" --image apple.png --mask mask.png --inpaint soft
  reverie generate --prompt "green apple, 3d style" --image photo.jpg --mask mask.png --inpaint crop --padding 64
  reverie generate --prompt "red apple, 3d style" --image apple.png --outpaint 0,0,64,0
  reverie generate --code apple.code.safetensors --prompt "green apple, 3d style\""""


def _configure(parser: ArgumentParser) -> None:
    add_recipe_flags(parser, known_methods(), prompt_required=False)
    add_paint_flags(parser)
    parser.add_argument(
        "--model", default="starter", metavar="NAME|FOLDER", help="default: starter; see 'reverie models'"
    )
    add_code_flags(parser)
    add_placement_flags(parser)
    parser.add_argument("--out", metavar="FILE|FOLDER", help="where to save; see below")
    parser.add_argument(
        "--preview-every", type=values.bounded("preview_every", "Preview every", 1, STEPS_MAXIMUM), metavar="N",
        help="also save a preview after every N steps, as NAME-step-0010.png",
    )  # fmt: skip
    parser.add_argument(
        "--preview", default="x0", metavar="x0|x", help="of the expected end or of the state; default: x0"
    )
    parser.add_argument(
        "--preview-decoder", default=KEPT_DECODER, metavar="NAME",
        help=f"{', '.join(PREVIEW_DECODERS[:-1])}; default: {KEPT_DECODER}",
    )  # fmt: skip
    parser.add_argument("--record", action="store_true", help="keep every step beside the picture")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON, and nothing else")


def _run(flags: Namespace, session: Session) -> int:
    console = session.console
    workplace = Workplace(console)
    wanted, notes = _wanted(flags, workplace)
    preview = _preview(flags)
    codes = None if flags.save_code is None else read_code_destination(flags.save_code, "save_code")
    for note in notes:
        console.note(note)
    destination = read_destination(flags.out, workplace.pictures)
    with session.interruptions.cancelling() as token:
        placement = workplace.placement(flags)
        destination.prepare()
        if codes is not None:
            codes.prepare()
        reporter: Reporter
        if flags.json:
            reporter = JsonReporter(console)
        else:
            reporter = TextReporter(console, len(wanted), debug=session.debug)
            if flags.seed is None:
                console.note(f"Seed {wanted[0].seed}")
        services = workplace.services(placement, preview)
        if flags.record:
            services = replace(services, trajectories=workplace.trajectories(destination.folder, record=True))
        code = JobRunner(services, destination, reporter, console).run_all(wanted, token)
        if code == EXIT_CANCELLED:
            console.problem("Cancelled. Pictures that were finished before are kept.")
        elif codes is not None and code == 0:
            save_seed_codes(wanted, services.models, codes, console, as_json=flags.json)
        return code


def _wanted(flags: Namespace, workplace: Workplace) -> tuple[tuple[Recipe, ...], tuple[str, ...]]:
    """The recipes, with what they start from, and notes. Raises `InvalidField` and `RefusedFile`."""
    methods, start = known_methods(), read_code_start(flags, workplace)
    entry = workplace.catalog.get(flags.model, allow_path=True)
    wanted = recipes(flags, methods, entry.name, entry.native_size)
    check_grid(wanted[0], entry, methods)
    if start:
        return tuple(plain.model_copy(update=start) for plain in wanted), ()
    painting = read_painting(flags, entry)
    if painting is None:
        return wanted, ()
    painting.offer_to(workplace.sources)
    return tuple(painting.on(plain) for plain in wanted), painting.notes


def check_grid(recipe: Recipe, entry: ModelEntry, methods: Methods) -> None:
    """Raise `InvalidField` for steps that the model does not have, before its weights are loaded."""
    sampling = recipe.sampling
    info, spacings = methods.samplers.get(sampling.sampler).info, methods.spacings.by_name()
    config = read_json_object(entry.folder / "scheduler" / CONFIGS["scheduler"], CONFIG_MAXIMUM)
    schedule = schedule_from_config(config)[0]
    timestep_grid(schedule, sampling.steps, sampling.spacing, info, sampling.timesteps, spacings)


def _preview(flags: Namespace) -> PreviewSettings:
    """What previews are wanted. Raises `InvalidField`."""
    if flags.preview not in PREVIEW_KINDS:
        raise InvalidField("preview", f"Preview '{flags.preview[:40]}' is not known. Use one of: x0, x.")
    known = PREVIEW_DECODERS[:-1]
    if flags.preview_decoder not in known:
        names = ", ".join(known)
        word = flags.preview_decoder[:40]
        raise InvalidField("preview_decoder", f"Preview decoder '{word}' is not known. Use one of: {names}.")
    if flags.preview_every is None:
        return PreviewSettings("off")
    return PreviewSettings(flags.preview_decoder, cast(PreviewKind, flags.preview), flags.preview_every)


COMMAND = Command("Make pictures from a prompt.", _configure, _run, EPILOG)
