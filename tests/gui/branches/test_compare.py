"""Comparing two pictures: the border by mouse and keys, blinking, the difference, steps, and why."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.export.metadata import Made
from studio.image import Image
from studio.job.recipe import FromStep, Recipe, recipe
from studio.ui.compare.compare_pane import BLINK_MS, ComparePane
from studio.ui.compare.comparison import compared
from studio.ui.compare.exhibit import Exhibit
from studio.ui.compare.reasons import reasons
from studio.ui.theme import Theme
from tests.gui.branches.family import STEPS, branch_at, first_run
from tests.gui.pictures import painted_at, plain, speckled
from tests.gui.studio_driver import Driver, pixels_of

RED, BLUE = (200, 0, 0), (0, 0, 200)
MADE = Made(model_hash="ab" * 32, device="cpu", dtype="float32", versions={"torch": "2.13.0"})


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme) -> Iterator[ComparePane]:
    window = QWidget()
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    under = QWidget()
    column.addWidget(under)
    made = ComparePane(under)
    window.resize(720, 640)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    yield made
    made.close_comparison()
    window.close()


def exhibit(image: Image, made: Recipe | None = None, facts: Made | None = MADE) -> Exhibit:
    return Exhibit(image, "one.png", Path("one.png"), made or recipe(prompt="red apple", seed=7), facts)


def open_colours(pane: ComparePane, steps: int = 0) -> None:
    pane.open(exhibit(plain(RED)), exhibit(plain(BLUE)), steps)


def at(pane: ComparePane, share: float) -> tuple[int, int, int]:
    """The colour at a share of the width of the pictures, away from the grip's knob."""
    box = pane.view.box()
    return painted_at(pane.view, QPointF(box.left() + box.width() * share, box.top() + 20))


class TestBorder:
    def test_it_begins_in_the_middle(self, pane: ComparePane) -> None:
        open_colours(pane)
        assert (at(pane, 0.4), at(pane, 0.6)) == (RED, BLUE)
        assert pane.view.grip.accessibleName() == "Split at 50 %"
        assert pane.view.grip.width() == 24

    def test_the_mouse_drags_it(self, pane: ComparePane) -> None:
        open_colours(pane)
        grip, box = pane.view.grip, pane.view.box()
        middle = grip.rect().center()
        QTest.mousePress(grip, Qt.MouseButton.LeftButton, pos=middle)
        target = pane.view.mapToGlobal(QPoint(round(box.left() + box.width() * 0.75), middle.y()))
        QTest.mouseMove(grip, grip.mapFromGlobal(target))
        assert grip.fraction() == pytest.approx(0.75, abs=0.01)
        QTest.mouseRelease(grip, Qt.MouseButton.LeftButton)
        assert (at(pane, 0.7), at(pane, 0.8)) == (RED, BLUE)
        QTest.mouseMove(grip, QPoint(0, 0))
        assert grip.fraction() == pytest.approx(0.75, abs=0.01)

    def test_the_arrow_keys_move_it_by_one_percent(self, pane: ComparePane) -> None:
        open_colours(pane)
        grip = pane.view.grip
        grip.setFocus()
        QTest.keyClick(grip, Qt.Key.Key_Left)
        assert grip.accessibleName() == "Split at 49 %"
        for _ in range(3):
            QTest.keyClick(grip, Qt.Key.Key_Right)
        assert grip.accessibleName() == "Split at 52 %"
        QTest.keyClick(grip, Qt.Key.Key_End)
        assert at(pane, 0.9) == RED
        QTest.keyClick(grip, Qt.Key.Key_Right)
        assert grip.fraction() == 1.0

    def test_it_stays_with_the_pictures_when_they_are_zoomed(self, pane: ComparePane) -> None:
        open_colours(pane)
        pane.view.zoom_to(16.0)
        grip = pane.view.grip
        assert grip.geometry().center().x() == pytest.approx(pane.view.width() / 2, abs=2)
        assert pane.view.rect().contains(grip.geometry().center())


class TestWays:
    def test_before_and_after(self, pane: ComparePane) -> None:
        open_colours(pane)
        pane.toggle("a")
        assert at(pane, 0.9) == RED
        pane.toggle("a")
        assert at(pane, 0.1) == BLUE
        pane.choose("split")
        assert (at(pane, 0.1), at(pane, 0.9)) == (RED, BLUE)

    def test_blinking_shows_both_in_turn_and_never_faster_than_twice_a_second(
        self, qtbot: QtBot, pane: ComparePane
    ) -> None:
        assert 2 * BLINK_MS >= 500
        open_colours(pane)
        pane.toggle("blink")
        assert at(pane, 0.9) == RED
        qtbot.waitUntil(lambda: at(pane, 0.1) == BLUE)
        qtbot.waitUntil(lambda: at(pane, 0.9) == RED)
        pane.toggle("blink")
        assert not pane.is_blinking
        assert pane.tools.way() == "split"

    def test_the_end_of_a_comparison_ends_the_blinking(self, pane: ComparePane) -> None:
        open_colours(pane)
        pane.choose("blink")
        pane.close_comparison()
        assert not pane.is_blinking
        assert pane.isHidden()

    def test_the_difference_says_by_how_much_it_is_stronger(self, pane: ComparePane) -> None:
        pixels = plain(RED).pixels.copy()
        pixels[0, :, 0] -= 10
        pane.open(exhibit(plain(RED)), exhibit(Image(pixels)), 0)
        assert pane.told() == f"Largest difference 10 of 255, mean {10 / 128 / 3:.2f}."
        pane.choose("difference")
        assert pane.told().endswith("Shown 16 times as strong.")
        assert at(pane, 0.5) == (0, 0, 0)

    def test_identical_pictures_are_told_as_the_same(self, pane: ComparePane) -> None:
        image = speckled()
        pane.open(exhibit(image), exhibit(Image(image.pixels.copy())), 0)
        for way in ("split", "difference"):
            pane.choose(way)
            assert pane.told() == "The pictures are the same, pixel by pixel."

    def test_other_sizes_are_told(self, pane: ComparePane) -> None:
        pane.open(exhibit(plain(RED)), exhibit(plain(BLUE, 64, 64)), 0)
        assert "different sizes" in pane.told()


def why(first: Exhibit, second: Exhibit) -> list[str]:
    return reasons(first, second, compared(first.image, second.image))


def branch(parent: Recipe, **changes: object) -> Recipe:
    return recipe(**{**dict(parent), "start": FromStep(trajectory="0" * 32, step=12, parent=parent), **changes})


class TestWhy:
    def test_changed_fields_in_plain_words(self) -> None:
        parent = recipe(prompt="red apple", seed=7)
        child = branch(parent, prompt="green apple")
        told = why(exhibit(plain(RED), parent), exhibit(plain(BLUE), child))
        assert told == ["B is a branch of A from step 12.", "Prompt: red apple > green apple"]

    def test_the_older_one_may_stand_on_the_right(self) -> None:
        parent = recipe(seed=7)
        told = why(exhibit(plain(RED), branch(parent)), exhibit(plain(BLUE), parent))
        assert told[0] == "A is a branch of B from step 12."

    def test_distant_relatives_say_where_each_begins(self) -> None:
        root = recipe(prompt="red apple", seed=7)
        grandchild = branch(branch(root), prompt="lemon")
        told = why(exhibit(plain(RED), root), exhibit(plain(BLUE), grandchild))
        assert told == [
            "A begins from noise.",
            "B is a branch of 'red apple, seed 7' from step 12.",
            "Prompt: red apple > lemon",
        ]

    def test_new_noise_is_a_reason(self) -> None:
        parent = recipe(seed=7)
        start = FromStep(trajectory="0" * 32, step=12, parent=parent, noise="reseeded")
        child = recipe(**{**dict(parent), "start": start, "seed": 8})
        told = why(exhibit(plain(RED), parent), exhibit(plain(BLUE), child))
        assert told[1:] == ["The later steps of B draw new noise.", "Seed: 7 > 8"]

    @pytest.mark.parametrize(
        ("other", "line"),
        [
            ({"model_hash": "cd" * 32}, "Weights of the model: ababababab > cdcdcdcdcd"),
            ({"device": "cuda"}, "Device: cpu > cuda"),
            ({"batch": 8}, "Pictures in a network call: 1 > 8"),
            ({"dtype": "float16"}, "Precision: float32 > float16"),
            ({"versions": {"torch": "2.14.0"}}, "Version of torch: 2.13.0 > 2.14.0"),
        ],
    )
    def test_the_same_recipe_but_other_pixels(self, other: dict[str, object], line: str) -> None:
        second = exhibit(plain(BLUE), facts=MADE.model_copy(update=other))
        told = why(exhibit(plain(RED)), second)
        assert told == ["The recipes are the same, the pixels are not.", line]

    def test_a_picture_that_was_painted_over(self) -> None:
        second = exhibit(plain(BLUE), facts=MADE.model_copy(update={"pixels": "0" * 64}))
        assert why(exhibit(plain(RED)), second)[1] == "B was changed after it was saved."

    def test_what_nothing_explains_is_said_to_be_unexplained(self) -> None:
        assert why(exhibit(plain(RED)), exhibit(plain(BLUE)))[-1] == "Nothing that was recorded explains it."

    def test_the_same_picture(self) -> None:
        told = why(exhibit(plain(RED)), exhibit(plain(RED)))
        assert told == ["The recipes are the same.", "The pixels are the same."]

    def test_an_unknown_making(self) -> None:
        stranger = Exhibit(plain(BLUE), "photo.jpg")
        assert why(exhibit(plain(RED)), stranger) == ["It is not known how B was made."]


class TestInTheWindow:
    def test_a_branch_is_compared_with_its_parent_and_scrubbed_with_it(self, studio: Driver) -> None:
        first_run(studio)
        branch_at(studio, 2)
        studio.enter("scale", "9")
        studio.run()
        studio.window.canvas.view.setFocus()
        studio.press(Qt.Key.Key_Y)
        pane = studio.window.branches.pane
        assert [one.recipe.guidance.scale for one in pane.pair] == [5.0, 9.0]
        assert pane.tools.way() == "a"
        studio.press(Qt.Key.Key_D)
        assert pane.tools.way() == "difference"
        assert not pane.comparison.same
        for _ in range(STEPS - 2):
            studio.press(Qt.Key.Key_Left)
        studio.until(lambda: pane.comparison.same)
        assert pane.tools.text() == f"Step 2 of {STEPS}"
        studio.press(Qt.Key.Key_Right)
        studio.until(lambda: not pane.comparison.same)
        QTest.mouseClick(pane.tools._why, Qt.MouseButton.LeftButton)
        assert pane.why() == ["B is a branch of A from step 2.", "Guidance scale: 5 > 9"]
        studio.press(Qt.Key.Key_Escape)
        assert not studio.window.branches.comparing.is_open()
        assert studio.window.canvas.view.isVisible()

    def test_a_picture_of_the_history_is_compared_with_the_one_shown(self, studio: Driver) -> None:
        first_run(studio)
        studio.window.form.set(seed=8)
        studio.run()
        history = studio.window.history
        history._list.setCurrentIndex(history._model.index_of(1))
        history._compare.trigger()
        pane = studio.window.branches.pane
        assert [one.recipe.seed for one in pane.pair] == [8, 7]
        shown = studio.shown()
        assert np.array_equal(pixels_of(studio.window.canvas.picture()), shown)
        history.selected.emit(1)
        assert pane.pair is None

    def test_a_picture_is_not_compared_with_itself(self, studio: Driver) -> None:
        first_run(studio)
        history = studio.window.history
        history._list.setCurrentIndex(history._model.index_of(1))
        history._compare.trigger()
        assert studio.window.branches.pane.pair is None
        assert "the one shown" in studio.toast()
