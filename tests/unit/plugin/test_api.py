"""What authors import: changing this list is a new version of the interface."""

from __future__ import annotations

from studio.plugin import api
from studio.plugin.manifest import API_MAJOR, API_MINOR

NAMES = {
    "1.0": """CLEAN Denoiser GuidanceContext GuidanceInfo GuidanceRule Memory NoiseLevel NoiseSchedule Option
    OptionValue Prediction Run Sampler SamplerInfo Spacing SpacingInfo Step TimestepGrid network_output prediction"""
}


def test_the_names_are_those_of_this_version():
    assert sorted(api.__all__) == sorted(NAMES[f"{API_MAJOR}.{API_MINOR}"].split())
    assert all(hasattr(api, name) for name in api.__all__)
