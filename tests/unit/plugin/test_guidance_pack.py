"""The rules of the guidance pack: what each is at its neutral options, and the sentence of its paper as an identity."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from studio.sampling.ddim import DDIM
from studio.sampling.denoiser import Parametrisation, Prediction, network_output
from studio.sampling.grid import TimestepGrid
from studio.sampling.sampler import Run
from studio.sampling.schedule import CLEAN, NoiseLevel
from tests.unit.plugin.guided import SCHEDULES, SHAPE, Call, assert_same, normal, rules

PLAIN: dict[str, dict[str, float]] = {
    "rescaled": {"phi": 0.0},
    "limited": {"lowest": -20.0, "highest": 20.0},
    "perpendicular_negative": {},
    "dynamic_threshold": {"mix": 0.0},
    "apg": {"parallel": 1.0, "threshold": 0.0, "momentum": 0.0},
}
"""Options at which a rule is plain classifier-free guidance; the third is so without a negative prompt."""
parametrisations = st.sampled_from(sorted(SCHEDULES))


def inner(a: Tensor, b: Tensor) -> Tensor:
    return (a * b).sum(dim=(1, 2, 3))


@pytest.mark.parametrize("name", PLAIN)
@given(parametrisations, st.floats(1.5, 15), st.integers(0, 998))
def test_with_neutral_options_it_is_plain_guidance(name: str, kind: Parametrisation, scale: float, t: int) -> None:
    call = Call(kind, t, seed=t).without_negative()
    assert_same(call(name, scale, **PLAIN[name])[0], call.plain(scale))


@pytest.mark.parametrize("name", [*PLAIN, "cfg_plus_plus"])
def test_the_pair_agrees_with_the_state_or_disagrees_on_purpose(name: str) -> None:
    for kind in SCHEDULES:
        call = Call(kind, 400)
        pair = call(name, 6.0)[0]
        off = float((call.level.alpha * pair.x0 + call.level.sigma * pair.eps - call.x).abs().max())
        assert (off > 0.1) if name == "cfg_plus_plus" else (off < 1e-9 * call.level.sigma + 1e-9), kind


@pytest.mark.parametrize("name", [*PLAIN, "cfg_plus_plus"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_precision_and_shape_are_kept_and_pictures_stay_apart(name: str, dtype: torch.dtype) -> None:
    call = Call("v", 600)
    for part in ("cond", "uncond", "wordless"):
        pair = getattr(call, part)
        setattr(call, part, Prediction(pair.x0.to(dtype), pair.eps.to(dtype)))
    call.x = call.x.to(dtype)
    found, memory = call(name)
    assert found.x0.dtype == found.eps.dtype == dtype
    assert found.x0.shape == found.eps.shape == SHAPE
    alone = Call("v", 600)
    alone.x = call.x[1:]
    for part in ("cond", "uncond", "wordless"):
        pair = getattr(call, part)
        setattr(alone, part, Prediction(pair.x0[1:], pair.eps[1:]))
    other, kept = alone(name)
    assert torch.equal(found.x0[1:], other.x0)
    assert torch.equal(found.eps[1:], other.eps)
    assert (memory is None) == (kept is None) == (name != "apg")


@pytest.mark.parametrize("name", [*PLAIN, "cfg_plus_plus"])
def test_variance_is_that_of_the_conditional_prediction(name: str) -> None:
    call = Call()
    call.cond = Prediction(call.cond.x0, call.cond.eps, normal(9))
    assert call(name)[0].variance is call.cond.variance


@given(parametrisations, st.floats(0.01, 1.0), st.floats(1.5, 15), st.integers(0, 998))
def test_rescaled_is_the_rescaling_of_the_built_in_rule(
    kind: Parametrisation, phi: float, scale: float, t: int
) -> None:
    call = Call(kind, t)
    assert_same(call("rescaled", scale, phi=phi)[0], call.plain(scale, rescale=phi))


def test_rescaled_in_full_has_the_deviation_of_the_conditional_output() -> None:
    call = Call("v")
    outputs = [
        network_output(pair, call.level, "v", call.schedule) for pair in (call("rescaled", phi=1.0)[0], call.cond)
    ]
    one, other = (output.std(dim=(1, 2, 3)) for output in outputs)
    torch.testing.assert_close(one, other)


def test_limited_guides_between_its_ratios_and_nowhere_else() -> None:
    seen = set()
    for kind in SCHEDULES:
        for t in (0, 200, 500, 800, 999):
            call = Call(kind, t)
            snr = call.level.snr
            inside = snr > 0 and -3.0 <= math.log(snr) <= 2.0
            seen.add(inside)
            assert_same(call("limited", lowest=-3.0, highest=2.0)[0], call.plain() if inside else call.cond)
    assert seen == {True, False}


def test_what_is_taken_of_the_negative_prompt_is_perpendicular_to_the_prompt() -> None:
    for kind in SCHEDULES:
        call = Call(kind)
        p, n = call.cond.x0 - call.wordless.x0, call.uncond.x0 - call.wordless.x0
        taken = call("perpendicular_negative", 1.0, weight=0.0)[0].x0 - call("perpendicular_negative", 1.0)[0].x0
        assert float(inner(taken, p).abs().max()) < 1e-9 * float(inner(p, p).max())
        # What was left is along the prompt: nothing else was lost.
        left = n - taken
        torch.testing.assert_close(inner(left, p) ** 2, inner(left, left) * inner(p, p))


def test_a_negative_prompt_along_the_prompt_takes_nothing() -> None:
    call = Call()
    for factor in (0.5, 1.0, -2.0):
        x0, eps = ((1 - factor) * w + factor * c for w, c in
                   ((call.wordless.x0, call.cond.x0), (call.wordless.eps, call.cond.eps)))  # fmt: skip
        call.uncond = Prediction(x0, eps)
        assert_same(call("perpendicular_negative")[0], call("perpendicular_negative", weight=0.0)[0])


def test_without_weight_the_negative_prompt_is_as_if_there_were_none() -> None:
    found = Call()("perpendicular_negative", 4.0, weight=0.0)[0]
    call = Call()
    call.uncond = call.wordless
    assert_same(found, call.plain(4.0))


def test_a_prompt_that_says_nothing_leaves_it_finite() -> None:
    call = Call()
    call.cond = call.wordless
    assert bool(torch.isfinite(call("perpendicular_negative")[0].x0).all())


def quantile(x0: Tensor, at: float) -> Tensor:
    return torch.quantile(x0.abs().flatten(1), at, dim=1)


@given(parametrisations, st.floats(0.6, 1.0), st.floats(3, 20))
def test_the_threshold_lets_no_value_be_larger_than_the_quantile_of_the_conditional_picture(
    kind: Parametrisation, at: float, scale: float
) -> None:
    call = Call(kind)
    found, plain = call("dynamic_threshold", scale, quantile=at, mix=1.0)[0].x0, call.plain(scale).x0
    allowed, had = quantile(call.cond.x0, at), quantile(plain, at)
    grown = had > allowed
    torch.testing.assert_close(quantile(found, 1.0)[grown], allowed[grown])
    # What is not cut off is made smaller by one factor.
    inside = (plain.abs() < had[:, None, None, None]) & grown[:, None, None, None]
    factor = (allowed / had)[:, None, None, None].expand(SHAPE)
    torch.testing.assert_close(found[inside], (factor * plain)[inside])


def test_the_threshold_leaves_alone_what_is_no_larger() -> None:
    call = Call()
    call.cond, call.uncond = (
        Prediction(pair.x0 * size, pair.eps) for pair, size in ((call.uncond, 9.0), (call.cond, 9.5))
    )
    plain = call.plain(1.01)
    assert bool((quantile(plain.x0, 0.995) <= quantile(call.cond.x0, 0.995)).any())
    found = call("dynamic_threshold", 1.01, mix=1.0)[0]
    kept = quantile(plain.x0, 0.995) <= quantile(call.cond.x0, 0.995)
    assert torch.equal(found.x0[kept], plain.x0[kept])


def ddim(call: Call, pair: Prediction, after: NoiseLevel) -> Tensor:
    grid = TimestepGrid((call.level, after))
    run = Run(grid, 0, DDIM.info.resolve({}), call.schedule, lambda: call.x * 0, lambda *_: call.x * 0)
    return DDIM().step(call.x, call.level, after, lambda *_: pair, run, None).x


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("amount", [0.0, 0.3, 1.0])
def test_cfg_plus_plus_moves_x0_by_a_part_and_adds_the_noise_of_no_prompt(kind: Any, amount: float) -> None:
    call = Call(kind)
    pair = call("cfg_plus_plus", 7.0, **{"lambda": amount})[0]
    torch.testing.assert_close(pair.eps, call.uncond.eps)
    eps = call.uncond.eps + amount * (call.cond.eps - call.uncond.eps)
    torch.testing.assert_close(pair.x0, (call.x - call.level.sigma * eps) / call.level.alpha)


@pytest.mark.parametrize("kind", SCHEDULES)
@pytest.mark.parametrize("t", [450, 300, -1])
def test_a_ddim_step_of_cfg_plus_plus_is_one_of_plain_guidance_with_another_scale(kind: Any, t: int) -> None:
    """`s = λ r / (r - r')`, r = sigma/alpha; at the last step it is λ itself."""
    call, amount = Call(kind, 500), 0.6
    after = CLEAN if t < 0 else call.schedule.level(t)
    scale = amount * call.level.ratio / (call.level.ratio - after.ratio)
    found = ddim(call, call("cfg_plus_plus", **{"lambda": amount})[0], after)
    torch.testing.assert_close(found, ddim(call, call.plain(scale), after), rtol=1e-9, atol=1e-9)


def test_apg_without_its_parallel_part_is_orthogonal_to_the_conditional_picture() -> None:
    for kind in SCHEDULES:
        call = Call(kind)
        change = call("apg", 8.0, threshold=0.0)[0].x0 - call.cond.x0
        size = inner(change, change).sqrt() * inner(call.cond.x0, call.cond.x0).sqrt()
        assert float((inner(change, call.cond.x0) / size).abs().max()) < 1e-12
        assert float(change.abs().max()) > 0.1


def test_apg_makes_a_change_no_longer_than_its_threshold() -> None:
    call = Call()
    for threshold in (0.05, 0.2, 10.0):
        change = call("apg", 2.0, parallel=1.0, threshold=threshold)[0].x0 - call.cond.x0
        whole = call.cond.x0 - call.uncond.x0
        rms, had = (part.square().mean(dim=(1, 2, 3)).sqrt() for part in (change, whole))
        torch.testing.assert_close(rms, had.clamp_max(threshold))
        torch.testing.assert_close(inner(change, whole), rms * had * change[0].numel())


def test_apg_remembers_the_changes_before() -> None:
    """After steps with differences d the memory is `d + β (d' + β (…))`, and that is what the next step goes by."""
    beta, memory, expected = -0.4, None, torch.zeros(SHAPE, dtype=torch.float64)
    neutral = {**PLAIN["apg"], "momentum": beta}
    for seed in (0, 10, 20):
        call = Call(seed=seed)
        pair, memory = call("apg", 3.0, memory, **neutral)
        expected = (call.cond.x0 - call.uncond.x0) + beta * expected
        assert memory is not None
        torch.testing.assert_close(memory["change"], expected)
        torch.testing.assert_close(pair.x0, call.cond.x0 + 2.0 * expected)


def test_all_are_on_the_way_of_a_plugin() -> None:
    assert [*rules()] == ["rescaled", "limited", "perpendicular_negative", "dynamic_threshold", "cfg_plus_plus", "apg"]
