"""The real program on a real X display: keys go in through the X server, pictures of the screen come out of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

PATIENCE = 180.0

# A program of its own, because the screen belongs to the X server and not to the studio.
GRAB = """
import sys
from PySide6.QtGui import QGuiApplication
application = QGuiApplication([])
application.primaryScreen().grabWindow(0).save(sys.argv[1])
"""


class Desktop:
    """One run of the studio. `size` is that of its window in pixels."""

    def __init__(self, home: Path, size: tuple[int, int] = (1280, 800)) -> None:
        home.mkdir(parents=True, exist_ok=True)
        self._home = home
        self._env = {**os.environ, "REVERIE_HOME": str(home)}
        command = [sys.executable, "-P", "-m", "studio.app"]
        self.program = subprocess.Popen(
            command, env=self._env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=home
        )
        self._window = self._find_window()
        self._xdotool("windowsize", "--sync", self._window, *map(str, size))
        self._xdotool("windowmove", self._window, "0", "0")
        self._xdotool("windowfocus", "--sync", self._window)

    def click(self, x: int, y: int) -> None:
        self._xdotool("mousemove", str(x), str(y), "click", "1")

    def press(self, *keys: str) -> None:
        self._xdotool("key", "--clearmodifiers", *keys)

    def write(self, text: str) -> None:
        self._xdotool("type", "--delay", "15", text)

    def screenshot(self, path: Path) -> np.ndarray:
        """What the display shows now, as an array (height, width, 3)."""
        subprocess.run([sys.executable, "-c", GRAB, str(path)], env=self._env, check=True, capture_output=True)
        with Pillow.open(path) as picture:
            return np.asarray(picture.convert("RGB")).copy()

    def pictures(self) -> list[Path]:
        """The pictures that the program has saved."""
        return sorted((self._home / "pictures").glob("*.png"))

    def until(self, condition: Callable[[], object]) -> None:
        """Wait; a program that ended meanwhile fails the test with what it said."""
        ends = time.monotonic() + PATIENCE
        while not condition():
            assert self.program.poll() is None, self.program.stderr.read()
            assert time.monotonic() < ends, "nothing came"
            time.sleep(0.05)

    def quit(self) -> tuple[int, str, str]:
        """Close by the key; exit code and what was written to both outputs."""
        self.press("ctrl+q")
        out, err = self.program.communicate(timeout=PATIENCE)
        return self.program.returncode, out, err

    def kill(self) -> None:
        if self.program.poll() is None:
            self.program.kill()
            self.program.communicate()

    def _find_window(self) -> str:
        found: list[str] = []

        def look() -> bool:
            names = ["xdotool", "search", "--onlyvisible", "--name", "^Reverie$"]
            told = subprocess.run(names, env=self._env, check=False, capture_output=True, text=True)
            found[:] = told.stdout.split()
            return bool(found)

        self.until(look)
        return found[-1]

    def _xdotool(self, *words: str) -> None:
        subprocess.run(["xdotool", *words], env=self._env, check=True, capture_output=True, timeout=60)
