"""A tiny project that depends on nothing, with the real bootstrap in it and a real environment made by it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGING = Path(__file__).resolve().parents[3] / "packaging"

LEFT_OUT = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "TMPDIR")

PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "tiny"
version = "1.0"
requires-python = ">=3.11"
dependencies = []

[project.optional-dependencies]
dev = []
"""

# A build backend in a page. It can be slow (to be interrupted) and it can fail, as the files beside it say.
BACKEND = """
import pathlib, time, zipfile

HERE = pathlib.Path(__file__).resolve().parent
TAG = "Tag: py3-none-any\\n"
METADATA = "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\nProvides-Extra: dev\\n"

def build_editable(directory, config_settings=None, metadata_directory=None):
    if (HERE / "fail").exists():
        raise RuntimeError("the backend was told to fail")
    if (HERE / "slow").exists():
        (HERE / "building").write_text("now")
        time.sleep(4)
    files = {
        "tiny.pth": str(HERE),
        "tiny_module.py": "WHOLE = True\\n",
        "tiny-1.0.dist-info/METADATA": METADATA,
        "tiny-1.0.dist-info/WHEEL": "Wheel-Version: 1.0\\nGenerator: tiny\\nRoot-Is-Purelib: true\\n" + TAG,
    }
    record = "".join(f"{name},,\\n" for name in files) + "tiny-1.0.dist-info/RECORD,,\\n"
    with zipfile.ZipFile(pathlib.Path(directory) / "tiny-1.0-py3-none-any.whl", "w") as wheel:
        for name, text in {**files, "tiny-1.0.dist-info/RECORD": record}.items():
            wheel.writestr(name, text)
    return "tiny-1.0-py3-none-any.whl"

def build_wheel(directory, config_settings=None, metadata_directory=None):
    return build_editable(directory)
"""

COMMAND_LINE = """
import os, sys
import tiny_module
print("arguments", sys.argv[1:], "whole", tiny_module.WHOLE, "in", os.getcwd())
sys.exit(int(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].isdigit() else 0)
"""


@dataclass(frozen=True)
class Project:
    """A project folder with its bootstrap."""

    root: Path

    @property
    def environment(self) -> Path:
        return self.root / ".venv"

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, str(self.root / "packaging" / "bootstrap.py"), *arguments]

    def call(self, *arguments: str, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run the bootstrap from another folder, with no display, no index and nothing to read from."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.root.parent,
            env=self.surroundings(env or {}),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )

    def surroundings(self, extra: Mapping[str, str]) -> dict[str, str]:
        """The variables of this process without a display and without a package index, with some more."""
        kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
        return {**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **extra}

    def site_packages(self) -> Path:
        return next(self.environment.glob("lib/python3.*/site-packages"))

    def write(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            (self.root / name).write_text(text, encoding="utf-8")


def make_project(root: Path) -> Project:
    shutil.copytree(PACKAGING, root / "packaging", ignore=shutil.ignore_patterns("__pycache__", "starter_model"))
    project = Project(root)
    project.write({"pyproject.toml": PYPROJECT, "backend.py": BACKEND, "studio/__init__.py": ""})
    project.write({"studio/cli/__init__.py": "", "studio/cli/main.py": COMMAND_LINE, "studio/app.py": COMMAND_LINE})
    return project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A fresh project that nobody has run yet."""
    return make_project(tmp_path / "tiny")


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project that was run once. Tests that break it leave it to be repaired by the next run."""
    project = make_project(tmp_path_factory.mktemp("installed") / "tiny")
    first = project.call("run", "first")
    assert first.returncode == 0, first.stderr
    assert "Making the environment" in first.stderr
    assert "Installed." in first.stderr
    return project
