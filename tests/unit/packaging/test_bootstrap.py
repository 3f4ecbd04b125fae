"""The bootstrap as a user meets it: real processes, a real environment, a project without dependencies."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="needs signals")
linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has such needs")


def test_arguments_exit_code_and_folder_are_passed_on(installed):
    done = installed.call("run", "7", "two words", "--flag")
    assert done.returncode == 7
    assert done.stdout == f"arguments ['7', 'two words', '--flag'] whole True in {installed.root.parent}\n"


def test_an_installed_project_starts_without_a_word(installed):
    installed.call("run", "again")
    before = (installed.environment / "install.log").stat().st_mtime_ns
    assert installed.call("run", "again").stderr == ""
    assert (installed.environment / "install.log").stat().st_mtime_ns == before


def test_a_changed_project_file_installs_again_and_keeps_the_environment(installed):
    marker = installed.environment / "marker"
    marker.write_text("stays")
    with open(installed.root / "pyproject.toml", "a", encoding="utf-8") as file:
        file.write("\n# changed\n")
    assert "Installed." in installed.call("run", "x").stderr
    assert installed.call("run", "x").stderr == ""
    assert marker.exists()


def test_extras_are_only_added(installed):
    grow = "from pathlib import Path; from environment import Environment; Environment(Path({!r})).ensure({})"
    for extras in ("'dev'", ""):
        code = grow.format(str(installed.root), extras)
        subprocess.run([sys.executable, "-c", code], cwd=installed.root / "packaging", check=True, capture_output=True)
        stamp = json.loads((installed.environment / "reverie-stamp.json").read_text(encoding="utf-8"))
        assert stamp["extras"] == ["dev"]
    assert installed.call("run", "x").stderr == ""


def test_a_half_written_package_is_written_again(installed):
    (installed.environment / "reverie-stamp.json").unlink()
    (installed.site_packages() / "tiny_module.py").write_text("")
    (installed.site_packages() / "~iny").mkdir()
    done = installed.call("run", "x")
    assert "whole True" in done.stdout
    assert not (installed.site_packages() / "~iny").exists()


@pytest.mark.parametrize("damage", ["no python", "half made", "no pip"])
def test_a_broken_environment_is_made_again(installed, damage):
    if damage == "no python":
        for path in (installed.environment / "bin").glob("python*"):
            path.unlink()
    elif damage == "half made":
        shutil.rmtree(installed.environment)
        installed.environment.mkdir()
        (installed.environment / "pyvenv.cfg").write_text("home = nowhere\n")
    else:
        (installed.environment / "reverie-stamp.json").unlink()
        (installed.site_packages() / "pip" / "__main__.py").unlink()
    done = installed.call("run", "x")
    assert done.returncode == 0, done.stderr
    assert "does not work" in done.stderr
    assert "whole True" in done.stdout


def start_building(project) -> subprocess.Popen[str]:
    """Start a run that is in the middle of its installation when this returns."""
    (project.environment / "reverie-stamp.json").unlink(missing_ok=True)
    (project.root / "building").unlink(missing_ok=True)
    (project.root / "slow").write_text("please")
    running = subprocess.Popen(
        project.command("run", "x"),
        env=project.surroundings({}),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while not (project.root / "building").exists():
        assert time.monotonic() < end, "the installation did not begin"
        time.sleep(0.02)
    (project.root / "slow").unlink()
    return running


@posix
def test_after_a_kill_the_next_run_waits_for_the_orphan_and_ends_well(installed):
    running = start_building(installed)
    running.kill()
    running.communicate()
    done = installed.call("run", "x")
    assert "Another installation is under way" in done.stderr
    assert done.returncode == 0
    assert not (installed.environment / "unpacking").exists()
    assert "whole True" in done.stdout


@posix
def test_control_c_is_a_sentence_and_130(installed):
    running = start_building(installed)
    os.killpg(running.pid, signal.SIGINT)
    told = running.communicate()[1]
    assert running.returncode == 130
    assert "Stopped." in told
    assert "Traceback" not in told
    assert installed.call("run", "x").returncode == 0


def test_a_failed_installation_shows_the_end_of_its_log(installed):
    (installed.environment / "reverie-stamp.json").unlink(missing_ok=True)
    (installed.root / "fail").write_text("please")
    done = installed.call("run", "x")
    (installed.root / "fail").unlink()
    assert done.returncode == 1
    assert "the backend was told to fail" in done.stderr
    assert "run the same command again" in done.stderr
    assert "Traceback" not in done.stderr.splitlines()[-1]
    assert "arguments" not in done.stdout
    assert installed.call("run", "x").returncode == 0


@linux
def test_no_display_is_a_sentence_before_anything_is_made(project):
    for extra in ({}, {"QT_QPA_PLATFORM": "xcb"}, {"QT_QPA_PLATFORM": "wayland"}):
        done = project.call("run", env=extra)
        assert done.returncode == 1
        assert "no display" in done.stderr
        assert "Traceback" not in done.stderr
    assert not project.environment.exists()


def test_without_a_display_the_offscreen_window_starts(installed):
    done = installed.call("run", env={"QT_QPA_PLATFORM": "offscreen"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("arguments []")


@linux
def test_a_missing_library_is_named_with_the_command(installed):
    if shutil.which("ldd") is None:
        pytest.skip("no ldd")
    installed.call("run", "x")
    qt = installed.site_packages() / "PySide6"
    qt.mkdir()
    library_that_needs(b"libq.so.6", qt / "QtCore.abi3.so")
    done = installed.call("run", env={"QT_QPA_PLATFORM": "offscreen"})
    shutil.rmtree(qt)
    assert done.returncode == 1
    assert "is missing: libq.so.6" in done.stderr
    assert "Install it with" in done.stderr
    assert "arguments" not in done.stdout


def library_that_needs(name: bytes, path: Path) -> None:
    """A real library whose need of the C library was renamed to one that no system has."""
    import _ctypes

    content = Path(_ctypes.__file__).read_bytes()
    assert content.count(b"\0libc.so.6\0") >= 1
    path.write_bytes(content.replace(b"\0libc.so.6\0", b"\0" + name + b"\0"))


def test_a_python_without_venv_is_told_what_to_install(project, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n")
    done = project.call("run", "x", env={"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert "This Python has no `venv`" in done.stderr
    assert "Traceback" not in done.stderr
    assert not project.environment.exists()


def test_any_old_python_can_read_the_door(project):
    source = (project.root / "packaging" / "bootstrap.py").read_text(encoding="ascii")
    ast.parse(source, feature_version=(3, 4))
    assert "__future__" not in source


def old_pythons() -> list[str]:
    """Those of the machine that really start; a shim of a version switcher may not."""
    found = [path for name in ("python2.7", "python3.6", "python3.8", "python3.10") if (path := shutil.which(name))]
    return [path for path in found if subprocess.run([path, "-c", ""], capture_output=True).returncode == 0]


@pytest.mark.parametrize("python", [*old_pythons(), "pretended"])
def test_an_old_python_is_told_so(project, python):
    script = str(project.root / "packaging" / "bootstrap.py")
    pretend = f"import runpy, sys; sys.version_info = (3, 8, 1); runpy.run_path({script!r}, run_name='__main__')"
    command = [sys.executable, "-c", pretend] if python == "pretended" else [python, script, "run"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("Reverie needs Python 3.11 or newer; this is Python ")
    assert len(done.stderr.splitlines()) == 1


def test_a_python_that_is_too_new_is_told_so(project):
    text = (project.root / "pyproject.toml").read_text(encoding="utf-8")
    this = sys.version_info[1]
    project.write({"pyproject.toml": text.replace('">=3.11"', f'">=3.11,<3.{this}"')})
    done = project.call("run", "x")
    assert done.returncode == 1
    assert f"this is Python 3.{this}" in done.stderr
    assert not project.environment.exists()


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), ([], 2), (["walk"], 2)])
def test_usage(project, arguments, code):
    done = project.call(*arguments)
    assert done.returncode == code
    assert "bootstrap.py run" in done.stdout + done.stderr
