"""What the lanes of a race show at a level, from events alone."""

from __future__ import annotations

import numpy as np
import pytest

from studio.image import Image
from studio.job.event import Cancelled, Failed, Finished, GeneratedImage, ImageReady, PreviewReady, StepDone
from studio.job.race import Axis, LaneEvent, LaneResult, LaneStep, RaceReady, race
from studio.job.recipe import Sampling, recipe
from studio.ui.race.race_board import END, RaceBoard

BASE = recipe(sampling=Sampling(steps=4))
WAYS = {2: (-3.0, 1.0), 4: (-4.0, -2.0, 0.0, 2.0)}


def picture(number: int) -> Image:
    return Image(np.full((8, 8, 3), number, np.uint8))


@pytest.fixture
def board() -> RaceBoard:
    """Lane 0 makes 2 steps, lane 1 makes 4; the pixels of a preview are 10 times the lane, and the step."""
    made = RaceBoard(race(BASE, Axis("steps", (2, 4))))
    for lane, way in enumerate(WAYS.values()):
        for step, level in enumerate(way, start=1):
            walk(made, lane, step, level)
    return made


def walk(board: RaceBoard, lane: int, step: int, level: float) -> None:
    steps = board.tracks[lane].steps
    board.follow(LaneEvent(1, lane, StepDone(1, step, steps, 0.1, 0.0)))
    board.follow(LaneStep(1, lane, step, level, 0.25))
    board.follow(LaneEvent(1, lane, PreviewReady(1, step, steps, "x0", picture(10 * lane + step))))


def steps_at(board: RaceBoard, level: float) -> list[int]:
    return [track.at(level).step for track in board.tracks]


@pytest.mark.parametrize(
    ("level", "steps"),
    [(-9.0, [1, 1]), (-4.0, [1, 1]), (-2.2, [1, 2]), (-0.8, [2, 3]), (0.9, [2, 3]), (1.1, [2, 4]), (9.0, [2, 4])],
)
def test_lanes_are_joined_by_level_and_not_by_step(board: RaceBoard, level: float, steps: list[int]) -> None:
    assert steps_at(board, level) == steps
    looks = [track.at(level) for track in board.tracks]
    assert [look.image.pixels[0, 0, 0] for look in looks if look.image] == [steps[0], 10 + steps[1]]
    assert not any(look.finished for look in looks)


def test_the_levels_are_those_of_all_lanes_each_once(board: RaceBoard) -> None:
    assert board.levels() == [-4.0, -3.0, -2.0, 0.0, 1.0, 2.0, END]
    walk(board, 0, 3, 2.0 + 1e-9)
    assert board.levels() == pytest.approx([-4.0, -3.0, -2.0, 0.0, 1.0, 2.0, END])
    assert RaceBoard(board.race).levels() == []


def test_after_the_last_level_are_the_finished_pictures(board: RaceBoard) -> None:
    assert steps_at(board, END) == [2, 4]
    generated = GeneratedImage(picture(99), board.tracks[0].lane.recipe, 1.0, "", "cpu", "float32")
    board.follow(LaneEvent(1, 0, ImageReady(1, generated)))
    look = board.tracks[0].at(END)
    assert look.finished
    assert look.image is generated.image
    assert not board.tracks[0].at(1.0).finished


def test_a_step_without_a_preview_shows_the_nearest_that_has_one() -> None:
    board = RaceBoard(race(BASE, Axis("seed", (1, 2))))
    for step, level in enumerate((-4.0, -2.0, 0.0), start=1):
        board.follow(LaneStep(1, 0, step, level, 0.0))
    assert (board.tracks[0].at(-2.0).image, board.tracks[0].at(-2.0).step) == (None, 2)
    board.follow(LaneEvent(1, 0, PreviewReady(1, 3, 4, "x0", picture(3))))
    assert board.tracks[0].at(-2.0).step == 3


def test_a_lane_that_is_a_branch_counts_from_its_first_step() -> None:
    board = RaceBoard(race(BASE, Axis("seed", (1, 2))))
    for step, level in ((3, 0.0), (4, 2.0)):
        walk(board, 0, step, level)
    assert [board.tracks[0].at(level).step for level in (-9.0, 0.0, 2.0)] == [3, 3, 4]


def test_the_last_word_is_that_of_the_results(board: RaceBoard) -> None:
    results = tuple(LaneResult(track.lane, None, "", 7, ((-4.0, 0.5), (2.0, 0.75)), "", 1.5) for track in board.tracks)
    board.follow(RaceReady(1, results))
    assert [(track.calls, track.seconds, track.distances) for track in board.tracks] == [(7, 1.5, [0.5, 0.75])] * 2
    board.follow(Finished(1, None, 3.0))
    assert (board.ended, board.cancelled, board.sentence) == (True, False, "")


def test_every_end_is_told_apart(board: RaceBoard) -> None:
    board.follow(LaneEvent(1, 1, Failed(1, "It broke.")))
    assert (board.tracks[1].sentence, board.ended) == ("It broke.", False)
    board.follow(Cancelled(1, 3, 6))
    assert (board.ended, board.cancelled) == (True, True)
    other = RaceBoard(board.race)
    other.follow(Failed(1, "No lane came through."))
    assert (other.ended, other.cancelled, other.sentence) == (True, False, "No lane came through.")
