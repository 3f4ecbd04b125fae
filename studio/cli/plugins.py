"""`reverie plugins`: what others have written for the studio, read before it is trusted and run when it is enabled."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path

from studio.cli import plugin_facts, values
from studio.cli.command import Command, Session
from studio.cli.plugin_template import write_plugin
from studio.errors import InvalidField, PluginFailure
from studio.plugin.home import plugin_host
from studio.plugin.report import report_data
from studio.plugin.store import PluginEntry, PluginState

EPILOG = """\
  list            the plugins there are, with their state
  check PLUGIN    what a plugin says of itself; of an enabled one also whether it keeps its promises
  install FILE    a zip or a folder; nothing of it is run
  enable PLUGIN   use it from now on; this is your consent to run it
  disable PLUGIN  use it no longer
  remove PLUGIN   take it off the disk
  new NAME        write the folder ./NAME: a small sampler that works, with its test

A plugin is a program and can do what this one can, so enable only what you trust. Nothing of a plugin is run before
that, and a plugin whose files are others than those you enabled is not run either. 'enable' tries what a plugin adds;
what does not keep the promises of its kind stays off, unless you say --i-know.

Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.

examples:
  reverie plugins new wobble
  reverie plugins install wobble && reverie plugins enable wobble
  reverie generate --prompt "red apple" --sampler wobble"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("action", metavar="ACTION", help=f"one of: {', '.join(ACTIONS)}")
    parser.add_argument(
        "plugin", metavar="PLUGIN|FILE|NAME", nargs="?", type=values.text("plugin", "Plugin"), help="which one"
    )
    parser.add_argument("--i-know", action="store_true", help="enable what does not keep its promises")
    parser.add_argument("--json", action="store_true", help="one plugin a line, as JSON")


def _run(flags: Namespace, session: Session) -> int:
    if flags.action not in ACTIONS:
        raise InvalidField("action", f"'{flags.action[:40]}' is not known. Use one of: {', '.join(ACTIONS)}.")
    if flags.i_know and flags.action != "enable":
        raise InvalidField("i_know", f"'{flags.action}' takes no --i-know. Leave it out.")
    if flags.action == "list":
        if flags.plugin is not None:
            raise InvalidField("plugin", "'list' takes no plugin: it lists them all.")
    elif not flags.plugin:
        raise InvalidField("plugin", f"Say what to {flags.action}. 'reverie plugins --help' tells how.")
    return ACTIONS[flags.action](flags, session)


def _list(flags: Namespace, session: Session) -> int:
    for entry in plugin_host().store.entries():
        if flags.json:
            session.console.record(plugin_facts.entry_data(entry))
        else:
            for line in plugin_facts.entry_lines(entry):
                session.console.say(line)
    return 0


def _check(flags: Namespace, session: Session) -> int:
    host = plugin_host()
    entry = host.store.entry(flags.plugin)
    _tell(entry, flags, session)
    if entry.state is not PluginState.ENABLED:
        usable = entry.manifest is not None and entry.state is not PluginState.INCOMPATIBLE
        if usable:
            session.console.note(f"{entry.name} is not enabled, so nothing of it was run.")
        return 0 if usable else 1
    return 0 if not _broken(entry, flags, session) else 1


def _install(flags: Namespace, session: Session) -> int:
    host = plugin_host()
    entry = host.store.install(Path(flags.plugin).expanduser())
    host.forget(entry.id)
    _tell(entry, flags, session)
    if entry.state is PluginState.INCOMPATIBLE:
        session.console.note(f"Installed, but it cannot be enabled. {entry.sentence}")
    else:
        session.console.note(f"Installed. It is not used before you say 'reverie plugins enable {entry.id}'.")
    return 0


def _enable(flags: Namespace, session: Session) -> int:
    host = plugin_host()
    entry = host.store.entry(flags.plugin)
    files = host.store.files(entry.id)
    _tell(entry, flags, session)
    session.console.note(plugin_facts.WARNING)
    host.store.enable(entry.id, files.digest, i_know=flags.i_know)
    host.forget(entry.id)
    entry = host.store.entry(entry.id)
    if entry.state is not PluginState.ENABLED:  # safe mode
        session.console.note(f"{entry.name} is enabled for the next start. {entry.sentence}")
        return 0
    broken = _broken(entry, flags, session)
    if broken and not flags.i_know:
        sentence = f"{entry.name} stays off: {', '.join(broken)}."
        host.failed(entry.id, PluginFailure(entry.id, f"{sentence} Add --i-know to enable it all the same."))
        session.console.problem(f"{sentence} Add --i-know to enable it all the same.")
        return 1
    session.console.note(f"{entry.name} is enabled.")
    return 0


def _disable(flags: Namespace, session: Session) -> int:
    entry = plugin_host().store.disable(flags.plugin)
    session.console.note(f"{entry.name} is disabled.")
    return 0


def _remove(flags: Namespace, session: Session) -> int:
    store = plugin_host().store
    entry = store.entry(flags.plugin)
    store.remove(entry.id)
    session.console.note(f"{entry.name} was removed.")
    return 0


def _new(flags: Namespace, session: Session) -> int:
    folder = write_plugin(flags.plugin, Path.cwd())
    session.console.say(str(folder))
    session.console.note(
        f"A sampler to begin with. Try it: 'reverie plugins install {folder.name}', then 'reverie plugins enable "
        f"{folder.name}'."
    )
    return 0


def _tell(entry: PluginEntry, flags: Namespace, session: Session) -> None:
    """What there is to know before a plugin is trusted. Raises `RefusedFile`."""
    files = plugin_host().store.files(entry.id)
    if flags.json:
        session.console.record(plugin_facts.entry_data(entry, files))
        return
    for line in plugin_facts.fact_lines(entry, files):
        session.console.say(line)


def _broken(entry: PluginEntry, flags: Namespace, session: Session) -> list[str]:
    """Try all that it adds and tell how it did. Those that break a promise, in words. Imports torch."""
    from studio.plugin.conformance import conformance, contributions
    from studio.plugin.watching import saying_who

    try:
        loaded = plugin_host().loaded(entry.id)
    except PluginFailure as problem:
        if session.debug:
            session.console.detail(problem.detail)
        raise
    broken = []
    for method in contributions(loaded):
        with saying_who(entry.name), plugin_host().watched(entry.id, entry.name):
            report = conformance(method)
        if flags.json:
            session.console.record({"plugin": entry.id, **report_data(report)})
        else:
            for line in plugin_facts.report_lines(report):
                session.console.say(line)
        broken += [] if report.passed else [plugin_facts.broken_promise(report)]
    return broken


ACTIONS: Mapping[str, Callable[[Namespace, Session], int]] = {
    "list": _list,
    "check": _check,
    "install": _install,
    "enable": _enable,
    "disable": _disable,
    "remove": _remove,
    "new": _new,
}

COMMAND = Command("List, check, install and enable plugins, or begin one.", _configure, _run, EPILOG)
