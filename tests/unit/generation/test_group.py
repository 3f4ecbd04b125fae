"""Frames made together: keys have the bits of pictures made alone, others are very near, and always the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from studio.generation.frames import frames, sheet
from studio.generation.interpolate import interpolate
from studio.job.cancel import CancelToken
from studio.job.code import FromSeed
from studio.job.event import (
    Cancelled,
)
from studio.job.track import FrameReady, Key
from studio.models.model import Model
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.ddim import DDIM
from studio.sampling.denoiser import Prediction
from studio.sampling.info import GuidanceInfo
from studio.sampling.registry import builtin_methods
from studio.sampling.sampler import Step
from tests.unit.generation.grouped import APPLE, GRAPES, LEMON, Watching, compared, go, made, same, track
from tests.unit.generation.runs import picture, services, small


def test_keys_are_the_pictures_made_alone_and_others_are_very_near(starter: Model):
    wanted = frames(track(APPLE, LEMON, GRAPES))
    watching, exact = compared(wanted, starter)
    assert exact[0]
    assert exact[3]
    assert exact[6]
    # Key 0, the group of 1, 2, 4 and 5, then keys 3 and 6: two steps of a guidance pair each.
    assert watching.calls == [2, 2, 8, 8, 2, 2, 2, 2]
    shown = made(go(wanted, Watching(starter).bent))
    assert same(
        shown[3].image,
        picture(small(steps=2, prompt="lemon, 3d style", negative_prompt="", seed=8, guidance={"scale": 2.0}), starter),
    )


@pytest.mark.parametrize(
    ("sampler", "options"), [("ddpm", {}), ("ddim", {"eta": 1.0}), ("euler", {})], ids=["ddpm", "eta", "euler"]
)
def test_each_picture_draws_its_own_noise(starter: Model, sampler: str, options: dict[str, Any]):
    base = small(sampler, steps=3, options=options)
    watching, _ = compared(frames(track(APPLE, LEMON, each=5, base=base)), starter)
    assert 8 in watching.calls


def test_noise_between_levels_is_each_pictures_own(starter: Model):
    class Wandering(DDIM):
        info = replace(DDIM.info, name="wandering")

        def step(self, x: Any, level: Any, next_level: Any, denoiser: Any, run: Any, memory: Any) -> Step:
            step = super().step(x, level, next_level, denoiser, run, memory)
            return replace(step, x=step.x + 0.1 * next_level.sigma * run.noise_between(level, next_level))

    methods = builtin_methods()
    methods.samplers.add([Wandering()])
    watching, _ = compared(frames(track(APPLE, LEMON, each=5, base=small("wandering", steps=2))), starter, methods)
    assert 8 in watching.calls


@pytest.mark.parametrize("name", ["learned_variance", "nine_channels", "zero_terminal_snr"])
def test_models_of_all_kinds(tiny: Callable[[str], Model], name: str):
    watching, _ = compared(frames(track(APPLE, LEMON, each=4, base=small("ddpm", steps=2))), tiny(name))
    assert 8 in watching.calls


def test_how_many_frames_follow_changes_no_bit(starter: Model):
    wanted = frames(track(APPLE, LEMON, each=7))
    long, short = Watching(starter), Watching(starter)
    go(wanted, long.bent)
    go(wanted[:3], short.bent)
    assert all(torch.equal(a, b) for a, b in zip(long.latents, short.latents, strict=False))
    assert len(short.latents) == 3


def test_what_goes_on_after_a_cancel_has_the_same_bits(starter: Model):
    wanted = frames(track(APPLE, LEMON, GRAPES, each=4))
    whole = made(go(wanted, Watching(starter).bent))
    cancel, first = CancelToken(), []
    for event in interpolate(1, wanted, services(Watching(starter).bent), cancel):
        first.append(event)
        if isinstance(event, FrameReady) and event.frame == 2:
            cancel.cancel()
    assert first[-1] == Cancelled(1, 3, 9)
    begun, watching = made(first), Watching(starter)
    rest = made(go(wanted, watching.bent, missing=[n for n in range(9) if n not in begun]))
    assert sorted(rest) == [3, 4, 5, 6, 7, 8]
    assert watching.calls == [8, 8, 2, 2, 8, 8, 2, 2]
    assert all(same(({**begun, **rest})[number].image, whole[number].image) for number in range(9))
    # One alone, in the middle of its group.
    lonely = made(go(wanted, Watching(starter).bent, missing=[6]))
    assert [*lonely] == [6]
    assert same(lonely[6].image, whole[6].image)


def test_without_guidance_a_call_holds_each_once(starter: Model):
    plain = [Key(FromSeed(seed=seed), "red apple, 3d style", "", 1.0) for seed in (1, 2)]
    watching, _ = compared(frames(track(*plain, each=5)), starter)
    assert watching.calls == [1, 1, 4, 4, 1, 1]


def test_guidance_acts_where_it_does_alone(starter: Model):
    base = small(steps=4, guidance={"interval": (0.3, 0.8), "rescale": 0.7})
    watching, _ = compared(frames(track(APPLE, LEMON, each=5, base=base)), starter)
    assert {4, 8} <= {*watching.calls}


def test_a_sampler_that_works_picture_by_picture_is_given_one(starter: Model):
    class Careful(DDIM):
        info = replace(DDIM.info, name="careful", per_image=True)

    methods = builtin_methods()
    methods.samplers.add([Careful()])
    watching, exact = compared(frames(track(APPLE, LEMON, each=3, base=small("careful", steps=2))), starter, methods)
    assert watching.calls == [2] * 8
    assert all(exact)


class Pulling:
    """A rule that remembers, needs what no words give, and takes its scale for a plain number."""

    info = GuidanceInfo("pulling", "Pulling", at_scale_one=True)

    def combine(
        self, x: Any, level: Any, cond: Any, uncond: Any, scale: float, context: Any, memory: Any
    ) -> tuple[Prediction, Any]:
        assert x.shape[0] == 1
        pair, _ = ClassifierFree().combine(x, level, cond, uncond, scale, context, None)
        free = context.wordless()
        before = 0.0 if memory is None else memory["x0"]
        weight = 0.1 if scale > 3 else 0.2
        return Prediction(pair.x0 + weight * (free.x0 - before), pair.eps + weight * free.eps), {"x0": free.x0}


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_a_rule_sees_one_picture_and_remembers_each(starter: Model, scale: float):
    methods = builtin_methods()
    methods.guidance.add([Pulling()])
    base = small(steps=2, guidance={"rule": "pulling"})
    keys = (replace(APPLE, scale=scale), replace(LEMON, scale=scale, negative_prompt="blue"))
    watching, _ = compared(frames(track(*keys, each=5, base=base)), starter, methods)
    pair = 4 if scale == 1.0 else 8
    assert watching.calls[-8:-4] == [pair, 4, pair, 4]


def test_corners_of_a_sheet_are_alone(starter: Model):
    corners = [Key(FromSeed(seed=seed), "red apple, 3d style", "", 5.0) for seed in (1, 2, 3, 4)]
    watching, exact = compared(sheet(small(steps=2), corners, 3, 3), starter)
    assert all(exact[number] for number in (0, 2, 6, 8))
    assert watching.calls.count(8) == 4
