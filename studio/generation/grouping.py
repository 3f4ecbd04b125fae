"""Which frames of a walk are made together. No torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studio.job.code import Between, FromCode
from studio.job.recipe import Noise, Recipe


class Grouping:
    """Frames between keys go together, in the order of their numbers, with others that differ in words or noise alone.

    Where a frame goes follows from the recipes of the walk alone, never from which frames are made already: so it has
    the same neighbours, and the same bits, when a walk goes on after a cancel. `lonely` tells which recipes are made
    alone for another reason than being a key's.
    """

    def __init__(self, recipes: Sequence[Recipe], lonely: Callable[[Recipe], bool]) -> None:
        self._places: dict[int, tuple[list[int], int]] = {}
        kinds: dict[str, list[int]] = {}
        for number, recipe in enumerate(recipes):
            if lies_between(recipe) and not lonely(recipe):
                fellows = kinds.setdefault(_kind(recipe), [])
                self._places[number] = (fellows, len(fellows))
                fellows.append(number)

    def group_of(self, number: int, size: int) -> tuple[int, ...]:
        """The numbers of the frame's group, itself among them: at most `size`. Nothing for one that is made alone."""
        if number not in self._places:
            return ()
        fellows, place = self._places[number]
        first = place - place % size
        return tuple(fellows[first : first + size])


def lies_between(recipe: Recipe) -> bool:
    """Whether it is a frame between keys. Others are plain pictures, and made as those are, bit for bit."""
    plain = recipe.inpaint is None and isinstance(recipe.start, (Noise, FromCode, Between))
    return plain and (isinstance(recipe.start, Between) or bool(recipe.blend))


def _kind(recipe: Recipe) -> str:
    """What the pictures of one network call must share: all but words, noise, and how far guidance goes.

    At scale 1 there is no second half of the call, so those are of another kind.
    """
    guidance = recipe.guidance.model_copy(update={"scale": 1.0 if recipe.guidance.scale == 1.0 else 0.0})
    own = {"prompt": "", "negative_prompt": "", "seed": 0, "start": Noise(), "blend": (), "guidance": guidance}
    return recipe.model_copy(update=own).text()
