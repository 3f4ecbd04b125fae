"""`reverie generate --code` and `--save-code`, and what `info` and `verify` say of pictures from codes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio import paths
from studio.cli.info import recipe_rows
from studio.job.code import Between, FromCode, FromSeed, Weighted
from studio.job.recipe import Recipe
from studio.trajectory.code_file import Code, code_bytes, read_code
from tests.unit.cli.conftest import Program
from tests.unit.cli.painted import pixels_of, recipe_of


def kept() -> list[Path]:
    return sorted((paths.data() / "codes").glob("*"))


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler"])
def test_a_seed_and_its_code_give_one_picture(
    generate: Program, reverie: Program, tmp_path: Path, sampler: str
) -> None:
    first, second, file = tmp_path / "1.png", tmp_path / "2.png", tmp_path / "s.code.safetensors"
    answer = generate("--sampler", sampler, "--guidance", 3, "--save-code", file, "--out", first)
    assert answer.out == f"Saved {first}\nSaved {file}\n"
    facts = read_code(file).facts
    assert (facts.origin, facts.model, facts.model_hash, facts.name) == ("seed", "", "", "seed 7")
    again = reverie("generate", "--code", file, "--sampler", sampler, "--seed", 7, "--out", second)
    assert (again.code, again.err) == (0, "")
    assert np.array_equal(pixels_of(first), pixels_of(second))


def test_codes_of_several_seeds_get_names_of_their_own(generate: Program, tmp_path: Path) -> None:
    file = tmp_path / "s.code.safetensors"
    answer = generate("--count", 2, "--json", "--save-code", file, "--out", tmp_path / "p", "--size", "64x64")
    saved = [event["path"] for event in answer.events if event["event"] == "code_saved"]
    assert saved == [str(file), str(tmp_path / "s-2.code.safetensors")]
    assert [read_code(Path(path)).facts.name for path in saved] == ["seed 7", "seed 8"]


@pytest.fixture
def code(generate: Program, tmp_path: Path) -> Path:
    """The code of a seed, with the picture that was drawn of it beside it."""
    file = tmp_path / "s.code.safetensors"
    assert generate("--save-code", file, "--size", "64x64", "--out", tmp_path / "s.png").code == 0
    return file


def changed(file: Path, target: Path, **changes: Any) -> Path:
    code = read_code(file)
    target.write_bytes(code_bytes(Code(code.facts.model_copy(update=changes), code.x)))
    return target


@pytest.mark.parametrize(
    ("facts", "words", "steps", "spacing", "timesteps"),
    [
        ({"spacing": "trailing", "steps": 3}, (), 3, "trailing", None),
        ({"spacing": "trailing", "steps": 3}, ("--spacing", "linspace"), 3, "linspace", None),
        ({"spacing": "trailing", "steps": 3}, ("--spacing", "900,400"), 2, "explicit", (900.0, 400.0)),
        ({"timesteps": (501.0, 251.0), "steps": 2}, (), 2, "explicit", (501.0, 251.0)),
        ({"timesteps": (501.0, 251.0), "steps": 2}, ("--steps", 4), 4, "leading", None),
        ({"spacing": "explicit", "steps": 2}, (), 2, "leading", None),
        ({"spacing": "of tomorrow", "steps": 2}, (), 2, "leading", None),
    ],
)
def test_the_grid_is_as_the_code_says(
    reverie: Program, code: Path, tmp_path: Path, facts: Any, words: Any, steps: int, spacing: str, timesteps: Any
) -> None:
    file, out = changed(code, tmp_path / "other.code.safetensors", **facts), tmp_path / "drawn.png"
    assert reverie("generate", "--code", file, *words, "--out", out).code == 0
    sampling = recipe_of(out).sampling
    assert (sampling.steps, sampling.spacing, sampling.timesteps) == (steps, spacing, timesteps)


def test_a_kept_code_is_named_by_name_or_id(reverie: Program, code: Path, tmp_path: Path) -> None:
    id_ = read_code(code).id
    assert reverie("generate", "--code", code, "--out", tmp_path / "0.png").code == 0
    for number, word in enumerate((id_, id_[:12], "seed 7"), start=1):
        assert reverie("generate", "--code", word, "--out", tmp_path / f"{number}.png").code == 0
        assert recipe_of(tmp_path / f"{number}.png").start == FromCode(code=id_)
    answer = reverie("generate", "--code", "very nice", "--out", tmp_path / "4.png")
    assert (answer.code, "No code is called 'very nice'." in answer.err) == (2, True)


def test_prompts_that_a_code_mixes_count_until_one_is_given(reverie: Program, code: Path, tmp_path: Path) -> None:
    blend = (Weighted(prompt="red apple", weight=0.75), Weighted(prompt="lemon", weight=0.25))
    file, out = changed(code, tmp_path / "b.code.safetensors", blend=blend, prompt="red apple"), tmp_path / "drawn"
    assert reverie("generate", "--code", file, "--out", out / "1.png").code == 0
    assert (recipe_of(out / "1.png").prompt, recipe_of(out / "1.png").blend) == ("red apple", blend)
    for words in (("--prompt", "rose"), ("--negative", "flat")):
        assert reverie("generate", "--code", file, *words, "--out", out / "2.png").code == 0
    assert [recipe_of(out / name).blend for name in ("2.png", "2-2.png")] == [(), ()]


def test_codes_that_are_none_are_refused(reverie: Program, code: Path, tmp_path: Path) -> None:
    whole, bad = code.read_bytes(), tmp_path / "bad.code.safetensors"
    newer = whole.replace(b'{\\"version\\":1', b'{\\"version\\":2')
    assert newer != whole
    weights = next(paths.starter_model().rglob("*.safetensors")).read_bytes()
    contents = {"damaged": whole[:-1] + b"?", "short": whole[:200], "newer": newer, "foreign": weights}
    words = {"damaged": "is damaged", "short": "is damaged", "newer": "newer version", "foreign": "no code of Reverie"}
    for kind, content in contents.items():
        bad.write_bytes(content)
        answer = reverie("generate", "--code", bad, "--out", tmp_path / "out.png")
        assert answer.code == 2, kind
        assert words[kind] in answer.err
    for missing in ("nowhere.code.safetensors", "0" * 64):
        assert reverie("generate", "--code", missing, "--out", tmp_path / "out.png").code == 2
    assert kept() == []
    assert not (tmp_path / "out.png").exists()


def test_codes_that_do_not_fit_are_refused(reverie: Program, code: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    size = reverie("generate", "--code", code, "--size", "72x64", "--out", out)
    assert (size.code, "is of 64 by 64 pixels" in size.err) == (2, True)
    foreign = changed(code, tmp_path / "f.code.safetensors", model="starter", model_hash="ff", sigma=0.5)
    answer = reverie("generate", "--code", foreign, "--out", out)
    assert (answer.code, "with other weights. Choose that model." in answer.err) == (2, True)
    for words in (("--image", tmp_path / "s.png"), ("--save-code", out)):
        assert reverie("generate", "--code", code, *words, "--out", out).code == 2
    assert not out.exists()


def test_a_prompt_is_needed_without_a_code(reverie: Program) -> None:
    answer = reverie("generate", "--steps", 1)
    assert (answer.code, "--prompt is missing" in answer.err) == (2, True)


def test_info_and_verify_know_codes(reverie: Program, code: Path, tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    assert reverie("generate", "--code", code, "--out", picture).code == 0
    name = read_code(code).id
    assert f"Start     from the code {name[:10]}" in reverie("info", picture).lines
    assert reverie("verify", picture).out == "Same pixels.\n"
    for path in kept():
        path.unlink()
    missing = reverie("verify", picture)
    assert (missing.code, f"not on this computer: {name[:10]}. Give it with --code FILE" in missing.err) == (2, True)
    other = changed(code, tmp_path / "o.code.safetensors", sigma=0.5)
    wrong = reverie("verify", picture, "--code", other)
    assert (wrong.code, "is not the code that was drawn" in wrong.err) == (2, True)
    assert kept() == []
    assert reverie("verify", picture, "--code", code).out == "Same pixels.\n"
    assert "was drawn from no code" in reverie("verify", tmp_path / "s.png", "--code", code).err


def test_ways_between_codes_are_told_in_words() -> None:
    inner = Between(first=FromSeed(seed=1), second=FromSeed(seed=2), fraction=0.25)
    start = Between(first=inner, second=FromCode(code="ab" * 32), fraction=0.5, method="linear")
    blend = (Weighted(prompt="a", weight=0.25), Weighted(prompt="b", weight=0.75))
    rows = dict(recipe_rows(Recipe(start=start, blend=blend)))
    inside = "(0.25 of the way from seed 1 to seed 2, slerp)"
    assert rows["Start"] == f"from 0.5 of the way from {inside} to the code ababababab, linear"
    assert rows["Blend"] == "0.25 × 'a'\n0.75 × 'b'"
