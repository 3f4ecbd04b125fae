"""Codes of inversions are remembered while they are kept; what is not whole counts as unknown."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from studio.job.code import CodeFacts
from studio.trajectory.code_file import Code
from studio.trajectory.code_store import CodeStore
from studio.trajectory.found_codes import FoundCodes

WAY, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture
def codes(tmp_path: Path) -> CodeStore:
    return CodeStore(tmp_path / "codes")


def kept(codes: CodeStore) -> str:
    facts = CodeFacts(
        name="a", origin="inversion", timestep=9.0, alpha=0.6, sigma=0.8, shape=(1, 2, 2), width=64, height=64
    )
    return codes.keep(Code(facts, torch.ones(1, 1, 2, 2)))


def test_a_code_is_found_again_by_another_program_while_it_is_kept(codes: CodeStore, tmp_path: Path) -> None:
    code = kept(codes)
    FoundCodes(tmp_path / "found", codes).note(WAY, code)
    again = FoundCodes(tmp_path / "found", CodeStore(codes.folder))
    assert (again.find(WAY), again.find(OTHER), again.find("../found")) == (code, None, None)
    codes.remove(code)
    assert again.find(WAY) is None


@pytest.mark.parametrize("held", [b"", b"ab" * 31, b"AB" * 32, b"ab" * 40, b"\xff" * 64])
def test_what_is_no_id_is_no_code(codes: CodeStore, tmp_path: Path, held: bytes) -> None:
    (tmp_path / "found").mkdir()
    (tmp_path / "found" / WAY).write_bytes(held)
    assert FoundCodes(tmp_path / "found", codes).find(WAY) is None


def test_a_disk_that_says_no_is_no_trouble(codes: CodeStore, tmp_path: Path) -> None:
    (tmp_path / "found").write_bytes(b"a file where the folder would be")
    found = FoundCodes(tmp_path / "found", codes)
    found.note(WAY, kept(codes))
    assert found.find(WAY) is None
