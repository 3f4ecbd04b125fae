"""The fields in which two recipes differ, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QCoreApplication

from studio.job.difference import Difference

VALUE_SHOWN = 120
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


def sentence(difference: Difference) -> str:
    """A line such as "Guidance scale: 5 > 7"."""
    first, second = value_text(difference.first), value_text(difference.second)
    return f"{field_name(difference.field)}: {first} > {second}"


def summary(changed: Iterable[Difference]) -> str:
    """All that was changed in one short line, such as "guid 5 > 7, red > green"."""
    return ", ".join(_short(difference) for difference in changed)


def _short(difference: Difference) -> str:
    names = {
        "guidance.scale": _tr("guid"),
        "guidance.interval": _tr("guided"),
        "guidance.rescale": _tr("rescale"),
        "negative_prompt": _tr("not"),
    }
    first, second = value_text(difference.first), value_text(difference.second)
    if difference.field in ("prompt", "negative_prompt"):
        first, second = _changed_words(first, second)
    name = names.get(difference.field, field_name(difference.field).lower())
    # The words of a prompt speak for themselves, and so do the names of samplers.
    told = "" if difference.field in ("prompt", "sampling.sampler") else f"{name} "
    return f"{told}{first} > {second}"


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
