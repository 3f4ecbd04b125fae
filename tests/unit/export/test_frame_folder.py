from __future__ import annotations

import json

import numpy as np
import PIL.Image
import pytest

from studio.errors import InvalidField
from studio.export.export_event import Exported, ExportFailed
from studio.export.frame_text import read_frame
from studio.export.order import steps_of
from studio.export.picture_file import read_picture
from studio.export.sequence import Pace
from tests.unit.export.clips import Views, exported, facts, order, pixels_of


def test_the_folder_holds_exactly_the_numbered_frames(tmp_path):
    ending = exported(order(tmp_path, "png", view="x"))
    assert ending.path == tmp_path / "clip"
    assert sorted(file.name for file in ending.path.iterdir()) == [f"frame-{n:04}.png" for n in range(1, 10)]
    assert list(tmp_path.iterdir()) == [ending.path]


def test_each_frame_brings_recipe_and_step(tmp_path):
    wanted = order(tmp_path, "png")
    folder = exported(wanted).path
    for step in range(1, 9):
        picture = read_picture(folder / f"frame-{step:04}.png")
        assert picture.recipe == wanted.recipe
        assert np.array_equal(picture.image.pixels, pixels_of(step))
        said = read_frame(folder / f"frame-{step:04}.png")
        assert (said["view"], said["step"], said["steps"]) == ("x0", step, 8)
        assert (said["number"], said["frames"]) == (step, 8)
        assert said["timestep"] == wanted.facts.levels[step].timestep
        assert "gain" not in said


def test_an_amplified_view_says_by_how_much(tmp_path):
    folder = exported(order(tmp_path, "png", view="eps"), Views(gain=2.5)).path
    assert read_frame(folder / "frame-0001.png")["gain"] == 2.5


def test_what_rests_is_repeated(tmp_path):
    folder = exported(order(tmp_path, "png", steps=3, pace=Pace(fps=4, hold=1))).path
    steps = [read_frame(file)["step"] for file in sorted(folder.iterdir())]
    assert steps == [1, 1, 1, 1, 2, 3, 3, 3, 3]


def test_frames_that_were_taken_away_are_written_again(tmp_path):
    wanted = order(tmp_path, "png")
    folder = exported(wanted).path
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    for number in (1, 4, 8):
        (folder / f"frame-{number:04}.png").unlink()
    views = Views()
    assert isinstance(exported(wanted, views), Exported)
    assert views.asked == [1, 4, 8]
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


@pytest.mark.parametrize("name", ["notes.txt", "frame-0001.png", "frame-0009.png", ".hidden"])
def test_a_folder_with_anything_else_is_refused_and_left_alone(tmp_path, name):
    folder = tmp_path / "clip"
    folder.mkdir()
    (folder / name).write_bytes(b"mine")
    ending = exported(order(tmp_path, "png"))
    assert isinstance(ending, ExportFailed)
    assert (ending.exit_code, ending.field) == (2, "out")
    assert "holds other files" in ending.sentence
    assert [file.read_bytes() for file in folder.iterdir()] == [b"mine"]


def test_frames_of_another_export_are_refused(tmp_path):
    exported(order(tmp_path, "png"))
    ending = exported(order(tmp_path, "png", facts=facts(8, seed=8), view="x"))
    assert isinstance(ending, ExportFailed)
    assert "holds other files" in ending.sentence


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path):
    (tmp_path / "clip").write_bytes(b"mine")
    ending = exported(order(tmp_path, "png"))
    assert isinstance(ending, ExportFailed)
    assert "is no folder" in ending.sentence
    assert (tmp_path / "clip").read_bytes() == b"mine"


def test_many_frames_have_names_in_order(tmp_path):
    wanted = order(tmp_path, "png", steps=1, pace=Pace(fps=60, hold=0.1))
    folder = exported(wanted).path
    names = sorted(file.name for file in folder.iterdir())
    assert [read_frame(folder / name)["number"] for name in names] == list(range(1, 7))


@pytest.mark.parametrize("content", [b"", b"no picture", json.dumps({"frame": 1}).encode()])
def test_files_that_are_no_frames_say_nothing(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    assert read_frame(tmp_path / "a.png") == {}
    PIL.Image.new("RGB", (2, 2)).save(tmp_path / "b.png")
    assert read_frame(tmp_path / "b.png") == {}


@pytest.mark.parametrize(
    ("view", "kept", "steps"),
    [
        ("x", [0, 1, 2, 5], (0, 1, 2, 5)),
        ("x0", [0, 1, 2, 5], (1, 2, 5)),
        ("eps", [0, 1, 2, 5], (1, 2)),
        ("guidance", [0, 5, 6], (6,)),
        ("change", [0, 1, 2, 3, 6, 7], (2, 3, 7)),
    ],
)
def test_which_steps_have_a_view(view, kept, steps):
    assert steps_of(view, kept) == steps


def test_only_views_that_exist_are_exported(tmp_path):
    with pytest.raises(InvalidField, match="nothing to export"):
        order(tmp_path, "png", facts=facts(8, kept=[0, 4, 8]), view="change")
