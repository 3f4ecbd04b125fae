"""What is done in pixels: crops, fills, feathers, the final paste."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.generation.inpainting.crop import crop_around
from studio.generation.inpainting.fill import filled, mixed
from studio.generation.inpainting.paste import matched, pasted, risen_inwards
from studio.image import Image, Mask
from studio.job.inpaint import FILLS, Fill, Inpaint
from tests.unit.generation.inpainting.painted import everything, half, nothing, photograph, spot

ID = "0" * 64
BYTES = st.integers(0, 255)


def inpaint(fill: Fill, colour: tuple[int, int, int] = (10, 200, 30)) -> Inpaint:
    return Inpaint(image=ID, mask=ID, fill=fill, fill_colour=colour)


@given(BYTES, BYTES, BYTES)
def test_mixing_is_exact_at_both_ends_and_between_in_between(outside: int, inside: int, weight: int) -> None:
    a, b, w = (
        np.full(shape, value, np.uint8)
        for shape, value in (((1, 1, 3), outside), ((1, 1, 3), inside), ((1, 1), weight))
    )
    got = int(mixed(a, b, w)[0, 0, 0])
    assert abs(got - (outside * (255 - weight) + inside * weight) / 255) <= 0.5
    assert got == {0: outside, 255: inside}.get(weight, got)


@pytest.mark.parametrize("feather", [1, 4, 20])
def test_feathering_works_inwards(feather: int) -> None:
    mask = spot(64, 64, 12, 20, 30, value=200)
    risen = risen_inwards(mask, feather).values
    assert not risen[mask.values == 0].any()
    assert (risen <= mask.values).all()
    row = risen[35, 12 : 12 + min(feather + 2, 15)].astype(int)
    assert (np.diff(row) >= 0).all()
    assert 0 < row[0] < 200
    assert (risen[35, 26] == 200) == (feather < 15)


def test_no_feather_and_full_masks_stay_as_they_are() -> None:
    assert np.array_equal(risen_inwards(half(value=90), 0).values, half(value=90).values)
    assert risen_inwards(everything(), 10).values.all()


@pytest.mark.parametrize("fill", FILLS)
def test_fills_leave_the_kept_part_alone(fill: Fill) -> None:
    source, mask = photograph(), spot(64, 64, 8, 16, 24)
    made = filled(source, mask, inpaint(fill), seed=1)
    assert np.array_equal(made.pixels[mask.values == 0], source.pixels[mask.values == 0])
    inside = made.pixels[mask.values == 255]
    assert np.array_equal(inside, source.pixels[mask.values == 255]) == (fill == "original")
    if fill == "colour":
        assert (inside == (10, 200, 30)).all()


@pytest.mark.parametrize("fill", ["blur", "classical"])
def test_surroundings_of_one_colour_flow_in_whole(fill: Fill) -> None:
    pixels = np.full((48, 48, 3), (40, 90, 160), np.uint8)
    pixels[16:32, 16:32] = 255
    made = filled(Image(pixels), spot(48, 48, 16, 16, 16), inpaint(fill), seed=1)
    assert np.abs(made.pixels.astype(int) - (40, 90, 160)).max() <= 4


@pytest.mark.parametrize("fill", FILLS)
def test_fills_bear_full_masks_and_single_pixels(fill: Fill) -> None:
    for size in ((1, 1), (64, 64)):
        made = filled(photograph(*size), everything(*size), inpaint(fill), seed=1)
        assert (made.width, made.height) == size


def test_noise_is_that_of_the_seed() -> None:
    one, same, other = (filled(photograph(), half(), inpaint("noise"), seed).pixels for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_a_crop_holds_the_mask_and_stays_inside(width: int, height: int, data: st.DataObject) -> None:
    values = np.zeros((height, width), np.uint8)
    for _ in range(data.draw(st.integers(1, 3))):
        values[data.draw(st.integers(0, height - 1)), data.draw(st.integers(0, width - 1))] = 255
    padding = data.draw(st.integers(0, 64))
    working = data.draw(st.sampled_from([(128, 128), (64, 192), (192, 64)]))
    crop = crop_around(Mask(values), padding, *working)
    assert 0 <= crop.left < crop.right <= width
    assert 0 <= crop.top < crop.bottom <= height
    assert crop.of(values).sum() == values.sum()
    across, down = crop.size
    if across < width and down < height:  # room for the proportions: then they are those of the work
        assert abs(across * working[1] - down * working[0]) <= max(working)


def test_a_crop_of_its_own_size_is_the_very_pixels() -> None:
    source, mask = photograph(200, 160), spot(200, 160, 80, 70, 20)
    crop = crop_around(mask, 22, 64, 64)
    assert crop.size == (64, 64)
    assert np.array_equal(
        crop.image(source, 64, 64).pixels, source.pixels[crop.top : crop.bottom, crop.left : crop.right]
    )
    assert np.array_equal(crop.mask(mask, 64, 64).values, crop.of(mask.values))


@pytest.mark.parametrize("size", [(16, 24), (200, 160), (37, 91)])
def test_a_mask_at_another_size_loses_no_painted_pixel(size: tuple[int, int]) -> None:
    mask = spot(100, 80, 50, 40, 1)
    crop = crop_around(mask, 100, 100, 80)
    assert crop.mask(mask, *size).values.max() == 255


def test_the_paste_matches_colours_told_from_the_rim() -> None:
    source, mask = photograph(), spot(64, 64, 20, 20, 24)
    tinted = np.clip(source.pixels.astype(float) * 0.8 + (30, -5, 12), 0, 255).astype(np.uint8)
    plain = np.abs(tinted.astype(int) - source.pixels)[mask.values > 0].mean()
    fitted = np.abs(matched(source.pixels, tinted, mask.values).astype(int) - source.pixels)[mask.values > 0].mean()
    assert fitted < plain / 3
    done = pasted(source, Image(tinted), mask, 0, match_colours=True)
    assert np.array_equal(done.pixels[mask.values == 0], source.pixels[mask.values == 0])
    assert np.array_equal(matched(source.pixels, tinted, everything().values), tinted)


def test_an_empty_mask_gives_the_source() -> None:
    source = photograph()
    assert np.array_equal(pasted(source, photograph(seed=5), nothing(), 4, match_colours=True).pixels, source.pixels)
