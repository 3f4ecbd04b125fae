"""`reverie generate` with the real starter model, at few steps."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from studio import paths
from studio.export.metadata import pixel_hash
from studio.export.picture_file import read_picture
from studio.job.recipe import Guidance, Recipe, Sampling
from tests.unit.cli.conftest import PROMPT, Program

TERMINAL = {"finished", "cancelled", "failed"}


def recipe_in(path: Path) -> Recipe:
    found = read_picture(path).recipe
    assert found is not None
    return found


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_a_picture_with_its_recipe_inside(generate: Program, tmp_path: Path) -> None:
    place = tmp_path / "apple.png"
    answer = generate("--out", place)
    assert (answer.code, answer.out, answer.err) == (0, f"Saved {place}\n", "")
    picture = read_picture(place)
    assert picture.recipe == Recipe(
        prompt=PROMPT, seed=7, sampling=Sampling(steps=2, options={"eta": 0.0}), guidance=Guidance()
    )
    assert picture.image.pixels.shape == (128, 128, 3)
    assert np.ptp(picture.image.pixels) > 100
    assert names(tmp_path) == ["apple.png"]


def test_every_flag_reaches_the_recipe(generate: Program, tmp_path: Path) -> None:
    answer = generate(
        "--prompt", "ghost, flat style", "--negative", "teal", "--model", "STARTER", "--sampler", "ddim",
        "--steps", 3, "--spacing", "999,500.5,1", "--guidance", 2.5, "--guidance-interval", "0.1,0.9",
        "--guidance-rescale", 0.7, "--eta", 0.5, "--seed", 2**63 - 1, "--size", "64x72", "--out", tmp_path,
        "--device", "cpu", "--precision", "bfloat16",
    )  # fmt: skip
    assert answer.code == 0
    place = tmp_path / f"ghost-{2**63 - 1}.png"
    assert answer.lines == [f"Saved {place}"]
    assert recipe_in(place) == Recipe(
        model="starter",
        prompt="ghost, flat style",
        negative_prompt="teal",
        width=64,
        height=72,
        seed=2**63 - 1,
        sampling=Sampling(options={"eta": 0.5}, steps=3, spacing="explicit", timesteps=(999.0, 500.5, 1.0)),
        guidance=Guidance(scale=2.5, interval=(0.1, 0.9), rescale=0.7),
    )
    made = read_picture(place).made
    assert made is not None
    assert (made.device, made.dtype) == ("cpu", "bfloat16")


def test_picture_i_of_a_count_is_the_single_one_with_seed_plus_i(generate: Program, tmp_path: Path) -> None:
    several = generate("--count", 4, "--seed", 40, "--sampler", "ddpm", "--json", "--out", tmp_path / "several")
    hashes = [event["pixels"] for event in several.of_kind("image_ready")]
    assert len(set(hashes)) == 4
    for number in (0, 2, 3):
        single = generate("--seed", 40 + number, "--sampler", "ddpm", "--json", "--out", tmp_path / "single")
        assert single.of_kind("image_ready")[0]["pixels"] == hashes[number]


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler"])
def test_previews_do_not_change_the_picture(generate: Program, tmp_path: Path, sampler: str) -> None:
    eta = ("--eta", 1) if sampler == "ddim" else ()
    flags = ("--sampler", sampler, "--steps", 3, "--json", *eta)
    off = generate(*flags, "--out", tmp_path / "off.png")
    on = generate(*flags, "--out", tmp_path / "on.png", "--preview-every", 1, "--preview", "x")
    assert [event["step"] for event in on.of_kind("preview_ready")] == [1, 2, 3]
    assert off.of_kind("preview_ready") == []
    assert off.of_kind("image_ready")[0]["pixels"] == on.of_kind("image_ready")[0]["pixels"]


@pytest.mark.parametrize("decoder", ["full", "linear", "auto", "tiny"])
def test_previews_lie_beside_the_picture(generate: Program, tmp_path: Path, decoder: str) -> None:
    answer = generate("--steps", 5, "--preview-every", 2, "--preview-decoder", decoder, "--out", tmp_path / "a.png")
    assert answer.code == 0
    assert names(tmp_path) == ["a-step-0002.png", "a-step-0004.png", "a-step-0005.png", "a.png"]
    preview = read_picture(tmp_path / "a-step-0004.png")
    assert (preview.image.width, preview.image.height, preview.recipe) == (128, 128, None)


def test_the_last_preview_of_x0_in_full_is_the_picture(generate: Program, tmp_path: Path) -> None:
    generate("--sampler", "euler", "--preview-every", 9, "--out", tmp_path / "a.png")
    last, picture = (read_picture(tmp_path / name).image for name in ("a-step-0002.png", "a.png"))
    assert pixel_hash(last) == pixel_hash(picture)


def test_nothing_is_replaced(generate: Program, tmp_path: Path) -> None:
    flags = ("--steps", 1, "--preview-every", 1, "--out", tmp_path / "a.png")
    generate(*flags)
    first = (tmp_path / "a.png").read_bytes()
    answer = generate(*flags, "--count", 2)
    assert answer.lines == [f"Saved {tmp_path / 'a-2.png'}", f"Saved {tmp_path / 'a-3.png'}"]
    assert (tmp_path / "a.png").read_bytes() == first
    previews = ["a-2-step-0001.png", "a-3-step-0001.png", "a-step-0001.png"]
    assert names(tmp_path) == sorted(["a.png", "a-2.png", "a-3.png", *previews])


def test_a_preview_whose_name_is_taken_gets_a_number(generate: Program, tmp_path: Path) -> None:
    (tmp_path / "a-step-0001.png").write_bytes(b"mine")
    answer = generate("--steps", 1, "--preview-every", 1, "--json", "--out", tmp_path / "a.png")
    assert answer.of_kind("preview_ready")[0]["path"] == str(tmp_path / "a-step-0001-2.png")
    assert (tmp_path / "a-step-0001.png").read_bytes() == b"mine"


@pytest.mark.parametrize("out", ["new/folder", "new/v1.5/", "."])
def test_folders_are_made_and_pictures_named_in_them(generate: Program, tmp_path: Path, out: str) -> None:
    answer = generate("--steps", 1, "--out", f"{tmp_path}/{out}")
    place = (tmp_path / out / "red-apple-7.png").resolve()
    assert answer.lines == [f"Saved {place}"]
    assert place.is_file()


def test_without_out_it_goes_to_the_pictures_folder(generate: Program) -> None:
    generate("--steps", 1)
    assert names(paths.pictures()) == ["red-apple-7.png"]


def test_a_seed_is_drawn_and_told(reverie: Program, tmp_path: Path) -> None:
    said = [reverie("generate", "--prompt", "", "--steps", 1, "--out", tmp_path).err for _ in range(2)]
    seeds = [int(line.removeprefix("Seed ")) for line in said]
    assert seeds[0] != seeds[1]
    assert {f"untitled-{seed}.png" for seed in seeds} == set(names(tmp_path))
    for seed in seeds:
        found = recipe_in(tmp_path / f"untitled-{seed}.png")
        assert (found.seed, found.prompt) == (seed, "")


@pytest.mark.parametrize(
    ("sampler", "options"), [("ddim", {"eta": 0.0}), ("ddpm", {"variance": "model"}), ("euler", {})]
)
def test_an_option_at_its_default_asks_nothing_of_any_sampler(
    generate: Program, tmp_path: Path, sampler: str, options: dict[str, object]
) -> None:
    place = tmp_path / "a.png"
    answer = generate("--sampler", sampler, "--eta", "0", "--variance", "model", "--steps", 1, "--out", place)
    assert answer.code == 0
    assert recipe_in(place).sampling.options == options


def test_events_of_two_jobs(generate: Program, tmp_path: Path) -> None:
    answer = generate("--json", "--count", 2, "--preview-every", 2, "--out", tmp_path)
    assert (answer.code, answer.err) == (0, "")
    kinds = [(event["event"], event["job"]) for event in answer.events]
    run = ["started", "step_done", "step_done", "preview_ready", "decoding", "image_ready", "finished"]
    assert kinds == [
        *(("queued", job) for job in (1, 2)),
        ("model_loading", 1),
        *((kind, 1) for kind in run),
        *((kind, 2) for kind in run),
    ]
    first = answer.of_kind("queued")[0]
    assert Recipe.read(json.dumps(first["recipe"])).seed == 7
    steps = [event for event in answer.of_kind("step_done") if event["job"] == 1]
    assert [(event["step"], event["steps"]) for event in steps] == [(1, 2), (2, 2)]
    assert answer.of_kind("started")[0]["timesteps"] == [501.0, 1.0, steps[-1]["timestep"]]
    for event in [*answer.of_kind("finished"), *answer.of_kind("preview_ready")]:
        assert Path(event["path"]).parent == tmp_path
        assert Path(event["path"]).is_file()
    saved = [read_picture(Path(event["path"])).image for event in answer.of_kind("finished")]
    assert [pixel_hash(image) for image in saved] == [event["pixels"] for event in answer.of_kind("image_ready")]


def test_any_folder_of_the_family_is_a_model(generate: Program, tmp_path: Path, tiny_model: Path) -> None:
    answer = generate("--model", tiny_model, "--out", tmp_path / "a.png")
    assert answer.code == 0
    found = recipe_in(tmp_path / "a.png")
    assert (found.model, found.width, found.height) == ("tiny", 64, 64)


def test_what_the_window_remembers_is_used(generate: Program, own_home: Path, tmp_path: Path, tiny_model: Path) -> None:
    settings = {"model_folders": [str(tiny_model)], "pictures_folder": str(tmp_path / "mine"), "precision": "bfloat16"}
    paths.settings_file().parent.mkdir(parents=True)
    paths.settings_file().write_text(json.dumps(settings))
    answer = generate("--model", "tiny", "--json")
    assert answer.of_kind("started")[0]["dtype"] == "bfloat16"
    assert answer.of_kind("finished")[0]["path"] == str(tmp_path / "mine" / "red-apple-7.png")
