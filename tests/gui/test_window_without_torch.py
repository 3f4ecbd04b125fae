"""The window is built and painted before torch is imported: that takes seconds and belongs to the worker thread."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys
from PySide6.QtWidgets import QApplication
from studio import app

application = QApplication([])
window = app.build(application)
window.show()
for _ in range(20):
    application.processEvents()
picture = window.grab().toImage()
colours = {picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}
assert len(colours) > 200, "an empty window"
heavy = {"torch", "diffusers", "transformers", "accelerate"} & set(sys.modules)
assert not heavy, heavy
window.close()
print("painted")
"""


def test_the_window_is_painted_without_torch() -> None:
    root = Path(__file__).parents[2]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "painted\n"
    assert set(done.stderr.splitlines()) <= {"This plugin does not support propagateSizeHints()"}
