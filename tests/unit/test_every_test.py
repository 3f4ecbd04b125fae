"""The rules that `tests/conftest.py` lays on every test: each is broken once here, in a pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]

CASES = {
    "a warning in the log": ("import logging\ndef test(): logging.getLogger('x').warning('hm')", "unexpected log"),
    "a thread left": (
        "import threading, time\ndef test(): threading.Thread(target=time.sleep, args=(3,), name='mine').start()",
        "threads that still run: mine",
    ),
    "a global draw": ("import torch\ndef test(): torch.randn(1)", "global random state"),
    "a Python warning": ("import warnings\ndef test(): warnings.warn('hm')", "UserWarning: hm"),
}
FINE = """
import logging, os, threading
import torch

def test_announced_log(caplog):
    with caplog.at_level(logging.WARNING):
        logging.getLogger("x").warning("hm")

def test_ended_thread():
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()

def test_own_generator():
    torch.randn(1, generator=torch.Generator().manual_seed(1))

def test_home_is_new(own_home):
    assert os.environ["REVERIE_HOME"] == str(own_home)
    assert not list(own_home.iterdir())

def test_no_network_for_models():
    assert os.environ["HF_HUB_OFFLINE"] == os.environ["TRANSFORMERS_OFFLINE"] == "1"
"""


def run_pytest(folder: Path, test: str) -> subprocess.CompletedProcess[str]:
    source = (TESTS / "conftest.py").read_text(encoding="utf-8")
    (folder / "conftest.py").write_text(source.replace("THREAD_GRACE_SECONDS = 5.0", "THREAD_GRACE_SECONDS = 0.2"))
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\nfilterwarnings = ['error']\n")
    (folder / "test_it.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", f"--basetemp={folder / 'base'}", "test_it.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


@pytest.mark.parametrize("case", CASES)
def test_a_broken_rule_fails_the_test(tmp_path, case):
    test, words = CASES[case]
    done = run_pytest(tmp_path, test)
    assert done.returncode == 1
    assert words in done.stdout


def test_what_keeps_the_rules_passes(tmp_path):
    done = run_pytest(tmp_path, FINE)
    assert done.returncode == 0, done.stdout
    assert "5 passed" in done.stdout
