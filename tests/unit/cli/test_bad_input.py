"""Bad input: one sentence that names the field and what is allowed, exit code 2, and nothing on the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from tests.unit.cli.conftest import Program

SEED_SENTENCE = "is out of range. Use 0 to 9223372036854775807."


def everything_in(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*"))


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--sampler", "plms"], "Sampler 'plms' is not known. Use one of: ddim, ddpm, euler, dpmpp_2m,"),
        (["--steps", "0"], "Steps 0 is out of range. Use 1 to 10,000."),
        (["--steps", "10001"], "Steps 10001 is out of range. Use 1 to 10,000."),
        (["--steps", "2000"], "Steps 2000 is out of range. This model allows 1 to 1000."),
        (["--steps", "many"], "Steps 'many' is not a whole number."),
        (["--size", "130x128"], "Width 130 is not divisible by 8. Use 128 or 136."),
        (["--size", "32x32"], "Width 32 is out of range. Use 64 to 4096."),
        (["--size", "5000x64"], "Width 5000 is out of range. Use 64 to 4096."),
        (["--size", "64x60"], "Height 60 is out of range. Use 64 to 4096."),
        (["--size", "12"], "Size '12' is not readable. Write WIDTHxHEIGHT in pixels, such as 128x128;"),
        (["--seed", "-1"], f"Seed -1 {SEED_SENTENCE}"),
        (["--seed", str(2**63)], f"Seed {2**63} {SEED_SENTENCE}"),
        (["--seed", str(2**63 - 1), "--count", "2"], f"Seed {2**63 - 1} leaves no room for 2 pictures."),
        (["--count", "0"], "Count 0 is out of range. Use 1 to 10,000."),
        (["--guidance", "-1"], "Guidance -1 is out of range. Use 0 to 100."),
        (["--guidance", "inf"], "Guidance 'inf' is not a number."),
        (["--guidance-interval", "0.8,0.1"], "The guidance interval must begin before it ends."),
        (["--guidance-interval", "0,2"], "Guidance interval 2 is out of range. Use 0 to 1."),
        (["--guidance-rescale", "1.5"], "Guidance rescale 1.5 is out of range. Use 0 to 1."),
        (["--spacing", "cosy"], "Spacing 'cosy' is not known. Use one of: leading, trailing, linspace,"),
        (["--spacing", "1,999"], "The timesteps of an explicit spacing must fall"),
        (["--spacing", "1000,1"], "Timestep 1000 is out of range. Use 0 to 999."),
        (["--spacing", "999,1", "--steps", "3"], "The list has 2 timesteps, but steps is 3."),
        (["--spacing", "explicit"], "The spacing 'explicit' needs a list of timesteps"),
        (["--eta", "2"], "Eta 2.0 is out of range. Use a number from 0 to 1."),
        (["--sampler", "euler", "--eta", "0.5"], "Euler has no option 'eta'. Its options: none."),
        (["--sampler", "ddpm", "--eta", "1"], "DDPM has no option 'eta'. Its options: variance."),
        (["--sampler", "ddpm", "--variance", "huge"], "Variance 'huge' is not known. Use one of: model, small,"),
        (["--sampler", "ddpm", "--variance", "learned"], "This model has not learned its variance."),
        (["--preview-every", "0"], "Preview every 0 is out of range. Use 1 to 10,000."),
        (["--preview", "y"], "Preview 'y' is not known. Use one of: x0, x."),
        (["--preview-decoder", "off"], "Preview decoder 'off' is not known. Use one of: auto, linear, tiny, full."),
        (["--device", "abacus"], "Device 'abacus' is not on this machine. Use one of: auto, "),
        (["--precision", "int4"], "Precision 'int4' is not known. Use one of: auto, float32, float16, bfloat16."),
        (["--model", "nobody"], "There is no model named 'nobody'. Use one of: starter; or give the folder"),
        (["--out", ""], "Out is empty."),
        (["--out", "a.jpg"], "Out 'a.jpg' ends in '.jpg', but pictures are saved as PNG."),
        (["--prompt", "x" * 10_001], "Prompt: string should have at most 10000 characters."),
        (["--prompt", "\udcff"], "Prompt is not readable as text in UTF-8."),
        (["--colour", "red"], "The option --colour is not known"),
        (["--prompt"], "--prompt needs a value."),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_fields(
    generate: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flags: list[str], sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = generate("--steps", 2, *flags) if "--steps" not in flags and "--spacing" not in flags else generate(*flags)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(f"reverie: {sentence}")
    assert len(answer.err.splitlines()) == 1
    assert everything_in(tmp_path) == []


def test_no_prompt(reverie: Program) -> None:
    answer = reverie("generate")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("reverie: --prompt is missing.")


def test_a_file_in_the_place_of_the_folder(generate: Program, tmp_path: Path) -> None:
    (tmp_path / "taken").write_bytes(b"")
    answer = generate("--out", tmp_path / "taken")
    assert (answer.code, answer.err) == (
        2, f"reverie: Out '{tmp_path / 'taken'}' is there already and is no folder. Choose another name.\n",
    )  # fmt: skip


def test_a_folder_that_is_no_model(generate: Program, tmp_path: Path) -> None:
    answer = generate("--model", tmp_path, "--out", tmp_path / "out")
    assert answer.code == 2
    assert answer.err.startswith(f"reverie: {tmp_path} is no model folder: it has no model_index.json.")
    assert everything_in(tmp_path) == []


def test_a_ckpt_model_names_the_remedy(generate: Program, tmp_path: Path) -> None:
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x02}q\x00.")
    for model in (tmp_path / "model.ckpt", tmp_path):
        answer = generate("--model", model, "--out", tmp_path / "out")
        assert answer.code == 2
        assert ".safetensors" in answer.err
        assert "Convert it" in answer.err
    assert everything_in(tmp_path) == [tmp_path / "model.ckpt"]


def cut(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-100])


def garble(weights: Path) -> None:
    weights.write_bytes(b"\xff" * 100)


def lose_a_tensor(weights: Path) -> None:
    """A good file in which one of the network's tensors is not."""
    with safe_open(weights, "pt") as opened:
        tensors = {name: opened.get_tensor(name) for name in list(opened.keys())[1:]}
    save_file(tensors, weights, {"format": "pt"})


@pytest.mark.parametrize("damage", [cut, garble, lose_a_tensor])
@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder"])
def test_damaged_weights(
    generate: Program, tmp_path: Path, tiny_model: Path, damage: Callable[[Path], None], part: str
) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(tiny_model, folder)
    (weights,) = (folder / part).glob("*.safetensors")
    damage(weights)
    answer = generate("--model", folder, "--out", tmp_path / "out.png")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("reverie: ")
    assert len(answer.err.splitlines()) == 1
    assert everything_in(tmp_path) == sorted([folder, *everything_in(folder)])


def changed_unet(model: Path, folder: Path, change: Callable[[dict[str, torch.Tensor]], None]) -> Path:
    """A copy of a model with other weights in its U-Net."""
    shutil.copytree(model, folder)
    (weights,) = (folder / "unet").glob("*.safetensors")
    with safe_open(weights, "pt") as opened:
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118 - not a dictionary
    change(tensors)
    save_file(tensors, weights, {"format": "pt"})
    return folder


def test_weights_that_are_no_numbers(generate: Program, tmp_path: Path, tiny_model: Path) -> None:
    def spoil(tensors: dict[str, torch.Tensor]) -> None:
        tensors["conv_out.bias"][0] = float("nan")

    folder = changed_unet(tiny_model, tmp_path / "nan", spoil)
    answer = generate("--model", folder, "--json", "--out", tmp_path / "out.png")
    assert answer.code == 2
    assert "no numbers" in answer.of_kind("failed")[0]["sentence"]
    assert not (tmp_path / "out.png").exists()


def test_values_that_become_no_numbers_fail_in_their_step(generate: Program, tmp_path: Path, tiny_model: Path) -> None:
    folder = changed_unet(tiny_model, tmp_path / "huge", lambda tensors: tensors["conv_in.weight"].mul_(1e30))
    answer = generate("--model", folder, "--json", "--out", tmp_path / "out.png")
    assert answer.code == 1
    assert [event["event"] for event in answer.events] == ["queued", "model_loading", "started", "failed"]
    assert "at step 1 of 2" in answer.of_kind("failed")[0]["sentence"]
    assert not (tmp_path / "out.png").exists()


def test_what_fails_all_pictures_is_said_once(generate: Program, tmp_path: Path) -> None:
    answer = generate("--sampler", "ddpm", "--variance", "learned", "--count", 3, "--out", tmp_path / "out.png")
    assert answer.code == 2
    assert len(answer.err.splitlines()) == 1
