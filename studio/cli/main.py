"""The program `reverie`: with a command it does one job and ends, without one it opens the window.

Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence

from studio import __version__
from studio.cli.command import Session
from studio.cli.commands import COMMANDS, Entry
from studio.cli.console import Console
from studio.cli.interruption import EXIT_CANCELLED, Interruptions
from studio.cli.parser import SentenceParser, suggestion
from studio.errors import CancelRequested, InvalidField, StudioError
from studio.paths import SAFE_VARIABLE

DEBUG_HELP = "show where in the program a defect is, for a report"
SAFE_HELP = "use no plugin"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the program with these arguments, or those it was started with, and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    console = Console.standard()
    debug = "--debug" in words
    if "--safe-mode" in words:
        os.environ[SAFE_VARIABLE] = "1"
    with Interruptions() as interruptions:
        session = Session(console, interruptions, debug)

        def work() -> int:
            try:
                code = _dispatch(words, session)
            except SystemExit as leaving:  # how argparse ends after --help and --version
                code = leaving.code if isinstance(leaving.code, int) else 0
            console.flush()
            return code

        return _guarded(work, session)


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
    if not words or words[0].startswith("-"):
        _front_parser().parse_args(words)
        from studio.cli.window import open_window

        return open_window()
    entry = _entry(words[0])
    command = entry.load()
    parser = SentenceParser(f"reverie {entry.name}", command.description, command.epilog)
    command.configure(parser)
    parser.add_argument("--debug", action="store_true", help=DEBUG_HELP)
    parser.add_argument("--safe-mode", action="store_true", help=SAFE_HELP)
    return command.run(parser.parse_args(words[1:]), session)


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
    parser.add_argument("--debug", action="store_true", help=DEBUG_HELP)
    parser.add_argument("--safe-mode", action="store_true", help=SAFE_HELP)
    parser.usage = "reverie [COMMAND] [options]"
    return parser


if __name__ == "__main__":
    sys.exit(main())
