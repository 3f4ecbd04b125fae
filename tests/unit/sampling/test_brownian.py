"""The Brownian path of a picture: a pure function of its seed, and a Brownian motion."""

from __future__ import annotations

import math
from itertools import combinations, pairwise

import pytest
import torch
from torch import Tensor

from studio.sampling.brownian import BrownianPath, path_time
from studio.sampling.noise import BatchNoise, ImageNoise
from studio.sampling.schedule import CLEAN
from tests.unit.sampling.processes import SCHEDULES

SHAPE = (4, 32, 32)
COUNT = math.prod(SHAPE)
TIMES = (0.0, 3e-7, 0.001, 0.002, 0.1, 0.25, 0.4, 0.75, 1.0)
PAIRS = [*combinations(TIMES, 2)]


def increment(path: BrownianPath, start: float, end: float) -> Tensor:
    return path.between(start, end).double() * math.sqrt(abs(end - start))


def correlation(one: Tensor, other: Tensor) -> float:
    return float((one.double() * other.double()).mean())


def test_it_is_the_same_whoever_asks_in_whatever_order():
    path = BrownianPath(5, SHAPE)
    found = {pair: path.between(*pair) for pair in PAIRS}
    for pair in reversed(PAIRS):
        assert torch.equal(path.between(*pair), found[pair])
        assert torch.equal(BrownianPath(5, SHAPE).between(*pair), found[pair])


def test_parts_add_to_the_whole():
    path = BrownianPath(6, SHAPE)
    for a, b, c in combinations(TIMES[1:], 3):
        parts = increment(path, a, b) + increment(path, b, c)
        torch.testing.assert_close(parts, increment(path, a, c), rtol=0, atol=2e-6)


def test_the_other_way_round_it_is_the_negative():
    path = BrownianPath(7, SHAPE)
    for start, end in PAIRS:
        assert torch.equal(path.between(end, start), -path.between(start, end))


@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_each_part_is_standard_normal(start, end):
    """Within four standard errors of mean, variance and fourth moment."""
    found = BrownianPath(8, SHAPE).between(start, end).double()
    assert found.shape == (1, *SHAPE)
    assert abs(float(found.mean())) < 4 / math.sqrt(COUNT)
    assert abs(float(found.var()) - 1) < 4 * math.sqrt(2 / COUNT)
    assert abs(float((found**4).mean()) - 3) < 4 * math.sqrt(96 / COUNT)


def test_parts_that_do_not_overlap_know_nothing_of_each_other():
    path = BrownianPath(9, SHAPE)
    apart = [path.between(a, b) for a, b in pairwise(TIMES)]
    for one, other in combinations(apart, 2):
        assert abs(correlation(one, other)) < 4 / math.sqrt(COUNT)


def test_parts_that_overlap_share_what_they_have_in_common():
    path = BrownianPath(9, SHAPE)
    shared = correlation(path.between(0.1, 0.6), path.between(0.4, 0.75))
    assert shared == pytest.approx(0.2 / math.sqrt(0.5 * 0.35), abs=4 / math.sqrt(COUNT))


def test_seeds_and_further_paths_are_independent():
    paths = [BrownianPath(3, SHAPE), BrownianPath(4, SHAPE), BrownianPath(3, SHAPE, again=1)]
    for one, other in combinations([path.between(0.2, 0.9) for path in paths], 2):
        assert abs(correlation(one, other)) < 4 / math.sqrt(COUNT)
    draw = ImageNoise(3, SHAPE).draw()
    assert abs(correlation(paths[0].between(0.0, 1.0), draw)) < 4 / math.sqrt(COUNT)


def test_what_the_path_cannot_tell_apart_is_still_a_draw():
    path = BrownianPath(3, SHAPE)
    for start, end in ((0.5, 0.5), (0.5, 0.5 + 1e-13), (1.0, 1.0)):
        found = path.between(start, end)
        assert abs(float(found.double().var()) - 1) < 4 * math.sqrt(2 / COUNT)
        assert torch.equal(found, BrownianPath(3, SHAPE).between(start, end))
    assert torch.equal(path.between(0.5 + 1e-13, 0.5), -path.between(0.5, 0.5 + 1e-13))


@pytest.mark.parametrize("name", SCHEDULES)
def test_time_is_the_ratio_in_that_of_the_highest_level(name):
    schedule = SCHEDULES[name]
    times = [path_time(schedule.level(index), schedule) for index in range(len(schedule))]
    assert times == sorted(times)
    assert (times[-1], path_time(CLEAN, schedule)) == (1.0, 0.0)
    assert times[0] == pytest.approx(schedule.ratios()[0] / schedule.ratios()[-1])


def test_pictures_of_a_batch_are_as_alone_and_draws_go_on():
    schedule = SCHEDULES["scaled_linear"]
    ends = schedule.level(900), schedule.level(400)
    alone = [ImageNoise(seed, SHAPE).between(*ends, schedule) for seed in (1, 2)]
    batch = BatchNoise([ImageNoise(seed, SHAPE) for seed in (1, 2)])
    state = batch.each[0].state
    assert torch.equal(batch.between(*ends, schedule), torch.cat(alone))
    assert torch.equal(batch.each[0].state, state)
    assert not torch.equal(batch.between(*ends, schedule, again=1), torch.cat(alone))
    assert torch.equal(batch.between(*ends, schedule), torch.cat(alone))
