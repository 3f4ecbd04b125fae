"""Codes are mixed only where they go together, and what comes out is a code like any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from studio.errors import InvalidField
from studio.generation.arithmetic import combined
from studio.generation.seed_code import seed_code
from studio.job.arithmetic import Arithmetic
from studio.job.code import FromCode
from studio.job.recipe import checked
from studio.models.model import Model
from studio.sampling.arithmetic import mean
from studio.trajectory.code_file import Code
from studio.trajectory.code_store import CodeStore
from tests.unit.generation.runs import picture, small


@pytest.fixture
def model(tiny: Callable[[str], Model]) -> Model:
    return tiny("stable_diffusion_1")


@pytest.fixture
def store(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes")


def kept(store: CodeStore, model: Model, seed: int, **facts: object) -> str:
    code = seed_code(small(seed=seed), model)
    return store.keep(Code(code.facts.model_copy(update=facts), code.x))


INVERTED = {"origin": "inversion", "model_hash": "h", "alpha": 0.1, "sigma": 0.995, "timestep": 900.0}


def test_seeds_give_noise_that_fits_every_model(store: CodeStore, model: Model) -> None:
    a, b = kept(store, model, 1), kept(store, model, 2)
    code = combined(Arithmetic(kind="mean", codes=(a, b), name="both"), store)
    assert (code.facts.name, code.facts.origin, code.facts.model_hash) == ("both", "seed", "")
    assert code.facts.told == "mean of seed 1, seed 2"
    assert torch.equal(code.x, mean([store.find(a).x, store.find(b).x]))


def test_what_comes_out_is_drawn_like_any_code(store: CodeStore, model: Model) -> None:
    a, b, c = (kept(store, model, seed) for seed in (1, 2, 3))
    still = combined(Arithmetic(kind="analogy", codes=(a, b, c), amount=0.0), store)
    assert still.id == a
    moved = combined(Arithmetic(kind="analogy", codes=(a, b, c), amount=0.5), store)
    assert moved.facts.told == "seed 1 + 0.5 (seed 2 - seed 3)"
    assert FromCode(code=store.keep(moved)).code != a
    assert picture(small(seed=1), model) is not None


def test_an_inversion_lends_its_level_and_model(store: CodeStore, model: Model) -> None:
    a, b = kept(store, model, 1), kept(store, model, 2, **INVERTED, name="photo")
    code = combined(Arithmetic(kind="difference", codes=(a, b)), store)
    assert (code.facts.origin, code.facts.model_hash, code.facts.timestep) == ("arithmetic", "h", 900.0)
    assert code.facts.told == "seed 1 - photo"


@pytest.mark.parametrize(
    ("other", "match"),
    [
        ({"model_hash": "other"}, "different models"),
        ({"timestep": 500.0, "alpha": 0.6, "sigma": 0.8}, "same number of steps"),
    ],
)
def test_what_does_not_go_together_is_refused(
    store: CodeStore, model: Model, other: dict[str, object], match: str
) -> None:
    a = kept(store, model, 1, **INVERTED, name="photo")
    b = kept(store, model, 2, **{**INVERTED, **other}, name="another")
    with pytest.raises(InvalidField, match=match):
        combined(Arithmetic(kind="mean", codes=(a, b)), store)


def test_sizes_must_agree(store: CodeStore, model: Model) -> None:
    large = store.keep(seed_code(small(width=128), model))
    with pytest.raises(InvalidField, match="one size"):
        combined(Arithmetic(kind="mean", codes=(kept(store, model, 1), large)), store)


@pytest.mark.parametrize(("kind", "count"), [("mean", 1), ("difference", 3), ("analogy", 2)])
def test_each_kind_takes_its_number_of_codes(kind: str, count: int) -> None:
    with pytest.raises(InvalidField, match="takes"):
        checked(Arithmetic, kind=kind, codes=tuple(f"{n:064x}" for n in range(count)))
