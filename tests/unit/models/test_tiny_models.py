"""The tiny models are what they claim to be: diffusers loads them, and the pictures depend on the prompt."""

from __future__ import annotations

import pytest
import torch

from tests.references.tiny_models import BUILDERS, add_tiny_decoder, stable_diffusion_1


def _pictures(folder, prompts):
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    pipeline.set_progress_bar_config(disable=True)
    return [
        pipeline(
            prompt,
            height=64,
            width=64,
            num_inference_steps=4,
            generator=torch.Generator().manual_seed(1),
            output_type="pt",
        ).images[0]
        for prompt in prompts
    ]


@pytest.mark.parametrize("name", [name for name in BUILDERS if name != "nine_channels"])  # it wants a picture, too
def test_diffusers_draws_with_it(tiny_model, name):
    cat, apple = _pictures(tiny_model(name), ["a cat", "red apple, 3d style"])
    assert cat.std() > 0.1
    assert (cat - apple).abs().mean() > 0.02
    assert ((cat > 0) & (cat < 1)).float().mean() > 0.5


def test_the_same_builder_writes_the_same_bytes(tmp_path):
    first, second = (add_tiny_decoder(stable_diffusion_1(tmp_path / name)) for name in ("first", "second"))
    files = sorted(path.relative_to(first) for path in first.rglob("*") if path.is_file())
    assert len(files) > 10
    for file in files:
        assert (first / file).read_bytes() == (second / file).read_bytes(), file
