"""The header check: good files pass, each kind of flaw is refused, and whatever passes the library accepts.

`test_whatever_passes_the_library_accepts` mutates files knowing their structure. More cases than usual:
`REVERIE_FUZZ_CASES=200000 python -m pytest tests/unit/models/test_safetensors_header.py`.
"""

from __future__ import annotations

import json
import os
import random
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from studio import paths
from studio.errors import RefusedFile
from studio.models.safetensors_header import DTYPE_SIZES, HEADER_MAXIMUM, TENSORS_MAXIMUM, check_safetensors

CASES = int(os.environ.get("REVERIE_FUZZ_CASES", "2000"))
Header = dict[str, Any]


def entry(shape: list[int], start: int, end: int, dtype: str = "F32") -> Header:
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}


def write(path: Path, header: Header | bytes | str, data: bytes = b"", length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else (header if isinstance(header, str) else json.dumps(header)).encode()
    path.write_bytes(struct.pack("<Q", len(text) if length is None else length) + text + data)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.safetensors"


def load(path: Path) -> dict[str, torch.Tensor]:
    with safe_open(path, framework="pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping


def test_the_starter_model_passes() -> None:
    files = sorted(paths.starter_model().rglob("*.safetensors"))
    assert len(files) == 4
    for file in files:
        found = check_safetensors(file)
        assert {name: list(info.shape) for name, info in found.items()} == {
            name: list(tensor.shape) for name, tensor in load(file).items()
        }


def test_what_the_library_writes_passes(path: Path) -> None:
    tensors = {
        "weight": torch.arange(6.0).reshape(2, 3),
        "empty": torch.zeros(0, 4),
        "scalar": torch.tensor(7),
        "é 名前": torch.zeros(5, dtype=torch.bool),
        "eight": torch.ones(3).to(torch.float8_e4m3fn),
    }
    save_file(tensors, path, metadata={"format": "pt", "ключ": "🍎"})
    found = check_safetensors(path)
    assert {name: info.shape for name, info in found.items()} == {name: tuple(t.shape) for name, t in tensors.items()}
    assert found["weight"].end - found["weight"].start == 24


@pytest.mark.parametrize("dtype", DTYPE_SIZES)
def test_every_known_dtype_is_the_librarys(path: Path, dtype: str) -> None:
    write(path, {"a": entry([3], 0, 3 * DTYPE_SIZES[dtype], dtype)}, bytes(3 * DTYPE_SIZES[dtype]))
    assert check_safetensors(path)["a"].dtype == dtype
    assert load(path)["a"].element_size() == DTYPE_SIZES[dtype]


ONE = '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
FLAWS: dict[str, tuple[Header | bytes | str, bytes, str]] = {
    "not at the beginning": (" " + ONE, bytes(4), "does not begin"),
    "byte order mark": ("\ufeff" + ONE, bytes(4), "does not begin"),
    "no JSON": ("{]", b"", "not readable"),
    "something after it": (ONE + "x", bytes(4), "not readable"),
    "a NUL after it": (ONE + "\0", bytes(4), "not readable"),
    "no UTF-8": (b'{"\xff":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', bytes(4), "not readable"),
    "depth": ('{"a":' + "[" * 100_000, b"", "not readable"),
    "a tensor twice": (ONE[:-1] + "," + ONE[1:], bytes(4), "twice"),
    "a field twice": (ONE.replace('"dtype"', '"dtype":"F32","dtype"'), bytes(4), "twice"),
    "metadata twice": ('{"__metadata__":{},"__metadata__":{}}', b"", "twice"),
    "metadata key twice": ('{"__metadata__":{"a":"b","a":"b"}}', b"", "twice"),
    "metadata no text": ({"__metadata__": {"a": 1}}, b"", "something else than text"),
    "metadata null": ({"__metadata__": None}, b"", "metadata"),
    "metadata list": ({"__metadata__": []}, b"", "metadata"),
    "half a character": ('{"__metadata__":{"a":"\\ud83c"}}', b"", "Unicode"),
    "half a character in a name": (ONE.replace('"a"', '"\\udf4e"'), bytes(4), "Unicode"),
    "unknown dtype": ({"a": entry([1], 0, 4, "F31")}, bytes(4), "F31"),
    "dtype no text": (ONE.replace('"F32"', "32"), bytes(4), "dtype"),
    "a field too many": (ONE.replace('"dtype"', '"more":1,"dtype"'), bytes(4), "only these"),
    "a field missing": ('{"a":{"dtype":"F32","shape":[1]}}', b"", "only these"),
    "a tensor as list": ('{"a":["F32",[1],[0,4]]}', bytes(4), "only these"),
    "fraction": (ONE.replace("[1]", "[1.0]"), bytes(4), "whole numbers"),
    "exponent": (ONE.replace("[1]", "[1e0]"), bytes(4), "whole numbers"),
    "NaN": (ONE.replace("[1]", "[NaN]"), bytes(4), "whole numbers"),
    "infinity": (ONE.replace("[1]", "[-Infinity]"), bytes(4), "whole numbers"),
    "minus zero": (ONE.replace("[0,4]", "[-0,4]"), bytes(4), "whole numbers"),
    "truth": (ONE.replace("[1]", "[true]"), bytes(4), "whole numbers"),
    "text as number": (ONE.replace("[1]", '["1"]'), bytes(4), "whole numbers"),
    "negative": ({"a": entry([-1], 0, 4)}, bytes(4), "whole numbers"),
    "thousands of digits": (ONE.replace("[1]", f"[{'1' * 5000}]"), bytes(4), "whole numbers"),
    "offsets backwards": ({"a": entry([1], 4, 0)}, bytes(4), "length of its shape"),
    "three offsets": (ONE.replace("[0,4]", "[0,4,4]"), bytes(4), "too few or too many"),
    "shape no list": (ONE.replace("[1]", "1"), bytes(4), "too few or too many"),
    "dimensions": ({"a": entry([1] * 17, 0, 4)}, bytes(4), "too few or too many"),
    "overflow": ({"a": entry([2**32, 2**32], 0, 0)}, b"", "too large"),
    "overflow beside a zero": ({"a": entry([0, 2**63], 0, 0)}, b"", "too large"),
    "wrong length": ({"a": entry([2], 0, 4)}, bytes(4), "length of its shape"),
    "overlap": ({"a": entry([2], 0, 8), "b": entry([2], 4, 12)}, bytes(12), "overlaps"),
    "the same range": ({"a": entry([2], 0, 8), "b": entry([2], 0, 8)}, bytes(8), "overlaps"),
    "hole": ({"a": entry([1], 0, 4), "b": entry([1], 8, 12)}, bytes(12), "hole"),
    "hole at the beginning": ({"a": entry([1], 4, 8)}, bytes(8), "hole"),
    "data missing": ({"a": entry([2], 0, 8)}, bytes(7), "describes 8"),
    "data too long": ({"a": entry([2], 0, 8)}, bytes(9), "describes 8"),
    "objects": ('{"a":' + "[" + "{}," * 30_000 + "{}]}", b"", "tensors"),
    "commas": ('{"a":[' + "0," * 500_000 + "0]}", b"", "too many parts"),
}


@pytest.mark.parametrize("name", FLAWS)
def test_a_flaw_is_refused_and_named(path: Path, name: str) -> None:
    header, data, words = FLAWS[name]
    write(path, header, data)
    with pytest.raises(RefusedFile, match=words) as caught:
        check_safetensors(path)
    assert str(path) in caught.value.sentence
    assert len(caught.value.sentence) < 500


@pytest.mark.parametrize("length", [HEADER_MAXIMUM + 1, 2**63, 2**64 - 1])
def test_a_long_header_is_not_read(path: Path, length: int) -> None:
    with pytest.raises(RefusedFile, match="are allowed"):
        check_safetensors(write(path, ONE, bytes(4), length))


@pytest.mark.parametrize("data", [b"", b"1234567", struct.pack("<Q", 0), struct.pack("<Q", 100) + b"{}"])
def test_short_files(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(RefusedFile):
        check_safetensors(path)


def test_missing_and_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(RefusedFile, match="missing or no file"):
            check_safetensors(path)


def test_number_of_tensors(path: Path) -> None:
    header = {f"t{k}": entry([0], 0, 0) for k in range(TENSORS_MAXIMUM)}
    header["__metadata__"] = {"format": "pt"}
    assert len(check_safetensors(write(path, header))) == TENSORS_MAXIMUM
    header.update({"x": entry([0], 0, 0), "y": entry([0], 0, 0)})
    with pytest.raises(RefusedFile, match="20,000 tensors"):
        check_safetensors(write(path, header))


def good_file(chance: random.Random) -> tuple[Header, int]:
    """A header that is right, with up to five tensors in any order, and the length of its data."""
    header: Header = {"__metadata__": {"format": "pt"}} if chance.random() < 0.5 else {}
    end, entries = 0, []
    for k in range(chance.randrange(6)):
        dtype = chance.choice(list(DTYPE_SIZES))
        shape = [chance.randrange(4) for _ in range(chance.randrange(4))]
        size = DTYPE_SIZES[dtype]
        for side in shape:
            size *= side
        entries.append((f"t{k}", entry(shape, end, end + size, dtype)))
        end += size
    chance.shuffle(entries)
    return header | dict(entries), end


NUMBERS = (0, 1, -1, 2, 3, 4, 8, 2**31, 2**32, 2**53 + 1, 2**62, 2**63 - 1, 2**63, 2**64 - 1, 2**64, 1.0, 1e300, True)
STRANGE: tuple[Any, ...] = (None, [], {}, "", "F32", "I4", "F4", "f32", "\ud800", "\0", *NUMBERS)
PIECES = (
    "-",
    "0",
    "-0",
    "1",
    ".0",
    "e1",
    ",",
    ":",
    "[",
    "]",
    "{",
    "}",
    '"',
    "\\",
    "\\u0000",
    "\\ud800",
    " ",
    "\n",
    "\0",
)
SWAPS = (
    ("[0", "[-0"),
    ("0]", "0.0]"),
    ("F32", "f32"),
    ("F32", "F\\u00332"),
    ("{", "{ "),
    ("1", "1e0"),
    ('"t0"', '"t1"'),
)


def mutated(header: Header, chance: random.Random) -> None:
    """Change one place of the header's structure: a number, a field, an entry, two ranges against each other."""
    entries = [value for name, value in header.items() if name != "__metadata__"]
    if not entries:
        header[chance.choice(["a", "", "__metadata__"])] = chance.choice(STRANGE)
        return
    one, other = chance.choice(entries), chance.choice(entries)
    field = chance.choice(["dtype", "shape", "data_offsets"])
    numbers = one.get(chance.choice(["shape", "data_offsets"]))
    changes: list[Callable[[], object]] = [
        lambda: one.update({field: chance.choice(STRANGE)}),
        lambda: one.pop(field),
        lambda: one.update(dtype=chance.choice(list(DTYPE_SIZES))),
        lambda: one.update(data_offsets=other["data_offsets"]),
        lambda: one["shape"].append(chance.choice(NUMBERS)),
        lambda: one["shape"].reverse(),
        lambda: numbers.__setitem__(chance.randrange(len(numbers)), chance.choice(NUMBERS)),
        lambda: header.update(new=dict(one)),
        lambda: header.update({"__metadata__": {"a": chance.choice(STRANGE)}}),
        lambda: header.pop(chance.choice(list(header))),
    ]
    chance.choice(changes)()


def mutated_text(text: str, chance: random.Random) -> str:
    place = chance.randrange(len(text) + 1)
    kind = chance.randrange(5)
    if kind == 0:
        return text[:place] + chance.choice(PIECES) + text[place:]
    if kind == 1:
        return text[:place] + text[place + chance.randrange(1, 4) :]
    if kind == 2:
        return text.replace(*chance.choice(SWAPS), chance.choice([1, -1]))
    if kind == 3:
        return text + chance.choice([" ", "\n\t", "\0", "{}"]) * chance.randrange(1, 9)
    return text.replace("}}", "}," + text[1:], 1) if len(text) > 4 else text


def mutant(path: Path, chance: random.Random) -> None:
    header, size = good_file(chance)
    for _ in range(chance.randrange(3)):
        try:
            mutated(header, chance)
        except (KeyError, AttributeError, IndexError, ValueError, TypeError):
            continue  # this place is already broken
    text = json.dumps(header, ensure_ascii=chance.random() < 0.7)
    if chance.random() < 0.4:
        text = mutated_text(text, chance)
    text += " " * chance.randrange(9)
    data = bytes(max(0, size + chance.choice([0] * 9 + [-8, -1, 1, 4])))
    raw = text.encode("utf-8", "surrogatepass")
    length = len(raw) + (chance.choice([-9, -1, 1, 8, 2**62]) if chance.random() < 0.05 else 0)
    write(path, raw, data, max(0, length))


def test_whatever_passes_the_library_accepts(path: Path) -> None:
    accepted = 0
    for case in range(CASES):
        mutant(path, random.Random(case))
        try:
            found = check_safetensors(path)
        except RefusedFile:
            continue
        accepted += 1
        loaded = load(path)
        assert {name: tuple(t.shape) for name, t in loaded.items()} == {n: i.shape for n, i in found.items()}, case
        assert all(t.nbytes == found[name].end - found[name].start for name, t in loaded.items()), case
    assert CASES * 0.2 < accepted < CASES * 0.8


def test_good_files_pass(path: Path) -> None:
    for case in range(200):
        header, size = good_file(random.Random(case))
        write(path, header, bytes(size))
        assert check_safetensors(path).keys() == header.keys() - {"__metadata__"}
