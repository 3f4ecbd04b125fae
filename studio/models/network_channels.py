"""What a model's network reads, from its configurations alone."""

from __future__ import annotations

from collections.abc import Mapping

USUAL_CHANNELS = 4


def reads_a_mask(unet: Mapping[str, object], vae: Mapping[str, object]) -> bool:
    """Whether it is a network for inpainting: state, mask, and the latent of the masked picture."""
    latent = vae.get("latent_channels", USUAL_CHANNELS)
    return isinstance(latent, int) and unet.get("in_channels", USUAL_CHANNELS) == 2 * latent + 1
