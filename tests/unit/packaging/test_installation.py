"""What is told of pip's output."""

from __future__ import annotations

import re

import pytest
from installation import UNKNOWN, Telling, cause

LINES = """\
Collecting torch<2.14,>=2.11 (from reverie==0.1.0)
  Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (187.0 MB)
  Downloading tqdm-4.70.1-py3-none-any.whl (78 kB)
Processing /somewhere/numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.whl (from reverie==0.1.0)
  Using cached pillow-13.0.0-cp311-cp311-manylinux_2_28_x86_64.whl (7.1 MB)
Installing collected packages: tqdm, numpy, pillow, torch
Successfully installed numpy-2.4.6
"""


def test_large_downloads_and_the_count_are_told(tmp_path, capsys):
    telling = Telling(tmp_path)
    for line in LINES.splitlines(keepends=True):
        telling.read(line)
    telling.finish()
    assert capsys.readouterr().err.splitlines() == [
        "  Downloading torch 2.13.0 (187.0 MB) ...",
        "  Installing 4 packages ...",
    ]


def test_a_silent_network_is_told_once(tmp_path, capsys):
    telling = Telling(tmp_path)
    for left in (4, 3, 2):
        telling.read(f"WARNING: Retrying (Retry(total={left}, connect=None)) after connection broken\n")
    assert capsys.readouterr().err.count("does not answer") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "no space"),
        ("ERROR: Could not install packages due to an OSError: [WinError 5] Access is denied", "not allow writing"),
        ("ERROR: [Errno 13] Permission denied: '/x'", "not allow writing"),
        ("NewConnectionError: [Errno -3] Temporary failure in name resolution\nNo matching distribution", "no network"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "secure connection"),
        ("ERROR: No matching distribution found for torch<2.14", "no version for this system"),
        ("error: [Errno 130] something else", re.escape(UNKNOWN)),
    ],
)
def test_the_cause_is_a_sentence(text, words):
    assert re.search(words, cause(text))
