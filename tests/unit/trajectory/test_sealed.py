"""Sealed trajectories: all of it comes back; what is damaged, cut off, foreign or newer is refused with a sentence."""

from __future__ import annotations

import json
import random
import struct
import time
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import RefusedFile
from studio.job.recording import RecordSettings
from studio.trajectory.packing import DAMAGED, FOREIGN
from studio.trajectory.record import StepState, Trajectory
from studio.trajectory.sealed import SUFFIX, beside, read_header_of, read_sealed, seal
from tests.unit.trajectory.made import header, same, state, tensor, trajectory

HALF_OF_50_STEPS_MAXIMUM = 4 * 1024 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / f"picture{SUFFIX}"


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kept", [range(5), range(0, 5, 3), range(1), range(2, 4)])
def test_a_sealed_trajectory_comes_back(path: Path, dtype: torch.dtype, kept: range) -> None:
    before = trajectory(kept=kept, dtype=dtype)
    seal(before, path)
    assert same(read_sealed(path), before)
    assert read_header_of(path) == before.header


def test_states_of_unlike_precision_and_memory_come_back(path: Path) -> None:
    states = {
        0: state(0),
        1: state(1, torch.float16),
        2: state(2, remembers=False),
        3: state(3),
        4: state(4, torch.float16),
    }
    before = Trajectory(header(), states)
    seal(before, path)
    assert same(read_sealed(path), before)


def test_one_state_does_not_hold_the_memory_of_all(path: Path) -> None:
    seal(trajectory(), path)
    for kept in read_sealed(path).states.values():
        assert kept.x.untyped_storage().nbytes() == kept.x.nbytes


def test_others_can_read_x_and_x0_as_stacks(path: Path) -> None:
    before = trajectory(remembers=False)
    seal(before, path)
    tensors = safetensors.torch.load_file(path)
    assert torch.equal(tensors["x"], torch.cat([tensor(k, 1) for k in range(5)]))
    assert torch.equal(tensors["x0"], torch.cat([tensor(k, 2) for k in range(1, 5)]))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
@pytest.mark.parametrize("fresh_noise", [False, True])
def test_fifty_steps_take_little_space_and_the_estimate_is_right(
    path: Path, dtype: torch.dtype, fresh_noise: bool
) -> None:
    steps, side, states = 50, 64, {}
    for k in range(steps + 1):
        noise = torch.Generator().manual_seed(k if fresh_noise else 0).get_state()
        x0 = tensor(k, 2, dtype, side) if k else None
        states[k] = StepState(k, tensor(k, 1, dtype, side), x0, noise)
    seal(Trajectory(header(steps), states), path)
    size = path.stat().st_size
    if dtype is torch.float16 and not fresh_noise:
        assert size <= HALF_OF_50_STEPS_MAXIMUM
    estimate = RecordSettings("all").bytes_for(steps, (4, side, side), dtype.itemsize, stochastic=fresh_noise)
    assert abs(estimate - size) < 0.02 * size


@pytest.mark.parametrize("mode", ["all", "every", "none"])
def test_the_estimate_knows_what_is_kept(path: Path, mode: Any) -> None:
    settings = RecordSettings(mode, 3)
    kept = [k for k in range(21) if settings.keeps(k, 20)]
    assert settings.kept(20) == len(kept)
    estimate = settings.bytes_for(20, (4, 32, 32), 4)
    if mode == "none":
        assert estimate == 0
        return
    states = {
        k: StepState(k, tensor(k, 1, side=32), tensor(k, 2, side=32) if k else None, state(2 * k).noise_state)
        for k in kept
    }
    seal(Trajectory(header(20), states), path)
    assert abs(estimate - path.stat().st_size) < 0.05 * path.stat().st_size


def refused(path: Path) -> str:
    """The sentence with which a file is refused, both ways of reading, within a second."""
    began = time.monotonic()
    with pytest.raises(RefusedFile) as found:
        read_sealed(path)
    assert time.monotonic() - began < 1.0
    assert found.value.sentence
    return found.value.sentence


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    place = tmp_path_factory.mktemp("good") / f"a{SUFFIX}"
    seal(trajectory(), place)
    return place.read_bytes()


def test_every_flipped_bit_of_the_header_and_many_of_the_data_are_found(path: Path, good: bytes) -> None:
    chance = random.Random(3)
    (length,) = struct.unpack_from("<Q", good)
    places = [*range(0, 8 + length, 7), *(chance.randrange(8 + length, len(good)) for _ in range(300))]
    for place in places:
        damaged = bytearray(good)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        refused(path)


def test_every_truncation_is_found(path: Path, good: bytes) -> None:
    for length in [*range(0, 200, 7), *range(200, len(good), len(good) // 60), len(good) - 1]:
        path.write_bytes(good[:length])
        refused(path)
    path.write_bytes(good + b"\0")
    refused(path)


@given(data=st.binary(max_size=300))
def test_noise_is_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    place = tmp_path_factory.mktemp("noise") / f"a{SUFFIX}"
    place.write_bytes(data)
    refused(place)


def rebuilt(path: Path, good: bytes, **texts: str) -> None:
    """The same tensors with other texts and no matching checksum, unless one is made."""
    path.write_bytes(good)
    tensors = safetensors.torch.load(good)
    (length,) = struct.unpack_from("<Q", good)
    metadata = json.loads(good[8 : 8 + length])["__metadata__"]
    path.write_bytes(safetensors.torch.save(tensors, metadata={**metadata, **texts}))


def forged(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if whoever changed the file had also corrected the checksum."""
    from studio.trajectory import sealed

    monkeypatch.setattr(sealed, "_checksum", lambda metadata, tensors: metadata["checksum"])


def rows(good: bytes) -> list[dict[str, Any]]:
    (length,) = struct.unpack_from("<Q", good)
    return json.loads(json.loads(good[8 : 8 + length])["__metadata__"]["states"])


BAD_STATES: list[Any] = [
    [],
    {},
    "text",
    3,
    None,
    [1],
    [{}],
]


@pytest.mark.parametrize("states", BAD_STATES)
def test_states_of_a_foreign_form_are_refused(
    path: Path, good: bytes, states: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged(monkeypatch)
    rebuilt(path, good, states=json.dumps(states))
    assert refused(path) == DAMAGED


BAD_PLACES = [["x", 99], ["x", -1], ["x", True], ["x", "0"], ["none", 0], [], 3, None, ["x"], [["x"], 0], {"0": "x"}]


@pytest.mark.parametrize("place", BAD_PLACES)
def test_states_that_lie_nowhere_are_refused(
    path: Path, good: bytes, place: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forged(monkeypatch)
    changed = rows(good)
    changed[1]["tensors"]["x"] = place
    rebuilt(path, good, states=json.dumps(changed))
    assert refused(path) == DAMAGED


def test_steps_that_the_run_does_not_have_are_refused(path: Path, good: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    forged(monkeypatch)
    for step in (5, 1, -1, 10**30):
        changed = rows(good)
        changed[2]["step"] = step
        rebuilt(path, good, states=json.dumps(changed))
        assert refused(path) == DAMAGED
    rebuilt(path, good, states="[" * 100_000)
    assert refused(path) == DAMAGED


def test_other_safetensors_files_are_foreign(path: Path) -> None:
    safetensors.torch.save_file({"weight": torch.ones(3)}, path)
    assert refused(path) == FOREIGN
    with pytest.raises(RefusedFile, match=FOREIGN):
        read_header_of(path)


def test_newer_files_ask_for_an_update(path: Path, good: bytes) -> None:
    (length,) = struct.unpack_from("<Q", good)
    text = json.loads(good[8 : 8 + length])["__metadata__"]["header"]
    rebuilt(path, good, header=text.replace('"version": 1, "recipe"', '"version": 9, "recipe"', 1))
    assert "Update Reverie" in refused(path)


def test_what_is_not_there_says_so(path: Path) -> None:
    assert refused(path) == f"The trajectory {path.name} is not there any more."
    path.mkdir()
    refused(path)


def test_a_trajectory_lies_beside_its_picture() -> None:
    assert beside(Path("a/red.apple-7.png")) == Path("a/red.apple-7.trajectory.safetensors")
