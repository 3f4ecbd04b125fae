"""Why are two pictures different? What was changed, or else what was not the same when they were made."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from studio.export.metadata import Made, pixel_hash
from studio.job.difference import differences
from studio.job.inpaint import FromImage
from studio.job.recipe import FromStep, Recipe
from studio.ui.compare.comparison import Comparison
from studio.ui.compare.exhibit import Exhibit
from studio.ui.difference_words import sentences
from studio.ui.titles import title

HASH_SHOWN = 10
TITLE_SHOWN = 40


def reasons(first: Exhibit, second: Exhibit, comparison: Comparison | None) -> list[str]:
    """Lines that explain the difference between A and B, the likeliest causes first. Never empty."""
    if first.recipe is None or second.recipe is None:
        unknown = [letter for letter, one in (("A", first), ("B", second)) if one.recipe is None]
        return [_tr("It is not known how {letter} was made.").format(letter=letter) for letter in unknown]
    lines = [*_kinship(first.recipe, second.recipe), *_changed(first.recipe, second.recipe)]
    alike = first.recipe == second.recipe
    if comparison is not None and comparison.same:
        return [*lines, *([_tr("The recipes are the same.")] if alike else []), _tr("The pixels are the same.")]
    surroundings = list(_surroundings(first, second))
    if alike:
        lines.append(_tr("The recipes are the same, the pixels are not."))
        if not surroundings:
            surroundings.append(_tr("Nothing that was recorded explains it."))
    return [*lines, *surroundings]


def _kinship(first: Recipe, second: Recipe) -> Iterator[str]:
    for one, other, parent, letters in ((first, second, first, "BA"), (second, first, second, "AB")):
        start = other.start
        if isinstance(start, FromStep) and start.parent == parent and one != other:
            text = _tr("{branch} is a branch of {parent} from step {step}.")
            yield text.format(branch=letters[0], parent=letters[1], step=start.step)
            if start.noise == "reseeded":
                yield _tr("The later steps of {branch} draw new noise.").format(branch=letters[0])
            return
    if first.start != second.start:
        yield from (_beginning(letter, one) for letter, one in (("A", first), ("B", second)))


def _beginning(letter: str, one: Recipe) -> str:
    """Where a picture begins that is neither the parent nor a branch of the other one."""
    if isinstance(one.start, FromImage):
        text = _tr("{letter} begins from a picture, with strength {strength}.")
        return text.format(letter=letter, strength=f"{one.start.strength:g}")
    if not isinstance(one.start, FromStep):
        return _tr("{letter} begins from noise.").format(letter=letter)
    noise = _tr(", with new noise") if one.start.noise == "reseeded" else ""
    text = _tr("{letter} is a branch of '{parent}' from step {step}{noise}.")
    return text.format(letter=letter, parent=title(one.start.parent, TITLE_SHOWN), step=one.start.step, noise=noise)


def _changed(first: Recipe, second: Recipe) -> Iterator[str]:
    yield from sentences(one for one in differences(first, second) if not one.field.startswith("start."))


def _surroundings(first: Exhibit, second: Exhibit) -> Iterator[str]:
    """What does not belong to the recipe: weights, device, versions, and changes made in another program."""
    for letter, one in (("A", first), ("B", second)):
        if one.made is not None and one.made.pixels and one.made.pixels != pixel_hash(one.image):
            yield _tr("{letter} was changed after it was saved.").format(letter=letter)
    a, b = first.made, second.made
    if a is None or b is None:
        return
    if a.model_hash != b.model_hash:
        yield _other(_tr("Weights of the model"), a.model_hash[:HASH_SHOWN], b.model_hash[:HASH_SHOWN])
    if a.device != b.device:
        yield _other(_tr("Device"), a.device, b.device)
    if a.dtype != b.dtype:
        yield _other(_tr("Precision"), a.dtype, b.dtype)
    if a.batch != b.batch:
        yield _other(_tr("Pictures in a network call"), str(a.batch), str(b.batch))
    yield from _versions(a, b)


def _versions(a: Made, b: Made) -> Iterator[str]:
    for name in sorted({*a.versions, *b.versions}):
        old, new = a.versions.get(name, ""), b.versions.get(name, "")
        if old != new:
            yield _other(_tr("Version of {name}").format(name=name), old, new)


def _other(name: str, old: str, new: str) -> str:
    return f"{name}: {old or _tr('unknown')} > {new or _tr('unknown')}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Reasons", text)
