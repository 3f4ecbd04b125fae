"""The noise of a seed as a code, so that it can be kept, sent and mixed like any other."""

from __future__ import annotations

from datetime import UTC, datetime

from studio.job.code import CodeFacts, Origin
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.noise import ImageNoise
from studio.trajectory.code_file import Code


def seed_code(recipe: Recipe, model: Model) -> Code:
    """The first draw of the recipe's seed: pure noise of deviation 1, which belongs to no model."""
    shape = model.latent_shape(recipe.width, recipe.height)
    facts = noise_facts(recipe, model, f"seed {recipe.seed}", "seed", f"the noise of seed {recipe.seed}")
    return Code(facts, ImageNoise(recipe.seed, shape).draw())


def noise_facts(recipe: Recipe, model: Model, name: str, origin: Origin, told: str) -> CodeFacts:
    """What is known of noise of deviation 1 that a run of `recipe` begins with: it belongs to no model and no level."""
    shape = model.latent_shape(recipe.width, recipe.height)
    return CodeFacts(
        name=name,
        origin=origin,
        told=told,
        timestep=float(model.facts.schedule.timesteps[-1]),
        alpha=0.0,
        sigma=1.0,
        shape=shape,
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
