from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import PIL.Image
import pytest

from studio.export.frame_look import Enlargement, FrameLook
from studio.export.picture_file import read_picture
from studio.export.sheet_page import GAP, GROUND, MARGIN, PIXELS_MAXIMUM, SheetPage
from tests.unit.export.clips import HEIGHT, WIDTH, exported, facts, order, pixels_of


def cells(wanted) -> list[tuple[int, int]]:
    """Where the pictures of a sheet lie."""
    page = SheetPage(wanted)
    return [page.corner(number) for number in range(len(wanted.plan.frames))]


def test_every_step_lies_on_the_sheet_pixel_by_pixel_and_none_over_another(tmp_path):
    wanted = order(tmp_path, "sheet", view="x")
    page = np.asarray(PIL.Image.open(exported(wanted).path))
    corners = cells(wanted)
    assert len(set(corners)) == 9
    for step, (left, top) in enumerate(corners):
        assert np.array_equal(page[top : top + HEIGHT, left : left + WIDTH], pixels_of(step))
    columns = sorted({left for left, _ in corners})
    assert all(b - a == WIDTH + GAP for a, b in pairwise(columns))
    assert page.shape[1] == columns[-1] + WIDTH + MARGIN


def test_every_picture_has_a_label_below_it(tmp_path):
    wanted = order(tmp_path, "sheet")
    page = np.asarray(PIL.Image.open(exported(wanted).path))
    labels = [page[top + HEIGHT : top + HEIGHT + 18, left : left + WIDTH] for left, top in cells(wanted)]
    assert all((label != GROUND).any() for label in labels)
    assert len({label.tobytes() for label in labels}) == 8


def test_the_sheet_brings_its_recipe_and_its_steps(tmp_path):
    wanted = order(tmp_path, "sheet")
    path = exported(wanted).path
    assert read_picture(path).recipe == wanted.recipe
    with PIL.Image.open(path) as opened:
        said = json.loads(opened.info["reverie"])["frame"]
    assert (said["view"], said["shown"]) == ("x0", list(range(1, 9)))


@pytest.mark.parametrize("steps", [1, 2, 7, 30, 90])
def test_sheets_have_about_the_shape_of_a_screen(tmp_path, steps):
    page = read_picture(exported(order(tmp_path, "sheet", steps=steps)).path).image
    if steps >= 7:
        assert 1.0 < page.width / page.height < 2.4
    corners = cells(order(tmp_path, "sheet", steps=steps))
    last_row = [left for left, top in corners if top == corners[-1][1]]
    assert len(last_row) >= 1


def test_a_sheet_of_many_large_frames_is_made_smaller(tmp_path):
    wanted = order(tmp_path, "sheet", facts=facts(120), look=FrameLook(enlargement=Enlargement(12)))
    page = read_picture(exported(wanted).path).image
    assert PIXELS_MAXIMUM * 0.8 < page.width * page.height < PIXELS_MAXIMUM * 1.5


def test_long_prompts_stay_on_the_sheet(tmp_path):
    known = facts(4, prompt="a very red apple on a very green table " * 30, negative_prompt="no " * 200)
    page = np.asarray(PIL.Image.open(exported(order(tmp_path, "sheet", facts=known)).path))
    assert (page[:, : MARGIN - 2] == GROUND).all()
    assert (page[:, -MARGIN + 2 :] == GROUND).all()
