"""Pictures from codes: a seed and its code are one picture, a code that does not fit is refused, blends are sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from studio.generation.arithmetic import combined
from studio.generation.code_start import blended
from studio.generation.seed_code import seed_code
from studio.job.arithmetic import Arithmetic
from studio.job.code import Between, CodeFacts, FromCode, FromSeed, Weighted
from studio.job.event import Failed, ImageReady, Started
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.trajectory.code_file import Code
from studio.trajectory.code_store import CodeStore
from tests.unit.generation.recorded import branch
from tests.unit.generation.runs import events, pixels, services, small

WALKS = [("ddim", {}), ("ddim", {"eta": 1.0}), ("ddpm", {}), ("euler", {})]


@pytest.fixture
def model(tiny: Callable[[str], Model]) -> Model:
    return tiny("stable_diffusion_1")


@pytest.fixture
def codes(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes")


def told(wanted: Recipe, model: Model, codes: CodeStore) -> list[Any]:
    return list(events(wanted, services(model, codes=codes)))


def drawn(wanted: Recipe, model: Model, codes: CodeStore) -> str:
    """The hash of the pixels; any other end is an error."""
    everything = told(wanted, model, codes)
    ready = [event for event in everything if isinstance(event, ImageReady)]
    assert len(ready) == 1, everything[-1]
    return pixels(ready[0].generated.image)


def from_code(plain: Recipe, code: str) -> Recipe:
    return plain.model_copy(update={"start": FromCode(code=code)})


@pytest.mark.parametrize(("sampler", "options"), WALKS)
def test_a_seed_and_its_code_are_one_picture(model: Model, codes: CodeStore, sampler: str, options: dict) -> None:
    plain = small(sampler, 4, options=options)
    code = codes.keep(seed_code(plain, model))
    # The very file, and not what the store remembers.
    fresh = CodeStore(codes.folder)
    assert drawn(from_code(plain, code), model, fresh) == drawn(plain, model, codes)
    for step in (0, 2, 4):
        for changes in ({}, {"prompt": "lemon"}, {"sampler": "ddpm", "options": {}}):
            wanted = branch(plain, step, **changes)
            same = branch(from_code(plain, code), step, **changes)
            assert drawn(same, model, fresh) == drawn(wanted, model, codes), (step, changes)


def test_the_seed_of_another_picture_draws_only_the_later_noise(model: Model, codes: CodeStore) -> None:
    code = codes.keep(seed_code(small(), model))
    still = {drawn(from_code(small("ddim", seed=seed), code), model, codes) for seed in (1, 2)}
    moving = {drawn(from_code(small("ddpm", seed=seed), code), model, codes) for seed in (1, 2)}
    assert (len(still), len(moving)) == (1, 2)


def test_the_ends_of_a_way_are_the_codes_themselves(model: Model, codes: CodeStore) -> None:
    code = codes.keep(seed_code(small(seed=9), model))
    ends = {"first": FromSeed(seed=7), "second": FromCode(code=code)}
    start, middle, end = (
        drawn(small().model_copy(update={"start": Between(**ends, fraction=fraction)}), model, codes)
        for fraction in (0.0, 0.5, 1.0)
    )
    assert start == drawn(small(), model, codes)
    assert end == drawn(small(seed=9), model, codes)
    assert middle not in (start, end)


def inverted(drawer: Model, steps: int, **changes: Any) -> Code:
    """A code as an inversion with so many steps would give it."""
    timestep = {3: 667, 6: 831}[steps]
    level = drawer.facts.schedule.level(timestep)
    shape = drawer.latent_shape(64, 64)
    known: dict[str, Any] = {
        "name": "dog", "origin": "inversion", "model": "tiny", "model_hash": drawer.facts.hash, "steps": steps,
        "timestep": level.timestep, "alpha": level.alpha, "sigma": level.sigma, "shape": shape, "width": 64,
        "height": 64, **changes,
    }  # fmt: skip
    x = 0.7 * torch.randn((1, *shape), generator=torch.Generator().manual_seed(2))
    return Code(CodeFacts(**known), x)


def refusal(wanted: Recipe, model: Model, codes: CodeStore) -> Failed:
    end = told(wanted, model, codes)[-1]
    assert isinstance(end, Failed)
    assert end.exit_code == 2
    return end


def test_codes_that_do_not_fit_are_refused(model: Model, codes: CodeStore) -> None:
    good = codes.keep(inverted(model, 3))
    size = refusal(from_code(small(width=72), good), model, codes)
    assert size.field == "start"
    assert "The code 'dog' is of 64 by 64 pixels" in size.sentence
    # The id is that of the values, so the other model's code needs values of its own.
    foreign = inverted(model, 3, model="other", model_hash="something else")
    other = codes.keep(replace(foreign, x=foreign.x + 1.0))
    assert "of the model 'other' with other weights" in refusal(from_code(small(), other), model, codes).sentence
    missing = refusal(from_code(small(), "0" * 64), model, codes)
    assert "not on this computer" in missing.sentence


def test_another_level_is_told_and_the_same_is_not(model: Model, codes: CodeStore) -> None:
    code = codes.keep(inverted(model, 3))

    def notices(steps: int) -> str:
        started = [event for event in told(from_code(small(steps=steps), code), model, codes) if type(event) is Started]
        return " ".join(started[0].notices)

    assert notices(3) == ""
    assert "lies at level 667 and this run begins at 831" in notices(6)
    assert "It fits at 3 steps of the spacing that it was inverted with." in notices(6)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"spacing": "trailing"}, "It fits at 3 steps of the spacing trailing."),
        ({"spacing": "explicit"}, "It fits at the 3 timesteps that it was made for, given one by one."),
        ({"spacing": "leading", "timesteps": (667.0, 334.0, 1.0)}, "It fits at the 3 timesteps"),
    ],
)
def test_how_a_code_fits_is_told(model: Model, codes: CodeStore, changes: dict[str, Any], words: str) -> None:
    code = codes.keep(inverted(model, 3, **changes))
    started = [event for event in told(from_code(small(steps=6), code), model, codes) if type(event) is Started]
    assert words in " ".join(started[0].notices)


def test_arithmetic_with_seeds_alone_is_noise_that_fits_every_run(model: Model, codes: CodeStore) -> None:
    seeds = [codes.keep(seed_code(small(seed=seed), model)) for seed in (1, 2)]
    code = codes.keep(combined(Arithmetic(kind="mean", codes=tuple(seeds)), codes))
    events_of = told(from_code(small(steps=6), code), model, codes)
    assert next(event for event in events_of if type(event) is Started).notices == ()


def test_a_code_of_an_inversion_is_used_as_it_is(model: Model, codes: CodeStore) -> None:
    code = inverted(model, 3)
    wider = Code(code.facts, 2.0 * code.x)
    kept = [codes.keep(one) for one in (code, wider)]
    assert len({drawn(from_code(small(), name), model, codes) for name in kept}) == 2


def blend(*parts: tuple[str, str, float]) -> tuple[Weighted, ...]:
    return tuple(Weighted(prompt=p, negative_prompt=n, weight=w) for p, n, w in parts)


def test_a_blend_of_equal_prompts_is_the_prompt(model: Model, codes: CodeStore) -> None:
    plain = small()
    pair = plain.prompt, plain.negative_prompt
    mixed = plain.model_copy(update={"blend": blend((*pair, 0.3), (*pair, 0.45), (*pair, 0.25))})
    assert drawn(mixed, model, codes) == drawn(plain, model, codes)


def test_the_ends_of_a_blend_are_its_prompts_and_the_middle_their_mean(model: Model, codes: CodeStore) -> None:
    pairs = [("red apple", "dark"), ("lemon", "blue")]
    plain = [small(prompt=prompt, negative_prompt=negative) for prompt, negative in pairs]

    def mixed(share: float) -> Recipe:
        return small(blend=blend((*pairs[0], 1.0 - share), (*pairs[1], share)))

    assert drawn(mixed(0.0), model, codes) == drawn(plain[0], model, codes)
    assert drawn(mixed(1.0), model, codes) == drawn(plain[1], model, codes)
    for number in (0, 1):
        ends = [blended(model, one)[number] for one in plain]
        assert torch.allclose(blended(model, mixed(0.25))[number], 0.75 * ends[0] + 0.25 * ends[1], atol=1e-6)
