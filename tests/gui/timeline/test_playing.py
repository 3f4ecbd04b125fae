"""Playing: once, in a loop, to and fro; it waits for pictures that are still on the way and never for ever."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.ui.timeline.playback import SPEEDS, Playback
from tests.gui.timeline.runs import STEPS, run


def walk(playback: Playback, start: int, steps: list[int], count: int) -> list[int | None]:
    seen: list[int | None] = []
    step: int | None = start
    while step is not None and len(seen) < count:
        step = playback.following(step, steps)
        seen.append(step)
    return seen


def test_once_ends_at_the_end(qtbot):
    assert walk(Playback(), 2, [1, 2, 5, 9], 9) == [5, 9, None]


def test_a_loop_begins_again(qtbot):
    playback = Playback()
    playback.next_mode()
    assert walk(playback, 5, [1, 5, 9], 5) == [9, 1, 5, 9, 1]


def test_to_and_fro_turns_without_showing_an_end_twice(qtbot):
    playback = Playback()
    playback.next_mode()
    playback.next_mode()
    assert walk(playback, 1, [1, 2, 3], 7) == [2, 3, 2, 1, 2, 3, 2]


def test_a_step_that_is_gone_leads_to_the_next_one(qtbot):
    assert walk(Playback(), 4, [1, 3, 6], 1) == [6]
    assert Playback().following(1, [1]) is None


def test_space_plays_to_the_end_and_stops(qtbot, timeline):
    run(timeline, STEPS)
    timeline.finish()
    timeline.playback.set_speed(SPEEDS[-1])
    chosen: list[int] = []
    timeline.step_selected.connect(chosen.append)
    timeline.filmstrip.go_to(26)
    QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Space)
    assert timeline.playback.playing
    qtbot.waitUntil(lambda: not timeline.playback.playing)
    assert chosen == [26, 27, 28, 29, 30]
    assert not timeline.is_live


def test_from_the_end_it_begins_again(timeline):
    run(timeline, STEPS)
    timeline.finish()
    QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Space)
    assert timeline.filmstrip.value() == 1
    QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Space)
    assert not timeline.playback.playing


def test_a_long_press_of_space_is_not_a_tap(qtbot, timeline):
    run(timeline, STEPS)
    QTest.keyPress(timeline.filmstrip, Qt.Key.Key_Space)
    QTest.mouseClick(timeline.filmstrip, Qt.MouseButton.LeftButton)
    QTest.keyRelease(timeline.filmstrip, Qt.Key.Key_Space)
    assert not timeline.playback.playing


@pytest.mark.parametrize("presses", [0, 1, 2, 3])
def test_j_goes_through_the_ways_of_playing(timeline, presses):
    for _ in range(presses):
        QTest.keyClick(timeline.filmstrip, Qt.Key.Key_J)
    assert timeline.playback.mode == ("once", "loop", "boomerang")[presses % 3]
    names = ("Play once to the end", "Play in a loop", "Play to and fro")
    assert timeline._transport._loop.accessibleName() == names[presses % 3]


def test_live_stops_playing(timeline):
    run(timeline, STEPS)
    QTest.keyClick(timeline.filmstrip, Qt.Key.Key_Space)
    timeline.set_live(True)
    assert not timeline.playback.playing
