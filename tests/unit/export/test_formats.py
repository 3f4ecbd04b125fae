"""Every format is opened again by a reader that did not write it: as many frames, as large, as long, and the same."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from dataclasses import replace

import av
import numpy as np
import PIL.Image
import pytest

from studio.errors import InvalidField
from studio.export import video
from studio.export.export_event import Exported, ExportFailed
from studio.export.frame_look import Crop, Enlargement, FrameLook
from studio.export.order import FORMATS
from studio.export.sequence import Pace
from tests.unit.export import clips
from tests.unit.export.clips import exported, facts, frames_in, order, pictures_in, pixels_of

CLIPS = [name for name, kind in FORMATS.items() if kind.moves]
EXACT = {"png": False, "apng": False, "webp": True}
# Mean distance of a channel, of 255, that colours in a table or halved in resolution may have.
NEAR = {"gif": 6.0, "mp4": 6.0, "webp": 6.0}


def mean_distance(a, b) -> float:
    return float(np.abs(a.astype(int) - b.astype(int)).mean())


@pytest.mark.parametrize(("name", "lossless"), EXACT.items())
def test_frames_are_the_views_pixel_by_pixel(tmp_path, name, lossless):
    ending = exported(order(tmp_path, name, view="x0", lossless=lossless))
    assert isinstance(ending, Exported)
    found = pictures_in(ending.path)
    assert len(found) == 8
    for step, pixels in enumerate(found, 1):
        assert np.array_equal(pixels, pixels_of(step))


@pytest.mark.parametrize("name", NEAR)
def test_frames_are_near_the_views(tmp_path, name):
    ending = exported(order(tmp_path, name, view="x", look=FrameLook(enlargement=Enlargement(4))))
    found = pictures_in(ending.path)
    assert len(found) == 9
    for step, pixels in enumerate(found):
        wanted = pixels_of(step).repeat(4, axis=0).repeat(4, axis=1)
        assert mean_distance(pixels, wanted) < NEAR[name]
        others = [mean_distance(pixels, pixels_of(other).repeat(4, axis=0).repeat(4, axis=1)) for other in range(9)]
        assert min(others) == others[step]


@pytest.mark.parametrize("name", CLIPS)
@pytest.mark.parametrize("pace", [Pace(fps=12, hold=1), Pace(fps=50, boomerang=True), Pace(fps=23.976, loop=False)])
def test_count_size_and_timing(tmp_path, name, pace):
    wanted = order(tmp_path, name, view="x", pace=pace)
    ending = exported(wanted)
    found = frames_in(ending.path)
    assert len(found) == len(wanted.plan.frames) == ending.frames
    assert {pixels.shape for pixels, _ in found} == {(clips.HEIGHT, clips.WIDTH, 3)}
    if name == "png":
        return
    seconds = [shown for _, shown in found]
    expected = [frame.ticks / pace.fps for frame in wanted.plan.frames]
    assert sum(seconds) == pytest.approx(wanted.plan.seconds, abs=0.006)
    assert seconds == pytest.approx(expected, abs=0.0101 if name == "gif" else 0.00101)


@pytest.mark.parametrize("name", ["gif", "apng", "webp"])
@pytest.mark.parametrize("loop", [True, False])
def test_looping_is_told(tmp_path, name, loop):
    ending = exported(order(tmp_path, name, pace=Pace(loop=loop)))
    with PIL.Image.open(ending.path) as opened:
        assert opened.info.get("loop", 1) == (0 if loop else 1)


@pytest.mark.parametrize("name", [*CLIPS, "sheet"])
def test_a_run_of_one_step(tmp_path, name):
    ending = exported(order(tmp_path, name, steps=1))
    assert isinstance(ending, Exported)
    assert len(frames_in(ending.path)) == ending.frames == 1


@pytest.mark.parametrize(("name", "size"), [("gif", (5, 3)), ("apng", (1, 1)), ("webp", (5, 3)), ("mp4", (1, 1))])
def test_small_and_odd_sizes(tmp_path, name, size):
    look = FrameLook(Crop(2, 2, *size))
    ending = exported(order(tmp_path, name, look=look))
    assert isinstance(ending, Exported)
    made = size if name != "mp4" else (2, 2)
    assert pictures_in(ending.path)[0].shape[1::-1] == made


def test_an_odd_video_is_filled_up_and_says_so(tmp_path):
    ending = exported(order(tmp_path, "mp4", look=FrameLook(Crop(0, 0, 31, 33))))
    assert pictures_in(ending.path)[0].shape == (34, 32, 3)
    assert ending.notices == ("MP4 needs even sizes: 31 × 33 became 32 × 34, the last row or column is shown twice.",)
    assert exported(order(tmp_path, "mp4")).notices == ()


def test_a_video_has_its_index_first_and_says_its_colours(tmp_path):
    path = exported(order(tmp_path, "mp4")).path
    data, kinds, place = path.read_bytes(), [], 0
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        kinds.append(kind)
        place += size
    assert kinds.index(b"moov") < kinds.index(b"mdat")
    assert b"moof" not in kinds
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.average_rate == 12
        assert stream.codec_context.colorspace == 1
        assert stream.codec_context.color_primaries == 1


def test_a_resting_video_takes_hardly_more_room(tmp_path):
    moving = exported(order(tmp_path / "moving", "mp4"))
    resting = exported(order(tmp_path / "resting", "mp4", pace=Pace(hold=1.5)))
    rest = (resting.bytes - moving.bytes) / (resting.frames - moving.frames)
    assert rest < moving.bytes / moving.frames / 4


def test_a_missing_codec_names_what_to_use_instead(tmp_path, monkeypatch):
    monkeypatch.setattr(video, "CODEC", "libnothing")
    ending = exported(order(tmp_path, "mp4"))
    assert isinstance(ending, ExportFailed)
    assert ending.sentence == video.NO_CODEC
    assert "WebP" in ending.sentence
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("name", ["mp4", "gif", "apng"])
def test_ffprobe_agrees(tmp_path, name):
    wanted = order(tmp_path, name, pace=Pace(fps=10))
    path = exported(wanted).path
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-of", "json", str(path)]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"][0]
    assert (told["width"], told["height"]) == (clips.WIDTH, clips.HEIGHT)
    assert int(told["nb_read_frames"]) == len(wanted.plan.frames)


def test_few_colours_are_kept_exactly_in_a_gif(tmp_path):
    def plain(step: int):
        shown = clips.Views()(step)
        return replace(shown, image=type(shown.image)(shown.image.pixels // 64 * 64))

    for step, pixels in enumerate(pictures_in(exported(order(tmp_path, "gif"), plain).path), 1):
        assert np.array_equal(pixels, pixels_of(step) // 64 * 64)


def test_an_apng_brings_its_recipe(tmp_path):
    wanted = order(tmp_path, "apng")
    with PIL.Image.open(exported(wanted).path) as opened:
        assert json.loads(opened.info["reverie"])["recipe"]["prompt"] == "red apple"


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("format", {"format": "avi"}),
        ("view", {"view": "noise"}),
        ("lossless", {"format": "gif", "lossless": True}),
        ("fps", {"format": "gif", "pace": Pace(fps=60)}),
        ("hold", {"format": "sheet", "pace": Pace(boomerang=True)}),
        ("captions", {"format": "sheet", "look": FrameLook(captions="over")}),
        ("crop", {"look": FrameLook(Crop(0, 0, 73, 10))}),
        ("view", {"facts": facts(8, kept=[0]), "view": "x0"}),
        ("picture", {"facts": replace(facts(8), recipe=None)}),
    ],
)
def test_orders_that_cannot_be_name_their_field(tmp_path, field, values):
    values = {"facts": facts(8), "format": "webp", **values}
    with pytest.raises(InvalidField) as problem:
        clips.ExportOrder(target=tmp_path / "clip.webp", **values)
    assert problem.value.field == field
