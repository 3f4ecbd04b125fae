"""What is handed over is what was painted, and a result comes back to its place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.image import Image, Mask
from studio.painting.draft import Draft
from studio.painting.frame import Frame
from studio.painting.selections import everything, from_values
from studio.ui.form_values import FormValues
from studio.ui.inpaint.painting import Painting, restored
from studio.ui.inpaint.taking_over import taken_over


class Memory:
    """Keeps what is offered."""

    def __init__(self) -> None:
        self.kept: dict[str, Image | Mask] = {}
        self.offers = 0

    def offer(self, pixels: Image | Mask) -> str:
        self.offers += 1
        self.kept[pixels.id] = pixels
        return pixels.id

    def image(self, name: str) -> Image:
        found = self.kept[name]
        assert isinstance(found, Image)
        return found

    def mask(self, name: str | None) -> Mask:
        found = self.kept[name or ""]
        assert isinstance(found, Mask)
        return found


def noisy(width: int, height: int, seed: int = 0) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def painting(width: int = 100, height: int = 80, frame: Frame | None = None) -> Painting:
    return Painting(noisy(width, height), "noise", frame or Frame.whole(width, height))


def spot(width: int, height: int, seed: int = 1) -> np.ndarray:
    values = np.zeros((height, width), np.uint8)
    values[height // 4 : height // 2, width // 4 : width // 2] = np.random.default_rng(seed).integers(1, 256)
    return values


class TestHandingOver:
    def test_one_to_one_it_is_the_picture_itself_with_the_mask_as_painted(self) -> None:
        memory, work = Memory(), painting()
        work.document.apply("spot", from_values(spot(100, 80)))
        painted = work.hand_over(FormValues(width=104, height=80), memory)
        assert memory.image(painted.image) is work.picture
        assert np.array_equal(memory.mask(painted.mask).values, spot(100, 80))
        assert work.works[painted.image] == Frame.whole(100, 80)

    def test_a_part_is_its_very_pixels(self) -> None:
        memory, work = Memory(), painting(frame=Frame(16, 8, 64, 64))
        work.document.apply("spot", from_values(spot(100, 80)))
        painted = work.hand_over(FormValues(width=64, height=64), memory)
        assert np.array_equal(memory.image(painted.image).pixels, work.picture.pixels[8:72, 16:80])
        assert np.array_equal(memory.mask(painted.mask).values, spot(100, 80)[8:72, 16:80])

    def test_beyond_the_picture_all_is_painted(self) -> None:
        memory, work = Memory(), painting(64, 64, Frame(-32, 0, 96, 64))
        painted = work.hand_over(FormValues(width=96, height=64, strength=0.5), memory)
        assert (memory.mask(painted.mask).values[:, :32] == 255).all()
        assert not memory.mask(painted.mask).values[:, 32:].any()

    @pytest.mark.parametrize("way", ["blend", "soft", "crop"])
    def test_without_a_mask_the_strength_decides(self, way: str) -> None:
        memory, work = Memory(), painting()
        assert work.hand_over(FormValues(width=104, height=80, way=way, strength=0.5), memory).mask is None
        whole = work.hand_over(FormValues(width=104, height=80, way=way, strength=1.0), memory)
        assert not memory.mask(whole.mask).values.any()

    def test_the_masked_part_alone_needs_no_frame(self) -> None:
        memory, work = Memory(), painting(frame=Frame(16, 8, 64, 64))
        work.document.apply("spot", from_values(spot(100, 80)))
        painted = work.hand_over(FormValues(width=64, height=64, way="crop"), memory)
        assert memory.image(painted.image) is work.picture
        assert work.works[painted.image] == Frame.whole(100, 80)

    def test_it_is_made_once_as_long_as_nothing_changes(self) -> None:
        memory, work = Memory(), painting()
        values = FormValues(width=104, height=80)
        first = work.hand_over(values, memory)
        offers = memory.offers
        assert work.hand_over(values, memory) == first
        assert memory.offers == offers
        work.document.apply("all", everything())
        assert work.hand_over(values, memory) != first


class TestComingBack:
    @given(st.integers(1, 60), st.integers(1, 60), st.integers(0, 2**32 - 1))
    def test_a_draft_brings_back_mask_and_frame(self, width: int, height: int, seed: int) -> None:
        picture, frame = noisy(width, height, seed), Frame(0, 0, max(1, width // 2), height)
        mask = Mask(np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8))
        found = Draft.from_bytes(Draft(picture.id, mask, frame).to_bytes())
        again = restored(picture, found, "name", (128, 128))
        assert np.array_equal(again.document.values, mask.values)
        assert again.frame == frame

    def test_a_mask_for_another_picture_is_not_used(self) -> None:
        again = restored(
            noisy(30, 20), Draft("0" * 64, Mask(np.full((9, 9), 255, np.uint8)), Frame.whole(9, 9)), "", (8, 8)
        )
        assert not again.document.values.any()
        assert (again.document.width, again.document.height) == (30, 20)


class TestTakingOver:
    @given(st.integers(0, 36), st.integers(0, 16))
    def test_one_to_one_its_pixels_take_their_place_and_no_others(self, x: int, y: int) -> None:
        work, result = painting(), noisy(64, 64, seed=9)
        after = taken_over(work, result, Frame(x, y, 64, 64), None)
        assert np.array_equal(after.picture.pixels[y : y + 64, x : x + 64], result.pixels)
        untouched = np.ones((80, 100), bool)
        untouched[y : y + 64, x : x + 64] = False
        assert np.array_equal(after.picture.pixels[untouched], work.picture.pixels[untouched])
        assert after.document is work.document

    def test_scaled_only_what_was_painted_changes(self) -> None:
        work = painting(200, 160)
        mask = np.zeros((80, 100), np.uint8)
        mask[20:40, 30:60] = 255
        after = taken_over(work, noisy(100, 80, seed=3), Frame.whole(200, 160), Mask(mask))
        changed = (after.picture.pixels != work.picture.pixels).any(axis=2)
        # Lanczos looks three pixels of the smaller picture to each side.
        assert changed[40:80, 60:120].mean() > 0.95
        changed[34:86, 54:126] = False
        assert not changed.any()

    def test_beyond_the_picture_it_grows(self) -> None:
        work, result = painting(64, 64, Frame(-32, -16, 96, 64)), noisy(96, 64, seed=5)
        work.document.apply("all", everything())
        after = taken_over(work, result, work.frame, None)
        assert after.size == (96, 80)
        assert np.array_equal(after.picture.pixels[:64, :96], result.pixels)
        assert np.array_equal(after.picture.pixels[64:, 32:], work.picture.pixels[48:])
        assert after.frame == Frame(0, 0, 96, 64)
        assert (after.document.values[16:, 32:] == 255).all()
        assert not after.document.values[:16].any()
        # The corner that neither has shown is still to be painted.
        assert (after.document.values[64:, :32] == 255).all()

    def test_the_painting_before_is_whole(self) -> None:
        work = painting()
        before = work.picture.pixels.copy()
        taken_over(work, noisy(100, 80, seed=2), work.frame, None)
        assert np.array_equal(work.picture.pixels, before)
