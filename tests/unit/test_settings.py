"""Settings: what is saved comes back, and no file whatever stops the program or makes a good one disappear."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from studio import settings, storage
from studio.errors import StorageError
from studio.settings import Settings, load, save
from tests.unit.faulty_os import FaultyOs, no_fault

CHANGED = Settings(
    recipe='{"version": 1}',
    form={"prompt": "é 🍎", "options": {"ddim": {"eta": 0.5}}},
    window_geometry="AdnQywAD",
    splitters={"main": (304, 700, 240)},
    workspace="inpaint",
    painting_name="cat.png",
    brush={"size": 12.0},
    overlay={"colour": "hatch"},
    theme="light",
    ui_scale=125,
    pictures_folder="/home/somebody/Pictures",
    model_folders=("/models/a", "/models/b"),
    preview_decoder="full",
    preview_kind="x",
    record_mode="every",
    record_every=7,
    record_limit_gb=3,
    hints_seen=1,
    device="cpu",
    precision="bfloat16",
    reduced_motion=True,
    track={"fps": 8.0},
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def put(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())


def names(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


def test_the_first_start(path: Path) -> None:
    assert load(path) == (Settings(), ())
    assert not path.parent.exists()


def test_what_is_saved_comes_back(path: Path) -> None:
    save(path, CHANGED)
    assert load(path) == (CHANGED, ())


def test_every_field_differs_in_this_test() -> None:
    same = {"version"}
    plain = Settings()
    assert {name for name in Settings.model_fields if getattr(plain, name) == getattr(CHANGED, name)} == same


def test_a_changed_copy() -> None:
    changed = CHANGED.with_(record_every=9, splitters={"a": [1, 2]})
    assert (changed.record_every, changed.splitters, changed.theme) == (9, {"a": (1, 2)}, "light")
    assert CHANGED.record_every == 7
    with pytest.raises(ValidationError):
        CHANGED.with_(theme="pink")
    with pytest.raises(ValidationError):
        CHANGED.record_every = 5


def test_the_generation_before_is_kept(path: Path) -> None:
    for limit in (1, 2, 3):
        save(path, Settings(record_limit_gb=limit))
    save(path, Settings(record_limit_gb=3))
    put(path, b"{")
    found, notices = load(path)
    assert found.record_limit_gb == 2
    assert notices == (
        "The settings in settings.json were damaged. The file is kept as settings.json.damaged-1.",
        "The last good settings are used instead.",
    )
    assert names(path) == {"settings.json.previous", "settings.json.damaged-1"}
    assert path.with_name("settings.json.damaged-1").read_bytes() == b"{"


def test_a_damaged_file_does_not_become_the_previous_generation(path: Path) -> None:
    for limit in (1, 2):
        save(path, Settings(record_limit_gb=limit))
    put(path, b"\0" * 100)
    save(path, Settings(record_limit_gb=3))
    put(path, b"")
    assert load(path)[0].record_limit_gb == 1


def test_both_generations_damaged(path: Path) -> None:
    for limit in (1, 2):
        save(path, Settings(record_limit_gb=limit))
    for file in path.parent.iterdir():
        file.write_bytes(b"[]")
    found, notices = load(path)
    assert found == Settings()
    assert notices[-1] == "The default settings are used instead."
    assert names(path) == {"settings.json.damaged-1", "settings.json.previous.damaged-1"}


def test_each_damaged_file_is_kept(path: Path) -> None:
    for number in range(1, 4):
        put(path, b"%d" % number)
        load(path)
        assert path.with_name(f"settings.json.damaged-{number}").read_bytes() == b"%d" % number


def test_a_missing_file_beside_a_previous_one(path: Path) -> None:
    for limit in (1, 2):
        save(path, Settings(record_limit_gb=limit))
    path.unlink()
    found, notices = load(path)
    assert found.record_limit_gb == 1
    assert "was missing" in notices[0]


DAMAGED = {
    "empty": b"",
    "cut": b'{"record_limit_gb": 4',
    "list": b"[1]",
    "number": b"7",
    "no text": b"\xff\xfe{}",
    "half a character": b'{"new": "\\ud800"}',
    "deep": b'{"new": ' + b"[" * 100_000,
    "NaN": b'{"new": NaN}',
    "digits": b'{"new": ' + b"1" * 10_000 + b"}",
    "too large": b'{"new": "' + b"x" * settings.BYTES_MAXIMUM + b'"}',
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_files_are_set_aside(path: Path, name: str) -> None:
    put(path, DAMAGED[name])
    found, notices = load(path)
    assert found == Settings()
    assert len(notices) == 2
    assert names(path) == {"settings.json.damaged-1"}
    assert load(path) == (Settings(), ())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("theme", "pink"),
        ("ui_scale", 1000),
        ("ui_scale", "100"),
        ("record_every", 1),
        ("record_limit_gb", True),
        ("record_limit_gb", 1.5),
        ("reduced_motion", 1),
        ("splitters", {"main": [-1]}),
        ("splitters", [1, 2]),
        ("model_folders", "/models"),
        ("model_folders", [""]),
        ("device", None),
        ("recipe", 7),
        ("form", []),
        ("version", 0),
    ],
)
def test_a_bad_value_becomes_its_default(path: Path, key: str, value: Any) -> None:
    put(path, {**json.loads(CHANGED.text()), key: value})
    found, notices = load(path)
    assert getattr(found, key) == getattr(Settings(), key)
    others = set(Settings.model_fields) - {key}
    assert all(getattr(found, name) == getattr(CHANGED, name) for name in others)
    assert notices == (f"These settings were not understood and are back at their defaults: {key}.",)
    assert path.exists()


def test_unknown_keys_survive(path: Path) -> None:
    put(path, {"version": 2, "tomorrow": {"a": [1, None, "é"]}, "text": "no method", "record_limit_gb": 3})
    found, notices = load(path)
    assert notices == ()
    save(path, found.with_(record_limit_gb=5))
    again = json.loads(path.read_text())
    assert again["tomorrow"] == {"a": [1, None, "é"]}
    assert again["text"] == "no method"
    assert (again["version"], again["record_limit_gb"]) == (2, 5)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from([*Settings.model_fields, "model_config", "with_", "__class__", "x"]) | st.text(max_size=5)


@given(st.dictionaries(KEYS, JSON, max_size=6))
def test_no_object_stops_the_program(tmp_path_factory: pytest.TempPathFactory, data: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("any") / "settings.json"
    put(path, data)
    found, _ = load(path)
    save(path, found)
    assert load(path) == (found, ())
    saved = json.loads(path.read_text())
    assert {key: saved[key] for key in data if key not in Settings.model_fields} == {
        key: value for key, value in data.items() if key not in Settings.model_fields
    }


@given(st.binary(max_size=60))
def test_no_bytes_stop_the_program(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "settings.json"
    put(path, data)
    load(path)


def test_a_file_that_cannot_be_read_or_moved(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.mkdir(parents=True)
    found, notices = load(path)
    assert found == Settings()
    assert "could not be read" in notices[0]
    path.rmdir()

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    put(path, b"{")
    monkeypatch.setattr(os, "rename", refuse)
    found, notices = load(path)
    assert found == Settings()
    assert "could not be set aside" in notices[0]


def test_failing_saves_lose_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counting = FaultyOs(-1, no_fault)
    for limit in (1, 2):
        save(path, Settings(record_limit_gb=limit))
    with monkeypatch.context() as patch:
        patch.setattr(storage, "os", counting)
        save(path, Settings(record_limit_gb=3))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for k in range(len(counting.log)):
        for limit in (1, 2):
            save(path, Settings(record_limit_gb=limit))
        with monkeypatch.context() as patch:
            patch.setattr(storage, "os", FaultyOs(k, full))
            try:
                save(path, Settings(record_limit_gb=3))
            except StorageError:
                assert load(path)[0].record_limit_gb in (2, 3)
        assert load(path)[1] == ()


def test_an_equal_save_keeps_both_generations(path: Path) -> None:
    for limit in (1, 2, 2, 2):
        save(path, Settings(record_limit_gb=limit))
    assert json.loads(path.with_name("settings.json.previous").read_text())["record_limit_gb"] == 1
