"""The shape of latents from configurations alone."""

from __future__ import annotations

import json

from studio import paths
from studio.models.latent_shape import latent_shape


def test_the_starter_model_divides_by_eight_and_has_four_channels():
    assert latent_shape(paths.starter_model(), 128, 192) == (4, 24, 16)


def test_other_autoencoders_say_it_themselves(tmp_path):
    (tmp_path / "vae").mkdir()
    config = {"block_out_channels": [8, 8, 8], "latent_channels": 16}
    (tmp_path / "vae" / "config.json").write_text(json.dumps(config))
    assert latent_shape(tmp_path, 256, 64) == (16, 16, 64)


def test_a_folder_without_a_configuration_counts_as_usual(tmp_path):
    assert latent_shape(tmp_path, 512, 512) == (4, 64, 64)
