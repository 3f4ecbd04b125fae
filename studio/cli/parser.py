"""Reading the command line. What is wrong with it becomes one sentence that names the field, never a dump of usage."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from studio.errors import InvalidField

_ARGUMENT = re.compile(r"^argument (?P<flags>[^:]+): (?P<problem>.*)$", re.DOTALL)
_MISSING = "the following arguments are required: "
_UNKNOWN = "unrecognized arguments: "
_SHOWN = 60


class SentenceParser(argparse.ArgumentParser):
    """An `ArgumentParser` that raises `InvalidField` where the original prints its usage and leaves.

    Flags are written out in full: an abbreviation that is unique today need not be tomorrow.
    """

    def __init__(self, prog: str, description: str, epilog: str | None = None) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )

    def error(self, message: str) -> NoReturn:
        """Raise the message as a sentence, with the field that it is about."""
        found = _ARGUMENT.match(message)
        if found is not None:
            flag = found["flags"].split("/")[-1]
            raise InvalidField(field_name(flag), self._argument_sentence(flag, found["problem"]))
        if message.startswith(_MISSING):
            flag = message.removeprefix(_MISSING).split(",")[0].split("/")[-1].strip()
            raise InvalidField(field_name(flag), f"{flag} is missing. Run '{self.prog} --help' to see how it is given.")
        if message.startswith(_UNKNOWN):
            word = message.removeprefix(_UNKNOWN).split(" ")[0]
            raise InvalidField(field_name(word), self._unknown_sentence(word))
        raise InvalidField("arguments", f"{message}. Run '{self.prog} --help' to see what is allowed.")

    def _print_message(self, message: str, file: Any = None) -> None:
        """The original is silent where its help cannot be written."""
        (file or sys.stderr).write(message)

    def _argument_sentence(self, flag: str, problem: str) -> str:
        if problem.startswith("expected"):
            return f"{flag} needs a value. If the value begins with a dash, write {flag}=VALUE."
        if problem.startswith("ignored explicit argument"):
            return f"{flag} takes no value."
        if problem.startswith("invalid choice"):
            return f"{flag} does not know {problem.removeprefix('invalid choice: ')}."
        return f"{flag}: {problem}."

    def _unknown_sentence(self, word: str) -> str:
        flags = [flag for action in self._actions for flag in action.option_strings]
        if not word.startswith("-"):
            return f"'{word[:_SHOWN]}' is not expected here. A value with spaces needs quotes around it."
        return f"The option {word[:_SHOWN]} is not known{suggestion(word, flags)} Run '{self.prog} --help' to see all."


def field_name(flag: str) -> str:
    """The field that a flag sets: `--guidance-interval` is about `guidance_interval`."""
    return flag.lstrip("-").split("=")[0].replace("-", "_").lower() or "arguments"


def suggestion(word: str, known: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: a full stop, or what was probably meant."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"; did you mean {near[0]}?" if near else "."
