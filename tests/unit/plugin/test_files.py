"""What a user is shown before a plugin runs: every file, and one digest that changes with any of them."""

from __future__ import annotations

import os

import pytest

from studio.errors import RefusedFile
from studio.plugin import files
from studio.plugin.files import look_at
from tests.unit.plugin import kit


def test_files_are_listed_with_their_sizes(tmp_path):
    folder = kit.write(tmp_path)
    (folder / "data").mkdir()
    (folder / "data" / "b.bin").write_bytes(b"123")
    found = look_at(folder)
    assert [name for name, _ in found.files] == ["data/b.bin", "plugin.toml", "sample.py"]
    assert dict(found.files)["data/b.bin"] == 3
    assert len(found.digest) == 64
    assert look_at(folder) == found


def changed(folder) -> dict[str, object]:
    return {
        "another byte": lambda: (folder / "sample.py").write_bytes((folder / "sample.py").read_bytes() + b"#"),
        "another name": lambda: (folder / "sample.py").rename(folder / "simple.py"),
        "one more": lambda: (folder / "more.py").write_bytes(b""),
        "one less": lambda: (folder / "sample.py").unlink(),
        "bytes from one file to the next": lambda: shift(folder),
    }


def shift(folder) -> None:
    (folder / "a").write_bytes(b"xy")
    (folder / "b").write_bytes(b"z")


@pytest.mark.parametrize(
    "change", ["another byte", "another name", "one more", "one less", "bytes from one file to the next"]
)
def test_any_change_changes_the_digest(tmp_path, change):
    folder = kit.write(tmp_path)
    if change.startswith("bytes"):
        (folder / "a").write_bytes(b"x")
        (folder / "b").write_bytes(b"yz")
    before = look_at(folder).digest
    changed(folder)[change]()
    assert look_at(folder).digest != before


def test_what_python_leaves_is_passed_over(tmp_path):
    folder = kit.write(tmp_path)
    before = look_at(folder)
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "sample.cpython-311.pyc").write_bytes(b"x")
    (folder / ".git").mkdir()
    (folder / ".git" / "HEAD").write_bytes(b"x")
    assert look_at(folder) == before


@pytest.mark.parametrize("make", ["link", "link to a folder", "fifo", "dangling"])
def test_links_and_devices_are_refused(tmp_path, make):
    folder = kit.write(tmp_path)
    odd = folder / "odd"
    {
        "link": lambda: odd.symlink_to(folder / "sample.py"),
        "link to a folder": lambda: odd.symlink_to(tmp_path),
        "fifo": lambda: os.mkfifo(odd),
        "dangling": lambda: odd.symlink_to(tmp_path / "gone"),
    }[make]()
    with pytest.raises(RefusedFile, match="holds a link or a device"):
        look_at(folder)


def test_more_than_a_plugin_may_hold(tmp_path, monkeypatch):
    folder = kit.write(tmp_path)
    monkeypatch.setattr(files, "ENTRIES_MAXIMUM", 1)
    with pytest.raises(RefusedFile, match="more than a plugin may"):
        look_at(folder)


def test_a_huge_file_is_not_read(tmp_path, monkeypatch):
    folder = kit.write(tmp_path)
    with (folder / "huge").open("wb") as file:
        file.truncate(files.BYTES_MAXIMUM + 1)
    monkeypatch.setattr(files.Path, "read_bytes", lambda path: pytest.fail("read") if path.name == "huge" else b"")
    with pytest.raises(RefusedFile, match="more than a plugin may"):
        look_at(folder)


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(RefusedFile, match="gone cannot be read: No such file"):
        look_at(tmp_path / "gone")
