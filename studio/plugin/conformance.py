"""Does what a plugin adds keep what its kind promises? Measured, not believed."""

from __future__ import annotations

from pathlib import Path

from studio.plugin.conformance_rule import rule_report
from studio.plugin.conformance_sampler import sampler_report
from studio.plugin.conformance_spacing import spacing_report
from studio.plugin.loader import Loaded, load
from studio.plugin.manifest import read_manifest
from studio.plugin.report import Report
from studio.sampling.grid import Spacing
from studio.sampling.guidance_rule import GuidanceRule
from studio.sampling.info import GuidanceInfo
from studio.sampling.sampler import Sampler


def conformance(method: Sampler | GuidanceRule | Spacing) -> Report:
    """Try everything. Raises nothing that the method raises: that is a finding."""
    if isinstance(method, Spacing):
        return spacing_report(method)
    if isinstance(method.info, GuidanceInfo):
        return rule_report(method)
    return sampler_report(method)


def conformance_of(folder: Path) -> tuple[Report, ...]:
    """Load the plugin in a folder and try all that it adds. Raises `RefusedFile` and `PluginFailure`."""
    return tuple(conformance(method) for method in contributions(load(read_manifest(folder), folder)))


def contributions(loaded: Loaded) -> tuple[Sampler | GuidanceRule | Spacing, ...]:
    """All that a plugin adds, kind by kind."""
    return (*loaded.samplers, *loaded.spacings, *loaded.guidance)
