"""The program `reverie`: with a command it does one job and ends, without one it opens the window.

Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.
"""

from __future__ import annotations

import os
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NoReturn

from studio import __version__
from studio.cli.command import Session
from studio.cli.commands import COMMANDS, Entry
from studio.cli.console import Console
from studio.cli.interruption import EXIT_CANCELLED, Interruptions
from studio.cli.parser import SentenceParser, suggestion
from studio.errors import CancelRequested, InvalidField, StudioError
from studio.paths import SAFE_VARIABLE

DEBUG_HELP = "show where in the program a defect is, for a report"
SAFE_FLAG, SAFE_HELP = "--safe-mode", "use no plugin, also none of those that come with the program"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments, or those it was started with, and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    console = Console.standard()
    debug = "--debug" in words
    with Interruptions() as interruptions, _safe_mode(SAFE_FLAG in words):
        session = Session(console, interruptions, debug)

        def work() -> int:
            try:
                code = _dispatch(words, session)
            except SystemExit as leaving:  # how argparse ends after --help and --version
                code = leaving.code if isinstance(leaving.code, int) else 0
            console.flush()
            return code

        code = _guarded(work, session)
        _tell_left_threads(console)
        return code


def program() -> NoReturn:
    """Run the program and end it, also where a plugin left a thread that comes to no end."""
    code = main()
    if any(thread is not threading.main_thread() and not thread.daemon for thread in threading.enumerate()):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def _tell_left_threads(console: Console) -> None:
    if "studio.plugin.home" in sys.modules:  # else no plugin was asked for anything
        from studio.plugin.home import end_left_threads

        for sentence in end_left_threads():
            console.problem(sentence)


@contextmanager
def _safe_mode(wanted: bool) -> Iterator[None]:
    """The flag is for this program and those that it starts, so it becomes a variable, for as long as it runs."""
    before = os.environ.get(SAFE_VARIABLE)
    if wanted:
        os.environ[SAFE_VARIABLE] = "1"
    try:
        yield
    finally:
        if wanted:
            os.environ.pop(SAFE_VARIABLE)
        if wanted and before is not None:
            os.environ[SAFE_VARIABLE] = before


def _guarded(work: Callable[[], int], session: Session) -> int:
    """Do the work; whatever is raised becomes a sentence and an exit code."""
    console = session.console
    try:
        return work()
    except (KeyboardInterrupt, CancelRequested):
        console.problem("Cancelled.")
        return EXIT_CANCELLED
    except StudioError as problem:
        console.problem(problem.sentence)
        return problem.exit_code
    except BrokenPipeError:  # whoever read the results has enough of them
        console.abandon()
        return 1
    except Exception as problem:
        return _unexpected(problem, session)


def _unexpected(problem: Exception, session: Session) -> int:
    """The sentence for what no part of the program foresaw."""
    if session.interruptions.seen:  # an import that is interrupted half-way raises many things
        session.console.problem("Cancelled.")
        return EXIT_CANCELLED
    said = f"{type(problem).__name__}: {str(problem)[:200]}".removesuffix(": ")
    if isinstance(problem, OSError):
        session.console.abandon()
        session.console.problem(f"The system refused something: {problem.strerror or said}.")
    elif session.debug:
        session.console.problem(f"Something unexpected went wrong ({said}).")
    else:
        session.console.problem(f"Something unexpected went wrong ({said}). Add --debug to see where.")
    if session.debug:
        session.console.detail("".join(traceback.format_exception(problem)))
    return 1


def _dispatch(words: Sequence[str], session: Session) -> int:
    words = [*words[1:], SAFE_FLAG] if words[:1] == [SAFE_FLAG] and len(words) > 1 else words
    if not words or words[0].startswith("-"):
        _front_parser().parse_args(words)
        from studio.cli.window import open_window

        return open_window()
    entry = _entry(words[0])
    command = entry.load()
    parser = SentenceParser(f"reverie {entry.name}", command.description, command.epilog)
    command.configure(parser)
    _add_common_flags(parser)
    return command.run(parser.parse_args(words[1:]), session)


def _add_common_flags(parser: SentenceParser) -> None:
    parser.add_argument("--debug", action="store_true", help=DEBUG_HELP)
    parser.add_argument(SAFE_FLAG, action="store_true", help=SAFE_HELP)


def _entry(name: str) -> Entry:
    for entry in COMMANDS:
        if entry.name == name:
            return entry
    names = [entry.name for entry in COMMANDS]
    meant = suggestion(name, names)
    raise InvalidField("command", f"The command '{name[:40]}' is not known{meant} Use one of: {', '.join(names)}.")


def _front_parser() -> SentenceParser:
    width = max(len(entry.name) for entry in COMMANDS)
    listing = "\n".join(f"  {entry.name:<{width}}  {entry.purpose}" for entry in COMMANDS)
    parser = SentenceParser(
        "reverie",
        "A studio for latent diffusion. Without a command it opens its window.",
        f"commands:\n{listing}\n\n'reverie COMMAND --help' tells more of each. "
        "Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.",
    )
    parser.add_argument("--version", action="version", version=f"reverie {__version__}")
    _add_common_flags(parser)
    parser.usage = "reverie [COMMAND] [options]"
    return parser


if __name__ == "__main__":
    program()
