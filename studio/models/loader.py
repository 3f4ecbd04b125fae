"""Loading: from a checked folder to a model on a device. The only door through which weights come in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from studio.errors import OutOfMemory, RefusedFile, StudioError
from studio.image import Image
from studio.models.catalog import ModelCatalog
from studio.models.device import Placement
from studio.models.families.stable_diffusion import Parts, StableDiffusion
from studio.models.model import Model, ModelFacts
from studio.models.model_folder import ModelFolder, check_model_folder
from studio.models.model_hash import model_hash
from studio.models.native_size import native_size
from studio.models.preview import Decode, to_image
from studio.models.safetensors_header import check_safetensors
from studio.models.scheduler_config import schedule_from_config

# Where a folder may bring a small trained decoder (an AutoencoderTiny of diffusers) for previews.
TINY_DECODER_FOLDERS = ("vae_tiny", "taesd")


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
    # The libraries draw weights that are missing, before these are refused: not from the state that others may use.
    with _refusing(folder.name), torch.random.fork_rng(devices=[]):
        return _load_stable_diffusion(folder, placement, name or folder.name)


@contextmanager
def _refusing(name: str) -> Iterator[None]:
    """Whatever the libraries raise while they load becomes a sentence."""
    try:
        yield
    except (StudioError, KeyboardInterrupt):
        raise
    except (MemoryError, torch.OutOfMemoryError):
        raise OutOfMemory(
            f"The model '{name}' does not fit into memory. Close other programs or use the CPU."
        ) from None
    except Exception as problem:
        first_line = str(problem).strip().splitlines()[0][:200] if str(problem).strip() else type(problem).__name__
        raise RefusedFile(f"The model '{name}' could not be loaded: {first_line}") from problem


def _load_stable_diffusion(folder: ModelFolder, placement: Placement, name: str) -> StableDiffusion:
    parts = _load_parts(folder, placement)
    schedule, parametrisation = schedule_from_config(folder.configs["scheduler"])
    size = native_size(folder.configs["unet"], folder.configs["vae"])
    facts = ModelFacts(name, model_hash(folder), size, schedule, parametrisation)
    _check_channels(parts, name)
    return StableDiffusion(facts, parts, placement, _load_tiny_decoder(folder.path, placement))


def _load_parts(folder: ModelFolder, placement: Placement) -> Parts:
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKL
    from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTokenizer

    _quieten_libraries()
    common: dict[str, Any] = {"local_files_only": True, "use_safetensors": True, "output_loading_info": True}
    weights = {part: {**common, "variant": variant} for part, variant in folder.variants.items()}
    path, dtype = folder.path, placement.dtype
    encoder: Any = CLIPTextModel.from_pretrained(path / "text_encoder", dtype=dtype, **weights["text_encoder"])
    parts = Parts(
        tokenizer=CLIPTokenizer.from_pretrained(path / "tokenizer", local_files_only=True),
        text_encoder=_complete(encoder),
        unet=_complete(UNet2DConditionModel.from_pretrained(path / "unet", torch_dtype=dtype, **weights["unet"])),
        vae=_complete(AutoencoderKL.from_pretrained(path / "vae", torch_dtype=dtype, **weights["vae"])),
    )
    for module in (parts.text_encoder, parts.unet, parts.vae):
        module.requires_grad_(False).train(False).to(placement.device)
    return parts


def _quieten_libraries() -> None:
    """What the libraries would write to the terminal about a folder is said here, in a sentence, or does not matter."""
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    diffusers_logging.set_verbosity_error()
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def _complete(loaded: tuple[Any, dict[str, Any]]) -> Any:
    """The module, if its file held all of its weights: the libraries fill what is missing with random numbers."""
    module, report = loaded
    absent = [*report.get("missing_keys", ()), *(str(key) for key in report.get("mismatched_keys", ()))]
    if absent:
        raise RefusedFile(
            f"The weights of {type(module).__name__} do not fit its configuration: "
            f"{len(absent)} are missing or have another shape, the first is '{min(absent)[:100]}'."
        )
    return module


def _check_channels(parts: Parts, name: str) -> None:
    """Only plain text-to-image networks are run: the network reads the latent and nothing beside it."""
    reads, latent = int(parts.unet.config.in_channels), int(parts.vae.config.latent_channels)
    if reads != latent:
        raise RefusedFile(
            f"The model '{name}' reads {reads} channels where its latents have {latent}. "
            "It is made for another job, such as inpainting; choose a text-to-image model."
        )


def _load_tiny_decoder(path: Path, placement: Placement) -> Decode | None:
    """The small preview decoder of a folder that brings one."""
    for name in TINY_DECODER_FOLDERS:
        weights = path / name / "diffusion_pytorch_model.safetensors"
        if weights.is_file():
            check_safetensors(weights)
            return _tiny_decode(path / name, placement)
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
