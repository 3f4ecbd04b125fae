"""Our own look at a weight file before a library reads it. What is accepted here, the safetensors library accepts.

A file is eight bytes (the length of the header, little endian), the header (one JSON object) and the data. The header
gives each tensor a dtype, a shape and the range of its bytes in the data. Format: README of huggingface/safetensors.
No torch, no safetensors.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, NoReturn

from studio.errors import RefusedFile

HEADER_MAXIMUM = 8_000_000
TENSORS_MAXIMUM = 20_000
DIMENSIONS_MAXIMUM = 16
# 20 for each tensor. Bounds the time and the memory that the header's JSON takes.
COMMAS_MAXIMUM = 400_000
BYTES_MAXIMUM = 2**62
DTYPE_SIZES = {
    "F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "F8_E5M2": 1,
    "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U64": 8, "U32": 4, "U16": 2, "U8": 1, "BOOL": 1,
}  # fmt: skip
_LENGTH = struct.Struct("<Q")
_ENTRY = {"dtype", "shape", "data_offsets"}


@dataclass(frozen=True)
class TensorInfo:
    """One tensor: its dtype as the file names it, its shape, and its bytes, `start` to `end` of the data."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int


class _Number(str):
    """An integer as it is written in the header. Kept as text: -0 and 4,000 digits are no lengths."""

    __slots__ = ()


def check_safetensors(path: Path) -> dict[str, TensorInfo]:
    """The tensors of the file at `path` by name, in the order of their data. Reads the header alone.

    Raises `RefusedFile` that says what is wrong. Bounds: header 8 MB, 20,000 tensors, 16 dimensions.
    """
    try:
        return _checked(path)
    except _Flaw as flaw:
        raise RefusedFile(f"The weight file {path} is not accepted: {flaw} Get the file again.") from None
    except OSError as problem:
        raise RefusedFile(f"The weight file {path} cannot be read: {problem.strerror or problem}.") from None


class _Flaw(Exception):
    """What is wrong with a file, as a sentence."""


def _checked(path: Path) -> dict[str, TensorInfo]:
    if not path.is_file():
        raise _Flaw("it is missing or no file.")
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        first = file.read(_LENGTH.size)
        if len(first) < _LENGTH.size:
            raise _Flaw("it is too short to be a .safetensors file.")
        (length,) = _LENGTH.unpack(first)
        if length > HEADER_MAXIMUM:
            raise _Flaw(f"its header claims {length:,} bytes; {HEADER_MAXIMUM:,} are allowed.")
        header = file.read(length)
    if len(header) < length:
        raise _Flaw("it ends inside its header.")
    tensors = _tensors(_parse(header))
    _check_ranges(tensors.items(), size - _LENGTH.size - length)
    return tensors


class _Objects:
    """Builds the objects of the header: no key twice, and no more of them than tensors are allowed."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        self._count += 1
        if self._count > TENSORS_MAXIMUM + 2:  # the header itself and its metadata
            raise _Flaw(f"it holds more than {TENSORS_MAXIMUM:,} tensors.")
        found = dict(pairs)
        if len(found) < len(pairs):
            raise _Flaw("a key appears twice in its header.")
        return found


def _parse(header: bytes) -> dict[str, Any]:
    if not header.startswith(b"{"):
        raise _Flaw("its header does not begin with '{'.")
    if header.count(b",") > COMMAS_MAXIMUM:
        raise _Flaw("its header has too many parts.")
    try:
        found = json.loads(
            header.decode("utf-8"),
            object_pairs_hook=_Objects(),
            parse_int=_Number,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
    except (ValueError, RecursionError):
        raise _Flaw("its header is not readable as JSON.") from None
    assert isinstance(found, dict)
    return found


def _no_number(text: str) -> NoReturn:
    raise _Flaw(f"its header holds the number {text[:30]}, where only whole numbers are allowed.")


def _tensors(header: dict[str, Any]) -> dict[str, TensorInfo]:
    _check_metadata(header.pop("__metadata__", {}))
    tensors = {_text(name): _tensor(name, entry) for name, entry in header.items()}
    return dict(sorted(tensors.items(), key=lambda item: (item[1].start, item[1].end)))


def _check_metadata(metadata: object) -> None:
    if not isinstance(metadata, dict):
        raise _Flaw("its metadata is not an object.")
    for key, value in metadata.items():
        _text(key)
        _text(value)


def _text(value: object) -> str:
    """A string of Unicode characters. Lone surrogates, which JSON can spell, are none."""
    if type(value) is not str:
        raise _Flaw("its metadata holds something else than text.")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise _Flaw("a text in its header is not valid Unicode.") from None
    return value


def _tensor(name: str, entry: object) -> TensorInfo:
    if not isinstance(entry, dict) or entry.keys() != _ENTRY:
        raise _Flaw(f"the entry of '{name[:100]}' does not have a dtype, a shape and data_offsets, and only these.")
    dtype, shape = entry["dtype"], _numbers(name, entry["shape"], range(DIMENSIONS_MAXIMUM + 1))
    if not isinstance(dtype, str) or dtype not in DTYPE_SIZES:
        raise _Flaw(f"'{name[:100]}' has the dtype {str(dtype)[:30]}, which is not known.")
    # Zeros count as one: a shape like (0, 2^63) has no bytes, and still no library can step through it.
    if prod(max(1, side) for side in shape) * DTYPE_SIZES[dtype] > BYTES_MAXIMUM:
        raise _Flaw(f"the shape of '{name[:100]}' is too large.")
    start, end = _numbers(name, entry["data_offsets"], range(2, 3))
    if end - start != prod(shape) * DTYPE_SIZES[dtype]:
        raise _Flaw(f"the range of '{name[:100]}' does not have the length of its shape.")
    return TensorInfo(dtype, shape, start, end)


def _numbers(name: str, values: object, counts: range) -> tuple[int, ...]:
    """Whole numbers from 0 of at most 19 digits, as many as `counts` allows."""
    if not isinstance(values, list) or len(values) not in counts:
        raise _Flaw(
            f"the entry of '{name[:100]}' has too few or too many numbers; shapes may have {DIMENSIONS_MAXIMUM}."
        )
    if not all(type(value) is _Number and len(value) < 20 and value.isdigit() for value in values):
        raise _Flaw(f"the entry of '{name[:100]}' holds something else than whole numbers from 0.")
    return tuple(map(int, values))


def _check_ranges(tensors: Iterable[tuple[str, TensorInfo]], data: int) -> None:
    """The ranges, in the order of the data, must cover all `data` bytes: no overlap, no hole, nothing after them."""
    end = 0
    for name, tensor in tensors:
        if tensor.start != end:
            kind = "overlaps the one before it" if tensor.start < end else "leaves a hole before it"
            raise _Flaw(f"the range of '{name[:100]}' {kind}.")
        end = tensor.end
    if end != data:
        raise _Flaw(f"it holds {data:,} bytes of data, its header describes {end:,}.")
