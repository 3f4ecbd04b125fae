"""Text to image with real models: what is told, what previews may do, and what a picture depends on."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor

from studio.job.event import (
    Decoding,
    Failed,
    Finished,
    GeneratedImage,
    ImageReady,
    JobEvent,
    ModelLoading,
    PreviewKind,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.preview import PreviewDecoder, PreviewSettings
from studio.job.recipe import Recipe
from studio.models.model import Model
from tests.unit.generation.runs import At, Bent, Loaded, events, picture, pixels, services, small

WALKS = [("ddim", {}), ("ddim", {"eta": 1.0}), ("ddpm", {}), ("euler", {})]
WALK_NAMES = ["ddim", "ddim-eta-1", "ddpm", "euler"]
DECODERS: tuple[PreviewDecoder, ...] = ("linear", "tiny", "full", "auto")
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def model(tiny: Callable[[str], Model]) -> Model:
    return tiny("stable_diffusion_1")


def previews(told: list[JobEvent]) -> list[PreviewReady]:
    return [event for event in told if isinstance(event, PreviewReady)]


def test_a_run_tells_everything_in_its_order(model: Model) -> None:
    told = list(events(small(), services(model, PreviewSettings("linear"))))
    step = [StepDone, PreviewReady]
    assert [type(event) for event in told] == [Started, *step, *step, *step, Decoding, ImageReady, Finished]
    started, done, ready, end = told[0], told[1:7:2], told[-2], told[-1]
    assert isinstance(started, Started)
    assert (started.steps, started.device, started.dtype) == (3, "cpu", "float32")
    assert started.timesteps == (667.0, 334.0, 1.0, 0.0)
    assert [(event.step, event.steps, event.timestep) for event in done if isinstance(event, StepDone)] == [
        (1, 3, 334.0),
        (2, 3, 1.0),
        (3, 3, 0.0),
    ]
    assert [(event.step, event.steps, event.kind) for event in previews(told)] == [
        (number, 3, "x0") for number in (1, 2, 3)
    ]
    assert isinstance(ready, ImageReady)
    assert isinstance(end, Finished)
    assert end.path is None
    assert all(event.job == 1 for event in told)


def test_seconds_rise_and_hold_the_whole_run(model: Model) -> None:
    told = list(events(small(), services(model)))
    seconds = [event.seconds for event in told if isinstance(event, StepDone)]
    assert seconds == sorted(seconds)
    assert seconds[0] > 0
    ready, end = told[-2], told[-1]
    assert isinstance(ready, ImageReady)
    assert isinstance(end, Finished)
    assert seconds[-1] < ready.generated.seconds <= end.seconds


def test_a_model_that_is_not_loaded_is_told_of(model: Model) -> None:
    cold = Bent(Loaded(model), is_loaded=lambda name: False)
    told = list(events(small(), replace(services(model), models=cold)))
    assert told[0] == ModelLoading(1, "starter")
    assert isinstance(told[1], Started)


def test_a_picture_comes_with_what_made_it(model: Model) -> None:
    saved: list[GeneratedImage] = []

    def save(generated: GeneratedImage) -> Path:
        saved.append(generated)
        return Path("apple.png")

    wanted = small(seed=2**63 - 1)
    told = list(events(wanted, services(model, save=save)))
    (generated,) = saved
    assert told[-2] == ImageReady(1, generated)
    assert isinstance(told[-1], Finished)
    assert told[-1].path == Path("apple.png")
    assert generated.recipe == wanted
    assert (generated.model_hash, generated.device, generated.dtype) == (model.facts.hash, "cpu", "float32")
    assert set(generated.versions) == {"reverie", "python", "torch", "diffusers", "transformers"}


@pytest.mark.parametrize("kind", ["x0", "x"])
@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize(("sampler", "options"), WALKS, ids=WALK_NAMES)
def test_a_preview_changes_no_bit_of_the_picture(
    model: Model, sampler: str, options: dict[str, float], decoder: PreviewDecoder, kind: PreviewKind
) -> None:
    wanted = small(sampler, options=options)
    without = picture(wanted, model)
    told = list(events(wanted, services(model, PreviewSettings(decoder, kind))))
    assert [event.kind for event in previews(told)] == [kind] * 3
    ready = told[-2]
    assert isinstance(ready, ImageReady)
    assert pixels(ready.generated.image) == pixels(without)


@pytest.mark.parametrize(("sampler", "options"), WALKS, ids=WALK_NAMES)
def test_a_preview_changes_no_bit_of_the_starter_models_picture(
    starter: Model, sampler: str, options: dict[str, float]
) -> None:
    wanted = small(sampler, options=options, width=128, height=128)
    assert pixels(picture(wanted, starter, PreviewSettings("auto", "x"))) == pixels(picture(wanted, starter))


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler"])
def test_the_last_full_preview_of_x_is_the_picture(model: Model, sampler: str) -> None:
    told = list(events(small(sampler), services(model, PreviewSettings("full", "x"))))
    ready = told[-2]
    assert isinstance(ready, ImageReady)
    assert pixels(previews(told)[-1].image) == pixels(ready.generated.image)
    assert pixels(previews(told)[0].image) != pixels(ready.generated.image)


def test_a_full_preview_of_x0_is_what_a_clean_last_step_would_have_made(model: Model) -> None:
    """Euler ends clean, so its last x0 is its picture; one step earlier it is another one."""
    told = list(events(small("euler"), services(model, PreviewSettings("full", "x0"))))
    ready = told[-2]
    assert isinstance(ready, ImageReady)
    assert [pixels(event.image) == pixels(ready.generated.image) for event in previews(told)] == [False, False, True]


def test_the_preview_settings_are_read_at_every_step(model: Model) -> None:
    wishes: list[PreviewSettings] = [
        PreviewSettings("linear", "x0"),
        PreviewSettings("linear", "x"),
        PreviewSettings("off"),
        PreviewSettings("full", "x0"),
        PreviewSettings("linear", "x0", every=4),
        PreviewSettings("tiny", "x"),
    ]
    asked: Iterator[PreviewSettings] = iter(wishes)
    told = list(events(small(steps=6), services(model, lambda: next(asked))))
    assert [(event.step, event.kind) for event in previews(told)] == [(1, "x0"), (2, "x"), (4, "x0"), (6, "x")]
    assert next(asked, None) is None
    fixed = {
        (decoder, kind): {
            event.step: pixels(event.image)
            for event in previews(list(events(small(steps=6), services(model, PreviewSettings(decoder, kind)))))
        }
        for decoder, kind in (("linear", "x0"), ("linear", "x"), ("full", "x0"), ("tiny", "x"))
    }
    shown = {event.step: pixels(event.image) for event in previews(told)}
    assert shown == {
        1: fixed["linear", "x0"][1],
        2: fixed["linear", "x"][2],
        4: fixed["full", "x0"][4],
        6: fixed["tiny", "x"][6],
    }


@pytest.mark.parametrize(("every", "shown"), [(1, [1, 2, 3, 4, 5]), (2, [2, 4, 5]), (5, [5]), (9, [5])])
def test_previews_come_after_every_so_many_steps_and_the_last(model: Model, every: int, shown: list[int]) -> None:
    told = list(events(small(steps=5), services(model, PreviewSettings("linear", every=every))))
    assert [event.step for event in previews(told)] == shown


@pytest.mark.parametrize(("sampler", "options"), WALKS, ids=WALK_NAMES)
def test_a_picture_of_several_is_the_single_one(model: Model, sampler: str, options: dict[str, float]) -> None:
    """A batch is recipes with seeds counted up; what ran before one of them leaves no trace in it."""
    several = [pixels(picture(small(sampler, options=options, seed=seed), model)) for seed in (7, 8, 9)]
    alone = [pixels(picture(small(sampler, options=options, seed=seed), model)) for seed in (9, 8, 7)]
    assert several == alone[::-1]
    assert len(set(several)) == 3


@pytest.mark.parametrize("change", ["prompt", "negative_prompt", "seed", "width", "sampler", "scale", "steps", "eta"])
def test_everything_in_the_recipe_counts(model: Model, change: str) -> None:
    other = {
        "prompt": small(prompt="green apple"),
        "negative_prompt": small(negative_prompt=""),
        "seed": small(seed=8),
        "width": small(width=72),
        "sampler": small("ddpm"),
        "scale": small(guidance={"scale": 4.0}),
        "steps": small(steps=4),
        "eta": small(options={"eta": 0.5}),
    }[change]
    assert pixels(picture(small(), model)) != pixels(picture(other, model))


def test_the_negative_prompt_does_nothing_without_guidance(model: Model) -> None:
    plain = {"guidance": {"scale": 1.0}}
    assert pixels(picture(small(**plain), model)) == pixels(picture(small(negative_prompt="grey", **plain), model))


@pytest.mark.parametrize("name", ["stable_diffusion_1", "stable_diffusion_2", "learned_variance", "zero_terminal_snr"])
@pytest.mark.parametrize(("width", "height"), [(64, 64), (72, 128), (136, 64), (96, 88)])
def test_any_size_that_is_divisible_by_8_is_drawn(
    tiny: Callable[[str], Model], name: str, width: int, height: int
) -> None:
    wanted = small(width=width, height=height, sampling={"steps": 2, "spacing": "trailing"})
    image = picture(wanted, tiny(name), PreviewSettings("linear"))
    assert (image.width, image.height) == (width, height)
    assert np.std(image.pixels) > 10


@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("call", [1, 2, 3])
def test_what_is_no_number_is_named_and_never_saved(model: Model, call: int, value: float) -> None:
    def spoil(output: Tensor) -> Tensor:
        output[1, 2, 3, 4] = value
        return output

    saved: list[GeneratedImage] = []

    def save(generated: GeneratedImage) -> Path:
        saved.append(generated)
        return Path("never.png")

    network = At(model, call, spoil)
    told = list(events(small(), services(Bent(model, network=network), PreviewSettings("full"), save=save)))
    end = told[-1]
    assert isinstance(end, Failed)
    assert f"no numbers at step {call} of 3" in end.sentence
    assert sum(isinstance(event, StepDone) for event in told) == len(previews(told)) == call - 1
    assert network.calls == call
    assert not saved


def test_a_prompt_that_is_cut_off_is_told(model: Model) -> None:
    def notices(wanted: Recipe) -> tuple[str, ...]:
        started = next(event for event in events(wanted, services(model)) if isinstance(event, Started))
        return started.notices

    long = " ".join(["apple"] * 90) + " lighthouse"
    assert notices(small(negative_prompt="")) == ()
    (cut,) = notices(small(prompt=long))
    assert cut.startswith("The prompt is too long for this model, which reads 75 of its ")
    assert cut.endswith("up to 'apple'.")
    (cut,) = notices(small(negative_prompt=long))
    assert cut.startswith("The negative prompt is too long")
    plain = {"guidance": {"scale": 1.0}}
    assert notices(small(**plain)) == ("The negative prompt does nothing at guidance 1. Use more guidance for it.",)
    assert notices(small(negative_prompt="", **plain)) == ()


def test_an_empty_prompt_is_fine(model: Model) -> None:
    assert np.std(picture(small(prompt="", negative_prompt=""), model).pixels) > 10


SCRIPT = """
import torch
torch.set_num_threads(1)
from studio.models.loader import load_model
from studio.paths import starter_model
from tests.unit.generation.conftest import CPU
from tests.unit.generation.runs import picture, pixels, small
model = load_model(starter_model(), CPU)
for sampler, options in (("ddim", {}), ("ddim", {"eta": 1.0}), ("ddpm", {}), ("euler", {})):
    print(pixels(picture(small(sampler, options=options, width=128, height=128), model)))
"""


def test_another_process_makes_the_same_pixels(starter: Model) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    again = [pixels(picture(small(name, options=options, width=128, height=128), starter)) for name, options in WALKS]
    assert done.stdout.split() == again
    assert len(set(again)) == len(WALKS)
