"""The fields in which two recipes differ, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QCoreApplication

from studio.job.difference import Difference
from studio.ui.inpaint.ways import title_of

VALUE_SHOWN = 120
PIXELS = frozenset({"start.image", "inpaint.image", "inpaint.mask"})
WORDS_SHOWN = 24


def field_name(path: str) -> str:
    """What a field is called on the form, by its path in the recipe."""
    names = {
        "model": _tr("Model"),
        "prompt": _tr("Prompt"),
        "negative_prompt": _tr("Negative prompt"),
        "width": _tr("Width"),
        "height": _tr("Height"),
        "seed": _tr("Seed"),
        "start.kind": _tr("Start"),
        "start.step": _tr("Branch point"),
        "start.noise": _tr("Noise of later steps"),
        "sampling.sampler": _tr("Sampler"),
        "sampling.steps": _tr("Steps"),
        "sampling.spacing": _tr("Spacing"),
        "sampling.timesteps": _tr("Timesteps"),
        "guidance.rule": _tr("Guidance rule"),
        "guidance.scale": _tr("Guidance scale"),
        "guidance.interval": _tr("Guidance interval"),
        "guidance.rescale": _tr("Guidance rescale"),
        "start.image": _tr("Starting picture"),
        "start.strength": _tr("Strength"),
        "inpaint": _tr("Painting"),
        "inpaint.image": _tr("Painted picture"),
        "inpaint.mask": _tr("Mask"),
        "inpaint.mode": _tr("Way of painting"),
        "inpaint.fill": _tr("Fill first"),
        "inpaint.fill_colour": _tr("Fill colour"),
        "inpaint.padding": _tr("Padding"),
        "inpaint.feather": _tr("Feather"),
        "inpaint.match_colours": _tr("Colours matched at the seam"),
        "inpaint.jump_length": _tr("Jump length"),
        "inpaint.repeats": _tr("Repeats"),
    }
    return names.get(path, path.rsplit(".", 1)[-1].replace("_", " ").capitalize())


def value_text(value: Any) -> str:
    """A value as the form shows it."""
    if value is None:
        return _tr("none")
    if isinstance(value, bool):
        return _tr("on") if value else _tr("off")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (tuple, list)):
        return _tr(" to ").join(value_text(part) for part in value) if len(value) == 2 else _listed(value)
    text = " ".join(str(value).split())
    if not text:
        return _tr("empty")
    return text if len(text) <= VALUE_SHOWN else text[: VALUE_SHOWN - 1] + "…"


def sentences(changed: Iterable[Difference]) -> list[str]:
    """A line for each, such as "Guidance scale: 5 > 7"."""
    return [f"{field_name(difference.field)}: {_told(difference)}" for difference in condensed(changed)]


def summary(changed: Iterable[Difference]) -> str:
    """All that was changed in one short line, such as "guid 5 > 7, red > green"."""
    return ", ".join(_short(difference) for difference in condensed(changed))


def condensed(changed: Iterable[Difference]) -> list[Difference]:
    """The same, but where only one of the two is painted, that is one difference and not one for each setting of it."""
    listed = list(changed)
    way = next((difference for difference in listed if difference.field == "inpaint.mode"), None)
    if way is None or (way.first is not None and way.second is not None):
        return listed
    others = [difference for difference in listed if not difference.field.startswith("inpaint.")]
    return [*others, Difference("inpaint", way.first, way.second)]


def _told(difference: Difference) -> str:
    """Both values of a field. Pictures and masks have no words; that they are others says enough."""
    first, second = difference.first, difference.second
    if difference.field in PIXELS and first is not None and second is not None:
        return _tr("another one")
    first, second = (_field_value(difference.field, value) for value in (first, second))
    return f"{first} > {second}"


def _field_value(field: str, value: Any) -> str:
    if value is None:
        return value_text(value)
    if field in PIXELS:
        return _tr("one")
    if field in ("inpaint", "inpaint.mode", "inpaint.fill"):
        return title_of(str(value))
    if field == "inpaint.fill_colour":
        return "#{:02X}{:02X}{:02X}".format(*value)
    return value_text(value)


def _short(difference: Difference) -> str:
    names = {
        "guidance.scale": _tr("guid"),
        "guidance.interval": _tr("guided"),
        "guidance.rescale": _tr("rescale"),
        "negative_prompt": _tr("not"),
    }
    told = _told(difference)
    if difference.field in ("prompt", "negative_prompt"):
        first, second = _changed_words(value_text(difference.first), value_text(difference.second))
        told = f"{first} > {second}"
    name = names.get(difference.field, field_name(difference.field).lower())
    # The words of a prompt speak for themselves, and so do the names of samplers.
    return told if difference.field in ("prompt", "sampling.sampler") else f"{name} {told}"


def _changed_words(first: str, second: str) -> tuple[str, str]:
    """What is left of two texts without the words they have in common at both ends."""
    a, b = first.split(), second.split()
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return _cut(a), _cut(b)


def _cut(words: list[str]) -> str:
    text = " ".join(words).strip(" ,.") or "…"
    return text if len(text) <= WORDS_SHOWN else text[: WORDS_SHOWN - 1] + "…"


def _listed(values: Iterable[Any]) -> str:
    return ", ".join(value_text(value) for value in values)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DifferenceWords", text)
