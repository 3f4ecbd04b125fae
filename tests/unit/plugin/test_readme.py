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
(MANIFEST,) = [text for kind, text in BLOCKS if kind == "toml"]
CODE, CHECK = [text for kind, text in BLOCKS if kind == "python"]
(COMMANDS,) = [text for kind, text in BLOCKS if kind == ""]


@pytest.fixture
def written(tmp_path, monkeypatch) -> Path:
    """The plugin of the README in a folder beside which the commands are called."""
    folder = tmp_path / "midway"
    folder.mkdir()
    (folder / "plugin.toml").write_text(MANIFEST, encoding="utf-8")
    (folder / "midway.py").write_text(CODE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
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
    for line in COMMANDS.splitlines():
        program, *words = shlex.split(line)
        assert program == "reverie"
        words = ["2" if before == "--steps" else word for before, word in zip(["", *words], words, strict=False)]
        assert main(words) == 0, capsys.readouterr().err
    assert "keeps its promises" in capsys.readouterr().out
    assert len(list((own_home / "pictures").glob("*.png"))) == 1


def test_the_table_lists_what_is_there():
    rows = [re.findall(r"`(\w+)`", line) for line in TEXT.splitlines() if line.startswith("| `")]
    folders = sorted(path.parent for path in (ROOT / "plugins").glob("*/plugin.toml"))
    manifests = {manifest.id: [one.name for one in manifest.samplers] for manifest in map(read_manifest, folders)}
    assert {row[0]: row[1:] for row in rows} == manifests
    assert set(manifests) == {entry.id for entry in plugin_host().store.entries()}
    assert {name for row in rows for name in row[1:]} <= {info.name for info in known_methods().samplers.infos()}
