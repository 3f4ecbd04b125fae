"""New codes of others: they mean the right state, say where they come from, and refuse what does not fit."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from studio.errors import InvalidField, RefusedFile
from studio.generation.arithmetic import combined
from studio.job.arithmetic import Arithmetic
from studio.job.code import CodeFacts
from studio.job.recipe import checked
from studio.sampling.arithmetic import analogy, difference, mean
from studio.trajectory.code_file import Code

SHAPE = (4, 8, 8)
# Variance preserving, as the starter model; and exploding, where noise at the first level is wide.
PRESERVING, EXPLODING = (0.6, 0.8), (1.0, 50.0)


class Shelf:
    """Codes in memory."""

    def __init__(self, *codes: Code) -> None:
        self.codes = {code.id: code for code in codes}

    def find(self, code: str) -> Code:
        if code not in self.codes:
            raise RefusedFile("not here")
        return self.codes[code]

    def keep(self, code: Code) -> str:
        raise AssertionError("whoever asked keeps it")


def code(number: int, origin: str = "inversion", level: tuple[float, float] = PRESERVING, **changes: Any) -> Code:
    usual: dict[str, Any] = {
        "name": f"code {number}", "origin": origin, "timestep": 901.0, "alpha": level[0], "sigma": level[1],
        "shape": SHAPE, "width": 64, "height": 64, "model": "starter", "model_hash": "ab", "prompt": f"prompt {number}",
        "steps": 10, "spacing": "trailing", **changes,
    }  # fmt: skip
    shape = usual["shape"]
    x = 0.7 * torch.randn((1, *shape), generator=torch.Generator().manual_seed(number))
    return Code(CodeFacts(**usual), x)


def seed(number: int, **changes: Any) -> Code:
    return code(number, "seed", (0.0, 1.0), model="", model_hash="", timestep=999.0, **changes)


def work(kind: str, *codes: Code, **more: Any) -> Code:
    wanted = checked(Arithmetic, kind=kind, codes=tuple(one.id for one in codes), name="new", **more)
    return combined(wanted, Shelf(*codes))


def test_inverted_codes_give_a_code_of_their_level_and_model() -> None:
    a, b = code(1), code(2)
    found = work("mean", a, b)
    assert torch.equal(found.x, mean([a.x, b.x]))
    facts = found.facts
    assert (facts.name, facts.origin, facts.told) == ("new", "arithmetic", "mean of code 1, code 2")
    assert (facts.model, facts.model_hash, facts.timestep) == ("starter", "ab", 901.0)
    assert (facts.alpha, facts.sigma, facts.steps, facts.spacing) == (*PRESERVING, 10, "trailing")
    assert facts.prompt == "prompt 1"
    assert facts.round_trip is None
    assert not facts.any_schedule


def test_formulas_are_told_and_used() -> None:
    a, b, c = code(1), code(2), code(3)
    less, more = work("difference", a, b), work("analogy", a, b, c, amount=0.5)
    assert (less.facts.told, more.facts.told) == ("code 1 - code 2", "code 1 + 0.5 (code 2 - code 3)")
    assert torch.equal(less.x, difference(a.x, b.x))
    assert torch.equal(more.x, analogy(a.x, b.x, c.x, 0.5))
    assert torch.equal(work("analogy", a, b, c, amount=0.0).x, a.x)


def test_seeds_alone_stay_noise_of_every_model() -> None:
    found = work("mean", seed(1), seed(2))
    assert found.facts.any_schedule
    assert (found.facts.model, found.facts.model_hash, found.facts.alpha, found.facts.sigma) == ("", "", 0.0, 1.0)
    again = work("difference", found, seed(3))
    assert again.facts.any_schedule


@pytest.mark.parametrize(("level", "deviation"), [(PRESERVING, 1.0), (EXPLODING, (1.0 + 50.0**2) ** 0.5)])
def test_a_seed_beside_an_inverted_code_is_the_state_that_a_run_begins_with(
    level: tuple[float, float], deviation: float
) -> None:
    noise, inverted = seed(1), code(2, level=level)
    found = work("mean", noise, inverted)
    assert torch.allclose(found.x, mean([noise.x * deviation, inverted.x]))
    facts = found.facts
    assert (facts.model_hash, facts.alpha, facts.sigma, facts.prompt) == ("ab", *level, "prompt 2")
    assert not facts.any_schedule


def test_what_does_not_fit_is_refused() -> None:
    a = code(1)
    for other, words in (
        (code(2, level=(0.3, (1 - 0.09) ** 0.5), timestep=981.0), "lie at different levels, 901 and 981"),
        (code(2, model_hash="cd"), "are of different models"),
        (code(2, shape=(4, 16, 8), height=128), "are of 64 by 64 and 64 by 128 pixels"),
        (seed(2, shape=(4, 8, 16), width=128), "Choose codes of one size"),
    ):
        with pytest.raises(InvalidField, match=words):
            work("mean", a, other)
    with pytest.raises(InvalidField, match="has no direction"):
        work("difference", a, a)
    with pytest.raises(RefusedFile, match="not here"):
        combined(Arithmetic(kind="mean", codes=("0" * 64, "1" * 64)), Shelf())


def test_a_code_without_a_hash_fits_every_one() -> None:
    assert work("mean", code(1), code(2, model_hash="")).facts.model_hash == "ab"


def test_noise_is_not_mixed_with_a_state_on_the_way() -> None:
    on_the_way = code(1, "step", timesteps=(901.0, 401.0))
    with pytest.raises(InvalidField, match="a state on the way of a run"):
        work("mean", seed(2), on_the_way)
    assert work("mean", on_the_way, code(3, "step", timesteps=(901.0, 401.0))).facts.timesteps == (901.0, 401.0)


def test_the_formula_of_many_long_names_fits() -> None:
    many = [code(number, name="x" * 100) for number in range(1, 9)]
    told = work("mean", *many).facts.told
    assert len(told) <= 200
    assert told.endswith("… and 5 more")
    assert len(work("analogy", *many[:3], amount=-12.345).facts.told) <= 200


@pytest.mark.parametrize(
    ("kind", "count", "more", "words"),
    [
        ("mean", 1, {}, "A mean is of 2 to 100 codes, not of 1"),
        ("mean", 101, {}, "not of 101"),
        ("difference", 3, {}, "A difference is of two codes, not of 3"),
        ("analogy", 2, {}, "An analogy is of three codes"),
        ("analogy", 3, {"amount": float("nan")}, "Amount"),
        ("analogy", 3, {"amount": 101.0}, "Amount"),
        ("mean", 2, {"name": ""}, "Name"),
    ],
)
def test_nonsense_is_refused_before_it_is_done(kind: Any, count: int, more: dict[str, Any], words: str) -> None:
    with pytest.raises(InvalidField, match=words):
        checked(Arithmetic, kind=kind, codes=("0" * 64,) * count, **more)
