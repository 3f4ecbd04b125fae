"""Folders: where they are, that one variable moves them all, that asking makes none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import studio
from studio import paths
from studio.errors import StudioError

FOLDERS = (paths.config, paths.data, paths.cache, paths.pictures)


def test_one_variable_moves_everything(own_home: Path) -> None:
    assert [folder() for folder in FOLDERS] == [own_home / name for name in ("config", "data", "cache", "pictures")]
    assert paths.settings_file() == own_home / "config" / "settings.json"


def test_asking_makes_no_folder(own_home: Path) -> None:
    for folder in (*FOLDERS, paths.settings_file):
        folder()
    assert not list(own_home.iterdir())


def test_a_relative_home_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(paths.HOME_VARIABLE, "here")
    assert paths.data() == tmp_path / "here" / "data"
    monkeypatch.setenv(paths.HOME_VARIABLE, "~/there")
    assert paths.data() == Path.home() / "there" / "data"


@pytest.mark.parametrize("value", ["", "  "])
def test_without_the_variable_the_system_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, value: str) -> None:
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_PICTURES_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(paths.HOME_VARIABLE, value)
    assert all(folder().is_absolute() and "Reverie" in folder().parts for folder in FOLDERS)
    assert len({folder() for folder in (paths.config, paths.cache, paths.pictures)}) == 3
    if sys.platform == "linux":
        assert paths.pictures() == tmp_path / "Pictures" / "Reverie"
    assert not list(tmp_path.iterdir())


def test_resources_of_a_checkout() -> None:
    assert paths.resources() == Path(studio.__file__).resolve().parents[1] / "resources"
    assert (paths.starter_model() / "model_index.json").is_file()


def installed(tmp_path: Path) -> Path:
    """A package folder as pip lays it out, without resources yet."""
    package = tmp_path / "site" / "studio"
    package.mkdir(parents=True)
    for name in ("__init__.py", "errors.py", "paths.py"):
        shutil.copy(Path(studio.__file__).parent / name, package)
    return package


def resources_of(package: Path) -> str:
    script = "from studio import paths\ntry: print(paths.resources())\nexcept Exception as e: print(repr(e))"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=package.parent, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_resources_of_an_installed_package(tmp_path: Path) -> None:
    package = installed(tmp_path)
    (package / "_resources" / "models").mkdir(parents=True)
    (package.parent / "resources" / "models").mkdir(parents=True)  # somebody else's
    assert resources_of(package) == str(package / "_resources")


def test_missing_resources_are_said(tmp_path: Path) -> None:
    package = installed(tmp_path)
    said = resources_of(package)
    assert said.startswith(StudioError.__name__)
    assert "Install Reverie again." in said
