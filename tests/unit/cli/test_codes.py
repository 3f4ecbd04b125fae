"""`reverie codes`: what is kept is listed and named, and new codes are made of seeds, names, ids and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from studio import paths
from studio.cli.painted_text import ID_SHOWN
from studio.job.code import CodeFacts
from studio.sampling.arithmetic import analogy, difference, mean
from studio.sampling.noise import ImageNoise
from studio.trajectory.code_file import Code, code_bytes, read_code
from studio.trajectory.code_store import CodeStore
from tests.unit.cli.conftest import PROMPT, Program
from tests.unit.cli.painted import recipe_of

SHAPE = (4, 8, 8)


def code(number: int, **changes: Any) -> Code:
    usual: dict[str, Any] = {
        "name": f"code {number}", "origin": "inversion", "timestep": 501.0, "alpha": 0.6, "sigma": 0.8, "shape": SHAPE,
        "width": 64, "height": 64, "model": "starter", "prompt": PROMPT, "steps": 2, **changes,
    }  # fmt: skip
    return Code(CodeFacts(**usual), 0.7 * torch.randn((1, *SHAPE), generator=torch.Generator().manual_seed(number)))


@pytest.fixture
def shelf() -> CodeStore:
    """Codes 1, 2 and 3 are kept."""
    store = CodeStore(paths.data() / "codes")
    for number in (1, 2, 3):
        store.keep(code(number))
    return store


def newest(shelf: CodeStore, but: int = 3) -> Code:
    """The only code beside those that were there."""
    before = {code(number).id for number in range(1, but + 1)}
    (found,) = {name for name, _ in shelf.kept()} - before
    return CodeStore(shelf.folder).find(found)


def test_the_list(reverie: Program, shelf: CodeStore) -> None:
    answer = reverie("codes", "list")
    assert (answer.code, answer.err, len(answer.lines)) == (0, "", 3)
    (line,) = [line for line in answer.lines if "code 2" in line]
    assert line == f"{code(2).id[:ID_SHOWN]}  code 2  (inversion; 64x64, starter)"
    told = {event["code"]: event["name"] for event in reverie("codes", "list", "--json").events}
    assert told == {code(number).id: f"code {number}" for number in (1, 2, 3)}


def test_an_empty_shelf_says_how_codes_are_made(reverie: Program) -> None:
    answer = reverie("codes", "list")
    assert (answer.code, answer.out) == (0, "")
    assert "No codes are kept. 'reverie invert' makes one" in answer.err


def test_a_damaged_code_is_told_and_the_others_are_listed(reverie: Program, shelf: CodeStore) -> None:
    shelf.path(code(2).id).write_bytes(b"nothing")
    answer = reverie("codes", "list")
    assert (answer.code, len(answer.lines)) == (0, 2)
    assert "is damaged" in answer.err
    assert f"'reverie codes remove {code(2).id[:ID_SHOWN]}' takes it away." in answer.err


def test_a_damaged_code_can_be_taken_away(reverie: Program, shelf: CodeStore) -> None:
    shelf.path(code(2).id).write_bytes(b"nothing")
    (shelf.folder / "my own.code.safetensors").write_bytes(b"nothing")
    assert "'reverie codes remove 'my own'' takes it away." in reverie("codes", "list").err
    answer = reverie("codes", "remove", code(2).id[:ID_SHOWN], "my own")
    assert answer.lines == [f"Removed a damaged code: {code(2).id}", "Removed a damaged code: my own"]
    assert sorted(name for name, _ in shelf.kept()) == sorted(code(number).id for number in (1, 3))


def test_a_code_that_is_called_by_a_number_is_exported(reverie: Program, shelf: CodeStore, tmp_path: Path) -> None:
    shelf.rename(code(1).id, "7")
    out = tmp_path / "a.code.safetensors"
    assert reverie("codes", "export", "7", "--out", out).code == 0
    assert read_code(out).id == code(1).id


def test_codes_are_named_by_name_id_and_file(reverie: Program, shelf: CodeStore, tmp_path: Path) -> None:
    file = tmp_path / "four.code.safetensors"
    file.write_bytes(code_bytes(code(4)))
    out = tmp_path / "made.code.safetensors"
    words = ("code 1", code(2).id, code(3).id[:ID_SHOWN], file)
    answer = reverie("codes", "mean", *words, "--name", "all", "--out", out)
    assert answer.code == 0
    made = newest(shelf)
    assert answer.lines == [f"Kept as 'all': {made.id}", f"Saved {out}"]
    assert torch.equal(made.x, mean([code(number).x for number in (1, 2, 3, 4)]))
    assert (made.facts.name, made.facts.origin, made.facts.told) == (
        "all", "arithmetic", "mean of code 1, code 2, code 3, code 4",
    )  # fmt: skip
    assert read_code(out).id == made.id


def test_differences_and_analogies(reverie: Program, shelf: CodeStore) -> None:
    a, b, c = (code(number) for number in (1, 2, 3))
    assert reverie("codes", "difference", "code 1", "code 2").code == 0
    less = newest(shelf)
    assert less.facts.name == "code 1 - code 2"
    assert torch.equal(less.x, difference(a.x, b.x))
    assert reverie("codes", "remove", less.id).code == 0
    answer = reverie("codes", "analogy", "code 1", "code 2", "code 3", "--amount", "-0.5", "--json")
    more = newest(shelf)
    assert torch.equal(more.x, analogy(a.x, b.x, c.x, -0.5))
    (told,) = answer.events
    assert (told["code"], told["name"], told["path"]) == (more.id, "code 1 - 0.5 (code 2 - code 3)", None)


def test_seeds_are_of_the_size_of_the_codes_beside_them(reverie: Program, shelf: CodeStore) -> None:
    assert reverie("codes", "mean", "7", "code 1").code == 0
    made = newest(shelf)
    assert torch.equal(made.x, mean([ImageNoise(7, SHAPE).draw(), code(1).x]))
    assert (made.facts.timestep, made.facts.model, made.facts.prompt) == (501.0, "starter", PROMPT)


def test_what_seeds_give_is_drawn_like_a_seed(reverie: Program, tmp_path: Path) -> None:
    out, picture = tmp_path / "ten.code.safetensors", tmp_path / "a.png"
    assert reverie("codes", "mean", "7", "8", "--size", "64x64", "--out", out).code == 0
    assert reverie("codes", "mean", "7", "7", "--size", "64x64", "--name", "seven", "--json").code == 0
    assert torch.equal(read_code(out).x, mean([ImageNoise(seed, SHAPE).draw() for seed in (7, 8)]))
    answer = reverie("generate", "--code", out, "--prompt", PROMPT, "--steps", 2, "--out", picture)
    assert (answer.code, answer.err) == (0, "")
    assert recipe_of(picture).start.code == read_code(out).id


def test_what_is_there_already_keeps_its_name(reverie: Program, shelf: CodeStore) -> None:
    answer = reverie("codes", "mean", "code 1", "code 1", "--name", "other")
    assert answer.lines == [f"Kept already as 'code 1': {code(1).id}"]
    assert len(shelf.kept()) == 3


def test_rename_export_and_remove(reverie: Program, shelf: CodeStore, tmp_path: Path) -> None:
    assert reverie("codes", "rename", "code 1", "--name", "äpfel").lines == ["'code 1' is now called 'äpfel'."]
    out = tmp_path / "a.code.safetensors"
    assert reverie("codes", "export", "äpfel", "--out", out).lines == [f"Saved {out}"]
    assert (read_code(out).id, read_code(out).facts.name) == (code(1).id, "äpfel")
    assert reverie("codes", "export", "äpfel", "--out", out).lines == [f"Saved {tmp_path / 'a-2.code.safetensors'}"]
    answer = reverie("codes", "remove", "äpfel", "code 2", "äpfel")
    assert answer.lines == [f"Removed 'äpfel': {code(1).id}", f"Removed 'code 2': {code(2).id}"]
    assert [name for name, _ in shelf.kept()] == [code(3).id]


def test_a_name_that_means_two_is_refused_with_their_ids(reverie: Program, shelf: CodeStore) -> None:
    shelf.rename(code(1).id, "code 2")
    answer = reverie("codes", "remove", "code 2")
    assert answer.code == 2
    assert "'code 2' is 2 codes" in answer.err
    assert code(1).id[:ID_SHOWN] in answer.err
    assert len(shelf.kept()) == 3


BAD = [
    (("sum",), "'sum' is not known. Use one of: list, mean"),
    (("list", "code 1"), "'list' takes no code"),
    (("list", "--name", "a"), "'list' takes no --name"),
    (("mean", "code 1"), "A mean is of 2 to 100 codes, not of 1"),
    (("difference", "1", "2", "3"), "A difference is of two codes, not of 3"),
    (("analogy", "code 1", "code 2"), "An analogy is of three codes"),
    (("mean", "code 1", "code 2", "--amount", "2"), "'mean' takes no --amount"),
    (("analogy", "1", "2", "3", "--amount", "200"), "Amount 200 is out of range"),
    (("difference", "code 1", "code 1"), "has no direction"),
    (("mean", "code 1", "pear"), "No code is called 'pear'"),
    (("mean", "code 1", "ab" * 32), "not on this computer"),
    (("mean", "code 1", "gone.code.safetensors"), "is not there"),
    (("mean", "code 1", str(2**63)), "is out of range"),
    (("mean", "code 1", "7", "--size", "64x64"), "--size is for seeds alone"),
    (("mean", "code 1", "code 2", "--out", "a.png"), "is no name for a code"),
    (("mean", "code 1", "code 2", "--name", "x" * 101), "Name"),
    (("rename", "code 1"), "--name is missing"),
    (("rename", "code 1", "--name", ""), "Name"),
    (("rename", "code 1", "code 2", "--name", "a"), "about one code, not 2"),
    (("export", "code 1"), "--out is missing"),
    (("remove",), "Say which code to remove"),
    (("remove", "code 1", "pear"), "No code is called 'pear'"),
]


@pytest.mark.parametrize(("words", "said"), BAD)
def test_what_cannot_be_is_said_and_changes_nothing(
    reverie: Program, shelf: CodeStore, words: tuple[str, ...], said: str
) -> None:
    answer = reverie("codes", *words)
    assert (answer.code, answer.out) == (2, "")
    assert said in answer.err
    assert {shelf.find(name).facts.name for name, _ in shelf.kept()} == {"code 1", "code 2", "code 3"}


def test_only_what_is_kept_can_be_removed(reverie: Program, shelf: CodeStore, tmp_path: Path) -> None:
    file = tmp_path / "four.code.safetensors"
    file.write_bytes(code_bytes(code(4)))
    assert "is not kept here" in reverie("codes", "remove", file).err
    assert file.is_file()
