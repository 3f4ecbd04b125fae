"""A walk in the window: looked over, rendered, cancelled, gone on with, exported; its keys are the pictures alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import PIL.Image
from PySide6.QtCore import Qt

from studio.export.picture_file import read_picture
from studio.job.code import FromCode, FromSeed
from studio.job.event import ImageReady
from studio.job.track import FrameReady, Key
from studio.job.walk import Spaced
from studio.ui.header import GENERATE
from studio.ui.interpolate.key_words import label
from studio.ui.interpolate.walk_export_dialog import WalkExportDialog
from tests.gui.interpolate.walker import ALT, Walker


def test_a_track_is_looked_over_by_itself(walker: Walker) -> None:
    assert walker.bench.text() == "Drop two codes or pictures."
    walker.keys(1, 2, frames=6)
    quick = walker.looked_over()
    assert quick.numbers == (0, 1, 2, 3, 4, 5)
    assert all(recipe.sampling.steps == 2 for recipe in quick.recipes)
    assert "From" in walker.bench.curve.words()
    walker.window.interpolating.look_at(3)
    whole = quick.whole(3)
    assert whole is not None
    assert np.array_equal(walker.studio.shown(), whole.pixels)


def test_another_track_is_looked_over_anew(walker: Walker) -> None:
    walker.keys(1, 2)
    first = walker.looked_over()
    walker.state.change(walker.plan.with_segment(0, easing="ease-in"))
    assert walker.runner.quick is None
    second = walker.looked_over()
    assert second.recipes != first.recipes
    assert second.recipes[0] == first.recipes[0]


def test_the_ends_of_a_render_are_the_pictures_of_the_keys_alone(walker: Walker) -> None:
    walker.keys(1, 2)
    frames = walker.rendered()
    assert walker.files(frames.folder) == [f"frame-000{number}.png" for number in range(1, 5)]
    for number, seed in ((0, 1), (3, 2)):
        walker.window.workspaces.show(GENERATE)
        walker.window.form.set(seed=seed, seed_locked=True, prompt="red apple, 3d style", scale=3.0)
        walker.studio.generate()
        walker.studio.rest()
        alone = [event for event in walker.studio.events if isinstance(event, ImageReady)][-1].generated
        path = frames.path(number)
        assert path is not None
        saved = read_picture(path)
        assert saved.recipe == alone.recipe
        assert np.array_equal(saved.image.pixels, alone.image.pixels)


def test_a_render_that_is_cancelled_goes_on_without_gap_or_repeat(walker: Walker) -> None:
    walker.keys(1, 2, frames=5)
    walker.looked_over()
    walker.studio.events.clear()
    walker.studio.generate()
    walker.studio.until(lambda: len(walker.made()) >= 2)
    walker.runner.cancel()
    walker.studio.until(lambda: not walker.runner.rendering)
    before = len(walker.made())
    assert "of 5 frames are kept" in walker.studio.foot()
    frames = walker.rendered()
    assert walker.made() == list(range(5))
    assert frames.complete
    assert before < 5
    assert len(walker.files(frames.folder)) == 5


def test_a_render_is_exported(walker: Walker) -> None:
    walker.keys(1, 2)
    walker.rendered()
    walker.bench.export_wanted.emit()
    (dialog,) = walker.window.findChildren(WalkExportDialog)
    dialog.choose_format("gif")
    saved: list[object] = []
    dialog.saved.connect(saved.append)
    dialog.export()
    walker.studio.until(lambda: bool(saved))
    with PIL.Image.open(str(saved[0])) as clip:
        assert clip.n_frames == 4  # type: ignore[attr-defined]
    dialog.close()


def test_even_spacing_moves_the_frames_and_leaves_the_keys(walker: Walker) -> None:
    walker.keys(1, 2, frames=5)
    plain = walker.looked_over().recipes
    walker.state.change(replace(walker.plan, even=True))
    walker.studio.until(lambda: any(isinstance(event, Spaced) for event in walker.studio.events))
    even = walker.looked_over().recipes
    assert (even[0], even[-1]) == (plain[0], plain[-1])
    assert even[1:-1] != plain[1:-1]


def test_a_sheet_takes_four_keys(walker: Walker) -> None:
    walker.keys(1, 2, 3)
    walker.state.change(replace(walker.plan, as_sheet=True, rows=2, columns=3))
    assert walker.bench.text().startswith("A sheet takes four keys.")
    walker.keys(4)
    frames = walker.rendered()
    assert len(frames) == 6
    assert walker.studio.shown().shape[:2] == (2 * 64, 3 * 64)


def test_keys_of_the_track(walker: Walker) -> None:
    walker.keys(1, 2, frames=10)
    track = walker.bench.track
    walker.press(track, Qt.Key.Key_End)
    assert track.words() == "Key 2 of 2, frame 10"
    walker.press(track, Qt.Key.Key_Left, ALT)
    assert walker.plan.places == (0, 8)
    walker.press(track, Qt.Key.Key_Delete)
    assert len(walker.plan.keys) == 1
    walker.press(track, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert walker.plan.places == (0, 8)
    walker.press(track, Qt.Key.Key_Home)
    walker.press(track, Qt.Key.Key_Right)
    assert track.words() == "Frame 2 of 9"


def test_a_frame_between_two_keys_becomes_one(walker: Walker) -> None:
    walker.keys(1, 2, frames=5)
    quick = walker.looked_over()
    walker.state.move_cursor(2)
    walker.press(walker.bench.track, Qt.Key.Key_K)
    walker.studio.until(lambda: len(walker.plan.keys) == 3)
    assert walker.plan.places == (0, 2, 4)
    assert isinstance(walker.plan.keys[1].end, FromCode)
    middle = walker.looked_over()
    one, other = quick.whole(2), middle.whole(2)
    assert one is not None
    assert other is not None
    # With steps that are few already, the quick look is the frame itself.
    assert np.array_equal(one.pixels, other.pixels)


def test_a_frame_between_two_prompts_stays_the_same_as_a_key(restarted: Callable[[], Walker]) -> None:
    walker = restarted()
    walker.keys(1)
    walker.window.interpolating.keys.add(Key(FromSeed(seed=2), "lemon, 3d style", "", 3.0))
    walker.state.change(walker.plan.with_frames(5))
    one = walker.looked_over().whole(1)
    walker.state.move_cursor(1)
    walker.press(walker.bench.track, Qt.Key.Key_K)
    walker.studio.until(lambda: len(walker.plan.keys) == 3)
    panel, plan = walker.window.key_panel, walker.plan
    assert panel.mixed().startswith("Prompts are mixed: red apple, 3d style 75 %, lemon, 3d style 25 %.")
    assert label(plan.keys, 1, lambda code: "frame 2") == "red apple 75 %, lemon 25 %, frame 2"
    middle = walker.looked_over().whole(1)
    assert one is not None
    assert middle is not None
    assert np.array_equal(one.pixels, middle.pixels)
    walker.studio.close()
    again = restarted()
    assert again.plan == plan
    later = again.looked_over().whole(1)
    assert later is not None
    assert np.array_equal(one.pixels, later.pixels)
    again.state.choose(1)
    again.window.key_panel.type_prompt("rose")
    assert (again.plan.keys[1].prompt, again.plan.keys[1].blend, again.window.key_panel.mixed()) == ("rose", (), "")
    again.state.undo()
    assert again.plan == plan
    again.window.key_panel._unmix.click()
    assert (again.plan.keys[1].prompt, again.plan.keys[1].blend) == (plan.keys[1].prompt, ())


def test_pictures_that_are_chosen_in_the_history_are_the_keys(walker: Walker) -> None:
    walker.window.workspaces.show(GENERATE)
    walker.window.form.set(seed=5, seed_locked=True, count=2)
    walker.studio.generate()
    walker.studio.rest()
    walker.window.history.select_all()
    walker.studio.press(Qt.Key.Key_F8)
    assert [key.end for key in walker.plan.keys] == [FromSeed(seed=5), FromSeed(seed=6)]
    walker.looked_over()


def test_a_key_is_edited_in_the_left_pane(walker: Walker) -> None:
    walker.keys(1, 2)
    walker.looked_over()
    walker.state.choose(1)
    panel = walker.window.key_panel
    panel.type_prompt("lemon, 3d style")
    assert walker.plan.keys[1].prompt == "lemon, 3d style"
    assert walker.plan.keys[0].prompt == "red apple, 3d style"
    quick = walker.looked_over()
    assert [part.prompt for part in quick.recipes[1].blend] == ["red apple, 3d style", "lemon, 3d style"]
    walker.state.undo()
    assert walker.plan.keys[1].prompt == "red apple, 3d style"


def test_the_track_comes_back_after_a_restart(restarted: Callable[[], Walker]) -> None:
    before = restarted()
    before.keys(1, 2, frames=7)
    before.state.change(replace(before.plan, loop=True, fps=8.0))
    plan = before.plan
    before.studio.close()
    after = restarted()
    assert after.plan == plan
    assert after.window.header.workspace() == "interpolate"


def test_a_quick_look_that_is_cancelled_does_not_begin_again(walker: Walker) -> None:
    walker.keys(1, 2, frames=12)
    walker.studio.until(lambda: any(isinstance(event, FrameReady) for event in walker.studio.events))
    walker.studio.press(Qt.Key.Key_Escape)
    walker.studio.rest()
    assert walker.runner.settled
    assert walker.runner.quick is not None
    assert not walker.runner.quick.complete


def test_a_key_that_is_removed_comes_back(walker: Walker) -> None:
    walker.keys(1, 2, 3)
    plan = walker.plan
    walker.state.choose(1)
    walker.press(walker.bench.track, Qt.Key.Key_Delete)
    assert len(walker.plan.keys) == 2
    assert walker.studio.toast() == "Key 2 is removed."
    walker.window.controller.toast._action.click()
    assert walker.plan == plan


def test_generating_goes_before_looking_over(walker: Walker) -> None:
    walker.keys(1, 2, frames=12)
    walker.studio.until(lambda: any(isinstance(event, FrameReady) for event in walker.studio.events))
    walker.window.workspaces.show(GENERATE)
    path = walker.studio.run()
    assert path is not None
    assert path.is_file()
