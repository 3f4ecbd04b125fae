"""The text for other tools: as they write it, and read with tolerance and bounds."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from studio.export.parameters import NEGATIVE, from_parameters, parameters_text
from studio.job.inpaint import FromImage, Inpaint
from studio.job.recipe import PROMPT_MAXIMUM, Guidance, Sampling, recipe
from tests.unit.export.made import generated


def test_the_text() -> None:
    text = parameters_text(generated(negative_prompt="blurry, two"))
    assert text == (
        "red apple, 3d style\n"
        "Negative prompt: blurry, two\n"
        "Steps: 30, Sampler: DDIM, CFG scale: 5, Seed: 7, Size: 128x128, Model: starter, Model hash: 0123456789, "
        "Version: Reverie 0.1.0"
    )


def test_the_text_of_a_karras_run_of_a_model_in_a_folder() -> None:
    sampling = Sampling(sampler="euler", spacing="karras", steps=12)
    text = parameters_text(generated(sampling=sampling, guidance=Guidance(scale=7.5), model="C:\\models\\my, model"))
    assert text.splitlines()[1] == (
        "Steps: 12, Sampler: Euler, Schedule type: Karras, CFG scale: 7.5, Seed: 7, Size: 128x128, "
        'Model: "my, model", Model hash: 0123456789, Version: Reverie 0.1.0'
    )


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, ""),
        ({"start": FromImage(image="a" * 64, strength=0.35)}, "Denoising strength: 0.35, "),
        ({"inpaint": Inpaint(image="a" * 64, mask="b" * 64)}, "Denoising strength: 1, "),
    ],
)
def test_how_far_a_picture_was_noised(fields: dict[str, Any], said: str) -> None:
    assert f"Size: 128x128, {said}Model: starter" in parameters_text(generated(**fields))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=40)


@given(TEXT, TEXT, st.integers(0, 2**63 - 1), st.sampled_from(["ddim", "ddpm", "euler"]))
@example("Steps: 3, Sampler: x, Seed: 9", "a: b, c", 1, "ddim")
@example("a red: apple\n\nSize: 1x1", '"quoted": \\', 2**63 - 1, "euler")
@example("名前 🍎 é", "", 0, "ddpm")
def test_what_is_written_is_understood(prompt: str, negative: str, seed: int, sampler: str) -> None:
    if any(line.lstrip().startswith(NEGATIVE) for line in prompt.split("\n")):
        return
    made = generated(prompt=prompt, negative_prompt=negative, seed=seed, sampling=Sampling(sampler=sampler))
    found = from_parameters(parameters_text(made))
    assert found.pop("prompt", "") == prompt.strip()
    assert found.pop("negative_prompt", "") == negative.strip()
    rest = {
        "steps": 30,
        "sampler": sampler,
        "scale": 5.0,
        "seed": seed,
        "width": 128,
        "height": 128,
        "model": "starter",
    }
    assert found == rest


def test_the_longest_prompts() -> None:
    made = generated(prompt="🍎" * PROMPT_MAXIMUM, negative_prompt="é" * PROMPT_MAXIMUM)
    found = from_parameters(parameters_text(made))
    assert (found["prompt"], found["negative_prompt"]) == ("🍎" * PROMPT_MAXIMUM, "é" * PROMPT_MAXIMUM)
    assert found["seed"] == 7


def test_text_of_another_program() -> None:
    text = (
        "masterpiece, (red apple:1.2) <lora:fruit:0.8>\r\nsecond line\r\nNegative prompt: bad, worse\r\nworst\r\n"
        "Steps: 20, Sampler: DPM++ 2M Karras, CFG scale: 7, Seed: 1234567890, Size: 512x768, Model hash: abc, "
        'Model: some_model, VAE: x.pt, Lora hashes: "fruit: 1, other: 2", Hires upscale: 2, Version: v1.10.1'
    )
    assert from_parameters(text) == {
        "prompt": "masterpiece, (red apple:1.2) <lora:fruit:0.8>\nsecond line",
        "negative_prompt": "bad, worse\nworst",
        "steps": 20,
        "scale": 7.0,
        "seed": 1234567890,
        "width": 512,
        "height": 768,
        "model": "some_model",
    }


def test_a_prompt_alone() -> None:
    assert from_parameters("an apple: red, round") == {"prompt": "an apple: red, round"}
    assert from_parameters("") == {}
    assert from_parameters("Negative prompt: x\nSteps: 5, Seed: 1, Size: 64x64") == {
        "negative_prompt": "x",
        "steps": 5,
        "seed": 1,
        "width": 64,
        "height": 64,
    }


@pytest.mark.parametrize(
    "setting",
    [
        *("Steps: 0", "Steps: 10001", "Steps: -3", "Steps: many", "Steps: ١٢"),
        *("CFG scale: 1000", "CFG scale: nan", "CFG scale: 1e9", "CFG scale: -1"),
        *("Seed: -1", "Seed: 9223372036854775808", "Seed: 1.5", f"Seed: {'9' * 5000}"),
        *("Size: 130x128", "Size: 56x64", "Size: 5000x64", "Size: 64", "Size: 64x64x64"),
        *("Sampler: UniPC", "Schedule type: Beta", "Model: "),
    ],
)
def test_values_out_of_range_are_left_out(setting: str) -> None:
    assert from_parameters(f"a\nOne: 1, Two: 2, {setting}") == {"prompt": "a"}


@given(st.text(max_size=300))
def test_any_text_is_harmless(text: str) -> None:
    _fits(from_parameters(text))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "\n" * 1_000_000,
        " " * 1_000_000 + "x",
        "a: " * 300_000,
        'a: "' * 200_000,
        'a: "' + "\\" * 1_000_000,
        "Steps: 1," * 100_000,
        (NEGATIVE + "\n") * 50_000,
    ],
)
def test_long_text_is_bounded(text: str) -> None:
    _fits(from_parameters(text))


def _fits(found: dict[str, Any]) -> None:
    """Whatever is found is good enough for a recipe."""
    scale, steps = found.pop("scale", 5.0), found.pop("steps", 30)
    sampling = Sampling(sampler=found.pop("sampler", "ddim"), spacing=found.pop("spacing", "leading"), steps=steps)
    recipe(**found, guidance=Guidance(scale=scale), sampling=sampling)
