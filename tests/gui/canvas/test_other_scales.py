"""What holds on a plain screen holds at 150 %, where a logical pixel is no whole number of device pixels.

At 200 % the whole folder is run once more by `tests/gui/test_scale_two.py`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NAMES = ("strokes", "shapes", "pens_and_fingers", "ring", "overlay", "frame_tool", "before_after")


@pytest.mark.skipif("QT_SCALE_FACTOR" in os.environ, reason="is run at another scale already")
def test_at_150_percent() -> None:
    files = [str(HERE / f"test_{name}.py") for name in NAMES]
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *files],
        cwd=HERE.parents[2],
        env={**os.environ, "QT_SCALE_FACTOR": "1.5"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
