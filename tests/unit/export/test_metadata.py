"""The `reverie` text: what is written is read; what is damaged, newer, too long or hostile is a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import RefusedFile
from studio.export.metadata import BYTES_MAXIMUM, Made, pixel_hash, read_reverie, reverie_text
from studio.image import Image
from studio.job.recipe import PROMPT_MAXIMUM, Sampling
from tests.unit.export.made import generated, noise


def test_what_is_written_is_read() -> None:
    picture = generated(prompt='é "quoted"\n{🍎}\0', sampling=Sampling(options={"eta": 0.5, "clip": True, "n": 3}))
    recipe, made = read_reverie(reverie_text(picture))
    assert recipe == picture.recipe
    assert made == Made(
        seconds=1.25,
        model_hash=picture.model_hash,
        device="cpu",
        dtype="float32",
        versions=dict(picture.versions),
        pixels=pixel_hash(picture.image),
    )


def test_the_shape_of_a_network_call_is_told_where_it_held_several() -> None:
    assert "batch" not in reverie_text(generated())
    _, made = read_reverie(reverie_text(replace(generated(), batch=8)))
    assert made is not None
    assert made.batch == 8
    assert made.model_dump()["batch"] == 8


def test_the_text_is_versioned_and_bounded() -> None:
    longest = generated(prompt="🍎" * PROMPT_MAXIMUM, negative_prompt="名" * PROMPT_MAXIMUM)
    text = reverie_text(longest)
    assert json.loads(text)["format"] == 1
    assert len(text.encode()) <= BYTES_MAXIMUM
    assert read_reverie(text)[0] == longest.recipe


def test_a_recipe_too_long_is_left_out_and_said() -> None:
    steps = 10_000
    timesteps = tuple(999.0 * (1 - k / steps) ** 0.9 for k in range(steps))
    sampling = Sampling(spacing="explicit", steps=steps, timesteps=timesteps)
    text = reverie_text(
        generated(prompt="🍎" * PROMPT_MAXIMUM, negative_prompt="🍎" * PROMPT_MAXIMUM, sampling=sampling)
    )
    assert len(text.encode()) < BYTES_MAXIMUM
    with pytest.raises(RefusedFile, match="too long to be kept"):
        read_reverie(text)


def changed(**changes: Any) -> str:
    return json.dumps({**json.loads(reverie_text(generated())), **changes})


def in_recipe(**changes: Any) -> str:
    return changed(recipe={**json.loads(generated().recipe.text()), **changes})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "damaged"),
        ("{", "damaged"),
        ("[]", "damaged"),
        ("[" * 100_000, "damaged"),
        ('{"format": NaN}', "damaged"),
        ('{"recipe": {}}', "damaged"),
        (changed(format="1"), "damaged"),
        (changed(format=True), "damaged"),
        (changed(format=0), "damaged"),
        (changed(format=1.0), "damaged"),
        (changed(format=2), "newer version"),
        (changed(format=10**30), "newer version"),
        (changed(recipe=[]), "not a JSON object"),
        (in_recipe(version=2), "version 2"),
        (in_recipe(steps=3), "damaged at 'steps'"),
        (in_recipe(width=130), "not divisible by 8"),
        (in_recipe(seed=-1), "Seed -1 is out of range"),
        (in_recipe(seed="7"), "damaged at 'seed'"),
        (in_recipe(prompt="x" * 10_001), "damaged at 'prompt'"),
        (in_recipe(model=""), "damaged at 'model'"),
        (in_recipe(start={"kind": "code", "file": "/etc/passwd"}), "damaged at"),
        (changed(more="x" * BYTES_MAXIMUM), "larger than"),
        ('"' + "é" * (BYTES_MAXIMUM // 2) + '"', "larger than"),
    ],
)
def test_bad_texts_are_a_sentence(text: str, words: str) -> None:
    with pytest.raises(RefusedFile, match=words):
        read_reverie(text)


@pytest.mark.parametrize(
    "made",
    [None, 7, {"seconds": -1.0}, {"seconds": "1"}, {"device": "x" * 1000}, {"versions": {"a": 1}}, {"versions": []}],
)
def test_a_bad_note_about_the_making_does_not_hide_the_recipe(made: Any) -> None:
    recipe, read = read_reverie(changed(made=made))
    assert recipe == generated().recipe
    assert read is None


def test_what_newer_programs_add_is_ignored() -> None:
    assert read_reverie(changed(more=1, made={"seconds": 2.0, "more": 3})) == (generated().recipe, Made(seconds=2.0))


@given(st.text(max_size=100))
def test_any_text_is_harmless(text: str) -> None:
    with pytest.raises(RefusedFile):
        read_reverie(text)


def test_the_hash_of_pixels() -> None:
    image = noise()
    assert pixel_hash(image) == pixel_hash(Image(image.pixels.copy()))
    assert len(pixel_hash(image)) == 64
    other = image.pixels.copy()
    other[3, 3, 1] ^= 1
    turned = image.pixels.reshape(image.width, image.height, 3)
    assert len({pixel_hash(Image(pixels)) for pixels in (image.pixels, other, turned, image.pixels[::-1])}) == 4


def test_the_hash_is_the_same_in_years() -> None:
    ramp = Image(np.arange(24, dtype=np.uint8).reshape(2, 4, 3))
    assert pixel_hash(ramp) == "eba04f5c6ca3ca977d66bd727be9b86470267c7f5e127b1efbaecb4175dfef2d"
