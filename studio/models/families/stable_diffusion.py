"""Stable Diffusion 1.x and 2.x: CLIPTextModel, UNet2DConditionModel and AutoencoderKL of a diffusers folder.

Latent diffusion of Rombach et al. 2022. The starter model has the same layout.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.errors import InvalidField, NotFinite
from studio.image import Image, Mask
from studio.job.preview import PreviewDecoder
from studio.models.device import Placement
from studio.models.model import ModelFacts
from studio.models.preview import Decode, Previews, fit_linear, to_image
from studio.models.tokens import PromptTokens, TokenCount
from studio.sampling.schedule import NoiseLevel

# Conditionings are small (SD: 236 kB); prompts are often tried again with another seed.
_CONDITIONINGS_KEPT = 32
# A graphics card is as good as idle with one small picture. It belongs to what a frame's bits depend on.
FRAMES_TOGETHER = 8


@dataclass(frozen=True)
class Parts:
    """The loaded parts of a folder, in one dtype on one device."""

    tokenizer: Any
    prompt_tokens: PromptTokens
    text_encoder: Any
    unet: Any
    vae: Any


class StableDiffusion:
    """A loaded model of the Stable Diffusion family; see `studio.models.model.Model` for what it promises."""

    def __init__(self, facts: ModelFacts, parts: Parts, placement: Placement, tiny: Decode | None = None) -> None:
        self._facts = facts
        self._parts = parts
        self._placement = placement
        self._conditionings: OrderedDict[str, Tensor] = OrderedDict()
        self._previews = self._make_previews(tiny)

    def _make_previews(self, tiny: Decode | None) -> Previews:
        linear = fit_linear(self.encode, self.decode, latent_scale(self._parts.vae))
        decoders: dict[PreviewDecoder, Decode] = {"linear": linear, "full": self.decode}
        if tiny is None:
            return Previews(decoders)
        previews = Previews(decoders | {"tiny": tiny})
        previews.measure("tiny", torch.zeros(1, *self.latent_shape(*self._facts.native_size)))
        return previews

    @property
    def facts(self) -> ModelFacts:
        return self._facts

    @property
    def device(self) -> torch.device:
        return self._placement.device

    @property
    def dtype(self) -> torch.dtype:
        return self._placement.dtype

    @property
    def together(self) -> int:
        return 1 if self.device.type == "cpu" else FRAMES_TOGETHER

    @property
    def previews(self) -> Previews:
        return self._previews

    def latent_shape(self, width: int, height: int) -> tuple[int, int, int]:
        scale = latent_scale(self._parts.vae)
        for name, side in (("width", width), ("height", height)):
            if side % scale:
                below = side - side % scale
                allowed = f"{below} or {below + scale}" if below else f"{scale}"
                raise InvalidField(
                    name, f"{name.capitalize()} {side} is not divisible by {scale}, as this model needs. Use {allowed}."
                )
        return int(self._parts.vae.config.latent_channels), height // scale, width // scale

    def count_tokens(self, prompt: str) -> TokenCount:
        return self._parts.prompt_tokens.read(prompt)

    def conditioning(self, prompt: str) -> Tensor:
        if prompt not in self._conditionings:
            self._conditionings[prompt] = self._encode_prompt(prompt)
            if len(self._conditionings) > _CONDITIONINGS_KEPT:
                self._conditionings.popitem(last=False)
        self._conditionings.move_to_end(prompt)
        return self._conditionings[prompt]

    @torch.inference_mode()
    def _encode_prompt(self, prompt: str) -> Tensor:
        tokenizer, encoder = self._parts.tokenizer, self._parts.text_encoder
        tokens = tokenizer(
            prompt, padding="max_length", max_length=tokenizer.model_max_length, truncation=True, return_tensors="pt"
        )
        masked = getattr(encoder.config, "use_attention_mask", False)
        attention = tokens.attention_mask.to(self.device) if masked else None
        hidden: Tensor = encoder(tokens.input_ids.to(self.device), attention_mask=attention)[0]
        return hidden.to(self.dtype)

    @torch.inference_mode()
    def network(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        timestep = torch.tensor(level.timestep, dtype=torch.float32, device=self.device)
        output: Tensor = self._parts.unet(x, timestep, encoder_hidden_states=conditioning, return_dict=False)[0]
        return output

    @torch.inference_mode()
    def encode(self, image: Image, hidden: Mask | None = None) -> Tensor:
        vae = self._parts.vae
        rgb = _signed(image)
        if hidden is not None:
            rgb = rgb * torch.from_numpy(hidden.values < 128)
        mean = self._finite(lambda pixels: vae.encode(pixels).latent_dist.mode(), rgb, "Encoding")
        return ((mean - _shift(vae)) * float(vae.config.scaling_factor)).to(self.dtype)

    @torch.inference_mode()
    def features(self, image: Image) -> NDArray[np.float64]:
        encoder, seen = self._parts.vae.encoder, list[Tensor]()
        watching = encoder.conv_act.register_forward_hook(lambda module, given, output: seen.append(output))
        try:
            encoder(_signed(image).to(self.device, self.dtype))
        finally:
            watching.remove()
        found: NDArray[np.float64] = seen[0][0].double().mean(dim=(-2, -1)).cpu().numpy()
        return found

    @torch.inference_mode()
    def decode(self, latent: Tensor) -> Image:
        vae = self._parts.vae
        z = latent.float() / vae.config.scaling_factor + _shift(vae)
        rgb = self._finite(lambda cells: vae.decode(cells, return_dict=False)[0], z, "Decoding")
        return to_image(rgb[0].float() / 2 + 0.5)

    def _finite(self, pass_through: Callable[[Tensor], Tensor], given: Tensor, work: str) -> Tensor:
        """What the autoencoder makes of float32 values. Where it overflows in half precision, it works in float32."""
        given = given.to(self.device)
        made = pass_through(given.to(self.dtype))
        if bool(torch.isfinite(made).all()):
            return made
        if self.dtype != torch.float32:
            vae = self._parts.vae.to(torch.float32)
            try:
                made = pass_through(given)
            finally:
                vae.to(self.dtype)
            if bool(torch.isfinite(made).all()):
                return made
        raise NotFinite(f"{work} gave values that are no numbers, so no picture was made. Try another seed.")


def latent_scale(vae: Any) -> int:
    """Pixels a latent cell, a side."""
    return int(2 ** (len(vae.config.block_out_channels) - 1))


def _signed(image: Image) -> Tensor:
    """A picture as the autoencoder takes it: (1, 3, h, w), from -1 to 1."""
    return torch.from_numpy(image.pixels.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1.0


def _shift(vae: Any) -> float:
    return float(getattr(vae.config, "shift_factor", None) or 0.0)
