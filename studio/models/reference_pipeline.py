"""What diffusers' own pipeline makes of a recipe: for comparing pictures and speed, never for making pictures."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studio.errors import InvalidField
from studio.image import Image
from studio.job.recipe import Recipe
from studio.models.device import Placement
from studio.models.model_folder import check_model_folder


class ReferencePipeline:
    """A model folder loaded as a diffusers user would: `StableDiffusionPipeline` with DDIM and leading timesteps.

    Raises `RefusedFile` for a folder that is not accepted.
    """

    def __init__(self, path: Path, placement: Placement) -> None:
        from diffusers import DDIMScheduler, StableDiffusionPipeline
        from diffusers.utils import logging

        logging.set_verbosity_error()
        logging.disable_progress_bar()
        folder = check_model_folder(path)
        pipeline_class: Any = StableDiffusionPipeline
        scheduler_class: Any = DDIMScheduler
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # the name of `torch_dtype` changes between versions
            pipeline = pipeline_class.from_pretrained(
                folder.path,
                torch_dtype=placement.dtype,
                variant=folder.variants["unet"],
                local_files_only=True,
                use_safetensors=True,
                safety_checker=None,
                requires_safety_checker=False,
            )
        pipeline.scheduler = scheduler_class.from_config(pipeline.scheduler.config, timestep_spacing="leading")
        pipeline.set_progress_bar_config(disable=True)
        self._pipeline = pipeline.to(placement.device)

    def picture(self, recipe: Recipe) -> Image:
        """The picture of a recipe for DDIM with leading spacing. Raises `InvalidField` for other recipes."""
        if (recipe.sampling.sampler, recipe.sampling.spacing) != ("ddim", "leading"):
            raise InvalidField("sampler", "The comparison with diffusers is made for DDIM with leading spacing.")
        made = self._pipeline(
            recipe.prompt,
            negative_prompt=recipe.negative_prompt,
            width=recipe.width,
            height=recipe.height,
            num_inference_steps=recipe.sampling.steps,
            guidance_scale=recipe.guidance.scale,
            eta=float(recipe.sampling.options.get("eta", 0.0)),
            generator=torch.Generator("cpu").manual_seed(recipe.seed),
        )
        return Image(np.array(made.images[0]))
