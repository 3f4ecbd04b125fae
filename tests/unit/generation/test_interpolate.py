"""Walks with the real starter model: key frames bit for bit, one terminal event, nothing kept, gone on with exactly."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studio.errors import CancelRequested, InvalidField, StudioError
from studio.generation.even import Looks, even_places, even_spacing, in_proportion, rms
from studio.generation.frames import frames, sheet
from studio.generation.interpolate import interpolate
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.code import CodeFacts, FromCode, FromSeed
from studio.job.event import TERMINAL, Cancelled, Failed, Finished, JobEvent, StepDone
from studio.job.recipe import Recipe
from studio.job.track import FrameEvent, FrameReady, Key, Segment, Track
from studio.job.walk import Change
from studio.models.model import Model
from studio.sampling.noise import ImageNoise
from studio.trajectory.code_file import Code
from studio.trajectory.code_store import CodeStore
from tests.references.evenness import unevenness
from tests.unit.generation.runs import At, Bent, picture, pixels, services, small

APPLE = Key(FromSeed(seed=7), "red apple, 3d style", "blurry", 5.0)
LEMON = Key(FromSeed(seed=8), "lemon, 3d style", "", 2.0)
BASE = small(steps=2)


def track(*keys: Key, frames: int = 3, **more: Any) -> Track:
    count = len(keys) - (not more.get("loop", False))
    return Track(BASE, keys, (Segment(frames),) * count, **more)


def go(wanted: Iterable[Recipe], given: Services, cancel: CancelToken | None = None, **more: Any) -> list[JobEvent]:
    return list(interpolate(1, tuple(wanted), given, cancel or CancelToken(), **more))


def made(told: Iterable[JobEvent]) -> dict[int, str]:
    return {event.frame: pixels(event.generated.image) for event in told if isinstance(event, FrameReady)}


def kept_code(store: CodeStore, model: Model, seed: int) -> str:
    """The noise of a seed as a code of its own."""
    shape = model.latent_shape(64, 64)
    x = ImageNoise(seed, shape).draw().float()
    facts = CodeFacts(
        name="one", origin="seed", timestep=999.0, alpha=0.07, sigma=0.99, shape=shape, width=64, height=64
    )
    return store.keep(Code(facts, x))


def test_the_frames_of_keys_are_the_pictures_made_alone(starter: Model, tmp_path: Path):
    store = CodeStore(tmp_path)
    third = Key(FromCode(code=kept_code(store, starter, 9)), "red apple, 3d style", "", 5.0)
    shown = made(go(frames(track(APPLE, LEMON, third)), services(starter, codes=store)))
    assert sorted(shown) == list(range(7))
    first = small(steps=2, negative_prompt="blurry", guidance={"scale": 5.0})
    second = small(steps=2, prompt="lemon, 3d style", negative_prompt="", seed=8, guidance={"scale": 2.0})
    assert shown[0] == pixels(picture(first, starter))
    assert shown[3] == pixels(picture(second, starter))
    # A seed and the code of that seed give the same picture.
    last = small(steps=2, negative_prompt="", seed=9, guidance={"scale": 5.0})
    assert shown[6] == pixels(picture(last, starter))
    assert len(set(shown.values())) == 7


def test_a_walk_through_one_prompt_moves_smoothly(starter: Model):
    told = go(frames(track(APPLE, LEMON, frames=6)), services(starter))
    images = [e.generated.image.pixels / 255.0 for e in told if isinstance(e, FrameReady)]
    apart = rms(images[0], images[-1])
    assert all(rms(a, b) < 0.8 * apart for a, b in pairwise(images))


def test_each_frame_tells_its_steps_and_the_job_ends_once(starter: Model):
    told = go(frames(track(APPLE, LEMON, frames=2)), services(starter))
    steps = [(e.frame, e.event.step) for e in told if isinstance(e, FrameEvent) and isinstance(e.event, StepDone)]
    assert steps == [(frame, step) for frame in range(3) for step in (1, 2)]
    assert [type(event) for event in told if isinstance(event, TERMINAL)] == [Finished]
    assert isinstance(told[-1], Finished)
    assert {event.frames for event in told if isinstance(event, FrameReady)} == {3}
    assert not any(isinstance(e.event, TERMINAL) for e in told if isinstance(e, FrameEvent))


def test_what_was_cancelled_goes_on_without_gap_or_repeat(starter: Model):
    wanted = frames(track(APPLE, LEMON, frames=3))
    whole = made(go(wanted, services(starter)))
    cancel, first = CancelToken(), []
    for event in interpolate(1, wanted, services(starter), cancel):
        first.append(event)
        if isinstance(event, FrameEvent) and event.frame == 2 and isinstance(event.event, StepDone):
            cancel.cancel()
    assert first[-1] == Cancelled(1, 2, 4)
    assert sum(isinstance(event, TERMINAL) for event in first) == 1
    begun = made(first)
    rest = made(go(wanted, services(starter), missing=[n for n in range(4) if n not in begun]))
    assert not begun.keys() & rest.keys()
    assert begun | rest == whole


def test_cancelling_comes_before_the_next_network_call(starter: Model):
    cancel, calls = CancelToken(), []

    def network(*given: Any) -> torch.Tensor:
        calls.append(1)
        if len(calls) == 3:
            cancel.cancel()
        return starter.network(*given)

    told = go(frames(track(APPLE, LEMON)), services(Bent(starter, network=network)), cancel)
    assert len(calls) == 3
    assert told[-1] == Cancelled(1, 1, 4)


def test_codes_are_looked_for_before_the_first_frame(starter: Model):
    missing_code = Key(FromCode(code="ab" * 32))
    told = go(frames(track(APPLE, missing_code)), services(starter))
    assert isinstance(told[-1], Failed)
    assert "not on this computer" in told[-1].sentence
    assert sum(isinstance(event, TERMINAL) for event in told) == 1
    assert made(told) == {}


def test_a_frame_that_fails_ends_the_job(starter: Model):
    broken = At(starter, 3, lambda output: output * float("nan"))
    told = go(frames(track(APPLE, LEMON)), services(Bent(starter, network=broken)))
    assert isinstance(told[-1], Failed)
    assert "no numbers" in told[-1].sentence
    assert sum(isinstance(event, TERMINAL) for event in told) == 1
    assert list(made(told)) == [0]


def test_no_more_than_two_pictures_are_held_however_many_there_are(tiny: Callable[[str], Model]):
    model, alive, most = tiny("stable_diffusion_1"), weakref.WeakSet(), []
    decode = model.decode

    def watched(latent: torch.Tensor) -> Image:
        image = decode(latent)
        alive.add(image)
        most.append(len(alive))
        return image

    given = services(Bent(model, decode=watched))
    for event in interpolate(1, frames(track(APPLE, LEMON, frames=12)), given, CancelToken()):
        del event
    assert len(most) == 13
    assert max(most) <= 2


def test_prompts_are_encoded_once(starter: Model):
    asked: list[str] = []

    encode = starter._encode_prompt
    starter._conditionings.clear()
    try:
        starter._encode_prompt = lambda prompt: (asked.append(prompt), encode(prompt))[1]
        go(frames(track(APPLE, LEMON, frames=4)), services(starter))
    finally:
        del starter._encode_prompt
    assert sorted(asked) == ["", "blurry", "lemon, 3d style", "red apple, 3d style"]


def test_the_corners_of_a_sheet_are_the_pictures_made_alone(starter: Model):
    corners = [Key(FromSeed(seed=seed), "red apple, 3d style", "", 5.0) for seed in (1, 2, 3, 4)]
    shown = made(go(sheet(BASE, corners, 3, 3), services(starter)))
    for place, seed in ((0, 1), (2, 2), (6, 3), (8, 4)):
        assert shown[place] == pixels(picture(small(steps=2, seed=seed, negative_prompt=""), starter))
    assert len(set(shown.values())) == 9


def test_frames_are_not_recorded_nor_saved(starter: Model):
    given = services(starter, save=lambda generated: pytest.fail("nobody asked for a file"))
    assert isinstance(go(frames(track(APPLE, LEMON)), given)[-1], Finished)


WALKS = [
    (APPLE, LEMON),
    (Key(FromSeed(seed=1), "strawberry, 3d style"), Key(FromSeed(seed=2), "grinning face, flat style")),
]


@pytest.mark.parametrize(("keys", "measure"), list(zip(WALKS, ("pixels", "latent"), strict=True)))
def test_even_spacing_makes_the_change_more_even(starter: Model, keys: tuple[Key, ...], measure: str):
    plain = Track(small(steps=3), keys, (Segment(12),))
    spaced = even_spacing(plain, services(starter), CancelToken(), measure)

    def change(walk: Track) -> float:
        told = go(frames(walk), services(starter))
        images = [e.generated.image.pixels / 255.0 for e in told if isinstance(e, FrameReady)]
        return unevenness([rms(a, b) for a, b in pairwise(images)])

    assert 8 <= len(spaced.parts[0].changes) <= 2 * plain.frames
    assert change(spaced.track) <= change(plain)
    made_even = frames(spaced.track)
    assert [made_even[0], made_even[-1]] == [frames(plain)[0], frames(plain)[-1]]


def test_measuring_is_told_and_can_be_cancelled(starter: Model):
    told: list[tuple[int, int]] = []
    even_spacing(track(APPLE, LEMON), services(starter), CancelToken(), samples=2, told=lambda *n: told.append(n))
    assert told == [(1, 3), (2, 3), (3, 3)]
    cancelled = CancelToken()
    cancelled.cancel()
    with pytest.raises(CancelRequested):
        even_spacing(track(APPLE, LEMON), services(starter), cancelled)
    with pytest.raises(StudioError, match="not on this computer"):
        even_spacing(track(APPLE, Key(FromCode(code="ab" * 32))), services(starter), CancelToken())


@pytest.mark.parametrize(("measure", "said"), [("text-image", "image encoder"), ("taste", "'taste' is not known")])
def test_a_measure_that_there_is_not_is_refused(starter: Model, measure: str, said: str):
    with pytest.raises(InvalidField, match=said):
        even_spacing(track(APPLE, LEMON), services(starter), CancelToken(), measure)


def test_segments_get_frames_as_they_change():
    assert in_proportion([1.0, 3.0], 8) == (2, 6)
    assert in_proportion([0.0, 1.0], 4) == (1, 3)
    assert in_proportion([0.0, 0.0], 5) == (3, 2)
    assert in_proportion([5.0, 5.0, 5.0], 3) == (1, 1, 1)


def test_even_places_of_a_loop_leave_the_end_out():
    walk = track(APPLE, LEMON, frames=2, loop=True)
    found = even_places(walk, [Change((n, n + 0.5, n + 1.0), (1.0, 1.0)) for n in (0.0, 1.0)])
    assert found == (0.0, 0.5, 1.0, 1.5)


def test_keys_stay_frames_however_even():
    walk = track(APPLE, LEMON, APPLE, frames=4)
    found = even_places(walk, [Change((0.0, 0.5, 1.0), (1.0, 5.0)), Change((1.0, 1.5, 2.0), (1.0, 1.0))])
    assert found == (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0)


def test_what_changes_at_once_is_looked_at_closely():
    looks = Looks(lambda place: np.float32([place > 0.7]), 1, 12)
    taken = list(looks.taken())
    (found,) = looks.parts()
    assert len(taken) == len(found.places) < 20
    jump = found.changes.index(1.0)
    assert sum(found.changes) == 1.0
    assert found.places[jump] <= 0.7 < found.places[jump + 1]
    assert found.places[jump + 1] - found.places[jump] < 0.001
    assert max(b - a for a, b in pairwise(found.places)) <= 0.125


def test_the_widest_change_of_all_segments_is_looked_into():
    looks = Looks(lambda place: np.float32([max(place - 1.0, 0.0) ** 4]), 2, 24)
    list(looks.taken())
    calm, steep = looks.parts()
    assert calm.places == tuple(n / 8 for n in range(9))
    assert max(steep.changes) <= sum(steep.changes) / 23 / 2
    assert (steep.places[0], steep.places[-1]) == (1.0, 2.0)


def test_a_jump_is_one_step_and_the_others_are_even():
    walk = track(APPLE, LEMON, frames=11)
    looks = Looks(lambda place: np.float32([place + 5.0 * (place > 0.3)]), 1, walk.frames)
    list(looks.taken())
    found = even_places(walk, looks.parts())
    steps = [b - a for a, b in pairwise(found)]
    assert len([step for step in steps if step < 0.08]) <= 2
    assert max(steps) < 0.11


def test_looks_are_not_kept_longer_than_they_are_compared():
    made: list[weakref.ref[np.ndarray]] = []

    def look(place: float) -> np.ndarray:
        seen = np.float32([place**3])
        made.append(weakref.ref(seen))
        return seen

    looks = Looks(look, 1, 200)
    alive = [sum(seen() is not None for seen in made) for _ in looks.taken()]
    assert len(alive) > 100
    assert alive[-1] < 10
