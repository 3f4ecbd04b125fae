"""What plugins/README.md says is done here, block by block."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from studio.cli.main import main
from studio.plugin.home import known_methods, plugin_host
from studio.plugin.manifest import read_manifest

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "plugins" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
MANIFEST, CALM_MANIFEST = [text for kind, text in BLOCKS if kind == "toml"]
CODE, CALM_CODE, CHECK = [text for kind, text in BLOCKS if kind == "python"]
BUNDLED_COMMANDS, COMMANDS, CALM_COMMANDS = [text for kind, text in BLOCKS if kind == ""]


@pytest.fixture
def written(tmp_path, monkeypatch) -> Path:
    """The plugin of the README in a folder beside which the commands are called."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path / "midway", MANIFEST, CODE)


def write(folder: Path, manifest: str, code: str) -> Path:
    folder.mkdir()
    (folder / "plugin.toml").write_text(manifest, encoding="utf-8")
    (folder / f"{folder.name}.py").write_text(code, encoding="utf-8")
    return folder


def test_the_sampler_has_twenty_lines():
    begin = CODE.index("class ")
    assert len([line for line in CODE[begin:].splitlines() if line]) <= 20


def test_its_check_passes_and_can_fail(written):
    run = [sys.executable, "-c", CHECK]
    assert subprocess.run(run, env=environment(), check=False).returncode == 0
    spoiled = CODE.replace("level.ratio + next_level.ratio) / 2", "level.ratio + next_level.ratio) / 2.2")
    assert spoiled != CODE
    (written / "midway.py").write_text(spoiled, encoding="utf-8")
    assert subprocess.run(run, env=environment(), check=False, capture_output=True).returncode == 1


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "", "OMP_NUM_THREADS": "1"}


def test_its_commands_make_a_picture(written, own_home, capsys):
    call(COMMANDS, capsys)
    assert "midway: keeps its promises" in capsys.readouterr().out
    assert len(list((own_home / "pictures").glob("*.png"))) == 1


def call(commands: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every line, with two steps where pictures are made."""
    for line in commands.splitlines():
        program, *words = shlex.split(line)
        assert program == "reverie"
        few = ["--steps", "2"] if words[0] == "generate" else []
        assert main([*words, *few]) == 0, capsys.readouterr().err


def test_the_guidance_rule_and_the_spacing_make_a_picture(tmp_path, monkeypatch, own_home, capsys):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "calm", CALM_MANIFEST, CALM_CODE)
    call(CALM_COMMANDS, capsys)
    told = capsys.readouterr().out
    assert "fading: keeps its promises" in told
    assert "angles: keeps its promises" in told
    assert len(list((own_home / "pictures").glob("*.png"))) == 1


def test_the_bundled_rules_make_pictures(own_home, capsys):
    call(BUNDLED_COMMANDS, capsys)
    assert len(list((own_home / "pictures").glob("*.png"))) == 2


def test_the_table_lists_what_is_there():
    rows: list[list[str]] = []
    for line in TEXT.splitlines():
        if line.startswith("| `"):
            rows.append(re.findall(r"`(\w+)`", line))
        elif line.startswith("| |"):  # goes on with the plugin above
            rows[-1] += re.findall(r"`(\w+)`", line)
    folders = sorted(path.parent for path in (ROOT / "plugins").glob("*/plugin.toml"))
    manifests = {manifest.id: [one.name for one in manifest.contributions] for manifest in map(read_manifest, folders)}
    assert {row[0]: row[1:] for row in rows} == manifests
    assert set(manifests) == {entry.id for entry in plugin_host().store.entries()}
    known = {
        info.name for registry in (known_methods().samplers, known_methods().guidance) for info in registry.infos()
    }
    assert {name for row in rows for name in row[1:]} <= known
