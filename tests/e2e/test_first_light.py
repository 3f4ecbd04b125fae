"""First light, as a newcomer has it: the program starts, a prompt is typed, a picture comes, and it is on the disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from studio.export.picture_file import read_picture
from studio.trajectory.sealed import beside
from tests.e2e.desktop import Desktop

PROMPT = "grinning cat, flat style on a teal background"
CANVAS = (slice(110, 600), slice(430, 910))
ACCENT = (0x93, 0xA3, 0xFF)


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(tmp_path / "home")
    yield made
    made.kill()


def shots(tmp_path: Path) -> Path:
    """Where pictures of the screen go: kept if somebody wants to look at them."""
    return Path(os.environ.get("REVERIE_SCREENSHOTS", tmp_path))


def filled(screen: np.ndarray) -> int:
    """Pixels of the primary button's colour in the foot of the left pane."""
    return int((screen[740:800, :304] == ACCENT).all(axis=-1).sum())


def test_a_prompt_becomes_a_picture(desktop: Desktop, tmp_path: Path) -> None:
    home = tmp_path / "home"
    before = desktop.screenshot(shots(tmp_path) / "start.png")
    assert filled(before) > 5_000
    desktop.click(150, 130)
    desktop.press("ctrl+a")
    desktop.write(PROMPT)
    desktop.press("Escape")
    desktop.press("ctrl+Return")
    journals = home / "data" / "trajectories"
    desktop.until(
        lambda: any(path.stat().st_size > 60_000 for path in journals.glob("*.journal")) or desktop.pictures()
    )
    running = desktop.screenshot(shots(tmp_path) / "running.png")
    assert np.abs(running[CANVAS].astype(int) - before[CANVAS]).mean() > 5
    desktop.until(desktop.pictures)
    (path,) = desktop.pictures()
    desktop.until(beside(path).exists)
    after = desktop.screenshot(shots(tmp_path) / "finished.png")

    picture = read_picture(path)
    assert picture.recipe is not None
    assert (picture.recipe.prompt, picture.recipe.seed) == (PROMPT, 7)
    teal = np.median(picture.image.pixels[:8].reshape(-1, 3), axis=0)
    assert np.abs(teal - (40, 150, 150)).max() < 45
    # The middle of the screen shows what is in the file.
    shown, saved = after[CANVAS].reshape(-1, 3).mean(axis=0), picture.image.pixels.reshape(-1, 3).mean(axis=0)
    assert np.abs(shown - saved).max() < 25

    code, out, err = desktop.quit()
    assert (code, out, err) == (0, "", "")


def test_what_was_typed_is_there_at_the_next_start(desktop: Desktop, tmp_path: Path) -> None:
    desktop.click(150, 130)
    desktop.press("ctrl+a")
    desktop.write("lemon, 3d style")
    desktop.press("Escape")
    assert desktop.quit()[0] == 0
    again = Desktop(tmp_path / "home")
    try:
        again.press("ctrl+Return")
        again.until(again.pictures)
        recipe = read_picture(again.pictures()[0]).recipe
        assert recipe is not None
        assert recipe.prompt == "lemon, 3d style"
        assert again.quit()[0] == 0
    finally:
        again.kill()
