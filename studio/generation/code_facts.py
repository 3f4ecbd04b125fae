"""What is known of a code that a run of a model has led to."""

from __future__ import annotations

from datetime import UTC, datetime

from torch import Tensor

from studio.job.code import NAME_MAXIMUM, CodeFacts, Origin
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.schedule import NoiseLevel


def code_facts(
    recipe: Recipe, model: Model, level: NoiseLevel, x: Tensor, name: str, origin: Origin, told: str
) -> CodeFacts:
    """Those of a state `x` (1, C, h, w) at `level`, as the recipe of its run tells them; a long name is cut."""
    channels, height, width = x.shape[1:]
    return CodeFacts(
        name=name[:NAME_MAXIMUM],
        origin=origin,
        told=told,
        model=recipe.model,
        model_hash=model.facts.hash,
        timestep=level.timestep,
        alpha=level.alpha,
        sigma=level.sigma,
        shape=(channels, height, width),
        width=recipe.width,
        height=recipe.height,
        prompt=recipe.prompt,
        negative_prompt=recipe.negative_prompt,
        guidance=recipe.guidance.scale,
        blend=recipe.blend,
        steps=recipe.sampling.steps,
        spacing=recipe.sampling.spacing,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
