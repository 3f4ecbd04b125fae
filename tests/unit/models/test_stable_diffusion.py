"""The family of Stable Diffusion: prompts, latents, half precision that overflows, and previews that resemble."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor

from studio.errors import InvalidField, NotFinite
from studio.generation.run import run
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import Finished, ImageReady
from studio.job.recipe import recipe
from studio.models.device import PRECISIONS, Placement
from studio.models.families.stable_diffusion import StableDiffusion
from studio.models.loader import load_model
from studio.models.model import Model
from studio.paths import starter_model
from tests.references.tiny_models import BUILDERS
from tests.unit.generation.runs import services

VAE = "vae/diffusion_pytorch_model.safetensors"
# So large that activations pass 65,504, the end of float16, while the weights themselves do not.
OVERFLOWING = 2e4


def placed(precision: str = "float32") -> Placement:
    return Placement(torch.device("cpu"), PRECISIONS[precision])


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def model(tiny_model: Callable[[str], Path]) -> Model:
    return load_model(tiny_model("stable_diffusion_1"), placed())


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model(starter_model(), placed())


def normal(*shape: int, seed: int = 1) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def emoji(starter: Model) -> Image:
    """A picture that the starter model's autoencoder has made."""
    return starter.decode(F.interpolate(normal(1, 4, 4, 4), size=(16, 16), mode="bicubic"))


def test_a_prompt_is_encoded_once(model: Model) -> None:
    assert isinstance(model, StableDiffusion)
    first = model.conditioning("a cat")
    assert first.shape == (1, 77, 32)
    assert model.conditioning("a cat") is first
    assert not torch.equal(model.conditioning("a dog"), first)
    for number in range(40):
        model.conditioning(str(number))
    again = model.conditioning("a cat")
    assert again is not first
    assert torch.equal(again, first)


def test_what_a_model_does_not_read_changes_nothing(model: Model) -> None:
    words = " ".join("a" * 100)
    count = model.count_tokens(words)
    assert (count.used, count.limit) == (100, 75)
    assert torch.equal(model.conditioning(words), model.conditioning(words + " and a lighthouse"))
    assert count.cut_from is not None
    assert torch.equal(model.conditioning(words[: count.cut_from]), model.conditioning(words))


@pytest.mark.parametrize("name", ["stable_diffusion_1", "stable_diffusion_2", "one_file_tokenizer"])
def test_tokens_are_counted_as_the_text_encoder_is_given_them(tiny_model: Callable[[str], Path], name: str) -> None:
    loaded = load_model(tiny_model(name), placed())
    assert isinstance(loaded, StableDiffusion)
    for prompt in ("", "red apple, 3d style", "Ünïcode 🍎 and digits 2024", "apple " * 80):
        given = loaded._parts.tokenizer(prompt, truncation=True, max_length=77).input_ids
        assert loaded.count_tokens(prompt).used >= len(given) - 2
        assert min(loaded.count_tokens(prompt).used, 75) == len(given) - 2


@pytest.mark.parametrize("name", BUILDERS)
def test_a_network_call_depends_on_nothing_but_its_arguments(tiny_model: Callable[[str], Path], name: str) -> None:
    loaded = load_model(tiny_model(name), placed())
    channels, _, _ = loaded.latent_shape(64, 64)
    reads = 2 * channels + 1 if loaded.facts.inpainting else channels
    x, level = normal(2, reads, 8, 12), loaded.facts.schedule.level(321)
    both = torch.cat([loaded.conditioning("a cat"), loaded.conditioning("red apple")])
    before = (x.clone(), both.clone())
    first = loaded.network(x, level, both)
    loaded.network(x * 2, loaded.facts.schedule.level(5), both.flip(0))
    assert torch.equal(loaded.network(x, level, both), first)
    assert torch.equal(x, before[0])
    assert torch.equal(both, before[1])
    assert first.shape[0] == 2
    assert first.shape[1] in (channels, 2 * channels)
    alone = loaded.network(x[1:], level, both[1:])
    torch.testing.assert_close(alone, first[1:], rtol=0, atol=1e-4)
    assert not torch.equal(loaded.network(x, loaded.facts.schedule.level(322), both), first)


def test_the_latent_has_a_cell_for_eight_pixels(model: Model, tiny_model: Callable[[str], Path]) -> None:
    assert model.latent_shape(64, 128) == (4, 16, 8)
    assert load_model(tiny_model("five_channels"), placed()).latent_shape(64, 64) == (5, 8, 8)


def test_a_model_with_larger_cells_names_the_sizes_it_needs(tiny_model: Callable[[str], Path], tmp_path: Path) -> None:
    from diffusers import AutoencoderKL

    folder = shutil.copytree(tiny_model("stable_diffusion_1"), tmp_path / "deep")
    with torch.random.fork_rng(devices=[]):
        deeper = AutoencoderKL(
            block_out_channels=(8,) * 5,
            down_block_types=("DownEncoderBlock2D",) * 5,
            up_block_types=("UpDecoderBlock2D",) * 5,
            latent_channels=4,
            norm_num_groups=4,
        )
    shutil.rmtree(folder / "vae")
    deeper.save_pretrained(folder / "vae")
    loaded = load_model(folder, placed())
    assert loaded.latent_shape(64, 128) == (4, 8, 4)
    with pytest.raises(InvalidField, match=r"^Height 72 is not divisible by 16, as this model needs. Use 64 or 80\.$"):
        loaded.latent_shape(64, 72)
    image = loaded.decode(normal(1, 4, 4, 5))
    assert (image.width, image.height) == (80, 64)


def test_encoding_draws_nothing_and_decoding_brings_the_picture_back(starter: Model) -> None:
    picture = emoji(starter)
    latent = starter.encode(picture)
    assert latent.shape == (1, *starter.latent_shape(picture.width, picture.height))
    assert torch.equal(starter.encode(picture), latent)
    again = starter.decode(latent)
    error = np.abs(again.pixels.astype(float) - picture.pixels.astype(float)).mean()
    assert error < 6
    assert np.std(picture.pixels) > 20


def test_the_linear_preview_resembles_the_picture(starter: Model) -> None:
    latent = starter.encode(emoji(starter))
    full, linear = (
        torch.from_numpy(starter.previews.picture(name, latent).pixels.copy()).float().permute(2, 0, 1)[None]
        for name in ("full", "linear")
    )
    assert full.shape == linear.shape
    small = [F.avg_pool2d(picture, 8).flatten() for picture in (full, linear)]
    assert float(torch.corrcoef(torch.stack(small))[0, 1]) > 0.9
    assert float((small[0] - small[1]).abs().mean()) < 25


@pytest.mark.parametrize("precision", ["float16", "bfloat16"])
@pytest.mark.parametrize("name", ["stable_diffusion_1", "stable_diffusion_2"])
def test_half_precision_draws_nearly_the_same_picture(
    tiny_model: Callable[[str], Path], name: str, precision: str
) -> None:
    wanted = recipe(prompt="red apple", width=64, height=72, sampling={"steps": 3})
    pictures = []
    for each in ("float32", precision):
        told = list(run(1, wanted, services(load_model(tiny_model(name), placed(each))), CancelToken()))
        assert isinstance(told[-1], Finished)
        pictures += [event.generated for event in told if isinstance(event, ImageReady)]
    assert [made.dtype for made in pictures] == ["float32", precision]
    apart = np.abs(pictures[0].image.pixels.astype(float) - pictures[1].image.pixels.astype(float))
    assert 0 < apart.mean() < (2 if precision == "float16" else 12)


@pytest.fixture
def overflowing(tiny_model: Callable[[str], Path], tmp_path: Path) -> Path:
    """A model whose autoencoder is fine in float32 and overflows in float16, on both ways."""
    folder = shutil.copytree(tiny_model("stable_diffusion_1"), tmp_path / "overflowing")
    tensors = load_file(folder / VAE)
    for name in ("encoder.conv_in.weight", "decoder.conv_in.weight"):
        tensors[name] *= OVERFLOWING / tensors[name].abs().max()
    save_file(tensors, folder / VAE, metadata={"format": "pt"})
    return folder


def test_an_autoencoder_that_overflows_in_half_precision_works_in_float32(overflowing: Path) -> None:
    whole, half = load_model(overflowing, placed()), load_model(overflowing, placed("float16"))
    assert isinstance(half, StableDiffusion)
    vae = half._parts.vae
    before = {name: weight.clone() for name, weight in vae.state_dict().items()}
    latent = normal(1, 4, 8, 8)
    with torch.inference_mode():
        assert not bool(torch.isfinite(vae.decode((latent / vae.config.scaling_factor).half()).sample).all())
    apart = np.abs(half.decode(latent).pixels.astype(int) - whole.decode(latent).pixels.astype(int))
    assert apart.max() <= 3
    assert np.std(half.decode(latent).pixels) > 10
    picture = Image(np.random.default_rng(1).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    torch.testing.assert_close(half.encode(picture).float(), whole.encode(picture), rtol=0.01, atol=0.01)
    after = vae.state_dict()
    assert all(
        torch.equal(after[name], weight) and after[name].dtype == weight.dtype for name, weight in before.items()
    )
    assert half.encode(picture).dtype == torch.float16


def test_a_run_with_an_autoencoder_that_overflows_ends_with_its_picture(overflowing: Path) -> None:
    wanted = recipe(prompt="red apple", width=64, height=64, sampling={"steps": 3})
    told = list(run(1, wanted, services(load_model(overflowing, placed("float16"))), CancelToken()))
    assert isinstance(told[-1], Finished)
    ready = next(event for event in told if isinstance(event, ImageReady))
    assert np.std(ready.generated.image.pixels) > 10


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_latent_with_one_value_that_is_no_number_becomes_no_picture(
    tiny_model: Callable[[str], Path], precision: str, value: float
) -> None:
    loaded = load_model(tiny_model("stable_diffusion_1"), placed(precision))
    latent = normal(1, 4, 8, 8)
    latent[0, 2, 3, 4] = value
    with pytest.raises(NotFinite, match="no numbers, so no picture was made"):
        loaded.decode(latent)
    assert loaded._parts.vae.dtype == PRECISIONS[precision]  # type: ignore[attr-defined]
