"""What a user should know of a run before it begins: what of the recipe will have no effect."""

from __future__ import annotations

from collections.abc import Iterator

from studio.job.recipe import Recipe
from studio.models.model import Model


def notices(recipe: Recipe, model: Model) -> Iterator[str]:
    """A sentence for each thing that the user asked for and the model will not do."""
    unguided = recipe.guidance.scale == 1.0
    yield from _cut("prompt", recipe.prompt, model)
    if recipe.negative_prompt and unguided:
        yield "The negative prompt does nothing at guidance 1. Use more guidance for it."
    elif recipe.negative_prompt:
        yield from _cut("negative prompt", recipe.negative_prompt, model)


def _cut(title: str, prompt: str, model: Model) -> Iterator[str]:
    count = model.count_tokens(prompt)
    if count.cut_from is not None:
        end = f", up to '{count.last_kept_word}'" if count.last_kept_word else ""
        yield f"The {title} is too long for this model, which reads {count.limit} of its {count.used} tokens{end}."
