"""The same recipe in two processes gives the same pixels."""

from __future__ import annotations

import json
from pathlib import Path

from tests.unit.cli.processes import ask


def test_two_processes_give_the_same_pixels(tmp_path: Path) -> None:
    flags = ("--prompt", "red apple, 3d style", "--seed", 7, "--steps", 4, "--sampler", "ddpm", "--count", 2, "--json")
    hashes = []
    for place in ("one", "two"):
        answer = ask(tmp_path / "home", "generate", *flags, "--out", tmp_path / place)
        assert answer.returncode == 0
        events = [json.loads(line) for line in answer.stdout.splitlines()]
        hashes.append([event["pixels"] for event in events if event["event"] == "image_ready"])
    assert len(set(hashes[0])) == 2
    assert hashes[0] == hashes[1]
