"""`reverie models`: the models that can be used, and known folders that cannot be used now."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from studio.cli.command import Command, Session
from studio.cli.workplace import Workplace
from studio.models.catalog import ModelEntry, Unusable

PREDICTIONS = {"eps": "the noise", "x0": "the picture", "v": "v"}


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one model a line, as JSON")


def _run(flags: Namespace, session: Session) -> int:
    console = session.console
    catalog = Workplace(console).catalog
    for entry in catalog.entries():
        if flags.json:
            console.record(_entry_data(entry))
        else:
            console.say(_entry_line(entry))
            console.say(f"    {entry.folder}")
    for place in catalog.unusable():
        if flags.json:
            console.record(
                {"name": place.name, "folder": str(place.folder), "usable": False, "problem": place.sentence}
            )
        else:
            _say_unusable(place, session)
    return 0


def _entry_line(entry: ModelEntry) -> str:
    width, height = entry.native_size
    predicts = PREDICTIONS.get(entry.parametrisation, entry.parametrisation)
    builtin = ", built in" if entry.builtin else ""
    inpainting = ", made for inpainting" if entry.inpainting else ""
    return f"{entry.name}  {width}x{height}, predicts {predicts}{inpainting}{builtin}"


def _say_unusable(place: Unusable, session: Session) -> None:
    session.console.say(f"{place.name}  cannot be used now: {place.sentence}")
    session.console.say(f"    {place.folder}")


def _entry_data(entry: ModelEntry) -> dict[str, object]:
    width, height = entry.native_size
    return {
        "name": entry.name,
        "folder": str(entry.folder),
        "usable": True,
        "builtin": entry.builtin,
        "width": width,
        "height": height,
        "parametrisation": entry.parametrisation,
        "has_vocabulary": entry.has_vocabulary,
        "inpainting": entry.inpainting,
    }


COMMAND = Command(
    "List the models that can be used. Any other folder can be given to 'reverie generate --model FOLDER'.",
    _configure,
    _run,
)
