"""A code comes back from the disk as it was, and what is not a whole code of this version is refused."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save as save_tensors

from studio import paths
from studio.errors import RefusedFile
from studio.image import Image
from studio.job.code import CodeFacts, RoundTrip
from studio.trajectory.code_file import THUMBNAIL_MAXIMUM, Code, checksum, code_bytes, read_code
from studio.trajectory.code_store import CodeStore

SHAPE = (4, 8, 8)


def facts(**changes: Any) -> CodeFacts:
    usual: dict[str, Any] = {
        "name": "äpfel", "origin": "inversion", "timestep": 981.0, "alpha": 0.07, "sigma": 0.997, "shape": SHAPE,
        "width": 64, "height": 64, "model": "starter", "model_hash": "ab", "prompt": "red\napple", "guidance": 1.5,
        "steps": 50, "round_trip": RoundTrip(autoencoder=30.0, psnr=29.5, latent_error=0.001),
    }  # fmt: skip
    return CodeFacts(**{**usual, **changes})


def values(seed: int = 1) -> torch.Tensor:
    return torch.randn((1, *SHAPE), generator=torch.Generator().manual_seed(seed))


def thumbnail(side: int = 16) -> Image:
    return Image(np.arange(side * side * 3, dtype=np.uint32).reshape(side, side, 3).astype(np.uint8))


def a_code(**changes: Any) -> Code:
    return Code(facts(**changes), values(), thumbnail())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "apple.code.safetensors"


def crafted(path: Path, code: Code, tensors: dict[str, torch.Tensor] | None = None, **metadata: str) -> Path:
    """A file whose parts say what they like."""
    held = {"format": "reverie.code", "facts": code.facts.model_dump_json(), "id": code.id, **metadata}
    parts = tensors or {"x": code.x}
    path.write_bytes(save_tensors(parts, metadata={"checksum": checksum(held["facts"], parts), **held}))
    return path


def test_a_code_comes_back_as_it_was(path: Path) -> None:
    code = a_code()
    path.write_bytes(code_bytes(code))
    found = read_code(path)
    assert (found.id, found.facts) == (code.id, code.facts)
    assert torch.equal(found.x, code.x)
    assert found.thumbnail is not None
    assert code.thumbnail is not None
    assert np.array_equal(found.thumbnail.pixels, code.thumbnail.pixels)
    path.write_bytes(code_bytes(Code(facts(), values())))
    assert read_code(path).thumbnail is None


def test_codes_that_do_not_tell_their_grid_are_read(path: Path) -> None:
    code = a_code()
    known = json.loads(code.facts.model_dump_json())
    old = json.dumps({name: value for name, value in known.items() if name not in ("spacing", "timesteps")})
    parts = {"x": code.x}
    found = read_code(crafted(path, code, parts, facts=old)).facts
    assert (found.spacing, found.timesteps, found.name) == ("", (), code.facts.name)


def test_the_name_is_that_of_values_and_level_alone() -> None:
    assert a_code().id == a_code(name="other", prompt="lemon", round_trip=None).id
    other = Code(facts(), values(2)).id
    assert len({a_code().id, other, a_code(sigma=0.99).id, a_code(alpha=0.08).id}) == 4


def test_no_changed_byte_changes_the_code(path: Path) -> None:
    """Whatever byte is changed, the file is refused within a second, or it holds the very same code."""
    code, chance = a_code(), random.Random(5)
    whole = code_bytes(code)
    refused = 0
    for _ in range(400):
        place = chance.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[place] ^= chance.randrange(1, 256)
        path.write_bytes(bytes(damaged))
        began = time.perf_counter()
        try:
            found = read_code(path)
        except RefusedFile:
            refused += 1
        else:
            assert (found.id, found.facts) == (code.id, code.facts)
            assert torch.equal(found.x, code.x)
            assert found.thumbnail is not None
            assert code.thumbnail is not None
            assert np.array_equal(found.thumbnail.pixels, code.thumbnail.pixels)
        assert time.perf_counter() - began < 1.0
    assert refused > 100


def test_every_changed_byte_of_the_values_is_refused(path: Path) -> None:
    code, chance = Code(facts(), values()), random.Random(6)
    whole = code_bytes(code)
    for _ in range(100):
        damaged = bytearray(whole)
        damaged[-chance.randrange(1, code.x.nbytes + 1)] ^= chance.randrange(1, 256)
        path.write_bytes(bytes(damaged))
        with pytest.raises(RefusedFile, match="damaged"):
            read_code(path)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.4, 0.99])
def test_a_file_that_ends_too_soon_is_refused(path: Path, share: float) -> None:
    whole = code_bytes(a_code())
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(RefusedFile, match="damaged"):
        read_code(path)


def test_foreign_files_are_refused(path: Path) -> None:
    weights = next(paths.starter_model().rglob("*.safetensors"))
    with pytest.raises(RefusedFile, match="holds no code of Reverie"):
        read_code(weights)
    path.write_bytes(b"GIF89a" * 100)
    with pytest.raises(RefusedFile, match="damaged"):
        read_code(path)
    with pytest.raises(RefusedFile, match="is not there"):
        read_code(path.with_name("nowhere.code.safetensors"))
    with pytest.raises(RefusedFile, match="is not there"):
        read_code(path.parent)


def test_a_newer_code_is_refused_with_the_remedy(path: Path) -> None:
    newer = {**json.loads(facts().model_dump_json()), "version": 2, "flavour": "sweet"}
    with pytest.raises(RefusedFile, match=r"newer version; this program reads up to 1\. Update Reverie"):
        read_code(crafted(path, a_code(), facts=json.dumps(newer)))


FLAWS: dict[str, dict[str, Any]] = {
    "wrong id": {"id": "0" * 64},
    "no id": {"id": ""},
    "no facts": {"facts": ""},
    "facts of another kind": {"facts": "[1]"},
    "another shape": {"facts": facts(shape=(4, 8, 9)).model_dump_json()},
    "another level": {"facts": facts(sigma=0.5).model_dump_json()},
    "no values": {"tensors": {"y": values()}},
    "half precision": {"tensors": {"x": values().half()}},
    "no batch": {"tensors": {"x": values()[0]}},
    "too large a thumbnail": {
        "tensors": {"x": values(), "thumbnail": torch.zeros((4, THUMBNAIL_MAXIMUM + 1, 3), dtype=torch.uint8)}
    },
    "a grey thumbnail": {"tensors": {"x": values(), "thumbnail": torch.zeros((4, 4), dtype=torch.uint8)}},
    "a thumbnail of numbers": {"tensors": {"x": values(), "thumbnail": torch.zeros((4, 4, 3))}},
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_what_does_not_belong_together_is_refused(path: Path, flaw: str) -> None:
    crafted(path, a_code(), **FLAWS[flaw])
    with pytest.raises(RefusedFile, match="damaged"):
        read_code(path)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_values_that_are_no_numbers_are_refused(path: Path, bad: float) -> None:
    x = values()
    x[0, 1, 2, 3] = bad
    path.write_bytes(code_bytes(Code(facts(), x)))
    with pytest.raises(RefusedFile, match="damaged"):
        read_code(path)


def test_the_store_finds_what_it_kept_and_nothing_else(tmp_path: Path) -> None:
    store, code = CodeStore(tmp_path / "codes"), a_code()
    with pytest.raises(RefusedFile, match="not on this computer"):
        store.find(code.id)
    assert store.keep(code) == code.id
    fresh = CodeStore(tmp_path / "codes")
    assert fresh.has([code.id])
    assert torch.equal(fresh.find(code.id).x, code.x)
    other = Code(facts(), values(2))
    fresh.path(other.id).write_bytes(code_bytes(code))
    with pytest.raises(RefusedFile, match="was changed since it was kept"):
        CodeStore(tmp_path / "codes").find(other.id)
