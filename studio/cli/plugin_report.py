"""What is told of a plugin: its facts before it is enabled, and what was measured of its samplers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from studio.plugin.files import PluginFiles
from studio.plugin.store import PluginEntry

if TYPE_CHECKING:
    from studio.plugin.conformance import Report

FILES_SHOWN = 40


def facts(entry: PluginEntry, files: PluginFiles) -> Iterator[str]:
    """Author, licence, digest and files."""
    manifest = entry.manifest
    if manifest is not None:
        yield f"{manifest.name} {manifest.version}, by {', '.join(manifest.authors) or 'nobody who says so'}"
        yield f"licence {manifest.license or 'not said'}, adds {manifest.adds}"
    yield f"folder {entry.folder}"
    yield f"SHA-256 {files.digest}"
    for name, size in files.files[:FILES_SHOWN]:
        yield f"  {size:>9,}  {name}"
    if len(files.files) > FILES_SHOWN:
        yield f"  and {len(files.files) - FILES_SHOWN} more"


def report_lines(report: Report) -> Iterator[str]:
    """The findings on one sampler, for reading."""
    order = "stochastic" if report.order is None else f"order {report.order:g}"
    yield f"{report.sampler}: {order}, {report.calls:g} network calls a step, {report.slower:.1f} times as long as DDIM"
    for finding in report.findings:
        yield f"  {'good' if finding.good else 'BAD '}  {finding.name}{'' if finding.good else ': ' + finding.told}"
    for steps, error in report.errors:
        yield f"        {steps:>4} steps: error {error:.1e}"
