"""Why is it different? The fields in which two recipes differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from studio.job.recipe import FromStep, Recipe

# The parent is not a field the user changed; what differs from it is told field by field.
_SILENT = ("version", "start.parent", "start.trajectory")


@dataclass(frozen=True)
class Difference:
    """One field, named by its path in the recipe (`guidance.scale`), with the value in each recipe."""

    field: str
    first: Any
    second: Any


def differences(first: Recipe, second: Recipe) -> tuple[Difference, ...]:
    """The fields that differ, in the order of the recipe. A field that one of them lacks has the value None there."""
    a, b = dict(_flat(first.model_dump())), dict(_flat(second.model_dump()))
    names = [*a, *(name for name in b if name not in a)]
    return tuple(Difference(name, a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name))


def changed_from_parent(recipe: Recipe) -> tuple[Difference, ...]:
    """What a branch changed against the run it starts from; nothing for a recipe that is no branch."""
    if not isinstance(recipe.start, FromStep):
        return ()
    parent = recipe.start.parent
    return tuple(d for d in differences(parent, recipe) if not d.field.startswith("start."))


def _flat(part: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        path = f"{prefix}{name}"
        if path in _SILENT:
            continue
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}.")
        else:
            yield path, value
