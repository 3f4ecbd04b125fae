"""Small models with random weights in the layouts in which real ones are shipped, written as a diffusers folder.

Every builder takes a folder that does not exist yet, fills it within a second or two, and returns it. The same builder
writes the same bytes each time. Weights are scaled so that pictures use most of the range from black to white and that
the network's output has unit size and depends on the prompt: comparing two flat grey pictures would prove nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from tests.references.tiny_tokenizers import END, write_one_file, write_vocabulary_lists

TEXT_WIDTH = 32
LATENT_SIDE = 8
PICTURE_DEVIATION = 0.5

# As Stable Diffusion 1.5 ships it.
SCHEDULER_1 = {
    "_class_name": "PNDMScheduler",
    "_diffusers_version": "0.6.0",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
}

# As Stable Diffusion 2.1 ships it.
SCHEDULER_2 = {
    **SCHEDULER_1,
    "_class_name": "DDIMScheduler",
    "_diffusers_version": "0.8.0",
    "prediction_type": "v_prediction",
}

SCHEDULER_LEARNED = {
    **SCHEDULER_1,
    "_class_name": "DDPMScheduler",
    "variance_type": "learned_range",
}

SCHEDULER_ZERO_SNR = {
    **SCHEDULER_2,
    "rescale_betas_zero_snr": True,
    "timestep_spacing": "trailing",
}


def stable_diffusion_1(folder: Path) -> Path:
    """The layout of Stable Diffusion 1.x: ε prediction, quick GELU, one number of heads, vocabulary in two lists."""
    return _write_model(folder, SCHEDULER_1)


def stable_diffusion_2(folder: Path) -> Path:
    """The layout of 2.x: v prediction, GELU in the text encoder, heads as a list, linear projections, "!" pads."""
    unet = {"attention_head_dim": [2, 4], "use_linear_projection": True}
    return _write_model(folder, SCHEDULER_2, unet=unet, text={"hidden_act": "gelu", "projection_dim": 16}, pad="!")


def one_file_tokenizer(folder: Path) -> Path:
    """As version 1, saved by newer tools: one tokenizer.json."""
    return _write_model(folder, SCHEDULER_1, tokenizer=write_one_file)


def learned_variance(folder: Path) -> Path:
    """Twice the output channels: the second half is a learned variance (Nichol and Dhariwal 2021)."""
    return _write_model(folder, SCHEDULER_LEARNED, unet={"out_channels": 8})


def wide(folder: Path) -> Path:
    """A native size that is no square: 96 wide, 64 high."""
    return _write_model(folder, SCHEDULER_1, unet={"sample_size": [8, 12]})


def large(folder: Path) -> Path:
    """A larger native size, 192×192."""
    return _write_model(folder, SCHEDULER_1, unet={"sample_size": 24})


def five_channels(folder: Path) -> Path:
    """Latents of five channels."""
    return _write_model(folder, SCHEDULER_1, unet={"in_channels": 5, "out_channels": 5}, vae={"latent_channels": 5})


def zero_terminal_snr(folder: Path) -> Path:
    """v prediction on a schedule that ends in pure noise (Lin et al. 2023), trailing spacing."""
    return _write_model(folder, SCHEDULER_ZERO_SNR)


def nine_channels(folder: Path) -> Path:
    """A network for inpainting: it reads mask and masked picture beside the state."""
    return _write_model(folder, SCHEDULER_1, unet={"in_channels": 9}, pipeline="StableDiffusionInpaintPipeline")


BUILDERS: dict[str, Callable[[Path], Path]] = {
    build.__name__: build
    for build in (
        stable_diffusion_1,
        stable_diffusion_2,
        one_file_tokenizer,
        learned_variance,
        wide,
        large,
        five_channels,
        zero_terminal_snr,
        nine_channels,
    )
}


def add_tiny_decoder(folder: Path) -> Path:
    """Put a small preview decoder of the TAESD kind into a model folder, as `vae_tiny`."""
    from diffusers import AutoencoderTiny

    channels = json.loads((folder / "vae" / "config.json").read_text("utf-8"))["latent_channels"]
    with _seeded(1):
        tiny = AutoencoderTiny(
            latent_channels=channels,
            encoder_block_out_channels=(8, 8, 8, 8),
            decoder_block_out_channels=(8, 8, 8, 8),
            num_encoder_blocks=(1, 1, 1, 1),
            num_decoder_blocks=(1, 1, 1, 1),
        )
    tiny.save_pretrained(folder / "vae_tiny", safe_serialization=True)
    return folder


def _write_model(
    folder: Path,
    scheduler: dict[str, Any],
    *,
    unet: dict[str, Any] | None = None,
    vae: dict[str, Any] | None = None,
    text: dict[str, Any] | None = None,
    tokenizer: Callable[[Path], int] | None = None,
    pad: str = END,
    pipeline: str = "StableDiffusionPipeline",
) -> Path:
    folder.mkdir(parents=True)
    tokens_folder = folder / "tokenizer"
    tokens = tokenizer(tokens_folder) if tokenizer else write_vocabulary_lists(tokens_folder, pad=pad)
    with _seeded(0), torch.inference_mode():
        encoder = _text_encoder(tokens, text or {})
        network = _unet(unet or {}, encoder)
        autoencoder = _vae(vae or {})
    encoder.save_pretrained(folder / "text_encoder", safe_serialization=True)
    network.save_pretrained(folder / "unet", safe_serialization=True)
    autoencoder.save_pretrained(folder / "vae", safe_serialization=True)
    (folder / "scheduler").mkdir()
    _write(folder / "scheduler" / "scheduler_config.json", scheduler)
    _write(folder / "model_index.json", _index(pipeline, str(scheduler["_class_name"])))
    return folder


def _index(pipeline: str, scheduler: str) -> dict[str, object]:
    return {
        "_class_name": pipeline,
        "_diffusers_version": "0.6.0",
        "feature_extractor": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", scheduler],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }


def _text_encoder(tokens: int, change: dict[str, Any]) -> Any:
    from transformers import CLIPTextConfig, CLIPTextModel

    settings: dict[str, Any] = {
        "bos_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": 1,
        "vocab_size": tokens,
        "hidden_act": "quick_gelu",
        "hidden_size": TEXT_WIDTH,
        "intermediate_size": 2 * TEXT_WIDTH,
        "num_attention_heads": 4,
        "num_hidden_layers": 2,
        "max_position_embeddings": 77,
        "projection_dim": TEXT_WIDTH,
        # The usual spread of 0.02 would make all prompts alike in so small an encoder.
        "initializer_factor": 10.0,
    }
    return CLIPTextModel(CLIPTextConfig(**{**settings, **change})).train(False)


def _unet(change: dict[str, Any], encoder: Any) -> Any:
    from diffusers import UNet2DConditionModel

    settings: dict[str, Any] = {
        "sample_size": LATENT_SIDE,
        "in_channels": 4,
        "out_channels": 4,
        "block_out_channels": (16, 32),
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "layers_per_block": 1,
        "norm_num_groups": 8,
        "attention_head_dim": 4,
        "cross_attention_dim": TEXT_WIDTH,
    }
    unet = UNet2DConditionModel(**{**settings, **change}).train(False)
    for name, parameter in unet.named_parameters():
        if ".attn2.to_out" in name and name.endswith("weight"):
            parameter.mul_(8.0)
    x = torch.randn(4, unet.config.in_channels, 16, 16)
    context = encoder(torch.arange(4 * 77).reshape(4, 77))[0]
    _scale(unet.conv_out, unet(x, 500, encoder_hidden_states=context)[0], 1.0)
    return unet


def _vae(change: dict[str, Any]) -> Any:
    from diffusers import AutoencoderKL

    settings: dict[str, Any] = {
        "block_out_channels": (8, 8, 8, 8),
        "down_block_types": ("DownEncoderBlock2D",) * 4,
        "up_block_types": ("UpDecoderBlock2D",) * 4,
        "layers_per_block": 1,
        "latent_channels": 4,
        "norm_num_groups": 4,
        "sample_size": 8 * LATENT_SIDE,
        "scaling_factor": 0.18215,
    }
    vae = AutoencoderKL(**{**settings, **change}).train(False)
    latent = torch.randn(4, vae.config.latent_channels, LATENT_SIDE, LATENT_SIDE) / vae.config.scaling_factor
    _scale(vae.decoder.conv_out, vae.decode(latent).sample, PICTURE_DEVIATION)
    return vae


def _scale(last: torch.nn.Conv2d, output: torch.Tensor, deviation: float) -> None:
    """Centre what the last layer puts out and give it this spread."""
    factor = deviation / output.std()
    last.weight.mul_(factor)
    assert last.bias is not None
    last.bias.sub_(output.mean()).mul_(factor)


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Weights are drawn from torch's global state, which is put back afterwards."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")
