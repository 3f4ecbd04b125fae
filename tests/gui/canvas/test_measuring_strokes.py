"""The brush can be measured while the studio makes pictures. No time is asserted."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import json, sys
from studio.app import open_studio
from studio.ui.measuring_strokes import stroke_delays
print(json.dumps(stroke_delays(open_studio, *map(float, sys.argv[1:]))))
"""


def test_every_move_of_the_mouse_is_measured() -> None:
    command = [sys.executable, "-c", PROGRAM, "256", "2", "50"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found["delays"]) == 2 * 50
    assert min(found["delays"]) > 0
    assert found["masked"]
    assert found["meanwhile"] > 0
