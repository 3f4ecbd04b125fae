"""The fields of the form as plain data: what is remembered, what is of this moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from studio.job.code import Between, FromCode, Weighted
from studio.job.recipe import FromStep, OptionValue


@dataclass(frozen=True)
class Painted:
    """What is painted on, by the ids of picture and mask; `mask` is None where nothing is masked.

    Without a mask all of the picture changes: image to image.
    """

    image: str
    mask: str | None = None


@dataclass(frozen=True)
class FormValues:
    """The fields as the user left them. `options` keeps the options of every sampler by its name, so none are lost,
    and `rule_options` those of every guidance rule.

    `start` is there while the form makes a branch, `code` while it starts from a code, `blend` while it mixes prompts,
    `painted` while it paints on a picture. They are of this moment: the next start of the program begins without.
    `way` to `repeats` are how it is painted (see `studio.job.inpaint`); `fill_colour` is "#RRGGBB".
    """

    model: str = "starter"
    prompt: str = "red apple, 3d style"
    negative_prompt: str = ""
    sampler: str = "ddim"
    options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=lambda: MappingProxyType({}))
    spacing: str = "leading"
    timesteps: str = ""
    steps: int = 30
    rule: str = "classifier_free"
    rule_options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=lambda: MappingProxyType({}))
    scale: float = 5.0
    interval_start: float = 0.0
    interval_end: float = 1.0
    rescale: float = 0.0
    width: int = 128
    height: int = 128
    seed: int = 7
    seed_locked: bool = False
    count: int = 1
    way: str = "blend"
    strength: float = 1.0
    padding: int = 32
    feather: int = 4
    fill: str = "original"
    fill_colour: str = "#808080"
    match_colours: bool = False
    jump_length: int = 10
    repeats: int = 1
    start: FromStep | None = None
    code: FromCode | Between | None = None
    blend: tuple[Weighted, ...] = ()
    painted: Painted | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain data for the settings file."""
        data = asdict(replace(self, options={}, rule_options={}, start=None, code=None, blend=(), painted=None))
        for name in ("start", "code", "blend", "painted"):
            del data[name]
        for name, kept in (("options", self.options), ("rule_options", self.rule_options)):
            data[name] = {owner: dict(values) for owner, values in kept.items()}
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> FormValues:
        """The values in `data` that have the right type; the others stay at their defaults."""
        plain = cls()
        good: dict[str, Any] = {}
        for part in fields(cls):
            value = data.get(part.name)
            default = getattr(plain, part.name)
            if part.name in ("options", "rule_options"):
                good[part.name] = _good_options(value)
            elif value is None:
                continue
            elif type(value) is type(default) or (isinstance(default, float) and type(value) is int):
                good[part.name] = value
        return replace(plain, **good)


def _good_options(value: object) -> dict[str, dict[str, OptionValue]]:
    if not isinstance(value, dict):
        return {}
    return {
        str(owner): {str(name): v for name, v in options.items() if isinstance(v, (bool, int, float, str))}
        for owner, options in value.items()
        if isinstance(options, dict)
    }
