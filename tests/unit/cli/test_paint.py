"""`reverie generate --image --mask` with the real starter model, at few steps."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from studio import paths
from studio.generation.inpainting.ground import EMPTY_MASK
from studio.image import Image, Mask
from studio.job.inpaint import FromImage, Inpaint
from studio.job.recipe import Noise
from tests.references import tiny_models
from tests.unit.cli.conftest import PROMPT, Program
from tests.unit.cli.painted import HEIGHT, WIDTH, mask_file, pixels_of, recipe_of, source_file
from tests.unit.cli.processes import ask


def painted(generate: Program, folder: Path, *words: object, image: Path | None = None) -> Path:
    """The picture that was painted on the usual source, with the usual mask unless `words` say otherwise."""
    mask = () if "--mask" in words or "--outpaint" in words else ("--mask", mask_file(folder))
    out = folder / "out.png"
    out.unlink(missing_ok=True)
    answer = generate("--image", image or source_file(folder), *mask, *words, "--out", out)
    assert answer.code == 0, answer.err
    return out


@pytest.mark.parametrize("words", [(), ("--inpaint", "soft"), ("--inpaint", "crop"), ("--match-colours",)])
def test_kept_pixels_are_bit_identical(generate: Program, tmp_path: Path, words: tuple[str, ...]) -> None:
    made, source = pixels_of(painted(generate, tmp_path, *words)), pixels_of(source_file(tmp_path))
    assert made.shape == source.shape
    assert np.array_equal(made[:, : WIDTH // 2], source[:, : WIDTH // 2])
    assert np.abs(made[:, WIDTH // 2 + 8 :].astype(int) - source[:, WIDTH // 2 + 8 :]).mean() > 5


def test_another_process_makes_the_same_pixels(generate: Program, tmp_path: Path) -> None:
    flags = ("--inpaint", "crop", "--strength", 0.8, "--fill", "classical", "--repeats", 2, "--jump-length", 1)
    out = painted(generate, tmp_path, *flags)
    answer = ask(paths.data().parent, "verify", out)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "Same pixels.\n", "")


def test_every_flag_reaches_the_recipe(generate: Program, tmp_path: Path) -> None:
    flags = (
        "--inpaint", "crop", "--strength", 0.75, "--padding", 17, "--feather", 9, "--fill", "colour", "--match-colours",
        "--fill-colour", "ff8001", "--jump-length", 2, "--repeats", 3, "--size", "64x80", "--steps", 4,
    )  # fmt: skip
    recipe = recipe_of(painted(generate, tmp_path, *flags))
    image, mask = Image(pixels_of(source_file(tmp_path))).id, half_mask().id
    assert recipe.start == FromImage(image=image, strength=0.75)
    assert (recipe.width, recipe.height) == (64, 80)
    assert recipe.inpaint == Inpaint(
        image=image, mask=mask, mode="crop", fill="colour", fill_colour=(255, 128, 1), padding=17, feather=9,
        match_colours=True, jump_length=2, repeats=3,
    )  # fmt: skip


def half_mask(value: int = 255) -> Mask:
    values = np.zeros((HEIGHT, WIDTH), np.uint8)
    values[:, WIDTH // 2 :] = value
    return Mask(values)


def test_what_is_not_given_is_as_usual(generate: Program, tmp_path: Path) -> None:
    recipe = recipe_of(painted(generate, tmp_path))
    image = Image(pixels_of(source_file(tmp_path))).id
    assert recipe.start == Noise()
    assert recipe.inpaint == Inpaint(image=image, mask=half_mask().id, mode="blend")
    assert (recipe.width, recipe.height) == (WIDTH, HEIGHT)
    alone = generate("--image", source_file(tmp_path), "--out", tmp_path / "alone.png")
    assert alone.code == 0
    assert recipe_of(tmp_path / "alone.png").start == FromImage(image=image, strength=0.6)
    assert recipe_of(tmp_path / "alone.png").inpaint is None


def test_a_crop_is_worked_on_at_the_size_of_the_model(generate: Program, tmp_path: Path) -> None:
    recipe = recipe_of(painted(generate, tmp_path, "--inpaint", "crop"))
    assert (recipe.width, recipe.height) == (128, 128)


def test_less_strength_is_nearer_to_the_picture(generate: Program, tmp_path: Path) -> None:
    source, apart = source_file(tmp_path), []
    for strength in (0.25, 1.0):
        out = tmp_path / f"{strength}.png"
        assert generate("--image", source, "--steps", 4, "--strength", strength, "--out", out).code == 0
        apart.append(np.abs(pixels_of(out).astype(int) - pixels_of(source)).mean())
    assert apart[0] < apart[1] / 2


def test_an_empty_mask_gives_the_picture_back(generate: Program, tmp_path: Path) -> None:
    source, mask, out = source_file(tmp_path), mask_file(tmp_path, value=0), tmp_path / "same.png"
    answer = generate("--image", source, "--mask", mask, "--out", out)
    assert (answer.code, answer.out, answer.err) == (0, f"Saved {out}\n", EMPTY_MASK + "\n")
    assert np.array_equal(pixels_of(out), pixels_of(source))


def test_the_transparent_part_is_painted(generate: Program, tmp_path: Path) -> None:
    cut = PIL.Image.fromarray(pixels_of(source_file(tmp_path))).convert("RGBA")
    cut.paste((0, 0, 0, 0), (WIDTH // 2, 0, WIDTH, HEIGHT))
    cut.save(tmp_path / "cut.png")
    out = painted(generate, tmp_path, "--mask", "alpha", image=tmp_path / "cut.png")
    inpaint = recipe_of(out).inpaint
    assert inpaint is not None
    assert inpaint.mask == half_mask().id
    assert np.array_equal(pixels_of(out)[:, : WIDTH // 2], pixels_of(source_file(tmp_path))[:, : WIDTH // 2])


def test_a_mask_is_scaled_if_that_is_asked(generate: Program, tmp_path: Path) -> None:
    mask = mask_file(tmp_path, 2 * WIDTH, 2 * HEIGHT)
    refused = generate("--image", source_file(tmp_path), "--mask", mask)
    assert refused.code == 2
    assert "The mask is 144 × 128 pixels, the picture 72 × 64. Add --scale-mask" in refused.err
    inpaint = recipe_of(painted(generate, tmp_path, "--mask", mask, "--scale-mask")).inpaint
    assert inpaint is not None
    assert inpaint.mask == half_mask().id


def test_a_size_crops_the_middle_and_scales_it(generate: Program, tmp_path: Path) -> None:
    source, mask = source_file(tmp_path, 100, 64), mask_file(tmp_path, 100, 64)
    flags = ("--image", source, "--mask", mask, "--out", tmp_path / "a.png")
    exact = generate(*flags, "--size", "64x64")
    assert exact.err == "The picture is 100 × 64 pixels, of which the middle 64 × 64 are used.\n"
    assert np.array_equal(pixels_of(tmp_path / "a.png")[:, :32], pixels_of(source)[:, 18:50])
    scaled = generate(*flags, "--size", "128x128")
    assert scaled.err == (
        "The picture is 100 × 64 pixels, of which the middle 64 × 64 are used; this is scaled to 128 × 128.\n"
    )
    assert pixels_of(tmp_path / "a-2.png").shape == (128, 128, 3)


@pytest.mark.parametrize(("width", "height"), [(125, 128), (121, 122)])
def test_a_picture_between_two_sizes_keeps_its_own(generate: Program, tmp_path: Path, width: int, height: int) -> None:
    source = source_file(tmp_path, width, height)
    out = painted(generate, tmp_path, "--mask", mask_file(tmp_path, width, height), "--size", "128x128", image=source)
    assert np.array_equal(pixels_of(out)[:, : width // 2], pixels_of(source)[:, : width // 2])
    assert pixels_of(out).shape == (height, width, 3)
    assert (recipe_of(out).width, recipe_of(out).height) == (128, 128)


@pytest.mark.parametrize("words", [(), ("--mask",)])
def test_outpainting_keeps_the_picture_and_paints_around_it(
    generate: Program, tmp_path: Path, words: tuple[str, ...]
) -> None:
    mask = ("--mask", mask_file(tmp_path)) if words else ()
    source = pixels_of(source_file(tmp_path))
    made = pixels_of(painted(generate, tmp_path, *mask, "--outpaint", "8,16,24,0", "--feather", 0))
    assert made.shape == (HEIGHT + 16, WIDTH + 32, 3)
    kept = WIDTH // 2 if mask else WIDTH
    assert np.array_equal(made[16:, 8 : 8 + kept], source[:, :kept])
    edge = np.pad(source, ((16, 0), (8, 24), (0, 0)), mode="edge")
    for part in (made[:16] != edge[:16], made[:, :8] != edge[:, :8], made[:, -24:] != edge[:, -24:]):
        assert part.mean() > 0.5
    assert bool(mask) == bool((made[16:, 8:-24] != source).any())


def test_each_picture_of_a_count_is_painted(generate: Program, tmp_path: Path) -> None:
    words = ("--image", source_file(tmp_path), "--mask", mask_file(tmp_path), "--count", 2, "--json", "--out", tmp_path)
    answer = generate(*words)
    assert len({event["pixels"] for event in answer.of_kind("image_ready")}) == 2
    assert len(list((paths.data() / "sources").iterdir())) == 2


def test_a_model_for_inpainting_is_recognised(reverie: Program, tmp_path: Path) -> None:
    model = tiny_models.nine_channels(tmp_path / "nine")
    words: tuple[Any, ...] = ("generate", "--prompt", PROMPT, "--seed", 7, "--steps", 2, "--model", model)
    masked = ("--image", source_file(tmp_path), "--mask", mask_file(tmp_path))
    out = tmp_path / "a.png"
    assert reverie(*words, *masked, "--out", out).code == 0
    inpaint = recipe_of(out).inpaint
    assert inpaint is not None
    assert inpaint.mode == "model"
    assert np.array_equal(pixels_of(out)[:, : WIDTH // 2], pixels_of(source_file(tmp_path))[:, : WIDTH // 2])
    refused = reverie(*words, *masked, "--inpaint", "crop", "--repeats", 2)
    assert refused.code == 2
    assert "--repeats does nothing here: crop walks every step once with this model." in refused.err


def test_the_picture_may_go_after_it_was_painted_on(generate: Program, reverie: Program, tmp_path: Path) -> None:
    out = painted(generate, tmp_path)
    for name in ("source.png", "mask.png"):
        (tmp_path / name).unlink()
    assert reverie("verify", out).out == "Same pixels.\n"
    shutil.rmtree(paths.data() / "sources")
    assert reverie("verify", out).code == 2
