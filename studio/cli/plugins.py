"""`reverie plugins`: what plugins there are, and what is to become of them."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

from studio.cli.command import Command, Session
from studio.cli.plugin_report import facts, report_lines
from studio.errors import InvalidField, StudioError
from studio.plugin.home import plugin_host
from studio.plugin.manifest import read_manifest
from studio.plugin.skeleton import write_skeleton
from studio.plugin.store import PluginState, PluginStore

ACTIONS = ("list", "check", "install", "enable", "disable", "remove", "new")
CONSENT = "A plugin can do whatever this program can: read and write your files, and use the network."

EPILOG = """\
list                       all plugins, whether they are used, and if not, why
check NAME|FOLDER          read the manifest; of an enabled plugin also measure what each sampler keeps of the protocol
install FILE.zip|FOLDER    copy a plugin to yours; none of its code is run, and nothing else is installed
enable NAME                show author, SHA-256 and files, and use it from now on: this command is your consent
disable NAME, remove NAME  use it no longer; take it off the disk
new NAME                   write the folder ./NAME: a working plugin with its own test

Plugins that come with Reverie are enabled unless you disable them. --safe-mode uses none."""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("action", metavar="ACTION", help=", ".join(ACTIONS))
    parser.add_argument("plugin", nargs="?", default="", metavar="NAME|FILE|FOLDER")
    parser.add_argument("--i-know", action="store_true", help="enable: although it fails the conformance test")
    parser.add_argument("--json", action="store_true", help="list: one plugin a line, as JSON")


def _run(flags: Namespace, session: Session) -> int:
    work = _WORKS.get(flags.action)
    if work is None:
        raise InvalidField("action", f"'{flags.action[:40]}' is not known. Use one of: {', '.join(ACTIONS)}.")
    if flags.action != "list" and not flags.plugin:
        raise InvalidField("plugin", f"Say which plugin: reverie plugins {flags.action} NAME.")
    return work(flags, session)


def _store() -> PluginStore:
    return plugin_host().store


def _list(flags: Namespace, session: Session) -> int:
    for entry in _store().entries():
        manifest = entry.manifest
        if flags.json:
            session.console.record(
                {
                    "id": entry.id,
                    "name": entry.name,
                    "version": manifest.version if manifest else "",
                    "state": entry.state.value,
                    "adds": manifest.adds if manifest else "",
                    "sentence": entry.sentence,
                    "folder": str(entry.folder),
                    "bundled": entry.bundled,
                }
            )
            continue
        version = f" {manifest.version}" if manifest else ""
        session.console.say(f"{entry.id:<20}{entry.state.value:<13}{entry.name}{version}")
        for line in (f"adds {manifest.adds}" if manifest else "", entry.sentence):
            if line:
                session.console.say(f"{'':20}{line}")
    return 0


def _check(flags: Namespace, session: Session) -> int:
    folder = Path(flags.plugin).expanduser()
    if folder.is_dir():
        manifest = read_manifest(folder)
        session.console.say(f"{manifest.name} {manifest.version}: its manifest is good. It adds {manifest.adds}.")
        sentence = manifest.incompatible()
        if sentence:
            raise StudioError(sentence)
        return 0
    entry = _store().entry(flags.plugin)
    if entry.state is not PluginState.ENABLED:
        raise StudioError(
            f"{entry.name} is {entry.state.value}. {entry.sentence} Enable it to have it measured.".strip()
        )
    return 0 if _passes(entry.id, session) else 1


def _passes(plugin: str, session: Session) -> bool:
    """Measure every sampler of an enabled plugin and tell; whether all is as it should be."""
    from studio.plugin.conformance import conformance

    reports = [conformance(sampler) for sampler in plugin_host().loaded(plugin).samplers]
    for report in reports:
        for line in report_lines(report):
            session.console.say(line)
    return all(report.passed for report in reports)


def _install(flags: Namespace, session: Session) -> int:
    entry = _store().install(Path(flags.plugin).expanduser())
    session.console.say(f"{entry.name} is installed in {entry.folder}, and not used yet.")
    session.console.say(f"Look at it, then: reverie plugins enable {entry.id}")
    return 0


def _enable(flags: Namespace, session: Session) -> int:
    store = _store()
    entry, files = store.entry(flags.plugin), store.files(flags.plugin)
    for line in facts(entry, files):
        session.console.say(line)
    session.console.say(CONSENT)
    store.enable(entry.id, files.digest, i_know=flags.i_know)
    try:
        good = _passes(entry.id, session)
    except StudioError:
        store.disable(entry.id)
        raise
    if not good and not flags.i_know:
        store.disable(entry.id)
        raise StudioError(
            f"{entry.name} fails the test above, so it was not enabled. Add --i-know to use it all the same."
        )
    session.console.say(f"{entry.name} is enabled.")
    return 0


def _disable(flags: Namespace, session: Session) -> int:
    session.console.say(f"{_store().disable(flags.plugin).name} is disabled.")
    return 0


def _remove(flags: Namespace, session: Session) -> int:
    store = _store()
    name = store.entry(flags.plugin).name
    store.remove(flags.plugin)
    session.console.say(f"{name} is removed.")
    return 0


def _new(flags: Namespace, session: Session) -> int:
    folder = write_skeleton(Path(flags.plugin))
    session.console.say(f"{folder} is a working plugin. Try it: reverie plugins install {folder}")
    return 0


_WORKS: Mapping[str, Callable[[Namespace, Session], int]] = {
    "list": _list,
    "check": _check,
    "install": _install,
    "enable": _enable,
    "disable": _disable,
    "remove": _remove,
    "new": _new,
}

COMMAND = Command(
    "List, check, install, enable, disable and remove plugins, or begin a new one.", _configure, _run, EPILOG
)
