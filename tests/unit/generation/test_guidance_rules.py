"""What a guidance rule gets and gives: its memory, its options, its place at scale 1, the prediction without words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.errors import InvalidField
from studio.job.recipe import Guidance
from studio.sampling.denoiser import Prediction, prediction
from studio.sampling.guidance_rule import GuidanceContext
from studio.sampling.info import GuidanceInfo, Option
from studio.sampling.schedule import NoiseLevel
from tests.unit.generation.test_guidance import UNCONDITIONAL, VP, Network, denoiser, normal


class Counting:
    """A rule that remembers how often it was asked, and tells what it was given."""

    info = GuidanceInfo("counting", "Counting", options=(Option("weight", "Weight", "float", 0.5),))

    def __init__(self) -> None:
        self.given: list[Any] = []

    def combine(
        self,
        x: Tensor,
        level: NoiseLevel,
        cond: Prediction,
        uncond: Prediction,
        scale: float,
        context: GuidanceContext,
        memory: Any,
    ) -> tuple[Prediction, Any]:
        self.given.append(memory)
        return cond, {"count": (memory or {"count": 0})["count"] + 1}


@pytest.fixture
def rule() -> Counting:
    return Counting()


def test_memory_changes_only_on_the_first_call_of_a_step(rule: Counting) -> None:
    guided = denoiser(Network(), Guidance(scale=3.0), rule=rule)
    for step in range(1, 4):
        guided.begin_step()
        for _ in range(2):
            guided(normal(step), VP.level(500))
            assert guided.memory == {"count": step}
    assert rule.given == [None, *({"count": n} for n in (1, 1, 2, 2, 3))]


def test_memory_is_left_alone_by_a_step_that_begins_outside_the_interval(rule: Counting) -> None:
    guided = denoiser(Network(), Guidance(scale=3.0, interval=(0.0, 0.5)), rule=rule)
    guided.begin_step()
    guided(normal(1), VP.level(600))
    guided(normal(1), VP.level(400))
    assert guided.memory is None
    assert rule.given == [None]


def test_memory_can_be_set_to_resume(rule: Counting) -> None:
    guided = denoiser(Network(), Guidance(scale=3.0), rule=rule)
    guided.memory = {"count": 7}
    guided.begin_step()
    guided(normal(1), VP.level(500))
    assert guided.memory == {"count": 8}


class Pulling(Counting):
    """A rule that is asked also at scale 1, and tells its context."""

    info = replace(Counting.info, at_scale_one=True)

    def combine(self, x, level, cond, uncond, scale, context, memory):  # type: ignore[no-untyped-def]
        self.given.append((scale, uncond is cond, dict(context.options), context.wordless()))
        return cond, memory


@pytest.mark.parametrize("scale", [1.0, 4.0])
def test_a_rule_may_be_asked_at_scale_one_with_one_call_of_one(scale: float) -> None:
    network, pulling = Network(), Pulling()
    guided = denoiser(network, Guidance(scale=scale, interval=(0.0, 0.5), options={"weight": 0.25}), rule=pulling)
    guided(normal(1), VP.level(600))
    assert pulling.given == []
    guided(normal(1), VP.level(400))
    ((asked, same, options, _),) = pulling.given
    assert (asked, same, options) == (scale, scale == 1.0, {"weight": 0.25})
    assert [len(shape[1]) for shape in network.calls[1:]] == ([1, 1] if scale == 1.0 else [2])


def test_what_no_words_give_costs_a_call_only_beside_a_negative_prompt() -> None:
    wordless = normal(3, 1, 7, 3)
    for own in (None, wordless):
        network, pulling = Network(), Pulling()
        more = {} if own is None else {"wordless": lambda: wordless}
        guided = denoiser(network, Guidance(scale=4.0, options={}), rule=pulling, **more)
        guided(normal(1), VP.level(400))
        found = pulling.given[0][3]
        expected = prediction(
            Network()(normal(1), VP.level(400), UNCONDITIONAL if own is None else wordless),
            normal(1), VP.level(400), "eps", VP,
        )  # fmt: skip
        torch.testing.assert_close(found.eps, expected.eps)
        assert guided.calls == len(network.calls) == (1 if own is None else 2)


def test_options_that_a_rule_does_not_have_are_refused() -> None:
    with pytest.raises(InvalidField, match="Counting has no option 'speed'"):
        denoiser(Network(), Guidance(options={"speed": 1.0}), rule=Counting())
    with pytest.raises(InvalidField, match=r"Weight 7\.0 is out of range"):
        denoiser(Network(), Guidance(options={"weight": 7.0}), rule=Counting())
