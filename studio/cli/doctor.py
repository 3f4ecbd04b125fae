"""`reverie doctor`: can this machine make pictures? Found out by making one."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import asdict

from studio.cli.checkup import Finding, findings
from studio.cli.command import Command, Session
from studio.cli.workplace import Workplace, add_placement_flags

MARKS = {"good": "ok", "note": "note", "bad": "BAD"}


def _configure(parser: ArgumentParser) -> None:
    add_placement_flags(parser)
    parser.add_argument("--json", action="store_true", help="one finding a line, as JSON")


def _run(flags: Namespace, session: Session) -> int:
    console = session.console
    workplace = Workplace(console)
    seen: list[Finding] = []
    for finding in findings(workplace, lambda: workplace.placement(flags)):
        seen.append(finding)
        if flags.json:
            console.record(asdict(finding))
        else:
            console.say(f"{MARKS[finding.outcome]:<6}{finding.check}: {finding.sentence}")
    bad = [finding.check for finding in seen if finding.outcome == "bad"]
    if not flags.json:
        console.say(f"To mend: {', '.join(bad)}." if bad else "This machine can make pictures.")
    return 1 if bad else 0


COMMAND = Command("Check that this machine can make pictures, by making one step of one.", _configure, _run)
