"""The noise of a picture depends on its seed alone, and can be taken up again anywhere."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.sampling.noise import ImageNoise

SHAPE = (4, 8, 8)


@pytest.mark.parametrize("seed", [0, 7, 2**32 + 1, 2**63 - 1])
def test_it_is_what_torch_draws_for_that_seed(seed: int) -> None:
    noise = ImageNoise(seed, SHAPE)
    generator = torch.Generator("cpu").manual_seed(seed)
    for _ in range(3):
        expected = torch.randn((1, *SHAPE), generator=generator, dtype=torch.float32)
        assert torch.equal(noise.draw(), expected)


@given(st.integers(0, 2**62), st.integers(0, 5))
def test_a_saved_state_goes_on_exactly(seed: int, before: int) -> None:
    noise = ImageNoise(seed, (1, 3, 5))
    for _ in range(before):
        noise.draw()
    state = noise.state
    rest = [noise.draw() for _ in range(3)]
    other = ImageNoise(seed + 1, (1, 3, 5))
    other.state = state
    assert all(torch.equal(a, other.draw()) for a in rest)
    noise.state = state
    assert torch.equal(noise.draw(), rest[0])


def test_pictures_of_a_batch_do_not_see_each_other() -> None:
    batch = [ImageNoise(10 + i, SHAPE) for i in range(3)]
    drawn = [[noise.draw() for noise in batch] for _ in range(2)]
    for i in range(3):
        alone = ImageNoise(10 + i, SHAPE)
        assert all(torch.equal(drawn[k][i], alone.draw()) for k in range(2))
    assert not torch.equal(drawn[0][0], drawn[0][1])


def test_the_global_random_state_is_neither_read_nor_changed() -> None:
    before = torch.random.get_rng_state()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        first = ImageNoise(3, SHAPE).draw()
        torch.manual_seed(2)
        assert torch.equal(first, ImageNoise(3, SHAPE).draw())
    ImageNoise(3, SHAPE).draw()
    assert torch.equal(before, torch.random.get_rng_state())
