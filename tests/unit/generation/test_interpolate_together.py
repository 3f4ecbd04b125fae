"""What a walk tells whose frames are made together: order, steps, cancel, failures, memory."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from studio.generation.frames import frames
from studio.generation.interpolate import interpolate
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import (
    TERMINAL,
    Cancelled,
    Failed,
    Finished,
    ModelLoading,
    PreviewReady,
    Started,
    StepDone,
)
from studio.job.preview import PreviewSettings
from studio.job.track import FrameEvent, FrameReady
from studio.models.model import Model
from studio.sampling.registry import builtin_methods
from tests.unit.generation.grouped import APPLE, GRAPES, LEMON, Watching, go, made, same, track
from tests.unit.generation.runs import Bent, Loaded, picture, services


def test_a_short_group_has_the_shape_of_the_others(starter: Model):
    watching = Watching(starter)
    go(frames(track(APPLE, LEMON, each=7)), watching.bent)
    assert watching.calls == [2, 2, 8, 8, 8, 8, 2, 2]
    assert len(watching.latents) == 8


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
