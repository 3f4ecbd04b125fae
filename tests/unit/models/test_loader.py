"""The one door for weights: what is refused and how it is said, and what loads."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from studio.errors import OutOfMemory, RefusedFile
from studio.models import loader
from studio.models.device import Placement
from studio.models.loader import load_model
from studio.paths import starter_model
from tests.references.tiny_models import add_tiny_decoder

CPU = Placement(torch.device("cpu"), torch.float32)
UNET = "unet/diffusion_pytorch_model.safetensors"
VAE = "vae/diffusion_pytorch_model.safetensors"
TEXT = "text_encoder/model.safetensors"

Change = Callable[[Path], None]


@pytest.fixture
def folder(tiny_model: Callable[[str], Path], tmp_path: Path) -> Path:
    """A tiny model of one's own, to be changed."""
    return shutil.copytree(tiny_model("stable_diffusion_1"), tmp_path / "tiny")


def weights(file: str, change: Callable[[dict[str, Tensor]], None]) -> Change:
    def apply(folder: Path) -> None:
        tensors = load_file(folder / file)
        change(tensors)
        save_file(tensors, folder / file, metadata={"format": "pt"})

    return apply


def config(file: str, **changes: Any) -> Change:
    def apply(folder: Path) -> None:
        path = folder / file
        path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **changes}), "utf-8")

    return apply


def truncated(folder: Path) -> None:
    content = (folder / UNET).read_bytes()
    (folder / UNET).write_bytes(content[: len(content) // 2])


def bit_flipped(position: int) -> Change:
    def apply(folder: Path) -> None:
        content = bytearray((folder / VAE).read_bytes())
        content[position] ^= 0x10
        (folder / VAE).write_bytes(content)

    return apply


def pickled(folder: Path) -> None:
    (folder / UNET).rename((folder / UNET).with_suffix(".bin"))


def foreign_text_encoder(folder: Path) -> None:
    shutil.rmtree(folder / "text_encoder")
    shutil.copytree(starter_model() / "text_encoder", folder / "text_encoder")


def foreign_decoder(folder: Path) -> None:
    config("vae_tiny/config.json", latent_channels=5)(add_tiny_decoder(folder))


def quantized_decoder(folder: Path) -> None:
    config("vae_tiny/config.json", quantization_config={"quant_method": "bitsandbytes"})(add_tiny_decoder(folder))


def damaged_decoder(folder: Path) -> None:
    file = add_tiny_decoder(folder) / "vae_tiny" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:-1])


def eight_channels(folder: Path) -> None:
    config("unet/config.json", in_channels=8)(folder)
    weights(UNET, lambda tensors: tensors.update({"conv_in.weight": torch.zeros(16, 8, 3, 3)}))(folder)


def three_out(folder: Path) -> None:
    config("unet/config.json", out_channels=3)(folder)
    weights(
        UNET,
        lambda tensors: tensors.update({"conv_out.weight": torch.zeros(3, 16, 3, 3), "conv_out.bias": torch.zeros(3)}),
    )(folder)


REFUSED: dict[str, tuple[Change, str]] = {
    "a program": (lambda folder: (folder / "unet" / "modeling.py").touch(), "is a program"),
    "pickled weights": (pickled, r"Only \.safetensors is loaded; \.ckpt can hide programs"),
    "a truncated file": (truncated, "its header describes"),
    "a flipped bit in the length": (bit_flipped(5), "its header claims"),
    "a flipped bit in the header": (bit_flipped(9), "header"),
    "no model index": (lambda folder: (folder / "model_index.json").unlink(), "is no model folder"),
    "eight channels": (eight_channels, "reads 8 channels where its latents have 4. It is made for another job"),
    "three channels out": (three_out, "gives 3 channels where its latents have 4"),
    "a missing weight of the network": (
        weights(UNET, lambda tensors: tensors.pop("conv_out.bias")),
        "The weights of UNet2DConditionModel do not fit its configuration: 1 are missing .* 'conv_out.bias'",
    ),
    "a missing weight of the autoencoder": (
        weights(VAE, lambda tensors: tensors.pop("decoder.conv_in.bias")),
        "The weights of AutoencoderKL do not fit .* 'decoder.conv_in.bias'",
    ),
    "a missing weight of the text encoder": (
        weights(TEXT, lambda tensors: tensors.pop("embeddings.token_embedding.weight")),
        "The weights of CLIPTextModel do not fit .* 'embeddings.token_embedding.weight'",
    ),
    "a wrong shape in the network": (
        weights(UNET, lambda tensors: tensors.update({"conv_in.weight": torch.zeros(16, 5, 3, 3)})),
        "could not be loaded: .*conv_in.weight expected shape",
    ),
    "a wrong shape in the text encoder": (
        weights(TEXT, lambda tensors: tensors.update({"embeddings.token_embedding.weight": torch.zeros(7, 32)})),
        "The weights of CLIPTextModel do not fit .* 'embeddings.token_embedding.weight'",
    ),
    "a text encoder of another model": (foreign_text_encoder, "could not be loaded: "),
    "NaN in the network": (
        weights(UNET, lambda tensors: tensors["conv_in.weight"].view(-1)[0].fill_(float("nan"))),
        "gives values that are no numbers in float32",
    ),
    "NaN in the autoencoder": (
        weights(VAE, lambda tensors: tensors["decoder.conv_in.weight"].view(-1)[0].fill_(float("nan"))),
        "The autoencoder of the model 'tiny' gives values that are no numbers",
    ),
    "a preview decoder for other latents": (foreign_decoder, "The preview decoder in .* does not fit this model"),
    "a preview decoder that asks for more": (quantized_decoder, "The preview decoder in .* does not fit this model"),
    "a damaged preview decoder": (damaged_decoder, "its header describes"),
}


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_fit_is_refused_with_a_sentence(
    folder: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    change, words = REFUSED[name]
    change(folder)
    before = contents(folder)
    capfd.readouterr()
    with pytest.raises(RefusedFile, match=words) as refused:
        load_model(folder, CPU)
    assert refused.value.exit_code == 2
    assert refused.value.sentence.endswith(".")
    assert "\n" not in refused.value.sentence
    assert contents(folder) == before
    # The libraries say nothing of their own on the way.
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".ckpt", ".pt", ".bin", ".safetensors"])
def test_a_single_file_is_no_model(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"model{suffix}"
    file.write_bytes(b"something")
    with pytest.raises(RefusedFile, match=r"is not loaded|is no model folder"):
        load_model(file, CPU)


def old_text_encoder(folder: Path) -> None:
    weights(TEXT, lambda tensors: tensors.update({"embeddings.position_ids": torch.arange(77)[None]}))(folder)


ACCEPTED: dict[str, Change] = {
    "a number that older files hold besides": old_text_encoder,
    "a weight that nobody needs": weights(VAE, lambda tensors: tensors.update({"spare": torch.zeros(3)})),
    "a setting that nobody knows": config("unet/config.json", invented=3),
    "a folder of its own beside": lambda folder: (folder / "notes").mkdir(),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_does_not_matter_loads_in_silence(folder: Path, name: str, capfd: pytest.CaptureFixture[str]) -> None:
    plain = load_model(folder, CPU).conditioning("red apple")
    ACCEPTED[name](folder)
    capfd.readouterr()
    assert torch.equal(load_model(folder, CPU).conditioning("red apple"), plain)
    assert capfd.readouterr() == ("", "")


def test_facts_come_from_the_folder(tiny_model: Callable[[str], Path], folder: Path) -> None:
    first, second = load_model(folder, CPU), load_model(folder, CPU, name="mine")
    assert (first.facts.name, second.facts.name) == ("tiny", "mine")
    assert first.facts.hash == second.facts.hash == load_model(tiny_model("stable_diffusion_1"), CPU).facts.hash
    assert (first.facts.native_size, first.facts.parametrisation) == ((64, 64), "eps")
    assert load_model(tiny_model("wide"), CPU).facts.native_size == (96, 64)
    v = load_model(tiny_model("stable_diffusion_2"), CPU).facts
    assert v.parametrisation == "v"
    assert v.hash != first.facts.hash


def test_half_precision_files_are_the_model_in_half_precision(folder: Path) -> None:
    whole = load_model(folder, CPU)
    for file in (UNET, VAE, TEXT):
        half = {name: tensor.half() for name, tensor in load_file(folder / file).items()}
        save_file(half, (folder / file).with_suffix(".fp16.safetensors"), metadata={"format": "pt"})
        (folder / file).unlink()
    halved = load_model(folder, CPU)
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(1))
    level = whole.facts.schedule.level(500)
    made = [model.network(x, level, model.conditioning("apple").repeat(2, 1, 1)) for model in (whole, halved)]
    torch.testing.assert_close(made[0], made[1], rtol=0, atol=0.02)
    assert made[1].dtype == torch.float32
    assert not torch.equal(made[0], made[1])


@pytest.mark.parametrize("name", ["vae_tiny", "taesd"])
def test_a_small_decoder_that_a_folder_brings_draws_previews(folder: Path, name: str) -> None:
    assert load_model(folder, CPU).previews.names == ("full", "linear")
    (add_tiny_decoder(folder) / "vae_tiny").rename(folder / f"{name}_")
    (folder / f"{name}_").rename(folder / name)
    previews = load_model(folder, CPU).previews
    assert previews.names == ("full", "tiny", "linear")
    latent = torch.randn(1, 4, 9, 11, generator=torch.Generator().manual_seed(1))
    pictures = [previews.picture(decoder, latent) for decoder in previews.names]
    assert {(picture.width, picture.height) for picture in pictures} == {(88, 72)}
    assert len({picture.pixels.tobytes() for picture in pictures}) == 3


def test_loading_draws_nothing_from_the_global_random_state(folder: Path) -> None:
    before = torch.random.get_rng_state()
    load_model(folder, CPU)
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize(
    "problem",
    [MemoryError(), torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("can't allocate memory: you tried")],
)
def test_a_model_that_does_not_fit_into_memory(
    folder: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def no_room(*_: object) -> object:
        raise problem

    monkeypatch.setattr(loader, "_load_parts", no_room)
    with pytest.raises(OutOfMemory, match=r"^The model 'tiny' does not fit into memory\. Close other programs"):
        load_model(folder, CPU)
