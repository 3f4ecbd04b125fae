"""What a state remembers comes back as it was, tensors bit for bit. What no state can hold is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import RefusedFile, StudioError
from studio.trajectory.packing import (
    DAMAGED,
    DEPTH_MAXIMUM,
    FOREIGN,
    header_text,
    pack_state,
    read_header,
    unpack_state,
)
from studio.trajectory.record import StepState
from tests.unit.trajectory.made import STEPS, equal, header, memory, same_state, state

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool]
numbers = st.one_of(st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False), st.text())
shapes = st.lists(st.integers(0, 3), max_size=3).map(tuple)
tensors = st.builds(lambda shape, dtype: torch.ones(shape).to(dtype), shapes, st.sampled_from(DTYPES))
keys = st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.tuples(st.integers(), st.text()))
values = st.recursive(
    st.one_of(numbers, tensors),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(keys, inner, max_size=3),
    ),
    max_leaves=10,
)


def through_json(state: StepState) -> StepState:
    plain, own = pack_state(state)
    return unpack_state(json.loads(json.dumps(plain)), own)


@given(remembered=st.dictionaries(keys, values, max_size=4))
def test_any_memory_of_tensors_and_plain_values_comes_back(remembered: dict[Any, Any]) -> None:
    before = replace(state(1), memory=remembered, guidance_memory={"also": remembered})
    assert same_state(through_json(before), before)


def test_not_a_number_comes_back_as_such() -> None:
    after = through_json(replace(state(1), memory={"size": math.nan}))
    assert after.memory is not None
    assert math.isnan(after.memory["size"])


@pytest.mark.parametrize("thing", [object(), {1, 2}, b"bytes", 1j, torch.ones(2, dtype=torch.complex64), int])
def test_what_has_no_form_is_refused(thing: object) -> None:
    with pytest.raises(StudioError, match="remembers a"):
        pack_state(replace(state(1), memory={"here": [thing]}))


def nested(depth: int) -> Any:
    return {0: nested(depth - 1)} if depth else 1.0


def test_a_memory_may_be_deep_but_not_without_end() -> None:
    deepest = replace(state(1), memory={"in": nested(DEPTH_MAXIMUM - 1)})
    assert same_state(through_json(deepest), deepest)
    with pytest.raises(StudioError, match="too deeply"):
        pack_state(replace(state(1), memory={"in": nested(DEPTH_MAXIMUM + 1)}))
    with pytest.raises(RefusedFile):
        unpack_state({"step": 1, "memory": json.loads('{"a":' * 500 + "1" + "}" * 500), "guidance": None}, parts())


def parts() -> dict[str, torch.Tensor]:
    return {"x": torch.zeros(1, 4, 8, 8), "x0": torch.zeros(1, 4, 8, 8), "noise": torch.zeros(16, dtype=torch.uint8)}


BAD_TENSORS = [
    {"x": torch.zeros(2, 4, 8, 8)},
    {"x": torch.zeros(4, 8, 8)},
    {"x": torch.zeros(1, 4, 8, 8, dtype=torch.int32)},
    {"x": torch.zeros(1, 4, 0, 8)},
    {"x0": torch.zeros(1, 4, 8, 9)},
    {"x0": torch.zeros(1, 4, 8, 8, dtype=torch.int8)},
    {"noise": torch.zeros(16)},
    {"noise": torch.zeros(1, 16, dtype=torch.uint8)},
]


@pytest.mark.parametrize("bad", BAD_TENSORS)
def test_tensors_that_no_state_has_are_refused(bad: dict[str, torch.Tensor]) -> None:
    plain = {"step": 1, "memory": None, "guidance": None}
    assert unpack_state(plain, parts()).step == 1
    with pytest.raises(RefusedFile, match="damaged"):
        unpack_state(plain, {**parts(), **bad})


BAD_ROWS = [
    {"step": -1},
    {"step": True},
    {"step": "1"},
    {"step": 1.0},
    {"step": 10**6},
    {"memory": 3},
    {"memory": [1]},
    {"memory": {"$": "tensor", "name": "none"}},
    {"memory": {"$": "tensor", "name": ["x"]}},
    {"memory": {"$": "program", "items": []}},
    {"memory": {"$": "map"}},
    {"memory": {"$": "map", "items": [1, 2]}},
    {"memory": {"$": "map", "items": [[[], 1]]}},
    {"memory": {"$": "tuple", "items": 3}},
    {"guidance": {"$": "tuple", "items": []}},
    {"guidance": "text"},
]


@pytest.mark.parametrize("bad", BAD_ROWS)
def test_rows_that_no_state_has_are_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(RefusedFile, match="damaged"):
        unpack_state({"step": 1, "memory": None, "guidance": None, **bad}, parts())


def test_a_state_needs_all_its_parts() -> None:
    plain = {"step": 1, "memory": None, "guidance": None}
    for name in ("x", "noise"):
        with pytest.raises(RefusedFile):
            unpack_state(plain, {key: part for key, part in parts().items() if key != name})
    for name in plain:
        with pytest.raises(RefusedFile):
            unpack_state({key: part for key, part in plain.items() if key != name}, parts())


def test_a_header_comes_back() -> None:
    before = header()
    after = read_header(header_text(before))
    assert after == before
    assert after.id == before.id
    assert after.steps == STEPS


def changed(**fields: Any) -> str:
    return json.dumps({**json.loads(header_text(header())), **fields})


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "3", "null", "[" * 100_000, '{"format"', "\x00"])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(RefusedFile):
        read_header(text)


BAD_HEADERS: list[Mapping[str, Any]] = [
    {"version": 0},
    {"version": True},
    {"version": "1"},
    {"levels": []},
    {"levels": [[1, 1, 1]]},
    {"levels": [[1, 1], [0, 1]]},
    {"levels": [[1, 1, float("nan")], [0, 1, 0]]},
    {"levels": [[1, -1, 1], [0, 1, 0]]},
    {"levels": [[10**400, 1, 1], [0, 1, 0]]},
    {"levels": [["1", 1, 1], [0, 1, 0]]},
    {"levels": [[True, 1, 1], [0, 1, 0]]},
    {"levels": [[1, 1, 1]] * 20_000},
    {"levels": {"0": [1, 1, 1]}},
    {"model_hash": 3},
    {"model_hash": "x" * 300},
    {"device": None},
    {"versions": ["torch"]},
    {"versions": {"torch": 2}},
]


@pytest.mark.parametrize("fields", BAD_HEADERS)
def test_headers_that_no_run_has_are_refused(fields: Mapping[str, Any]) -> None:
    with pytest.raises(RefusedFile) as refused:
        read_header(changed(**fields))
    assert refused.value.sentence == DAMAGED


@pytest.mark.parametrize("name", ["recipe", "levels", "model_hash", "device", "dtype", "versions", "version"])
def test_a_header_needs_all_its_parts(name: str) -> None:
    data = json.loads(header_text(header()))
    del data[name]
    with pytest.raises(RefusedFile):
        read_header(json.dumps(data))


def test_foreign_and_newer_files_and_bad_recipes_have_their_own_sentences() -> None:
    with pytest.raises(RefusedFile, match=FOREIGN):
        read_header(changed(format="something else"))
    with pytest.raises(RefusedFile, match=r"version 2; this program reads up to 1\. Update Reverie\."):
        read_header(changed(version=2, levels="in another form"))
    with pytest.raises(RefusedFile, match="Width 65 is not divisible"):
        read_header(changed(recipe={**json.loads(header().recipe.text()), "width": 65}))


def test_the_same_recipe_model_and_precision_have_one_name() -> None:
    assert header().id == header(versions={"torch": "3"}).id
    assert header(device="cuda:0").id == header(device="cuda:1").id
    others = [header(seed=8), header(model_hash="b" * 64), header(device="cuda"), header(dtype="float16")]
    assert len({header().id, *(other.id for other in others)}) == 5


def test_the_comparison_of_these_tests_sees_differences() -> None:
    assert equal(memory(1), memory(1))
    assert not equal(memory(1), memory(2))
    assert not equal({"a": (1,)}, {"a": [1]})
    assert not equal({"a": 1}, {"a": 1.0})
    assert not equal(torch.zeros(1), -torch.zeros(1))
