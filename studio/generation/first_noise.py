"""The state a run would start from, as a picture: the process shows before it runs."""

from __future__ import annotations

from studio.generation.journey import Journey
from studio.generation.services import Services
from studio.job.preview import FirstNoise
from studio.job.recipe import Recipe

# So few cells of a latent are decoded in a moment on every machine. For more, a decoder may take a tenth of a second.
QUICK_CELLS = 32 * 32
SECONDS = 1.0


def first_noise(recipe: Recipe, services: Services) -> FirstNoise:
    """Decode the state before the first step. Loads the model if need be; raises what a run would raise."""
    model = services.models.get(recipe.model)
    journey = Journey(recipe, model, services.methods, services.trajectories, {}, services.sources, services.codes)
    x = journey.start()
    cells = x.shape[-1] * x.shape[-2]
    decoder = model.previews.choose("full" if cells <= QUICK_CELLS else "auto", cells, SECONDS)
    return FirstNoise(recipe, model.previews.picture(decoder, x))
