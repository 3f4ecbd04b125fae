"""The commands there are. Each is imported only when it is called, so that `reverie --help` answers at once.

A new command is a file with a `COMMAND` (see `studio.cli.command`), a function here that imports it, and a line below.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.cli.command import Command


def _generate() -> Command:
    from studio.cli.generate import COMMAND

    return COMMAND


def _invert() -> Command:
    from studio.cli.invert import COMMAND

    return COMMAND


def _codes() -> Command:
    from studio.cli.codes import COMMAND

    return COMMAND


def _samplers() -> Command:
    from studio.cli.samplers import COMMAND

    return COMMAND


def _plugins() -> Command:
    from studio.cli.plugins import COMMAND

    return COMMAND


def _models() -> Command:
    from studio.cli.models import COMMAND

    return COMMAND


def _info() -> Command:
    from studio.cli.info import COMMAND

    return COMMAND


def _verify() -> Command:
    from studio.cli.verify import COMMAND

    return COMMAND


def _doctor() -> Command:
    from studio.cli.doctor import COMMAND

    return COMMAND


def _branch() -> Command:
    from studio.cli.branch import COMMAND

    return COMMAND


def _race() -> Command:
    from studio.cli.race import COMMAND

    return COMMAND


def _interpolate() -> Command:
    from studio.cli.interpolate import COMMAND

    return COMMAND


def _export() -> Command:
    from studio.cli.export import COMMAND

    return COMMAND


def _bench() -> Command:
    from studio.cli.bench import COMMAND

    return COMMAND


def _study() -> Command:
    from studio.cli.study import COMMAND

    return COMMAND


@dataclass(frozen=True)
class Entry:
    """A command's name, what it is for in a few words, and how to get it."""

    name: str
    purpose: str
    load: Callable[[], Command]


COMMANDS = (
    Entry("generate", "make pictures from a prompt", _generate),
    Entry("branch", "go on from a step of a picture, with something changed", _branch),
    Entry("invert", "find the code that draws a picture again", _invert),
    Entry("codes", "list the codes that are kept, and make new ones of others", _codes),
    Entry("race", "compare samplers, steps or any field, side by side from one noise", _race),
    Entry("interpolate", "walk from code to code, as a clip, a sequence or a sheet", _interpolate),
    Entry("export", "turn the recorded steps of a picture into a video, an animation or a sheet", _export),
    Entry("samplers", "list the samplers and their options", _samplers),
    Entry("plugins", "list, check, install and enable what others have written, or begin one", _plugins),
    Entry("models", "list the models that can be used", _models),
    Entry("info", "show the recipe inside a picture", _info),
    Entry("verify", "make a picture again from its recipe and compare the pixels", _verify),
    Entry("doctor", "check that this machine can make pictures", _doctor),
    Entry("study", "make the tables of the DDIM paper for a model", _study),
    Entry("bench", "measure how fast the studio is", _bench),
)
