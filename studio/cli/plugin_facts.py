"""What is told of a plugin on the command line: before it is trusted, and after what it adds was tried."""

from __future__ import annotations

import math

from studio.plugin.files import PluginFiles
from studio.plugin.report import Report
from studio.plugin.store import PluginEntry

WARNING = "A plugin is a program: it can do whatever Reverie can, with all your files. Enable only what you trust."
FILES_SHOWN = 20
STATE_WIDTH = 13


def entry_lines(entry: PluginEntry) -> list[str]:
    """One plugin in the list."""
    version = entry.manifest.version if entry.manifest else "?"
    adds = f"adds {entry.manifest.adds}" if entry.manifest else ""
    lines = [f"{entry.state.value:<{STATE_WIDTH}}{entry.id} {version}  {adds}".rstrip()]
    if entry.sentence:
        lines.append(f"{'':{STATE_WIDTH}}{entry.sentence}")
    return [*lines, f"{'':{STATE_WIDTH}}{entry.folder}"]


def fact_lines(entry: PluginEntry, files: PluginFiles) -> list[str]:
    """What somebody should read before enabling it."""
    manifest = entry.manifest
    lines = [f"{entry.name} {manifest.version if manifest else ''}".strip()]
    if manifest is not None:
        told = {
            "about": manifest.description,
            "by": ", ".join(manifest.authors) or "somebody who does not say",
            "licence": manifest.license,
            "at": manifest.homepage,
            "adds": manifest.adds,
        }
        lines += [f"  {name:<9}{text}" for name, text in told.items() if text]
    lines += [f"  {'state':<9}{entry.state.value}. {entry.sentence}".rstrip(), f"  {'folder':<9}{entry.folder}"]
    lines.append(f"  {'SHA-256':<9}{files.digest}")
    lines += [f"  {'file':<9}{name}, {size:,} bytes" for name, size in files.files[:FILES_SHOWN]]
    more = len(files.files) - FILES_SHOWN
    return [*lines, f"  {'':<9}and {more} more files"] if more > 0 else lines


def entry_data(entry: PluginEntry, files: PluginFiles | None = None) -> dict[str, object]:
    """A plugin as plain data, with its files if they were read."""
    manifest = entry.manifest
    found: dict[str, object] = {
        "id": entry.id,
        "name": entry.name,
        "version": manifest.version if manifest else None,
        "authors": list(manifest.authors) if manifest else [],
        "description": manifest.description if manifest else "",
        "adds": [part.name for part in manifest.contributions] if manifest else [],
        "state": entry.state.value,
        "sentence": entry.sentence,
        "bundled": entry.bundled,
        "folder": str(entry.folder),
    }
    if files is not None:
        found |= {"sha256": files.digest, "files": [{"name": name, "bytes": size} for name, size in files.files]}
    return found


def report_lines(report: Report) -> list[str]:
    """How a method did."""
    lines = [f"{report.name}: {'keeps its promises' if report.passed else 'breaks a promise'}"]
    lines += [
        f"  {'yes' if finding.good else 'NO':<5}{finding.name}{_why(finding.told)}" for finding in report.findings
    ]
    if report.kind == "sampler":
        order = "none, it draws noise" if report.order is None else f"{report.order:.2f}"
        lines.append(f"  order {order}; {_number(report.calls)} network calls a step")
    if report.kind == "guidance rule":
        own = f"{_number(report.calls)} network calls of its own a step"
        lines.append(
            f"  {own}; {_number(report.slower)} times as long as classifier-free guidance, the network left out"
        )
    return lines


def broken_promise(report: Report) -> str:
    """What did not do what it should, for a sentence."""
    return f"{report.name} does not keep what a {report.kind} promises"


def _why(told: str) -> str:
    return "" if told == "good" else f": {told}"


def _number(value: float) -> str:
    return f"{value:.3g}" if math.isfinite(value) else "an unknown number of"
