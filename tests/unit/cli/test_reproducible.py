"""The same recipe in two processes gives the same pixels."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.cli.processes import ask


@pytest.mark.parametrize("sampler", ["ddim", "ddpm"])
def test_two_processes_give_the_same_pixels(tmp_path: Path, sampler: str) -> None:
    flags = ("--prompt", "red apple, 3d style", "--seed", 7, "--steps", 4, "--sampler", sampler, "--json")
    hashes = []
    for place in ("one", "two"):
        answer = ask(tmp_path / "home", "generate", *flags, "--out", tmp_path / place)
        assert answer.returncode == 0
        events = [json.loads(line) for line in answer.stdout.splitlines()]
        hashes += [event["pixels"] for event in events if event["event"] == "image_ready"]
    assert len(hashes) == 2
    assert hashes[0] == hashes[1]
