"""The host's loop: what a sampler is given, going on in the middle, and finding NaN where it appears."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from studio.errors import NotFinite
from studio.generation.guidance import GuidedDenoiser, Network
from studio.generation.reverse_process import Walk, moved, start_deviation, walk
from studio.job.recipe import Guidance
from studio.sampling.denoiser import Denoiser, Prediction
from studio.sampling.grid import timestep_grid
from studio.sampling.info import SamplerInfo
from studio.sampling.noise import ImageNoise
from studio.sampling.registry import builtin_samplers
from studio.sampling.sampler import Memory, Run, Sampler, Step
from studio.sampling.schedule import NoiseLevel, X0Rule
from tests.unit.sampling.processes import SCHEDULES, curved

SHAPE = (3, 4, 5)
STEPS = 4
CPU = torch.device("cpu")
CONDITIONING = torch.zeros(1, 2, 3)
NO_NUMBERS = (math.nan, math.inf, -math.inf)


@dataclass
class Stepped:
    """A denoiser that counts the steps it is told of."""

    predict: Callable[[Tensor, NoiseLevel], Prediction] = curved
    begun: int = 0

    def begin_step(self) -> None:
        self.begun += 1

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        return self.predict(x, level)


def plan(sampler: Sampler, schedule: str = "scaled_linear", seed: int = 3, **options: Any) -> Walk:
    known = SCHEDULES[schedule]
    grid = timestep_grid(known, STEPS, "leading", sampler.info)
    noise = ImageNoise(seed, SHAPE)
    return Walk(sampler, sampler.info.resolve(options), grid, known, noise, CPU, torch.float32)


def builtin(name: str, **options: Any) -> Walk:
    return plan(builtin_samplers().get(name), **options)


@dataclass
class Curious:
    """A sampler that keeps what it is given and remembers how often it was called."""

    given: list[tuple[Run, Memory | None]] = field(default_factory=list)
    info = SamplerInfo(name="curious", title="Curious", description="Keeps what it is given.")

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        self.given.append((run, memory))
        pair = denoiser(x, level)
        count = (memory or {"count": 0})["count"] + 1
        return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0, {"count": count})


def test_each_step_knows_its_place_and_gets_the_memory_of_the_one_before() -> None:
    sampler, denoiser = Curious(), Stepped()
    given_plan = plan(sampler)
    steps = list(walk(given_plan, denoiser, given_plan.start(), 0, STEPS))
    assert [run.index for run, _ in sampler.given] == list(range(STEPS))
    assert all(run.grid is given_plan.grid and run.schedule is given_plan.schedule for run, _ in sampler.given)
    assert [memory for _, memory in sampler.given] == [None, *({"count": number} for number in (1, 2, 3))]
    assert [step.memory for step in steps] == [{"count": number} for number in (1, 2, 3, 4)]
    assert denoiser.begun == STEPS


@pytest.mark.parametrize("name", ["ddim", "ddpm", "euler"])
@pytest.mark.parametrize("middle", range(STEPS + 1))
def test_a_walk_in_two_pieces_is_the_whole_walk(name: str, middle: int) -> None:
    options = {"eta": 1.0} if name == "ddim" else {}
    whole = builtin(name, **options)
    expected = list(walk(whole, Stepped(), whole.start(), 0, STEPS))
    parts = builtin(name, **options)
    x, memory = parts.start(), None
    made = []
    for first, last in ((0, middle), (middle, STEPS)):
        for step in walk(parts, Stepped(), x, first, last, memory):
            x, memory = step.x, step.memory
            made.append(step)
    assert len(made) == STEPS
    assert all(torch.equal(a.x, b.x) and torch.equal(a.x0, b.x0) for a, b in zip(made, expected, strict=True))


def test_nothing_is_computed_before_it_is_asked_for() -> None:
    sampler = Curious()
    steps = walk(given_plan := plan(sampler), Stepped(), given_plan.start(), 0, STEPS)
    assert not sampler.given
    next(steps)
    assert len(sampler.given) == 1


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_start_has_the_deviation_of_unit_data_at_the_first_level(schedule: str) -> None:
    given_plan = plan(builtin_samplers().get("euler"), schedule)
    level = given_plan.grid.levels[0]
    expected = math.sqrt(level.alpha**2 + level.sigma**2)
    assert start_deviation(level) == pytest.approx(expected, rel=1e-9)
    torch.testing.assert_close(given_plan.start(), ImageNoise(3, SHAPE).draw() * start_deviation(level))
    if SCHEDULES[schedule].family == "vp":
        assert start_deviation(level) == 1.0


def guided(network: Network, given_plan: Walk, scale: float = 4.0) -> GuidedDenoiser:
    return GuidedDenoiser(network, CONDITIONING, CONDITIONING + 1, Guidance(scale=scale), "eps", given_plan.schedule)


class Spoiled:
    """A network with one element of one call that is no number. `place` counts through all elements of the output."""

    def __init__(self, call: int, place: int, value: float, channels: int = 1) -> None:
        self.calls = 0
        self._call, self._place, self._value, self._channels = call, place, value, channels

    def __call__(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        self.calls += 1
        output = torch.tanh(x + conditioning.mean()).repeat(1, self._channels, 1, 1)
        if self.calls == self._call:
            output.view(-1)[self._place % output.numel()] = self._value
        return output


def reached(given_plan: Walk, network: Network, scale: float = 4.0) -> int:
    """How many steps a walk yields before it finds what is no number."""
    steps: list[Step] = []
    with pytest.raises(NotFinite) as found:
        steps.extend(walk(given_plan, guided(network, given_plan, scale), given_plan.start(), 0, STEPS))
    expected = f"The model gave values that are no numbers at step {len(steps) + 1} of {STEPS}, so the run was stopped"
    assert found.value.sentence.startswith(expected)
    return len(steps)


samplers = st.sampled_from([("ddim", {}), ("ddim", {"eta": 1.0}), ("ddpm", {}), ("euler", {})])


@given(
    sampler=samplers,
    step=st.integers(1, STEPS),
    place=st.integers(0, 10_000),
    value=st.sampled_from(NO_NUMBERS),
    scale=st.sampled_from([0.0, 1.0, 4.0]),
)
def test_any_element_that_is_no_number_is_found_in_the_step_where_it_appears(
    sampler: tuple[str, Mapping[str, Any]], step: int, place: int, value: float, scale: float
) -> None:
    network = Spoiled(step, place, value)
    assert reached(builtin(sampler[0], **sampler[1]), network, scale) == step - 1
    assert network.calls == step


@given(sampler=samplers, step=st.integers(1, STEPS), place=st.integers(0, 10_000), value=st.sampled_from(NO_NUMBERS))
def test_it_is_found_behind_a_clipped_x0(
    sampler: tuple[str, Mapping[str, Any]], step: int, place: int, value: float
) -> None:
    clipped = replace(SCHEDULES["scaled_linear"], x0_rule=X0Rule(clip=1.0))
    given_plan = replace(builtin(sampler[0], **sampler[1]), schedule=clipped)
    assert reached(given_plan, Spoiled(step, place, value)) == step - 1


@given(step=st.integers(1, STEPS), place=st.integers(0, 59), value=st.sampled_from(NO_NUMBERS))
def test_it_is_found_in_a_learned_variance_that_the_sampler_does_not_use(step: int, place: int, value: float) -> None:
    conditional_variance = 3 * 60 + place  # outputs of two pictures, each 60 values and then 60 of its variance
    assert reached(builtin("ddim"), Spoiled(step, conditional_variance, value, channels=2)) == step - 1


@given(step=st.integers(1, STEPS), place=st.integers(0, 59), value=st.sampled_from(NO_NUMBERS))
def test_a_sampler_whose_own_arithmetic_fails_is_named(step: int, place: int, value: float) -> None:
    class Broken(Curious):
        def step(self, *given: Any) -> Step:
            made = super().step(*given)
            x = made.x.clone()
            if len(self.given) == step:
                x.view(-1)[place] = value
            return Step(x, made.x0, made.memory)

    given_plan = plan(Broken())
    with pytest.raises(NotFinite, match=f"^Curious gave values that are no numbers at step {step} of {STEPS},"):
        list(walk(given_plan, Stepped(), given_plan.start(), 0, STEPS))


def test_large_numbers_are_numbers() -> None:
    given_plan = builtin("euler")
    large = Stepped(lambda x, level: Prediction(torch.full_like(x, 3e38), torch.full_like(x, -3e38)))
    assert len(list(walk(given_plan, large, given_plan.start(), 0, STEPS))) == STEPS


def test_a_copy_of_a_memory_shares_nothing_with_it() -> None:
    memory = {"x": torch.ones(2), "list": [torch.zeros(1), 3], "inner": {"y": torch.ones(1)}, "order": 2}
    copied = moved(memory, CPU)
    assert copied is not None
    memory["x"].zero_()
    memory["inner"]["y"].zero_()
    assert (copied["x"].tolist(), copied["inner"]["y"].tolist(), copied["order"]) == ([1.0, 1.0], [1.0], 2)
    assert moved(None, CPU) is None
