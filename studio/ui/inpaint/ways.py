"""The ways in which a picture is painted on, in words, and what each of them does not look at."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QCoreApplication

from studio.ui.form_values import FormValues


class Way(NamedTuple):
    """`value` is the recipe's word for it, `line` what it does."""

    value: str
    title: str
    line: str


def ways() -> tuple[Way, ...]:
    """All of them, in the order in which they are offered."""
    return (
        Way("blend", _tr("Blend"), _tr("The rest is held at every step.")),
        Way("soft", _tr("Soft"), _tr("Grey says how much may change.")),
        Way("model", _tr("Inpainting model"), _tr("The network itself sees the mask.")),
        Way("crop", _tr("Only the masked part"), _tr("Worked on closely, then put back.")),
    )


def fills() -> tuple[Way, ...]:
    """What can be put under the mask before the start."""
    return (
        Way("original", _tr("Original"), _tr("The picture as it is.")),
        Way("noise", _tr("Noise"), _tr("Random colours.")),
        Way("blur", _tr("Surroundings"), _tr("The blurred colours around it.")),
        Way("colour", _tr("One colour"), _tr("A colour of your choice.")),
        Way("classical", _tr("Classical"), _tr("The edges go on inwards, without a network.")),
    )


def title_of(value: str) -> str:
    """What a way or a fill is called."""
    return next((way.title for way in (*ways(), *fills()) if way.value == value), value)


def ignored(values: FormValues, *, inpainting: bool) -> dict[str, str]:
    """The fields that change nothing as the form stands, with the reason. `inpainting`: the model reads a mask."""
    reasons: dict[str, str] = {}
    if values.way != "crop":
        reasons["padding"] = _tr("Only for 'Only the masked part': how much of what is around it is seen.")
    if values.strength >= 1.0:
        reasons["fill"] = _tr("At strength 1 it starts from noise, so nothing is filled in first.")
    if values.way == "soft":
        reasons["repeats"] = _tr("'Soft' walks every step once.")
    elif values.way == "model" or (values.way == "crop" and inpainting):
        reasons["repeats"] = _tr("A network that looks at the mask itself walks every step once.")
    if "repeats" in reasons or values.repeats <= 1:
        reasons["jump_length"] = reasons.get("repeats", _tr("Only with more than one repeat."))
    return reasons


def _tr(text: str) -> str:
    return QCoreApplication.translate("Ways", text)
