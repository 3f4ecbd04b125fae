"""`reverie generate --record` and `reverie branch` with the real starter model, a few steps."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.cli.main import main
from studio.export.metadata import pixel_hash
from studio.export.picture_file import read_picture
from studio.job.recipe import FromStep, Recipe

STEPS = 4


@pytest.fixture
def original(tmp_path: Path) -> Path:
    out = tmp_path / "original.png"
    flags = ["--prompt", "red apple, 3d style", "--sampler", "ddpm", "--steps", str(STEPS), "--seed", "7"]
    assert main(["generate", *flags, "--record", "--out", str(out)]) == 0
    return out


def pixels(path: Path) -> str:
    return pixel_hash(read_picture(path).image)


def recipe_of(path: Path) -> Recipe:
    recipe = read_picture(path).recipe
    assert recipe is not None
    return recipe


def branch(original: Path, step: int, *flags: str) -> tuple[int, Path]:
    out = original.parent / f"branch-{step}.png"
    return main(["branch", str(original), "--from-step", str(step), *flags, "--out", str(out)]), out


def test_recording_puts_the_steps_beside_the_picture(original: Path) -> None:
    names = sorted(path.name for path in original.parent.iterdir() if path.is_file())
    assert names == ["original.png", "original.trajectory.safetensors"]


def test_nothing_is_kept_unless_it_is_asked_for(tmp_path: Path) -> None:
    out = tmp_path / "plain.png"
    assert main(["generate", "--prompt", "lemon", "--steps", "2", "--seed", "1", "--out", str(out)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["plain.png"]


@pytest.mark.parametrize("step", [0, 2, STEPS])
def test_with_nothing_changed_it_is_the_same_picture(original: Path, step: int) -> None:
    code, out = branch(original, step)
    assert code == 0
    assert pixels(out) == pixels(original)


def test_without_the_record_the_shared_steps_are_computed_again(original: Path) -> None:
    _, with_record = branch(original, 2, "--prompt", "lemon, 3d style")
    kept = pixels(with_record)
    with_record.unlink()
    original.with_name("original.trajectory.safetensors").unlink()
    code, out = branch(original, 2, "--prompt", "lemon, 3d style")
    assert code == 0
    assert pixels(out) == kept
    assert kept != pixels(original)


def test_the_recipe_tells_the_parent_and_what_was_changed(original: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = branch(original, 3, "--guidance", "7.5", "--seed", "99")
    recipe = recipe_of(out)
    assert isinstance(recipe.start, FromStep)
    assert recipe.start.parent == recipe_of(original)
    assert (recipe.start.step, recipe.start.noise, recipe.guidance.scale) == (3, "reseeded", 7.5)
    assert recipe.prompt == "red apple, 3d style"
    capsys.readouterr()
    assert main(["info", str(out)]) == 0
    told = capsys.readouterr().out
    assert "from step 3 of 'red apple, 3d style', seed 7" in told
    assert "guidance.scale: 5.0 > 7.5" in told


def test_a_branch_of_a_branch_verifies(original: Path) -> None:
    _, first = branch(original, 2, "--prompt", "lemon, 3d style", "--record")
    _, second = branch(first, 3, "--sampler", "euler")
    assert main(["verify", str(second)]) == 0


def test_a_step_that_the_run_does_not_have_is_refused(original: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = branch(original, STEPS + 1)
    assert code == 2
    assert f"Step {STEPS + 1} is out of range. This run has {STEPS} steps, 0 to {STEPS}." in capsys.readouterr().err
    assert not out.exists()


def test_a_picture_without_a_recipe_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from PIL import Image as Pillow

    plain = tmp_path / "plain.png"
    Pillow.new("RGB", (8, 8)).save(plain)
    assert main(["branch", str(plain), "--from-step", "1"]) == 2
    assert "has no steps to go on from" in capsys.readouterr().err


def test_a_damaged_record_is_passed_over_and_computed_again(original: Path) -> None:
    record = original.with_name("original.trajectory.safetensors")
    record.write_bytes(record.read_bytes()[:-100])
    code, out = branch(original, 2)
    assert code == 0
    assert pixels(out) == pixels(original)
