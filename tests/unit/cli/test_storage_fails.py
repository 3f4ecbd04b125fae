"""No space, no permission: exit code 1, a sentence, nothing half-written, and told before the work where possible."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from studio import storage
from tests.unit.cli.conftest import Program
from tests.unit.cli.processes import ask
from tests.unit.faulty_os import FaultyOs

posix = pytest.mark.skipif(sys.platform == "win32", reason="limits and mounts of POSIX")
FILE_LIMIT = 4096


def full(name: str, real: Any, arguments: tuple[Any, ...]) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullLater(FaultyOs):
    """A disk that is full as soon as something that holds data is written."""

    def __getattr__(self, name: str) -> Any:
        operation = super().__getattr__(name)
        if name != "write":
            return operation
        return lambda descriptor, data: full(name, None, ()) if len(data) else operation(descriptor, data)


def test_a_path_below_a_file_is_told_before_the_work(generate: Program, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for out in (tmp_path / "file" / "below" / "a.png", tmp_path / "file" / "below"):
        answer = generate("--json", "--out", out)
        assert (answer.code, answer.out) == (1, "")
        assert "a part of its path is a file and not a folder" in answer.err


def test_no_permission_is_told_before_the_work(
    generate: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(name: str, real: Any, arguments: tuple[Any, ...]) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(storage, "os", FaultyOs(1, refused))
    answer = generate("--json", "--out", tmp_path)
    assert (answer.code, answer.out) == (1, "")
    assert f"{tmp_path} could not be written: you have no permission" in answer.err


def test_a_disk_that_fills_up_meanwhile(generate: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generate("--steps", 1, "--out", tmp_path / "warm")  # so that the hashes of the model are known
    monkeypatch.setattr(storage, "os", FullLater(-1, full))
    answer = generate("--json", "--preview-every", 1, "--steps", 1, "--out", tmp_path / "out")
    assert answer.code == 1
    kinds = [event["event"] for event in answer.events]
    assert kinds[-3:] == ["decoding", "image_ready", "failed"]
    assert "no space left on the disk" in answer.of_kind("failed")[0]["sentence"]
    assert "path" not in answer.of_kind("preview_ready")[0]
    assert list((tmp_path / "out").iterdir()) == []


@posix
def test_a_system_that_refuses_large_files(tmp_path: Path) -> None:
    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))

    flags = ("--prompt", "red apple", "--seed", 7, "--steps", 1)
    answer = ask(tmp_path / "home", "generate", *flags, "--out", tmp_path / "out", before=limit)
    assert (answer.returncode, answer.stdout) == (1, "")
    assert "the file is too large for this disk" in answer.stderr
    assert list((tmp_path / "out").iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 16 kB, where this user may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("only an administrator can mount a disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@posix
def test_a_disk_that_is_really_full(generate: Program, small_disk: Path) -> None:
    answer = generate("--out", small_disk / "a.png")
    assert (answer.code, answer.out) == (1, "")
    assert "there is no space left on the disk" in answer.err
    assert list(small_disk.iterdir()) == []


@posix
def test_results_that_cannot_be_written(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    for words in (["samplers"], ["--help"], ["models", "--json"]):
        with Path("/dev/full").open("w") as nowhere:
            answer = subprocess.run(
                [sys.executable, "-m", "studio.cli.main", *words],
                stdout=nowhere, stderr=subprocess.PIPE, encoding="utf-8", check=False,
                cwd=Path(__file__).resolve().parents[3], env={**os.environ, "PYTHONUNBUFFERED": ""},
            )  # fmt: skip
        assert answer.returncode == 1
        assert answer.stderr == "reverie: The system refused something: No space left on device.\n"
