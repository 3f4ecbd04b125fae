"""How samplers, spacings and guidance rules describe themselves, without torch: window and command line read it.

Options become widgets and command-line flags by themselves, so an author writes them down once, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from studio.errors import InvalidField

OptionValue = bool | int | float | str
FinalLevel = Literal["clean", "model"]


@dataclass(frozen=True)
class Option:
    """One setting of a sampler or a guidance rule.

    `minimum` and `maximum` bound numbers; `choices` holds (value, title) pairs.
    """

    name: str
    title: str
    kind: Literal["float", "int", "bool", "choice"]
    default: OptionValue
    minimum: float = 0.0
    maximum: float = 1.0
    choices: tuple[tuple[str, str], ...] = ()
    description: str = ""

    def __post_init__(self) -> None:
        try:
            self.check(self.default)
        except InvalidField as problem:
            raise ValueError(f"the default of option '{self.name}' is not allowed: {problem}") from None

    def check(self, value: object) -> OptionValue:
        """The value in the option's own type. Raises `InvalidField` that says what is allowed."""
        if self.kind == "bool":
            if isinstance(value, bool):
                return value
            raise InvalidField(self.name, f"{self.title} is either true or false.")
        if self.kind == "choice":
            return self._check_choice(value)
        return self._check_number(value)

    def _check_choice(self, value: object) -> str:
        allowed = [choice for choice, _ in self.choices]
        if isinstance(value, str) and value in allowed:
            return value
        raise InvalidField(
            self.name, f"{self.title} '{str(value)[:40]}' is not known. Use one of: {', '.join(allowed)}."
        )

    def _check_number(self, value: object) -> float | int:
        wanted = (int, float) if self.kind == "float" else (int,)
        if isinstance(value, wanted) and not isinstance(value, bool) and self.minimum <= value <= self.maximum:
            return float(value) if self.kind == "float" else int(value)
        noun = "a whole number" if self.kind == "int" else "a number"
        raise InvalidField(
            self.name,
            f"{self.title} {str(value)[:40]} is out of range. Use {noun} from {self.minimum:g} to {self.maximum:g}.",
        )


@dataclass(frozen=True)
class SamplerInfo:
    """What the host must know of a sampler before it runs one.

    `final_level` is the end of the grid it wants: always `clean`, or the first trained level where the `model` is
    configured so. `fractional_timesteps` says that the spacing linspace need not be rounded. `per_image` says that
    the step size differs between pictures, so the host calls it picture by picture. `calls_per_step` is the number of
    denoiser calls a step usually makes, for estimates of time. `distilled` says that it is for models that were
    trained for it, and does not follow the equation of others.
    """

    name: str
    title: str
    description: str
    options: tuple[Option, ...] = ()
    final_level: FinalLevel = "clean"
    fractional_timesteps: bool = False
    per_image: bool = False
    calls_per_step: int = 1
    distilled: bool = False

    def __post_init__(self) -> None:
        _each_once(self.name, self.options)

    def resolve(self, given: Mapping[str, object]) -> dict[str, OptionValue]:
        """All options with the given values checked and the rest at their defaults.

        Raises `InvalidField` for a value out of range and for a name the sampler does not have.
        """
        return _resolved(self.title, self.options, given)


@dataclass(frozen=True)
class GuidanceInfo:
    """What the host must know of a guidance rule before a run.

    `at_scale_one` says that the rule is asked also at guidance scale 1, where others have nothing to do: its
    unconditional prediction is the conditional one then, and it costs no second half of a network call.
    """

    name: str
    title: str
    description: str = ""
    options: tuple[Option, ...] = ()
    at_scale_one: bool = False

    def __post_init__(self) -> None:
        _each_once(self.name, self.options)

    def resolve(self, given: Mapping[str, object]) -> dict[str, OptionValue]:
        """As `SamplerInfo.resolve`."""
        return _resolved(self.title, self.options, given)


@dataclass(frozen=True)
class SpacingInfo:
    """How a spacing is called."""

    name: str
    title: str
    description: str = ""


def _each_once(owner: str, options: tuple[Option, ...]) -> None:
    names = [option.name for option in options]
    if len(set(names)) != len(names):
        raise ValueError(f"two options of '{owner}' have one name")


def _resolved(title: str, options: tuple[Option, ...], given: Mapping[str, object]) -> dict[str, OptionValue]:
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            has = ", ".join(known) or "none"
            raise InvalidField(name, f"{title} has no option '{name[:40]}'. Its options: {has}.")
    return {name: option.check(given[name]) if name in given else option.default for name, option in known.items()}
