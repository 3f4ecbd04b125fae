"""The code that a picture was drawn from, in plain words."""

from __future__ import annotations

from collections.abc import Iterator

from studio.cli.painted_text import ID_SHOWN
from studio.job.code import Between, End, FromCode, FromSeed
from studio.job.recipe import Recipe


def code_rows(recipe: Recipe) -> Iterator[tuple[str, str]]:
    """Names and values of a start from codes and of blended prompts; nothing for a recipe without them."""
    if isinstance(recipe.start, (FromCode, Between)):
        yield "Start", f"from {_named(recipe.start)}"
    if recipe.blend:
        yield "Blend", "\n".join(f"{part.weight:.3g} × '{part.prompt}'" for part in recipe.blend)


def _named(end: End) -> str:
    if isinstance(end, FromSeed):
        return f"seed {end.seed}"
    if isinstance(end, FromCode):
        return f"the code {end.code[:ID_SHOWN]}"
    first, second = (f"({_named(e)})" if isinstance(e, Between) else _named(e) for e in (end.first, end.second))
    return f"{end.fraction:.3g} of the way from {first} to {second}, {end.method}"
