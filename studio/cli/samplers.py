"""`reverie samplers`: what samplers there are, and their options."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from studio.cli.command import Command, Session
from studio.cli.recipe_flags import option_flag, option_summary
from studio.plugin.home import known_samplers
from studio.sampling.info import SamplerInfo


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one sampler a line, as JSON")


def _run(flags: Namespace, session: Session) -> int:
    for info in known_samplers().infos():
        if flags.json:
            session.console.record(asdict(info))
        else:
            for line in _lines(info):
                session.console.say(line)
    return 0


def _lines(info: SamplerInfo) -> list[str]:
    lines = [f"{info.name:<8}{info.title}. {info.description}"]
    for option in info.options:
        lines.append(
            f"{'':8}{option_flag(option.name)}  {option.title}: {option_summary(option)}. {option.description}".rstrip()
        )
    return lines


COMMAND = Command("List the samplers and the options that each has.", _configure, _run)
