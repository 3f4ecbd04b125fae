"""The denoiser of a recipe: the model's network, the words, and the guidance rule that the recipe names."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from studio.generation.code_start import blended
from studio.generation.guidance import GuidedDenoiser, Network
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.sampling.registry import GuidanceRegistry


def denoiser_of(
    recipe: Recipe,
    model: Model,
    network: Network,
    rules: GuidanceRegistry,
    before_call: Callable[[], None] = lambda: None,
) -> GuidedDenoiser:
    """What samplers see of a recipe. Raises `InvalidField` for a rule that is not there, or not with these options.

    `network` is the model's, or what a way of painting made of it.
    """

    def wordless() -> Tensor:
        return model.conditioning("")

    return GuidedDenoiser(
        network,
        *blended(model, recipe),
        recipe.guidance,
        model.facts.parametrisation,
        model.facts.schedule,
        before_call=before_call,
        rule=rules.get(recipe.guidance.rule),
        wordless=wordless if recipe.negative_prompt or recipe.blend else None,
    )
