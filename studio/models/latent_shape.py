"""The shape of a model's latents, from its configurations alone: enough to tell how much space steps will take."""

from __future__ import annotations

from pathlib import Path

from studio.errors import RefusedFile
from studio.models.json_file import read_json_object
from studio.models.model_folder import CONFIG_MAXIMUM
from studio.models.native_size import enlargement

USUAL_CHANNELS, USUAL_SCALE = 4, 8


def latent_shape(folder: Path, width: int, height: int) -> tuple[int, int, int]:
    """(channels, height, width) of the latent of a picture of `width` × `height` pixels.

    A folder whose configuration cannot be read counts as the usual autoencoder of Stable Diffusion.
    """
    try:
        vae = read_json_object(folder / "vae" / "config.json", CONFIG_MAXIMUM)
    except RefusedFile:
        return USUAL_CHANNELS, height // USUAL_SCALE, width // USUAL_SCALE
    channels = vae.get("latent_channels")
    scale = enlargement(vae)
    return channels if type(channels) is int else USUAL_CHANNELS, height // scale, width // scale
