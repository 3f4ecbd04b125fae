"""`reverie branch PICTURE --from-step K`: go on from a step of a picture, with something changed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Literal

from studio.cli import values
from studio.cli.command import Command, Session
from studio.cli.destination import read_destination
from studio.cli.interruption import EXIT_CANCELLED
from studio.cli.jobs import JobRunner
from studio.cli.paint_flags import add_repaint_flags
from studio.cli.recipe_flags import add_change_flags, changed
from studio.cli.repainting import repainted
from studio.cli.reporter import JsonReporter, Reporter, TextReporter
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import InvalidField
from studio.export.metadata import Made
from studio.export.picture_file import Picture, read_picture
from studio.job.preview import PreviewSettings
from studio.job.recipe import STEPS_MAXIMUM, FromStep, Recipe, recipe
from studio.job.recording import trajectory_id
from studio.plugin.home import known_methods

EPILOG = """\
Step k is the state after k steps: 0 is the noise. The steps before it are taken from the trajectory beside the
picture (reverie generate --record); where there is none they are computed again, and are the same. With nothing
changed the branch is the picture itself, bit for bit.

With --mask only what is white in the mask goes on from that step as the branch says. All else is kept bit for bit: the
picture of --image, or what PICTURE itself was painted on, or else PICTURE.

examples:
  reverie branch apples/red-apple-7.png --from-step 12 --prompt "lemon, 3d style" --out apples
  reverie branch apples/red-apple-7.png --from-step 5 --prompt "lemon, 3d style" --mask mask.png --inpaint soft"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE", type=Path, help="a PNG that Reverie saved")
    parser.add_argument(
        "--from-step", type=values.bounded("step", "Step", 0, STEPS_MAXIMUM), required=True, metavar="K",
        help="the step to go on from; 0 is the noise",
    )  # fmt: skip
    add_change_flags(parser, known_methods())
    add_repaint_flags(parser)
    add_placement_flags(parser)
    parser.add_argument("--record", action="store_true", help="keep the steps of the branch beside its picture")
    parser.add_argument("--out", metavar="FILE|FOLDER", help="where to save; default: the pictures folder")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON, and nothing else")


def _run(flags: Namespace, session: Session) -> int:
    picture = read_picture(flags.picture)
    if picture.recipe is None:
        why = picture.problems[0] if picture.problems else "It holds no recipe; pictures that Reverie saved as PNG do."
        raise InvalidField("picture", f"{flags.picture.name} has no steps to go on from. {why}")
    workplace = Workplace(session.console)
    destination = read_destination(flags.out, workplace.pictures)
    entry = workplace.catalog.get(picture.recipe.model)
    painted = repainted(flags, picture.recipe, picture, entry, workplace.sources)
    branch = _branch(picture.recipe, flags, _record_name(picture.recipe, picture), painted)
    with session.interruptions.cancelling() as token:
        placement = workplace.placement_like(picture.made, flags)
        destination.prepare()
        reporter: Reporter = (
            JsonReporter(session.console) if flags.json else TextReporter(session.console, 1, debug=session.debug)
        )
        services = workplace.services(placement, PreviewSettings("off"))
        store = workplace.trajectories(flags.picture.absolute().parent, record=flags.record)
        runner = JobRunner(replace(services, trajectories=store), destination, reporter, session.console)
        code = runner.run_all([branch], token)
        if code == EXIT_CANCELLED:
            session.console.problem("Cancelled. The picture it started from is not touched.")
        return code


def _branch(parent: Recipe, flags: Namespace, record: str, painted: Mapping[str, object]) -> Recipe:
    """The recipe of the branch. Raises `InvalidField`."""
    noise: Literal["recorded", "reseeded"] = "recorded" if flags.seed is None else "reseeded"
    start = FromStep(trajectory=record, step=flags.from_step, noise=noise, parent=parent)
    return recipe(**{**dict(parent), **changed(parent, flags, known_methods()), **painted, "start": start})


def _record_name(recipe: Recipe, picture: Picture) -> str:
    """The id under which the steps of a picture are kept, whether they are there or not."""
    made = picture.made or Made()
    return trajectory_id(recipe, made.model_hash, made.device, made.dtype)


COMMAND = Command("Go on from a step of a picture, with something changed.", _configure, _run, EPILOG)
