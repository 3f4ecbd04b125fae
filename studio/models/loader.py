"""Loading: from a checked folder to a model on a device. The only door through which weights come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from studio.errors import NotFinite, OutOfMemory, RefusedFile, StudioError
from studio.image import Image
from studio.models.catalog import ModelCatalog
from studio.models.device import Placement, is_out_of_memory, keep_float32_exact
from studio.models.families.stable_diffusion import Parts, StableDiffusion
from studio.models.json_file import read_json_object
from studio.models.model import Model, ModelFacts
from studio.models.model_folder import CONFIG_MAXIMUM, ModelFolder, check_model_folder, forbidden_settings
from studio.models.model_hash import model_hash
from studio.models.native_size import native_size
from studio.models.network_channels import reads_a_mask
from studio.models.packed_convolution import pack_convolutions
from studio.models.preview import Decode, to_image
from studio.models.safetensors_header import check_safetensors
from studio.models.scheduler_config import schedule_from_config
from studio.models.tokens import PromptTokens

# Where a folder may bring a small trained decoder (an AutoencoderTiny of diffusers) for previews.
TINY_DECODER_FOLDERS = ("vae_tiny", "taesd")
TINY_DECODER_WEIGHTS = "diffusion_pytorch_model.safetensors"
# Cells of the latent for the first call of the network; every U-Net of the family takes so few.
PROOF_SIDE = 8
REASON_MAXIMUM = 200


class ModelCache:
    """Loads models by name and keeps the last one. Used by one thread alone."""

    def __init__(self, catalog: ModelCatalog, placement: Callable[[], Placement]) -> None:
        self._catalog = catalog
        self._placement = placement
        self._key: tuple[Path, Placement] | None = None
        self._model: Model | None = None

    def is_loaded(self, name: str) -> bool:
        """Whether `get` would return at once."""
        return self._key == (self._catalog.get(name).folder, self._placement())

    def get(self, name: str) -> Model:
        """The loaded model of that name. Raises `InvalidField` for an unknown one, `RefusedFile` for a bad folder."""
        key = (self._catalog.get(name).folder, self._placement())
        if self._model is None or self._key != key:
            self._model, self._key = None, None
            self._model = load_model(key[0], key[1], name=self._catalog.get(name).name)
            self._key = key
        return self._model


def load_model(path: Path, placement: Placement, name: str | None = None) -> Model:
    """Load a diffusers folder of the Stable Diffusion family, after the whole check of the folder.

    Raises `RefusedFile` for a folder or weight file that is not accepted, `OutOfMemory` where it does not fit.
    """
    folder = check_model_folder(path)
    keep_float32_exact(placement)
    # The libraries draw weights that are missing, before these are refused: not from the state that others may use.
    with _refusing(folder.name), torch.random.fork_rng(devices=[]):
        return _load_stable_diffusion(folder, placement, name or folder.name)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Whatever the libraries raise while they load becomes a sentence."""
    try:
        yield
    except NotFinite:
        raise RefusedFile(
            f"The autoencoder of the model '{name}' gives values that are no numbers, so it was not loaded. "
            "Get the model again."
        ) from None
    except (StudioError, KeyboardInterrupt):
        raise
    except Exception as problem:
        if is_out_of_memory(problem):
            sentence = f"The model '{name}' does not fit into memory. Close other programs or use the CPU."
            raise OutOfMemory(sentence) from None
        raise RefusedFile(f"The model '{name}' could not be loaded: {_reason(problem)}.") from problem


def _reason(problem: Exception) -> str:
    """The first sentence of what a library says, in one line."""
    said = " ".join(str(problem).split()) or type(problem).__name__
    return said.split(". ")[0].removesuffix(".")[:REASON_MAXIMUM]


def _load_stable_diffusion(folder: ModelFolder, placement: Placement, name: str) -> StableDiffusion:
    channels, inpainting = _channels(folder, name)
    parts = _load_parts(folder, placement)
    schedule, parametrisation = schedule_from_config(folder.configs["scheduler"])
    size = native_size(folder.configs["unet"], folder.configs["vae"])
    facts = ModelFacts(name, model_hash(folder), size, schedule, parametrisation, inpainting)
    model = StableDiffusion(facts, parts, placement, _load_tiny_decoder(folder.path, placement, channels))
    _prove(model, channels)
    return model


def _load_parts(folder: ModelFolder, placement: Placement) -> Parts:
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

    _quieten_libraries()
    common: dict[str, Any] = {"local_files_only": True, "use_safetensors": True, "output_loading_info": True}
    weights = {part: {**common, "variant": variant} for part, variant in folder.variants.items()}
    path, dtype = folder.path, placement.dtype
    encoder: Any = CLIPTextModel.from_pretrained(
        path / "text_encoder", dtype=dtype, ignore_mismatched_sizes=True, **weights["text_encoder"]
    )
    parts = Parts(
        tokenizer=CLIPTokenizer.from_pretrained(path / "tokenizer", local_files_only=True),
        prompt_tokens=PromptTokens.open(path / "tokenizer"),
        text_encoder=_complete(encoder),
        unet=_complete(UNet2DConditionModel.from_pretrained(path / "unet", torch_dtype=dtype, **weights["unet"])),
        vae=_complete(AutoencoderKL.from_pretrained(path / "vae", torch_dtype=dtype, **weights["vae"])),
    )
    for module in (parts.text_encoder, parts.unet, parts.vae):
        module.requires_grad_(False).train(False).to(placement.device)
    for module in (parts.unet, parts.vae):
        pack_convolutions(module, placement)
    return parts


def _quieten_libraries() -> None:
    """What the libraries would write to the terminal about a folder is said here, in a sentence, or does not matter."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.set_verbosity_error()
    diffusers_logging.disable_progress_bar()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _complete(loaded: tuple[Any, dict[str, Any]]) -> Any:
    """The module, if its file held all of its weights: the libraries fill what is missing with random numbers."""
    module, report = loaded
    # A key that does not match comes with the two shapes.
    absent = [*report.get("missing_keys", ()), *(key[0] for key in report.get("mismatched_keys", ()))]
    if absent:
        raise RefusedFile(
            f"The weights of {type(module).__name__} do not fit its configuration: "
            f"{len(absent)} are missing or have another shape, the first is '{min(absent)[:100]}'."
        )
    return module


def _channels(folder: ModelFolder, name: str) -> tuple[int, bool]:
    """The channels of the model's latents, and whether its network reads a mask and a picture as well."""
    reads, latent = folder.configs["unet"].get("in_channels", 4), folder.configs["vae"].get("latent_channels", 4)
    inpainting = reads_a_mask(folder.configs["unet"], folder.configs["vae"])
    if isinstance(latent, int) and (inpainting or reads == latent):
        return latent, inpainting
    raise RefusedFile(
        f"The model '{name}' reads {reads} channels where its latents have {latent}. "
        "It is made for another job; choose a model that makes pictures from text or one for inpainting."
    )


def _prove(model: StableDiffusion, channels: int) -> None:
    """One small network call: parts that do not fit each other are found now, not in the middle of a job."""
    reads = 2 * channels + 1 if model.facts.inpainting else channels
    x = torch.zeros(1, reads, PROOF_SIDE, PROOF_SIDE, device=model.device, dtype=model.dtype)
    output = model.network(x, model.facts.schedule.level(0), model.conditioning(""))
    if output.shape[1] not in (channels, 2 * channels):
        raise RefusedFile(
            f"The network of the model '{model.facts.name}' gives {output.shape[1]} channels where its latents have "
            f"{channels}. It is made for another job; choose a text-to-image model."
        )
    if not bool(torch.isfinite(output).all()):
        precision = str(model.dtype).removeprefix("torch.")
        raise RefusedFile(
            f"The network of the model '{model.facts.name}' gives values that are no numbers in {precision}. "
            "Try another precision, or get the model again."
        )


def _load_tiny_decoder(path: Path, placement: Placement, channels: int) -> Decode | None:
    """The small preview decoder of a folder that brings one."""
    for name in TINY_DECODER_FOLDERS:
        folder = path / name
        if (folder / TINY_DECODER_WEIGHTS).is_file():
            config = read_json_object(folder / "config.json", CONFIG_MAXIMUM)
            reads = config.get("latent_channels", 4)
            if reads != channels or any(forbidden_settings(folder, config)):
                raise RefusedFile(f"The preview decoder in {folder} does not fit this model. Remove that folder.")
            check_safetensors(folder / TINY_DECODER_WEIGHTS)
            return _tiny_decode(folder, placement)
    return None


def _tiny_decode(path: Path, placement: Placement) -> Decode:
    from diffusers.models.autoencoders.autoencoder_tiny import AutoencoderTiny

    tiny = _complete(
        AutoencoderTiny.from_pretrained(
            path, torch_dtype=placement.dtype, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    )
    tiny.requires_grad_(False).train(False).to(placement.device)

    @torch.inference_mode()
    def decode(latent: torch.Tensor) -> Image:
        rgb = tiny.decode(latent.to(placement.device, placement.dtype), return_dict=False)[0][0]
        return to_image(rgb.float() / 2 + 0.5)

    return decode
