"""The classifier of noisy latents: it knows what it was trained on, its slope is its slope, and a run follows it."""

from __future__ import annotations

import importlib
import math
import sys
from functools import cache
from itertools import pairwise
from types import ModuleType
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from studio import paths
from studio.generation.guidance import GuidedDenoiser
from studio.generation.one_picture import one_picture
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.recipe import Guidance, recipe
from studio.models.model import Model
from studio.plugin.home import known_methods
from studio.plugin.loader import load
from studio.plugin.manifest import read_manifest
from studio.sampling.ddim import DDIM
from studio.sampling.denoiser import Prediction
from studio.sampling.grid import timestep_grid
from studio.sampling.guidance_rule import GuidanceContext, GuidanceRule
from studio.sampling.schedule import NoiseLevel, from_betas, rectified_flow, scaled_linear_betas, variance_exploding
from tests.unit.generation.runs import OFF, Loaded

FOLDER = paths.plugins() / "classifier_guidance"
VP = from_betas(scaled_linear_betas())
LEAST_KNOWN = {100: 0.9, 500: 0.85, 850: 0.35}
"""Of latents that it never saw, at trained levels; chance is one in eleven."""


@cache
def rule() -> GuidanceRule:
    (found,) = load(read_manifest(FOLDER), FOLDER).guidance
    return found


def code() -> Any:
    return sys.modules[type(rule()).__module__]


def normal(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape or (1, 4, 16, 16), generator=torch.Generator().manual_seed(seed))


def asked(
    x: Tensor, level: NoiseLevel, scale: float = 1.0, pull: float = 3.0, target: str = "apple"
) -> tuple[Prediction, Prediction, Prediction]:
    """What the rule gives, and the two predictions that it was given."""
    cond, uncond = (Prediction(x0, (x - level.alpha * x0) / level.sigma) for x0 in (normal(5).to(x), normal(6).to(x)))
    context = GuidanceContext("v", VP, options={"target": target, "pull": pull})
    pair, memory = rule().combine(x, level, cond, uncond, scale, context, None)
    assert memory is None
    return pair, cond, uncond


def test_its_weights_are_small_and_all_there():
    weights = load_file(FOLDER / "classifier.safetensors")
    assert {name: tuple(tensor.shape) for name, tensor in weights.items()} == code().shapes()
    assert (FOLDER / "classifier.safetensors").stat().st_size <= 1_000_000
    (target, _) = rule().info.options
    assert dict(target.choices) == code().CLASSES


@pytest.fixture(scope="module")
def latents(starter: Model) -> Tensor:
    """Each thing once, from noise that training never saw."""
    words = [f"{title.lower()}, {('flat', '3d')[n % 2]} style" for n, title in enumerate(code().CLASSES.values())]
    without, having = (torch.cat([starter.conditioning(text) for text in part]) for part in ([""] * len(words), words))
    guidance, facts = Guidance(scale=5.0), starter.facts
    denoisers = [
        GuidedDenoiser(starter.network, c[None], u[None], guidance, facts.parametrisation, facts.schedule)
        for c, u in zip(having, without, strict=True)
    ]
    levels = timestep_grid(facts.schedule, 5, "trailing", DDIM.info).levels
    return torch.cat([_drawn(one, normal(900 + n), levels) for n, one in enumerate(denoisers)])


@torch.inference_mode()
def _drawn(denoiser: GuidedDenoiser, x: Tensor, levels: tuple[NoiseLevel, ...]) -> Tensor:
    for level, after in pairwise(levels):
        pair = denoiser(x, level)
        x = after.alpha * pair.x0 + after.sigma * pair.eps
    return x.clone()


@pytest.mark.parametrize("index", LEAST_KNOWN)
def test_it_knows_latents_it_never_saw(latents, index):
    """With four draws of noise on each."""
    level, labels = VP.level(index), torch.arange(len(latents)).repeat(4)
    x = level.alpha * latents.repeat(4, 1, 1, 1) + level.sigma * normal(index, 40, *latents.shape[1:])
    known = (code().log_probability(x, level).argmax(dim=1) == labels).float().mean()
    assert float(known) >= LEAST_KNOWN[index]


@pytest.mark.parametrize("schedule", [VP, variance_exploding(), rectified_flow()])
def test_it_says_the_same_of_the_same_ratio_on_every_schedule(schedule):
    """A state divided by sqrt(alpha² + sigma²) is what a variance-preserving schedule has there."""
    for ratio in (0.2, 1.0, 6.0):
        x, level, straight = normal(1), schedule.at(ratio), VP.at(ratio)
        found = code().log_probability(x * math.hypot(level.alpha, level.sigma), level)
        torch.testing.assert_close(found, code().log_probability(x, straight), rtol=1e-4, atol=1e-4)
        torch.testing.assert_close(found.exp().sum(dim=1), torch.ones(1))


@pytest.mark.parametrize("index", [50, 500, 950])
@pytest.mark.parametrize("target", ["apple", "house"])
def test_its_slope_is_that_of_finite_differences(index, target):
    level, x, way = VP.level(index), normal(index).double(), normal(7).double()
    number, small = [*code().CLASSES].index(target), 1e-5
    ahead, behind = (float(code().log_probability(x + by * way, level)[0, number]) for by in (small, -small))
    found = code().slope(x, level, target)
    assert float((found * way).sum()) == pytest.approx((ahead - behind) / (2 * small), rel=1e-5)


def test_it_moves_eps_by_the_slope_and_x0_with_it():
    for index in (1, 300, 999):
        x, level = normal(index), VP.level(index)
        pair, cond, _ = asked(x, level, pull=4.0, target="owl")
        torch.testing.assert_close(pair.eps, cond.eps - 4.0 * level.sigma * code().slope(x, level, "owl"))
        torch.testing.assert_close(level.alpha * pair.x0 + level.sigma * pair.eps, x, rtol=0, atol=1e-4)
        assert not torch.equal(pair.eps, cond.eps)


def test_without_pull_it_is_plain_guidance():
    x, level = normal(3), VP.level(400)
    pair, cond, uncond = asked(x, level, pull=0.0)
    assert pair is cond
    pair, cond, uncond = asked(x, level, scale=4.0, pull=0.0)
    torch.testing.assert_close(pair.x0, uncond.x0 + 4.0 * (cond.x0 - uncond.x0))
    torch.testing.assert_close(pair.eps, uncond.eps + 4.0 * (cond.eps - uncond.eps))


def test_pure_noise_is_not_pulled():
    pure = from_betas(scaled_linear_betas(), zero_terminal_snr=True)
    pair, cond, _ = asked(normal(3), pure.level(999))
    assert pair is cond


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_it_finds_its_slope_in_inference_mode(dtype):
    with torch.inference_mode():
        found = code().slope(normal(3).to(dtype), VP.level(500), "rose")
    assert (found.dtype, found.requires_grad) == (dtype, False)
    assert float(found.abs().max()) > 0


def test_latents_of_other_models_are_refused():
    x = normal(1, 1, 16, 8, 8)
    with pytest.raises(ValueError, match="those of the built-in model"):
        rule().combine(x, VP.level(9), Prediction(x, x), Prediction(x, x), 1.0, GuidanceContext("v", VP), None)


def test_a_run_without_words_follows_it(starter, own_home):
    """Ten steps at guidance 1 from an empty prompt, three seeds: what the classifier says of the pictures' latents."""
    before, after = ([probability(starter, seed, pull) for seed in (1, 2, 3)] for pull in (0.0, 10.0))
    assert max(before) < 0.1
    assert min(after) > 0.3
    assert sum(after) / 3 > 0.6


def probability(model: Model, seed: int, pull: float, target: str = "lemon") -> float:
    states: list[Tensor] = []
    wanted = recipe(
        seed=seed,
        sampling={"sampler": "ddim", "steps": 10, "spacing": "trailing"},
        guidance={"rule": "classifier", "scale": 1.0, "options": {"target": target, "pull": pull}},
    )
    given = Services(Loaded(model), known_methods(), lambda: OFF)
    one_picture(wanted, given, CancelToken(), lambda arrival: states.append(arrival.step.x.clone()))
    level = VP.level(0)
    return float(code().log_probability(states[-1], level)[0, [*code().CLASSES].index(target)].exp())


@pytest.fixture
def training(monkeypatch) -> ModuleType:
    """The script that trains, as Python imports it where it lies."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("train", "classifier_guidance"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    found = importlib.import_module("train")
    for name in ("train", "classifier_guidance"):
        monkeypatch.setitem(sys.modules, name, sys.modules[name])
    return found


def test_it_can_be_trained_again(training, monkeypatch, tmp_path, capsys):
    """The whole script with a little of everything; its own weights stay as they are."""
    few = {"EACH": 1, "OTHERS": 2, "WORDLESS": 2, "HELD_OUT": 4, "STEPS": 1, "ITERATIONS": 3}
    for name, value in few.items():
        monkeypatch.setattr(training, name, value)
    monkeypatch.setattr(training, "WEIGHTS", tmp_path / "weights.safetensors")
    training.main()
    weights = load_file(tmp_path / "weights.safetensors")
    assert {name: tuple(tensor.shape) for name, tensor in weights.items()} == code().shapes()
    assert all(bool(torch.isfinite(tensor).all()) for tensor in weights.values())
    assert capsys.readouterr().out.count("of 4 held out are known") == len(training.LEVELS_TOLD)


def test_training_draws_every_thing_and_moves_it(training):
    wanted = training.prompts()
    assert {number for _, number in wanted} == set(range(len(training.CLASSES) + 1))
    assert all(("rose" in text) == (number == 3) for text, number in wanted if number < len(training.CLASSES))
    generator = torch.Generator().manual_seed(1)
    latents = normal(1, 2, 4, 16, 16)
    moved = [training.varied(latents, generator) for _ in range(8)]
    assert all(one.shape == latents.shape for one in moved)
    assert len({float(one[0, 0, 8, 8]) for one in moved}) > 2
