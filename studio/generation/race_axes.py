"""What a race can vary, and how its values are written: `steps` as 10,20,40; prompts between upright strokes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from studio.errors import InvalidField
from studio.job.race import Axis, Race
from studio.job.recipe import FromStep, OptionValue, Recipe
from studio.sampling.info import Option, SamplerInfo
from studio.sampling.registry import Methods

Kind = Literal["choice", "int", "float", "bool", "text"]
TEXT_SEPARATOR = "|"
_SHOWN = 40
_DIGITS = 25
_TRUE, _FALSE = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True)
class AxisField:
    """A field that can be varied. `name` is that of `Axis.field`, `flag` what the command line calls it.

    `choices` are (value, title) pairs, for the kind "choice" alone. `example` shows how values are written.
    """

    name: str
    title: str
    flag: str
    kind: Kind
    example: str = ""
    choices: tuple[tuple[str, str], ...] = ()


def axis_fields(methods: Methods) -> tuple[AxisField, ...]:
    """All fields that a race can vary with these methods, the usual ones first."""
    known = methods.samplers.infos()
    samplers = tuple((info.name, info.title) for info in known)
    spacings = tuple((info.name, info.title) for info in methods.spacings.infos())
    fields = [
        AxisField("sampler", "Sampler", "sampler", "choice", "ddim,euler", samplers),
        AxisField("steps", "Steps", "steps", "int", "10,20,40"),
        AxisField("scale", "Guidance scale", "guidance", "float", "1,3,5"),
        AxisField("spacing", "Spacing", "spacing", "choice", "leading,karras", spacings),
    ]
    fields += [_option_field(option) for option in _options(known)]
    return (
        *fields,
        AxisField("rescale", "Guidance rescale", "guidance-rescale", "float", "0,0.7"),
        AxisField("seed", "Seed", "seed", "int", "7,8,9"),
        AxisField("prompt", "Prompt", "prompt", "text", "red apple | green apple"),
        AxisField("negative_prompt", "Negative prompt", "negative", "text", "blurry | flat"),
    )


def read_axis(field: AxisField, text: str) -> Axis:
    """The axis that `text` writes down. Raises `InvalidField`; ranges of the recipe's own fields `race()` checks."""
    separator = TEXT_SEPARATOR if field.kind == "text" else ","
    words = [word.strip() for word in text.split(separator)]
    if len(words) > 1 and not words[-1]:
        words.pop()
    return axis_of(field, [_value(field, word) for word in words])


def axis_of(field: AxisField, values: Sequence[OptionValue]) -> Axis:
    """An axis of at least two values, each there once. Raises `InvalidField`."""
    if len(values) < 2:
        raise InvalidField(
            field.name, f"A race over {field.title.lower()} needs at least two values, such as {field.example}."
        )
    for number, value in enumerate(values):
        if value in values[:number]:
            raise InvalidField(field.name, f"{field.title} '{str(value)[:_SHOWN]}' is there twice. Give it once.")
    return Axis(field.name, tuple(values))


def network_calls(plan: Race, infos: Iterable[SamplerInfo]) -> int:
    """How many network calls the race will take, about. Samplers that are not known count one call a step."""
    calls = {info.name: info.calls_per_step for info in infos}
    return sum(_steps(lane.recipe) * calls.get(lane.recipe.sampling.sampler, 1) for lane in plan.lanes)


def _steps(recipe: Recipe) -> int:
    """The steps that are computed: those before a branch are shared."""
    shared = recipe.start.step if isinstance(recipe.start, FromStep) else 0
    return max(0, recipe.sampling.steps - shared)


def _options(infos: Sequence[SamplerInfo]) -> list[Option]:
    """Every option once, as the first sampler that has it describes it."""
    found: dict[str, Option] = {}
    for info in infos:
        for option in info.options:
            found.setdefault(option.name, option)
    return list(found.values())


def _option_field(option: Option) -> AxisField:
    if option.kind == "choice":
        example = ",".join(value for value, _ in option.choices[:2])
    elif option.kind == "bool":
        example = "false,true"
    else:
        example = f"{option.minimum:g},{option.maximum:g}"
    return AxisField(
        option.name, option.title, option.name.replace("_", "-"), option.kind, example, tuple(option.choices)
    )


def _value(field: AxisField, word: str) -> OptionValue:
    if field.kind == "int":
        if re.fullmatch("[+-]?[0-9]+", word) and len(word) <= _DIGITS:
            return int(word)
        raise InvalidField(field.name, f"{field.title} '{word[:_SHOWN]}' is not a whole number.")
    if field.kind == "float":
        return _number(field, word)
    if field.kind == "choice" and word not in (allowed := [value for value, _ in field.choices]):
        raise InvalidField(
            field.name, f"{field.title} '{word[:_SHOWN]}' is not known. Use one of: {', '.join(allowed)}."
        )
    if field.kind == "bool":
        if word.lower() not in (*_TRUE, *_FALSE):
            raise InvalidField(field.name, f"{field.title} is either true or false.")
        return word.lower() in _TRUE
    return word


def _number(field: AxisField, word: str) -> float:
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InvalidField(field.name, f"{field.title} '{word[:_SHOWN]}' is not a number.")
    return value
