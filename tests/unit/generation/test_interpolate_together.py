"""Frames made together, on the CPU with a number that only a graphics card asks for: keys alone, others in groups."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import torch

from studio.generation.frames import frames, sheet
from studio.generation.grouping import Grouping, lies_between
from studio.generation.interpolate import interpolate
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.code import FromCode, FromSeed
from studio.job.event import (
    TERMINAL,
    Cancelled,
    Failed,
    Finished,
    GeneratedImage,
    JobEvent,
    ModelLoading,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.inpaint import FromImage
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe
from studio.job.track import FrameEvent, FrameReady, Key, Segment, Track
from studio.models.model import Model
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.ddim import DDIM
from studio.sampling.denoiser import Prediction
from studio.sampling.info import GuidanceInfo
from studio.sampling.registry import Methods, builtin_methods
from studio.sampling.sampler import Step
from tests.unit.generation.runs import Bent, Loaded, picture, services, small

N = 4
APPLE = Key(FromSeed(seed=7), "red apple, 3d style", "blurry", 5.0)
LEMON = Key(FromSeed(seed=8), "lemon, 3d style", "", 2.0)
GRAPES = Key(FromSeed(seed=9), "grapes, 3d style", "", 3.0)


@dataclass
class Watching:
    """A model that wants four pictures in a call; notes the batch of each network call and the latents it decodes."""

    model: Model
    together: int = N
    calls: list[int] = field(default_factory=list)
    latents: list[torch.Tensor] = field(default_factory=list)
    before: Callable[[int], None] = lambda call: None

    def network(self, x: torch.Tensor, *rest: Any) -> torch.Tensor:
        self.calls.append(len(x))
        self.before(len(self.calls))
        return self.model.network(x, *rest)

    def decode(self, latent: torch.Tensor) -> Image:
        self.latents.append(latent.clone())
        return self.model.decode(latent)

    @property
    def bent(self) -> Any:
        return Bent(self.model, together=self.together, network=self.network, decode=self.decode)


def track(*keys: Key, each: int = 3, base: Recipe | None = None, **more: Any) -> Track:
    segments = len(keys) - (not more.get("loop", False))
    return Track(base or small(steps=2), keys, (Segment(each),) * segments, **more)


def go(wanted: Sequence[Recipe], model: Any, cancel: CancelToken | None = None, **more: Any) -> list[JobEvent]:
    missing = more.pop("missing", None)
    return list(interpolate(1, tuple(wanted), services(model, **more), cancel or CancelToken(), missing))


def made(told: Iterable[JobEvent]) -> dict[int, GeneratedImage]:
    return {event.frame: event.generated for event in told if isinstance(event, FrameReady)}


def same(one: Image, other: Image) -> bool:
    return np.array_equal(one.pixels, other.pixels)


def apart(one: Image, other: Image) -> int:
    return int(np.abs(one.pixels.astype(int) - other.pixels.astype(int)).max())


def compared(wanted: Sequence[Recipe], model: Model, methods: Methods | None = None) -> tuple[Watching, list[bool]]:
    """Make frames together and alone: the calls of the former, and which of them have the bits of the latter."""
    watching, alone = Watching(model), Watching(model, together=1)
    chosen = methods or builtin_methods()
    told = [
        list(interpolate(1, tuple(wanted), replace(services(one.bent), methods=chosen), CancelToken()))
        for one in (watching, alone)
    ]
    assert isinstance(told[0][-1], Finished)
    ours, theirs = made(told[0]), made(told[1])
    assert [*ours] == [*theirs] == list(range(len(wanted)))
    for one, other in zip(watching.latents, alone.latents, strict=True):
        assert (one - other).abs().max() < 1e-4
    assert max(apart(ours[number].image, theirs[number].image) for number in ours) <= 1
    return watching, [torch.equal(a, b) for a, b in zip(watching.latents, alone.latents, strict=True)]


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


def test_a_short_group_has_the_shape_of_the_others(starter: Model):
    watching = Watching(starter)
    go(frames(track(APPLE, LEMON, each=7)), watching.bent)
    assert watching.calls == [2, 2, 8, 8, 8, 8, 2, 2]
    assert len(watching.latents) == 8


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


def test_cancelling_comes_before_the_next_network_call(starter: Model):
    cancel = CancelToken()
    watching = Watching(starter, before=lambda call: cancel.cancel() if call == 3 else None)
    told = go(frames(track(APPLE, LEMON)), watching.bent, cancel)
    assert watching.calls == [2, 2, 8]
    assert told[-1] == Cancelled(1, 1, 4)
    assert sum(isinstance(event, TERMINAL) for event in told) == 1


def test_frames_come_in_order_and_each_tells_its_steps(starter: Model):
    told = go(frames(track(APPLE, LEMON, GRAPES)), Watching(starter).bent)
    assert [event.frame for event in told if isinstance(event, FrameReady)] == list(range(7))
    steps = {(e.frame, e.event.step) for e in told if isinstance(e, FrameEvent) and isinstance(e.event, StepDone)}
    assert steps == {(frame, step) for frame in range(7) for step in (1, 2)}
    assert isinstance(told[-1], Finished)
    assert not any(isinstance(e.event, TERMINAL) for e in told if isinstance(e, FrameEvent))
    # The steps of a group are told before its first picture.
    order = [e.frame for e in told if isinstance(e, FrameEvent) and isinstance(e.event, StepDone)]
    assert order == [0, 0, *[1, 2, 4, 5] * 2, 3, 3, 6, 6]


def test_frames_that_are_there_already_tell_nothing(starter: Model):
    told = go(frames(track(APPLE, LEMON, each=5)), Watching(starter).bent, missing=[2, 5])
    assert {event.frame for event in told if isinstance(event, (FrameEvent, FrameReady))} == {2, 5}


def test_previews_show_the_first_of_a_group(starter: Model):
    told = go(frames(track(APPLE, LEMON)), Watching(starter).bent, preview=PreviewSettings("linear"))
    shown = [e.frame for e in told if isinstance(e, FrameEvent) and isinstance(e.event, PreviewReady)]
    assert shown == [0, 0, 1, 1, 3, 3]


def test_the_shape_is_recorded_where_it_is_not_one(starter: Model):
    shown = made(go(frames(track(APPLE, LEMON)), Watching(starter).bent))
    assert [shown[number].batch for number in range(4)] == [1, 4, 4, 1]
    assert all(one.seconds > 0 for one in shown.values())
    assert [one.batch for one in made(go(frames(track(APPLE, LEMON)), starter)).values()] == [1] * 4


def test_the_processor_makes_one_at_a_time(starter: Model):
    assert starter.together == 1


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_graphics_cards_make_several(starter: Model, device: str):
    bent = type(starter)(starter.facts, starter._parts, starter._placement)
    bent._placement = replace(bent._placement, device=torch.device(device))
    assert bent.together == 8


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


def test_only_latents_of_a_group_are_held(tiny: Callable[[str], Model]):
    watching, alive, most = Watching(tiny("stable_diffusion_1")), weakref.WeakSet(), []
    decode = watching.decode

    def counted(latent: torch.Tensor) -> Image:
        image = decode(latent)
        alive.add(image)
        most.append(len(alive))
        return image

    model = Bent(watching.bent, decode=counted)
    for event in interpolate(1, frames(track(APPLE, LEMON, each=12)), services(model), CancelToken()):
        del event
    assert len(most) == 13
    assert max(most) <= 2


def out_of_memory(call: int) -> None:
    if call == 4:
        raise torch.OutOfMemoryError("CUDA out of memory.")


def test_with_too_little_memory_the_rest_is_made_alone(starter: Model):
    wanted = frames(track(APPLE, LEMON, each=6))
    watching = Watching(starter, before=out_of_memory)
    told = go(wanted, watching.bent)
    assert isinstance(told[-1], Finished)
    assert told[-1].notices[-1] == "There was too little memory for 4 frames together, so they were made one by one."
    assert watching.calls == [2, 2, 8, 8, *[2] * 12]
    shown = made(told)
    assert [*shown] == list(range(7))
    assert {one.batch for one in shown.values()} == {1}
    assert same(shown[3].image, picture(wanted[3], starter))


def test_what_fails_ends_the_job(starter: Model):
    def broken(call: int) -> None:
        if call == 4:
            raise ValueError("no")

    told = go(frames(track(APPLE, LEMON)), Watching(starter, before=broken).bent)
    assert isinstance(told[-1], Failed)
    assert "ValueError: no" in told[-1].sentence
    assert sum(isinstance(event, TERMINAL) for event in told) == 1
    assert [*made(told)] == [0]


def test_a_group_may_be_the_first_that_needs_the_model(starter: Model):
    class Slow(Loaded):
        def is_loaded(self, name: str) -> bool:
            return bool(asked)

        def get(self, name: str) -> Any:
            asked.append(name)
            return self.model

    asked: list[str] = []
    given = Services(Slow(Watching(starter).bent), builtin_methods(), lambda: PreviewSettings("off"))
    told = list(interpolate(1, frames(track(APPLE, LEMON)), given, CancelToken(), [1, 2]))
    assert told[0] == FrameEvent(1, 1, ModelLoading(1, "starter"))
    started = [e.frame for e in told if isinstance(e, FrameEvent) and isinstance(e.event, Started)]
    assert started == [1, 2]
    cancelled = CancelToken()
    cancelled.cancel()
    assert list(interpolate(1, frames(track(APPLE, LEMON)), given, cancelled, [1])) == [Cancelled(1, 3, 4)]


def test_where_a_frame_goes_follows_from_the_walk_alone():
    wanted = frames(track(APPLE, LEMON, GRAPES, each=4))
    grouping = Grouping(wanted, lambda recipe: False)
    assert [grouping.group_of(number, 4) for number in range(9)] == [
        (), *[(1, 2, 3, 5)] * 3, (), (1, 2, 3, 5), *[(6, 7)] * 2, ()
    ]  # fmt: skip
    assert not Grouping(wanted, lambda recipe: True).group_of(1, 4)


def test_what_is_not_alike_goes_apart():
    key, other = Key(FromSeed(seed=1), "apple", "", 1.0), Key(FromSeed(seed=2), "lemon", "", 1.0)
    unguided, guided = frames(track(key, other)), frames(track(APPLE, LEMON))
    longer = frames(track(APPLE, LEMON, base=small(steps=3)))
    grouping = Grouping((*unguided, *guided, *longer), lambda recipe: False)
    assert [grouping.group_of(number, 4) for number in (1, 5, 9)] == [(1, 2), (5, 6), (9, 10)]


def test_only_what_lies_between_is_made_together():
    code = FromCode(code="ab" * 32)
    blend = ({"prompt": "a", "weight": 0.5}, {"prompt": "b", "weight": 0.5})
    assert not lies_between(small())
    assert not lies_between(small(start=code))
    assert lies_between(small(start=code, blend=blend))
    assert lies_between(small(blend=blend))
    assert not lies_between(small(start=FromImage(image="ab" * 32, strength=0.5), blend=blend))
