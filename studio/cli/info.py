"""`reverie info PICTURE`: the recipe inside a picture, in plain text."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path

from studio.cli.code_text import code_rows
from studio.cli.command import Command, Session
from studio.cli.event_data import picture_data
from studio.cli.painted_text import ID_SHOWN, painted_rows
from studio.export.metadata import Made
from studio.export.picture_file import Picture, read_picture
from studio.job.difference import changed_from_parent
from studio.job.recipe import FromStep, Recipe, Sampling

COLUMN = 10
HASH_SHOWN = 10


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE", type=Path, help="a PNG, JPEG or WebP file")
    parser.add_argument("--json", action="store_true", help="everything as one line of JSON")


def _run(flags: Namespace, session: Session) -> int:
    console = session.console
    picture = read_picture(flags.picture)
    if flags.json:
        console.record(_data(flags.picture, picture))
    else:
        for name, value in _rows(picture):
            for number, line in enumerate(value.split("\n")):
                console.say(f"{name if number == 0 else '':<{COLUMN}}{line}")
    for problem in picture.problems:
        console.problem(problem)
    if picture.recipe is None and not picture.parameters and not picture.problems:
        console.problem(f"{flags.picture.name} holds no recipe. Pictures that Reverie saved as PNG have one.")
    found = picture.recipe is not None or (picture.parameters and not picture.problems)
    return 0 if found else 2


def _rows(picture: Picture) -> Iterator[tuple[str, str]]:
    """Names and values; a value may have several lines."""
    yield "Picture", f"{picture.image.width}x{picture.image.height}"
    if picture.recipe is not None:
        yield from recipe_rows(picture.recipe)
        if picture.made is not None:
            yield from _made_rows(picture.made)
    elif picture.parameters:
        yield "Note", "There is no recipe of Reverie inside. These settings of another program were understood:"
        for name, value in picture.parameters.items():
            yield name.replace("_", " ").capitalize().split(" ")[0], str(value)


def recipe_rows(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """The fields of a recipe for reading. What is at its usual value and changes nothing is left out."""
    yield "Prompt", recipe.prompt or "(empty)"
    if recipe.negative_prompt:
        yield "Negative", recipe.negative_prompt
    yield "Model", recipe.model
    sampling, guidance = recipe.sampling, recipe.guidance
    options = "".join(f", {name} {value}" for name, value in sampling.options.items())
    yield "Sampler", sampling.sampler + options
    yield "Steps", f"{sampling.steps}, {_spacing(sampling)}"
    interval = "" if guidance.interval == (0.0, 1.0) else ", between t/T {:g} and {:g}".format(*guidance.interval)
    rescale = f", rescale {guidance.rescale:g}" if guidance.rescale else ""
    yield "Guidance", f"{guidance.scale:g}{interval}{rescale}"
    yield "Seed", str(recipe.seed)
    yield "Size", f"{recipe.width}x{recipe.height}"
    yield from code_rows(recipe)
    yield from painted_rows(recipe)
    yield from _branch_rows(recipe)


def _branch_rows(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Where a branch starts, and what it changed."""
    if not isinstance(recipe.start, FromStep):
        return
    start = recipe.start
    yield "Branch", f"from step {start.step} of '{start.parent.prompt}', seed {start.parent.seed}, noise {start.noise}"
    for change in changed_from_parent(recipe):
        if change.field.startswith("inpaint.") and start.parent.inpaint is None:
            continue  # told whole by the rows above
        yield "Changed", f"{change.field}: {_short(change.first)} > {_short(change.second)}"


def _short(value: object) -> str:
    """Names of pictures and masks are cut, as in the rows above."""
    return value[:ID_SHOWN] if isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) else str(value)


def _spacing(sampling: Sampling) -> str:
    if sampling.timesteps is None:
        return f"spacing {sampling.spacing}"
    return "timesteps " + ",".join(f"{timestep:g}" for timestep in sampling.timesteps)


def _made_rows(made: Made) -> Iterator[tuple[str, str]]:
    yield (
        "Made",
        f"in {made.seconds:.1f} s on {made.device or 'an unknown device'} in {made.dtype or 'unknown precision'}",
    )
    if made.batch > 1:
        yield "Together", f"{made.batch} pictures in a network call, which rounds otherwise than one alone"
    yield "Weights", made.model_hash[:HASH_SHOWN] or "unknown"
    if made.versions:
        yield "With", ", ".join(f"{name} {version}" for name, version in made.versions.items())


def _data(path: Path, picture: Picture) -> dict[str, object]:
    return {
        "file": str(path),
        **picture_data(picture.image),
        "recipe": None if picture.recipe is None else picture.recipe.model_dump(mode="json"),
        "made": None if picture.made is None else picture.made.model_dump(mode="json"),
        "parameters": dict(picture.parameters),
        "problems": list(picture.problems),
    }


COMMAND = Command("Show the recipe inside a picture.", _configure, _run)
