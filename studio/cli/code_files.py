"""Codes on the command line: files that are written and read, and the flags that name them."""

from __future__ import annotations

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio import storage
from studio.cli.code_names import is_file, named_code
from studio.cli.painted_text import ID_SHOWN
from studio.errors import InvalidField, RefusedFile
from studio.job.code import SUFFIX, CodeFacts, FromCode
from studio.job.recipe import EXPLICIT, Guidance, Recipe, Sampling
from studio.plugin.home import known_methods

if TYPE_CHECKING:
    from studio.cli.console import Console
    from studio.cli.workplace import Workplace
    from studio.generation.services import ModelSource
    from studio.trajectory.code_file import Code
    from studio.trajectory.code_store import CodeStore

CODE_HELP = """\
Starting from a code: --code takes a .code.safetensors file, which is then kept in Reverie's data folder, or the name
or the id of a code that is kept there (its first digits will do); 'reverie codes list' shows them. 'reverie invert'
makes a code of a picture, --save-code one of a seed.
What is not given is as the code says: its prompt, negative prompt, guidance, steps, spacing, size and model. The
seed, 0 if it is not given, draws only the fresh noise of samplers that take some."""

USUAL_MODEL = "starter"


@dataclass(frozen=True)
class CodeDestination:
    """Saves codes in `folder` as `stem` and the suffix of codes. Nothing is ever replaced: it gets a number."""

    folder: Path
    stem: str

    def prepare(self) -> None:
        """Make the folder and find out whether it can be written to. Raises `StorageError`."""
        storage.make_folder(self.folder)
        storage.check_writable(self.folder)

    def save(self, code: Code) -> Path:
        """Save a code and say where. Raises `StorageError`."""
        from studio.trajectory.code_file import write_code

        return write_code(self.folder / f"{self.stem}{SUFFIX}", code)


def read_code_destination(out: str, field: str) -> CodeDestination:
    """What the user means by the name of a new code file. Looks at nothing. Raises `InvalidField`."""
    path = Path(os.path.abspath(os.path.expanduser(out)))
    if "\0" in out or not path.name.lower().endswith(SUFFIX) or path.name.lower() == SUFFIX:
        title = field.replace("_", " ").capitalize()
        raise InvalidField(field, f"{title} '{out[-60:]}' is no name for a code. Use one that ends in {SUFFIX}.")
    return CodeDestination(path.parent, path.name[: -len(SUFFIX)])


def add_code_flags(parser: ArgumentParser) -> None:
    """The flags for a picture that starts from a code. What a code can say has no default of its own any more."""
    group = parser.add_argument_group("codes (see below)")
    group.add_argument("--code", metavar="FILE|NAME|ID", help="start from this code instead of the noise of a seed")
    group.add_argument(
        "--save-code", metavar="FILE", help="also save the noise of the seed as a .code.safetensors file"
    )
    parser.set_defaults(prompt=None, negative=None, guidance=None, spacing=None, model=None)


def read_code_start(flags: Namespace, workplace: Workplace) -> dict[str, object]:
    """What `--code` names, as fields of a recipe; it is kept, and its facts given to the flags that were left out.

    Nothing without it. Prompts that the code mixes count as long as none is given.
    Raises `InvalidField` and `RefusedFile`.
    """
    if flags.code is None:
        if flags.prompt is None:
            raise InvalidField("prompt", "--prompt is missing. Run 'reverie generate --help' to see how it is given.")
        usual = {"negative": "", "guidance": Guidance().scale, "spacing": Sampling().spacing, "model": USUAL_MODEL}
        _complete(flags, usual)
        return {}
    if flags.image is not None:
        raise InvalidField("code", "--code and --image both say where to start. Give one of them.")
    if flags.save_code is not None:
        raise InvalidField("save_code", "--save-code is about the noise of a seed. Leave it out, or --code.")
    store = workplace.codes()
    code = named_code(flags.code, store)
    if is_file(flags.code):
        store.keep(code)
    own_words = flags.prompt is None and flags.negative is None
    _complete(flags, _said(code.facts, flags))
    return {"start": FromCode(code=code.id), "blend": code.facts.blend if own_words else ()}


def save_seed_codes(
    recipes: Iterable[Recipe], models: ModelSource, target: CodeDestination, console: Console, *, as_json: bool
) -> None:
    """Save the code of each recipe's seed, and tell where. Raises `StorageError`."""
    from studio.generation.seed_code import seed_code

    for job, recipe in enumerate(recipes, start=1):
        code = seed_code(recipe, models.get(recipe.model))
        path = target.save(code)
        if as_json:
            console.record({"event": "code_saved", "job": job, "code": code.id, "path": str(path)})
        else:
            console.say(f"Saved {path}")


def add_missing_code_flag(parser: ArgumentParser) -> None:
    """The flag for codes that are not kept here."""
    parser.add_argument(
        "--code", action="append", default=[], metavar="FILE",
        help="the code that PICTURE was drawn from, if this computer does not keep it; may be repeated",
    )  # fmt: skip


def take_in_codes(recipe: Recipe, files: Iterable[str], workplace: Workplace) -> None:
    """Have every code that the recipe starts from in the store.

    A file of the user's is taken if it holds one of them. Raises `InvalidField` for another one, and `RefusedFile` if
    something is still missing.
    """
    wanted, given = recipe.codes, [Path(word).expanduser() for word in files]
    if not wanted and not given:
        return
    store = workplace.codes()
    for path in given:
        if _read(path).id not in wanted:
            asked = f"That one has the name {_short(wanted)}" if wanted else "It was drawn from no code"
            raise InvalidField("code", f"{path.name[:60]} is not the code that was drawn. {asked}; see 'reverie info'.")
        _taken_in(path, store)
    missing = [name for name in wanted if not store.has([name])]
    if missing:
        raise RefusedFile(
            f"This was drawn from a code that is not on this computer: {_short(missing)}. Give it with --code FILE."
        )


def _read(path: Path) -> Code:
    from studio.trajectory.code_file import read_code

    return read_code(path)


def _taken_in(path: Path, store: CodeStore) -> Code:
    """The code in a file, kept."""
    code = _read(path)
    store.keep(code)
    return code


def _said(facts: CodeFacts, flags: Namespace) -> dict[str, object]:
    """What a code says of the flags. Timesteps that are given one by one say themselves how many they are.

    A state on the way of a run goes on with the timesteps that it had left, unless another grid is asked for.
    """
    left = facts.timesteps if flags.steps is None and flags.spacing is None else ()
    # A code from elsewhere may name the spacing of a plugin that is not here.
    known = known_methods().spacings.by_name()
    named = facts.spacing if facts.spacing in known and facts.spacing != EXPLICIT else Sampling().spacing
    return {
        "prompt": facts.prompt,
        "negative": facts.negative_prompt,
        "guidance": facts.guidance,
        "steps": None if left or isinstance(flags.spacing, tuple) else facts.steps or None,
        "spacing": left or named,
        "size": (facts.width, facts.height),
        "model": facts.model or USUAL_MODEL,
        "seed": 0,
    }


def _complete(flags: Namespace, said: dict[str, object]) -> None:
    for name, value in said.items():
        if getattr(flags, name) is None:
            setattr(flags, name, value)


def _short(names: Iterable[str]) -> str:
    return ", ".join(name[:ID_SHOWN] for name in sorted(names))
