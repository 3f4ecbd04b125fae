"""`reverie samplers`: what samplers there are, and their options."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from studio.cli.command import Command, Session
from studio.cli.option_flags import option_flag, option_summary
from studio.plugin.home import known_methods
from studio.sampling.info import SamplerInfo


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one sampler a line, as JSON")


def _run(flags: Namespace, session: Session) -> int:
    infos = known_methods().samplers.infos()
    width = max(len(info.name) for info in infos) + 2
    for info in infos:
        if flags.json:
            session.console.record(asdict(info))
        else:
            for line in _lines(info, width):
                session.console.say(line)
    return 0


def _lines(info: SamplerInfo, width: int) -> list[str]:
    lines = [f"{info.name:<{width}}{info.title}. {info.description}"]
    for option in info.options:
        told = f"{option_flag(option.name)}  {option.title}: {option_summary(option)}. {option.description}"
        lines.append(f"{'':{width}}{told}".rstrip())
    return lines


COMMAND = Command("List the samplers and the options that each has.", _configure, _run)
