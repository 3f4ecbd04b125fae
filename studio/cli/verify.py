"""`reverie verify PICTURE`: make a picture again from the recipe inside it, and compare every pixel."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.code_files import add_missing_code_flag, take_in_codes
from studio.cli.command import Command, Session
from studio.cli.difference import Difference, difference, reasons
from studio.cli.originals import add_original_flags, take_in
from studio.cli.reporter import TextReporter
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import CancelRequested, InvalidField, StudioError
from studio.export.picture_file import Picture, read_picture
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, GeneratedImage, ImageReady
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe

if TYPE_CHECKING:
    from studio.generation.services import Services

EPILOG = """\
What a picture was painted on or drawn from is found in Reverie's data folder. Where it is not, give the same pixels
again with --image FILE and --mask FILE, and the same code with --code FILE; others are refused.

Exit codes: 0 same pixels, 1 different pixels or failed, 2 no recipe, no model, nothing to paint on or no code,
130 cancelled."""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE", type=Path, help="a PNG that Reverie saved")
    parser.add_argument("--model", metavar="FOLDER", help="the model's folder, if it is not known by its name here")
    add_original_flags(parser)
    add_missing_code_flag(parser)
    add_placement_flags(parser, default="as the picture was made, where this machine can")
    parser.add_argument("--json", action="store_true", help="the result as one line of JSON")


def _run(flags: Namespace, session: Session) -> int:
    picture = read_picture(flags.picture)
    if picture.recipe is None:
        why = picture.problems[0] if picture.problems else "It holds no recipe; pictures that Reverie saved as PNG do."
        raise InvalidField("picture", f"{flags.picture.name} cannot be made again. {why}")
    workplace = Workplace(session.console)
    recipe = _with_model(picture.recipe, flags.model, workplace)
    take_in(recipe, flags, workplace.sources)
    take_in_codes(recipe, flags.code, workplace)
    with session.interruptions.cancelling() as token:
        placement = workplace.placement_like(picture.made, flags)
        services = workplace.services(placement, PreviewSettings("off"))
        again = _make_again(recipe, services, token, TextReporter(session.console, 1, debug=session.debug))
    found = difference(picture.image, again.image)
    _tell(flags, session, picture, again, found)
    return 0 if found.largest == 0 else 1


def _with_model(recipe: Recipe, chosen: str | None, workplace: Workplace) -> Recipe:
    """The recipe with the model that it names, or with the one that the user names instead."""
    if chosen is not None:
        return recipe.model_copy(update={"model": workplace.catalog.get(chosen, allow_path=True).name})
    try:
        return recipe.model_copy(update={"model": workplace.catalog.get(recipe.model).name})
    except InvalidField:
        raise InvalidField(
            "model",
            f"The picture was made with the model '{recipe.model[:60]}', which is not known here. "
            "Give its folder with --model FOLDER.",
        ) from None


def _make_again(recipe: Recipe, services: Services, token: CancelToken, reporter: TextReporter) -> GeneratedImage:
    """The picture of a recipe. Raises `CancelRequested`, and `StudioError` with the exit code of the failure."""
    from studio.generation.run import run

    made: GeneratedImage | None = None
    for event in run(1, recipe, services, token):
        if isinstance(event, Failed):
            reporter.close()
            raise _failure(event)
        if isinstance(event, Cancelled):
            reporter.close()
            raise CancelRequested
        reporter.tell(event)
        if isinstance(event, ImageReady):
            made = event.generated
    if made is None:
        raise StudioError("The run ended without a picture. Nothing was changed. Try it again.")
    return made


def _failure(event: Failed) -> StudioError:
    problem = StudioError(event.sentence)
    problem.exit_code = event.exit_code
    return problem


def _tell(flags: Namespace, session: Session, picture: Picture, again: GeneratedImage, found: Difference) -> None:
    why = list(reasons(picture.image, picture.made, again)) if found.largest else []
    if flags.json:
        session.console.record(
            {
                "file": str(flags.picture),
                "same": found.largest == 0,
                "largest_difference": found.largest,
                "differing_share": found.share,
                "reasons": why,
            }
        )
        return
    session.console.say(found.sentence)
    for sentence in why:
        session.console.say(sentence)
    if found.largest and not why:
        session.console.say("Nothing that is known of the two runs is otherwise.")


COMMAND = Command(
    "Make a picture again from the recipe inside it, and compare every pixel.",
    _configure,
    _run,
    EPILOG,
)
