"""A picture in a few words."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication

from studio.job.code import Between, FromCode, Inverting
from studio.job.inpaint import FromImage
from studio.job.recipe import FromStep, Recipe

PROMPT_SHOWN = 60


def title(recipe: Recipe, prompt_shown: int = PROMPT_SHOWN) -> str:
    """The prompt of a picture and what it began from, such as "red apple, 3d style, seed 7"."""
    prompt = " ".join(recipe.prompt.split()) or "…"
    short = prompt if len(prompt) <= prompt_shown else prompt[: prompt_shown - 1] + "…"
    return f"{short}, {beginning(recipe)}"


def beginning(recipe: Recipe) -> str:
    """What a picture began from: the seed, or a code; then the seed is named only if something of it is drawn."""
    words = {
        FromCode: _tr("from a code"),
        Between: _tr("between two codes"),
        Inverting: _tr("inverted"),
    }.get(type(recipe.start), "")
    seed = _tr("seed {seed}").format(seed=recipe.seed)
    if not words:
        return seed
    return f"{words}, {seed}" if draws_noise(recipe.sampling.sampler, recipe.sampling.options) else words


def capital(words: str) -> str:
    """The words as they begin a line."""
    return words[:1].upper() + words[1:]


def draws_noise(sampler: str, options: Mapping[str, object]) -> bool:
    """Whether a sampler draws noise of its own on the way."""
    return sampler == "ddpm" or bool(options.get("eta"))


def walked(steps: int, strength: float) -> int:
    """How many of `steps` steps a run walks that starts from a picture with this strength."""
    return min(max(int(steps * strength + 1e-9), 1), steps)


def run_steps(recipe: Recipe) -> int:
    """How many steps a run of `recipe` has.

    Exact for what is no branch and for a branch that keeps its parent's grid. A branch onto another grid takes the part
    of it that lies below its branch point; which levels these are only the model's schedule tells, so it is estimated.
    """
    start = recipe.start
    if isinstance(start, FromImage):
        return walked(recipe.sampling.steps, start.strength)
    if not isinstance(start, FromStep):
        return recipe.sampling.steps
    whole, own, old = run_steps(start.parent), recipe.sampling, start.parent.sampling
    if (own.steps, own.spacing, own.timesteps) == (old.steps, old.spacing, old.timesteps):
        return whole
    return start.step + max(0, round(own.steps * (1 - start.step / max(1, whole))))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Titles", text)
