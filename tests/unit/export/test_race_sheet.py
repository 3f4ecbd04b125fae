"""Contact sheets: what is where, what is written, and that they can be read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.export.picture_file import read_picture, write_new_picture
from studio.export.race_sheet import GROUND, PIXELS_MAXIMUM, RAISED, race_sheet
from studio.export.sheet_text import ELLIPSIS, SheetText
from studio.image import Image
from studio.job.event import GeneratedImage
from studio.job.race import Axis, LaneResult, Race, race
from studio.job.recipe import Sampling, recipe

BASE = recipe(prompt="red apple, 3d style", seed=7, sampling=Sampling(steps=4))
TEXT = SheetText(15)


def plain(number: int, width: int = 128, height: int = 128) -> Image:
    return Image(np.full((height, width, 3), (number + 1, 200, 100), np.uint8))


def results(
    plan: Race, *, failed: frozenset[int] = frozenset(), size: tuple[int, int] = (128, 128)
) -> list[LaneResult]:
    """One plain colour a lane: its red is the number of the lane and one."""
    made = []
    for number, lane in enumerate(plan.lanes):
        picture = GeneratedImage(plain(number, *size), lane.recipe, 1.0, "abc", "cpu", "float32")
        sentence = "Steps 2000 is out of range." if number in failed else ""
        curve = ((-1.0, 0.0), (1.0, 0.1 * number))
        made.append(LaneResult(lane, None if sentence else picture, sentence, 4, curve, "", 0.5))
    return made


def boxes(sheet: Image, count: int) -> list[tuple[int, int, int, int]]:
    """Left, top, right and bottom of each lane's plain colour."""
    found = []
    for number in range(count):
        rows, columns = np.nonzero((sheet.pixels == (number + 1, 200, 100)).all(axis=2))
        found.append((columns.min(), rows.min(), columns.max(), rows.max()))
    return found


def test_pictures_stand_in_columns_and_rows_enlarged_by_a_whole_number() -> None:
    plan = race(BASE, Axis("sampler", ("ddim", "euler", "ddpm")), Axis("scale", (1.0, 5.0)))
    places = boxes(race_sheet(plan, results(plan)).image, 6)
    assert {(right - left + 1, bottom - top + 1) for left, top, right, bottom in places} == {(256, 256)}
    lefts, tops = [place[0] for place in places], [place[1] for place in places]
    assert lefts[:3] == lefts[3:] == sorted(set(lefts))
    assert tops == [tops[0]] * 3 + [tops[3]] * 3
    assert tops[3] > tops[0]


def test_all_is_within_the_page_and_text_touches_no_picture() -> None:
    plan = race(BASE, Axis("prompt", ("a " * 200, "b" * 300)), Axis("seed", (1, 2**62)))
    sheet = race_sheet(plan, results(plan)).image
    for left, top, right, bottom in boxes(sheet, 4):
        cell = sheet.pixels[top : bottom + 1, left : right + 1]
        assert (cell == cell[0, 0]).all()
    for edge in (sheet.pixels[:8], sheet.pixels[-8:], sheet.pixels[:, :8], sheet.pixels[:, -8:]):
        assert (edge == GROUND).all()


def test_headings_and_prompt_are_written() -> None:
    one, other = (
        race(recipe(**{**dict(BASE), "prompt": prompt}), Axis("steps", (2, 4))) for prompt in ("apple", "axe")
    )
    first, second = (race_sheet(plan, results(plan)).image.pixels for plan in (one, other))
    (_, top, _, bottom), _ = boxes(Image(first), 2)
    assert (first[:bottom] == second[:bottom]).all()
    assert (first[bottom:] != second[bottom:]).any()
    assert (first[:top] != GROUND).any()


def test_a_lane_that_failed_says_why_in_its_cell() -> None:
    plan = race(BASE, Axis("steps", (4, 2000)))
    sheet = race_sheet(plan, results(plan, failed=frozenset({1}))).image
    _, top, right, _ = boxes(sheet, 1)[0]
    cell = sheet.pixels[top + 2 : top + 200, right + 16 : right + 200]
    assert (cell == RAISED).all(axis=2).mean() > 0.8
    assert not (cell == RAISED).all()


def test_without_any_picture_there_is_no_sheet() -> None:
    plan = race(BASE, Axis("steps", (1500, 2000)))
    with pytest.raises(ValueError, match="no sheet"):
        race_sheet(plan, results(plan, failed=frozenset({0, 1})))


def test_the_sheet_carries_the_recipe_of_the_base(tmp_path: Path) -> None:
    plan = race(BASE, Axis("sampler", ("ddim", "euler")))
    sheet = race_sheet(plan, results(plan))
    assert sheet.seconds == 1.0
    picture = read_picture(write_new_picture(tmp_path, ["sheet.png"], sheet))
    assert picture.recipe == BASE
    assert (picture.image.pixels == sheet.image.pixels).all()


@pytest.mark.parametrize("size", [(128, 64), (64, 128), (512, 512)])
def test_pictures_keep_their_form(size: tuple[int, int]) -> None:
    plan = race(BASE, Axis("steps", (2, 3)))
    left, top, right, bottom = boxes(race_sheet(plan, results(plan, size=size)).image, 1)[0]
    assert (right - left + 1) * size[1] == (bottom - top + 1) * size[0]


def test_a_sheet_of_a_hundred_large_pictures_can_be_read_again(tmp_path: Path) -> None:
    plan = race(BASE, Axis("steps", tuple(range(1, 11))), Axis("seed", tuple(range(10))))
    sheet = race_sheet(plan, results(plan, size=(1024, 1024)))
    assert sheet.image.width * sheet.image.height < PIXELS_MAXIMUM * 1.25
    assert read_picture(write_new_picture(tmp_path, ["sheet.png"], sheet)).recipe == BASE


def test_text_is_broken_between_words_and_cut_where_it_does_not_fit() -> None:
    text = "a red apple on a wooden table in the evening light of a late summer"
    lines = TEXT.wrapped(text, 160, 3)
    assert len(lines) == 3
    assert all(TEXT.width(line) <= 160 for line in lines)
    assert lines[-1].endswith(ELLIPSIS)
    whole = TEXT.wrapped(text, 160, 20)
    assert " ".join(whole) == text
    assert TEXT.cut("W" * 500, 100).endswith(ELLIPSIS)
    assert TEXT.cut("apple", 400) == "apple"
