"""`reverie branch --mask`: painting from a step on; and what `info`, `verify` and `export` know of painted pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from studio import paths
from studio.image import Image
from studio.job.inpaint import Inpaint
from studio.job.recipe import FromStep
from tests.unit.cli.conftest import Program
from tests.unit.cli.painted import HEIGHT, WIDTH, mask_file, pixels_of, recipe_of, source_file
from tests.unit.export.clips import frames_in

STEPS = 3
LEFT = slice(None), slice(0, WIDTH // 2)


@pytest.fixture
def plain(generate: Program, tmp_path: Path) -> Path:
    """A picture from a prompt, with its steps."""
    out = tmp_path / "plain.png"
    words = ("--size", f"{WIDTH}x{HEIGHT}", "--steps", STEPS, "--sampler", "ddpm", "--record", "--out", out)
    assert generate(*words).code == 0
    return out


@pytest.fixture
def inpainted(generate: Program, tmp_path: Path) -> Path:
    """The right half of a photograph, painted anew, with its steps."""
    out = tmp_path / "inpainted.png"
    words = ("--image", source_file(tmp_path), "--mask", mask_file(tmp_path), "--steps", STEPS, "--record")
    assert generate(*words, "--out", out).code == 0
    return out


def lower_half(folder: Path) -> Path:
    values = np.zeros((HEIGHT, WIDTH), np.uint8)
    values[HEIGHT // 2 :] = 255
    PIL.Image.fromarray(values).save(folder / "lower.png")
    return folder / "lower.png"


def branched(reverie: Program, picture: Path, step: int, *words: object) -> Path:
    out = picture.parent / "branch.png"
    out.unlink(missing_ok=True)
    answer = reverie("branch", picture, "--from-step", step, *words, "--out", out)
    assert answer.code == 0, answer.err
    return out


@pytest.mark.parametrize("way", ["blend", "soft"])
def test_a_finished_picture_is_kept_outside_the_mask(reverie: Program, plain: Path, way: str) -> None:
    words = ("--mask", mask_file(plain.parent), "--inpaint", way, "--feather", 2)
    out = branched(reverie, plain, 1, "--prompt", "lemon, 3d style", *words)
    recipe = recipe_of(out)
    assert isinstance(recipe.start, FromStep)
    assert recipe.start.parent == recipe_of(plain)
    assert recipe.inpaint is not None
    assert (recipe.inpaint.image, recipe.inpaint.mode) == (Image(pixels_of(plain)).id, way)
    assert recipe.inpaint.feather == 2
    assert np.array_equal(pixels_of(out)[LEFT], pixels_of(plain)[LEFT])
    assert not np.array_equal(pixels_of(out), pixels_of(plain))
    assert reverie("verify", out).out == "Same pixels.\n"


def test_another_mask_keeps_what_the_parent_was_painted_on(reverie: Program, inpainted: Path) -> None:
    out = branched(reverie, inpainted, 1, "--mask", lower_half(inpainted.parent))
    source = pixels_of(source_file(inpainted.parent))
    assert np.array_equal(pixels_of(out)[: HEIGHT // 2], source[: HEIGHT // 2])
    before = recipe_of(inpainted).inpaint
    now = recipe_of(out).inpaint
    assert before is not None
    assert now is not None
    assert now.image == before.image
    assert now.mask != before.mask


def test_without_paint_flags_a_branch_is_painted_as_its_parent(reverie: Program, inpainted: Path) -> None:
    same = branched(reverie, inpainted, 2)
    assert np.array_equal(pixels_of(same), pixels_of(inpainted))
    other = branched(reverie, inpainted, 1, "--prompt", "lemon, 3d style", "--feather", 0)
    before, now = recipe_of(inpainted).inpaint, recipe_of(other).inpaint
    assert before is not None
    assert now == before.model_copy(update={"feather": 0})
    assert np.array_equal(pixels_of(other)[LEFT], pixels_of(inpainted)[LEFT])


def test_a_picture_from_a_picture_is_kept_as_it_became(generate: Program, reverie: Program, tmp_path: Path) -> None:
    first, mask = tmp_path / "first.png", mask_file(tmp_path)
    assert generate("--image", source_file(tmp_path), "--steps", STEPS, "--out", first).code == 0
    second = branched(reverie, first, 0, "--prompt", "lemon, 3d style", "--mask", mask)
    assert np.array_equal(pixels_of(second)[LEFT], pixels_of(first)[LEFT])
    assert not np.array_equal(pixels_of(first)[LEFT], pixels_of(source_file(tmp_path))[LEFT])
    third = second.rename(tmp_path / "second.png")
    third = branched(reverie, third, 1, "--mask", lower_half(tmp_path))
    assert np.array_equal(pixels_of(third)[: HEIGHT // 2], pixels_of(first)[: HEIGHT // 2])
    assert reverie("verify", third).out == "Same pixels.\n"


def test_another_picture_can_be_kept(reverie: Program, plain: Path) -> None:
    source = source_file(plain.parent)
    out = branched(reverie, plain, 1, "--mask", mask_file(plain.parent), "--image", source)
    assert np.array_equal(pixels_of(out)[LEFT], pixels_of(source)[LEFT])
    wide = source_file(plain.parent, 200, HEIGHT, "wide.png")
    words = ("--mask", mask_file(plain.parent), "--image", wide)
    refused = reverie("branch", plain, "--from-step", 1, *words)
    assert refused.code == 2
    assert "The picture is 200 × 64 pixels; a branch of this run needs 72 × 64." in refused.err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--feather", 3), "--feather is about a mask. Give one with --mask FILE."),
        (("--image", "IMAGE"), "--image is about a mask."),
        (("--mask", "MASK", "--inpaint", "crop"), "Inpaint 'crop' is not for branches. Use one of: blend, soft, "),
        (("--mask", "MASK", "--inpaint", "model"), "was not made for inpainting"),
        (("--mask", "MASK", "--inpaint", "soft", "--repeats", 2), "soft walks every step once"),
        (("--mask", "SMALL"), "The mask is 8 × 8 pixels, the picture 72 × 64. Add --scale-mask"),
        (("--mask", "alpha"), "plain.png has no transparent part to paint."),
        (("--strength", "0.5"), "The option --strength is not known"),
    ],
)
def test_what_a_branch_refuses(reverie: Program, plain: Path, words: tuple[object, ...], sentence: str) -> None:
    folder = plain.parent
    places = {
        "IMAGE": source_file(folder), "MASK": mask_file(folder), "SMALL": mask_file(folder, 8, 8, name="small.png"),
    }  # fmt: skip
    given = (places.get(str(word), word) for word in words)
    answer = reverie("branch", plain, "--from-step", 1, *given, "--out", folder / "out")
    assert (answer.code, answer.out) == (2, "")
    assert sentence in answer.err
    assert not (folder / "out").exists()


def test_a_crop_has_no_steps_of_the_whole_picture(generate: Program, reverie: Program, tmp_path: Path) -> None:
    mask, out = mask_file(tmp_path), tmp_path / "crop.png"
    words = ("--image", source_file(tmp_path), "--mask", mask, "--inpaint", "crop", "--out", out)
    assert generate(*words).code == 0
    refused = reverie("branch", out, "--from-step", 1, "--mask", mask)
    assert refused.code == 2
    assert "painted in a crop, and its steps show only that" in refused.err
    before, now = recipe_of(out).inpaint, recipe_of(branched(reverie, out, 1, "--feather", 1)).inpaint
    assert before is not None
    assert now == before.model_copy(update={"feather": 1})


def test_info_tells_how_it_was_painted(generate: Program, reverie: Program, tmp_path: Path) -> None:
    out = tmp_path / "a.png"
    words = (
        "--image", source_file(tmp_path), "--mask", mask_file(tmp_path), "--inpaint", "crop", "--strength", 0.5,
        "--fill", "colour", "--fill-colour", "ff8800", "--repeats", 2, "--match-colours", "--out", out,
    )  # fmt: skip
    assert generate(*words).code == 0
    inpaint = recipe_of(out).inpaint
    assert isinstance(inpaint, Inpaint)
    rows = dict(line.split(maxsplit=1) for line in reverie("info", out).lines)
    assert rows["Start"] == f"from the picture {inpaint.image[:10]}, strength 0.5"
    assert rows["Painted"] == f"on the picture {inpaint.image[:10]}, where the mask {inpaint.mask[:10]} says"
    assert rows["Way"] == "crop: the surroundings of the mask are worked on alone"
    assert rows["Filled"] == "first with the colour #ff8800"
    assert rows["Edge"] == "comes in over 4 pixels inside the mask, colours matched"
    assert rows["Padding"] == "32 pixels around the mask are seen"
    assert rows["Repeats"] == "2 times each 10 steps"
    data = json.loads(reverie("info", "--json", out).out)
    assert data["recipe"]["inpaint"]["image"] == inpaint.image


def test_info_of_a_repainted_branch_tells_what_changed(reverie: Program, inpainted: Path) -> None:
    out = branched(reverie, inpainted, 1, "--mask", lower_half(inpainted.parent))
    before, now = recipe_of(inpainted).inpaint, recipe_of(out).inpaint
    assert before is not None
    assert now is not None
    changes = [line for line in reverie("info", out).lines if line.startswith("Changed")]
    assert changes == [f"Changed   inpaint.mask: {before.mask[:10]} > {now.mask[:10]}"]


def test_verify_takes_the_same_pixels_again(reverie: Program, inpainted: Path) -> None:
    shutil.rmtree(paths.data() / "sources")
    folder = inpainted.parent
    inpaint = recipe_of(inpainted).inpaint
    assert inpaint is not None
    missing = reverie("verify", inpainted)
    assert (missing.code, missing.out) == (2, "")
    assert f"the picture {inpaint.image[:10]} (give it with --image FILE)" in missing.err
    assert f"the mask {inpaint.mask[:10]} (give it with --mask FILE)" in missing.err
    image, mask = ("--image", source_file(folder)), ("--mask", mask_file(folder))
    other = source_file(folder, 64, 64, "other.png")
    for words, sentence in [
        (image, f"not on this computer: the mask {inpaint.mask[:10]} (give it with --mask FILE)."),
        ((*mask, "--image", other), "other.png is not the picture that was painted on."),
        ((*image, "--mask", lower_half(folder)), "lower.png is not the mask that was painted on."),
        ((*image, "--mask", "alpha"), "The transparent part is not the mask that was painted on."),
    ]:
        refused = reverie("verify", inpainted, *words)
        assert (refused.code, refused.out) == (2, "")
        assert sentence in refused.err
    assert reverie("verify", inpainted, *image, *mask).out == "Same pixels.\n"
    assert reverie("verify", inpainted).out == "Same pixels.\n"


def test_verify_of_a_picture_that_was_not_painted_takes_none(reverie: Program, plain: Path) -> None:
    refused = reverie("verify", plain, "--image", source_file(plain.parent))
    assert refused.code == 2
    assert "source.png is not the picture that was painted on. It was painted without a picture" in refused.err


@pytest.mark.parametrize("view", ["x0", "guidance"])
def test_the_steps_of_a_painted_picture_are_exported(reverie: Program, inpainted: Path, view: str) -> None:
    answer = reverie("export", inpainted, "--view", view, "--format", "apng", "--out", inpainted.with_name("a.apng"))
    assert answer.code == 0, answer.err
    assert len(frames_in(inpainted.with_name("a.apng"))) == STEPS
