"""`reverie codes`: the codes that are kept, and new ones made of others."""

from __future__ import annotations

import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from studio.cli import values
from studio.cli.code_files import USUAL_MODEL, read_code_destination
from studio.cli.code_names import GivenCodes, code_id, is_file, is_seed, named_code
from studio.cli.command import Command, Session
from studio.cli.painted_text import ID_SHOWN
from studio.cli.workplace import Workplace
from studio.errors import InvalidField, RefusedFile
from studio.job.arithmetic import AMOUNT_MAXIMUM, Arithmetic, Kind
from studio.job.code import NAME_MAXIMUM, CodeFacts
from studio.job.preview import PreviewSettings
from studio.job.recipe import checked, recipe

if TYPE_CHECKING:
    from studio.models.model import Model
    from studio.trajectory.code_file import Code
    from studio.trajectory.code_store import CodeStore

COMBINING = ("mean", "difference", "analogy")
ACTIONS = ("list", *COMBINING, "rename", "export", "remove")
NAMELESS = "untitled"

EPILOG = """\
  list                the codes that are kept, newest first
  mean A B ...        what codes have in common
  difference A B      A - B
  analogy A B C       A + t (B - C), with --amount T: what B has and C lacks, given to A
  rename A            with --name NAME
  export A            with --out FILE
  remove A ...        take codes away

A, B and C are seeds, names or ids of codes that are kept (the first digits will do), or .code.safetensors files. What
is made is kept, called by --name, and with --out also written to a file. It has the length that its codes have (the
mean of theirs, of an analogy that of A), because that is where pictures lie. Codes must be of one model, one size and
one level of noise; seeds fit every code of their size. Draw the result with 'reverie generate --code'.

No file is ever replaced: a name that is taken gets a number. Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.

examples:
  reverie codes mean apple pear --name fruit
  reverie codes analogy "smiling cat" "smiling dog" "sad dog" --amount 0.8 --out cat.code.safetensors
  reverie codes export fruit --out fruit.code.safetensors"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("action", metavar="ACTION", help=f"one of: {', '.join(ACTIONS)}")
    parser.add_argument(
        "codes", metavar="CODE", nargs="*", type=values.text("code", "Code"), help="seeds, names, ids or files"
    )
    parser.add_argument(
        "--name", type=values.text("name", "Name"), metavar="NAME", help="what the code is called; default: its formula"
    )
    parser.add_argument(
        "--amount", type=values.number("amount", "Amount", -AMOUNT_MAXIMUM, AMOUNT_MAXIMUM), metavar="T",
        help=f"t of an analogy, {-AMOUNT_MAXIMUM:g} to {AMOUNT_MAXIMUM:g}; default: 1",
    )  # fmt: skip
    parser.add_argument("--out", metavar="FILE", help="a name that ends in .code.safetensors")
    parser.add_argument("--size", type=values.size, metavar="WxH", help="of seeds alone; default: the model's own size")
    parser.add_argument("--model", metavar="NAME|FOLDER", help=f"of seeds alone; default: {USUAL_MODEL}")
    parser.add_argument("--json", action="store_true", help="one code a line, as JSON")


def _run(flags: Namespace, session: Session) -> int:
    if flags.action not in ACTIONS:
        raise InvalidField("action", f"'{flags.action[:40]}' is not known. Use one of: {', '.join(ACTIONS)}.")
    _check_flags(flags)
    workplace = Workplace(session.console)
    if flags.action in COMBINING:
        return _combine(flags, session, workplace)
    return _KEPT[flags.action](flags, session, workplace.codes())


def _check_flags(flags: Namespace) -> None:
    """Raise `InvalidField` for flags that the action has no use for, and for too few or too many codes."""
    action, given = flags.action, len(flags.codes)
    uses = {"rename": {"name"}, "export": {"out"}}.get(action, {"name", "out", "size", "model"})
    uses = set() if action in ("list", "remove") else uses | ({"amount"} if action == "analogy" else set())
    for name in ("name", "amount", "out", "size", "model"):
        if getattr(flags, name) is not None and name not in uses:
            raise InvalidField(name, f"'{action}' takes no --{name}. Leave it out.")
    for name in {"rename": ("name",), "export": ("out",)}.get(action, ()):
        if getattr(flags, name) is None:
            raise InvalidField(name, f"--{name} is missing. Run 'reverie codes --help' to see how it is given.")
    if action == "list" and given:
        raise InvalidField("code", "'list' takes no code: it lists them all.")
    if action in ("rename", "export") and given != 1:
        raise InvalidField("code", f"'{action}' is about one code, not {given}.")
    if action == "remove" and not given:
        raise InvalidField("code", "Say which code to remove. 'reverie codes list' shows those that are kept.")


def _combine(flags: Namespace, session: Session, workplace: Workplace) -> int:
    from studio.generation.arithmetic import combined

    kind = cast("Kind", flags.action)
    target = None if flags.out is None else read_code_destination(flags.out, "out")
    amount = 1.0 if flags.amount is None else flags.amount
    # How many codes each kind takes is said before any of them is looked for.
    checked(Arithmetic, kind=kind, codes=("0" * 64,) * len(flags.codes), name=_name(flags), amount=amount)
    if target is not None:
        target.prepare()
    store = workplace.codes()
    given = GivenCodes(store, _Seeds(flags, workplace, store).code)
    ids = tuple(given.take(word) for word in flags.codes)
    code = combined(checked(Arithmetic, kind=kind, codes=ids, name=_name(flags), amount=amount), given)
    if flags.name is None:
        code = replace(code, facts=code.facts.model_copy(update={"name": code.facts.told[:NAME_MAXIMUM]}))
    kept = store.has([code.id])
    known = store.find(code.id) if kept else code
    if not kept:
        store.keep(code)
    saved = None if target is None else target.save(code)
    if flags.json:
        session.console.record({**_data(code.id, known.facts), "path": None if saved is None else str(saved)})
        return 0
    session.console.say(f"{'Kept already' if kept else 'Kept'} as '{known.facts.name}': {code.id}")
    if saved is not None:
        session.console.say(f"Saved {saved}")
    return 0


def _name(flags: Namespace) -> str:
    return NAMELESS if flags.name is None else cast("str", flags.name)


class _Seeds:
    """The noise of seeds, of the size and the model of the other codes, or as the flags say."""

    def __init__(self, flags: Namespace, workplace: Workplace, store: CodeStore) -> None:
        self._flags, self._workplace, self._store = flags, workplace, store

    def code(self, seed: int) -> Code:
        from studio.generation.seed_code import seed_code

        model, (width, height) = self._model
        return seed_code(recipe(model=model.facts.name, width=width, height=height, seed=seed), model)

    @cached_property
    def _model(self) -> tuple[Model, tuple[int, int]]:
        """The model that says how large a latent is, and the size of the picture. Raises `InvalidField`."""
        flags, workplace = self._flags, self._workplace
        others = [named_code(word, self._store).facts for word in flags.codes if not is_seed(word)]
        if others and (flags.size, flags.model) != (None, None):
            name = "size" if flags.size is not None else "model"
            raise InvalidField(
                name, f"--{name} is for seeds alone: beside a code they are of its {name}. Leave it out."
            )
        name = flags.model or next((facts.model for facts in others if facts.model), USUAL_MODEL)
        entry = workplace.catalog.get(name, allow_path=flags.model is not None)
        size = (others[0].width, others[0].height) if others else flags.size or entry.native_size
        placement = workplace.placement(Namespace(device="cpu", precision="float32"))
        return workplace.services(placement, PreviewSettings("off")).models.get(entry.name), size


def _list(flags: Namespace, session: Session, store: CodeStore) -> int:
    console, kept = session.console, store.kept()
    if not kept and not flags.json:
        console.note(
            "No codes are kept. 'reverie invert' makes one of a picture, 'reverie generate --save-code' of a seed."
        )
    for code, _ in kept:
        try:
            facts = store.find(code).facts
        except RefusedFile as problem:
            console.problem(f"{problem.sentence} 'reverie codes remove {_shown(code)}' takes it away.")
            continue
        if flags.json:
            console.record(_data(code, facts))
        else:
            told = f", {facts.told}" if facts.told else ""
            model = f", {facts.model}" if facts.model else ""
            console.say(f"{code[:ID_SHOWN]}  {facts.name}  ({facts.origin}{told}; {facts.width}x{facts.height}{model})")
    return 0


def _rename(flags: Namespace, session: Session, store: CodeStore) -> int:
    code = _kept(flags.codes[0], store)
    old = store.find(code).facts.name
    store.rename(code, flags.name)
    session.console.say(f"'{old}' is now called '{flags.name}'.")
    return 0


def _export(flags: Namespace, session: Session, store: CodeStore) -> int:
    target = read_code_destination(flags.out, "out")
    code = named_code(flags.codes[0], store)
    target.prepare()
    session.console.say(f"Saved {target.save(code)}")
    return 0


def _remove(flags: Namespace, session: Session, store: CodeStore) -> int:
    """All are found before the first is taken away."""
    codes = list(dict.fromkeys(_kept(word, store) for word in flags.codes))
    for code in codes:
        told = _told(code, store)
        store.remove(code)
        session.console.say(f"Removed {told}: {code}")
    return 0


def _told(code: str, store: CodeStore) -> str:
    try:
        return f"'{store.find(code).facts.name}'"
    except RefusedFile:
        return "a damaged code"


def _shown(code: str) -> str:
    """The id of a kept file as it can be given: a file that somebody put there may be called anything."""
    return code[:ID_SHOWN] if len(code) == 64 and code.isalnum() else shlex.quote(code)


def _kept(word: str, store: CodeStore) -> str:
    """The id of a code that is kept, damaged or not. Raises `InvalidField`, `RefusedFile` for a file."""
    code = named_code(word, store).id if is_file(word) else code_id(word, store)
    if not store.has([code]):
        raise InvalidField("code", f"The code of {word[-60:]} is not kept here. See 'reverie codes list'.")
    return code


def _data(code: str, facts: CodeFacts) -> dict[str, object]:
    return {"code": code, **facts.model_dump(mode="json")}


_KEPT: Mapping[str, Callable[[Namespace, Session, CodeStore], int]] = {
    "list": _list,
    "rename": _rename,
    "export": _export,
    "remove": _remove,
}

COMMAND = Command("List the codes that are kept, and make new ones of others.", _configure, _run, EPILOG)
