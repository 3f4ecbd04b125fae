"""The manifest of a plugin, `plugin.toml`: who wrote it, which interface it needs, and what it adds.

It says enough for menus, flags and questions to the user: nothing of the plugin is imported before it is wanted.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from studio.errors import RefusedFile
from studio.job.recipe import EXPLICIT
from studio.sampling.info import GuidanceInfo, Option, OptionValue, SamplerInfo, SpacingInfo

FILE_NAME = "plugin.toml"
FILE_MAXIMUM = 256_000
API_MAJOR, API_MINOR = 1, 0
"""Of the interface that plugins are written against: `studio.plugin.api`."""

Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Title = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
Bound = Annotated[float, Field(strict=False, allow_inf_nan=False)]
ERRORS_TOLD = 8
_TAKEN = """
    action amount boomerang captions code codes count crop debug device easing enlarge enlarge_with etas even
    feather fill fill_colour format fps frames from_step guidance guidance_interval guidance_rescale height help
    hold i_know image inpaint interval json jump_length key key_guidance key_negative key_prompt loop lossless
    markdown mask match_colours method model name negative negative_prompt once only out outpaint over padding pairs
    picture pictures plugin precision preview preview_decoder preview_every processor_time prompt quick
    reconstruction record refine repeats rescale rule safe_mode sampler save_code scale scale_mask seed
    segment_frames sheet size spacing start steps strength study timesteps timing version view width
"""
TAKEN_NAMES = frozenset(_TAKEN.split())
"""Names that an option of a sampler cannot have: they are fields of a picture or flags of the command line."""
RULE_PREFIX = "rule_"
"""So begin the flags of the options of guidance rules."""

# What pydantic says of a value that is not as it must be, in words for an author.
_PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "is not known here",
    "string_type": "is not text",
    "string_too_long": "is too long",
    "string_too_short": "is empty",
    "string_pattern_mismatch": "is not written as it must be",
    "finite_number": "is not a finite number",
    "too_long": "has too many entries",
    "tuple_type": "is not a list",
    "model_type": "is not a table",
}


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class OptionEntry(_Part):
    """An option of a sampler or a rule, as in `studio.sampling.info.Option`."""

    name: Identifier
    title: Title
    kind: Literal["float", "int", "bool", "choice"]
    default: bool | int | float | str
    minimum: Bound = 0.0
    maximum: Bound = 1.0
    choices: tuple[Annotated[tuple[str, str], Field(strict=False)], ...] = Field(default=(), strict=False)
    description: Line = ""

    @model_validator(mode="after")
    def _allowed(self) -> OptionEntry:
        if self.name in TAKEN_NAMES or self.name.startswith(RULE_PREFIX):
            raise ValueError(f"no option can be called '{self.name}', because a flag or a field is")
        self.option()
        return self

    def option(self) -> Option:
        """The option. Raises `ValueError` for a default that it does not allow."""
        default: OptionValue = self.default
        if self.kind == "float" and isinstance(default, int) and not isinstance(default, bool):
            default = float(default)
        return Option(
            self.name, self.title, self.kind, default, self.minimum, self.maximum, self.choices, self.description
        )


class SamplerEntry(_Part):
    """A sampler that a plugin adds, as in `studio.sampling.info.SamplerInfo`."""

    name: Identifier
    title: Title
    description: Line = ""
    options: tuple[OptionEntry, ...] = Field(default=(), max_length=32, strict=False)
    final_level: Literal["clean", "model"] = "clean"
    fractional_timesteps: bool = False
    per_image: bool = False
    calls_per_step: Annotated[int, Field(ge=1, le=100)] = 1
    distilled: bool = False

    @model_validator(mode="after")
    def _allowed(self) -> SamplerEntry:
        self.info()
        return self

    def info(self) -> SamplerInfo:
        """How the sampler describes itself."""
        return SamplerInfo(
            self.name,
            self.title,
            self.description,
            tuple(entry.option() for entry in self.options),
            self.final_level,
            self.fractional_timesteps,
            self.per_image,
            self.calls_per_step,
            self.distilled,
        )


class SpacingEntry(_Part):
    """A spacing that a plugin adds."""

    name: Identifier
    title: Title
    description: Line = ""

    @model_validator(mode="after")
    def _allowed(self) -> SpacingEntry:
        if self.name == EXPLICIT:
            raise ValueError(f"no spacing can be called '{EXPLICIT}': that is the list of timesteps")
        return self

    def info(self) -> SpacingInfo:
        """How the spacing is called."""
        return SpacingInfo(self.name, self.title, self.description)


class GuidanceEntry(_Part):
    """A guidance rule that a plugin adds, as in `studio.sampling.info.GuidanceInfo`."""

    name: Identifier
    title: Title
    description: Line = ""
    options: tuple[OptionEntry, ...] = Field(default=(), max_length=32, strict=False)
    at_scale_one: bool = False

    @model_validator(mode="after")
    def _allowed(self) -> GuidanceEntry:
        self.info()
        return self

    def info(self) -> GuidanceInfo:
        """How the rule describes itself."""
        options = tuple(entry.option() for entry in self.options)
        return GuidanceInfo(self.name, self.title, self.description, options, self.at_scale_one)


class Manifest(_Part):
    """What a plugin says of itself. `entry` names a module of the plugin and what in it lists its contributions."""

    id: Identifier
    name: Title
    version: Annotated[str, Field(pattern=r"^[0-9]{1,5}(\.[0-9]{1,5}){0,2}([-+.][0-9A-Za-z.]{1,20})?$")]
    api: Annotated[str, Field(pattern=r"^[0-9]{1,3}\.[0-9]{1,3}$")]
    description: Annotated[str, Field(max_length=2000)] = ""
    authors: tuple[Line, ...] = Field(default=(), max_length=20, strict=False)
    license: Line = ""
    homepage: Annotated[str, Field(max_length=300, pattern=r"^(https?://[^\s]+)?$")] = ""
    entry: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*:[A-Za-z_][A-Za-z0-9_]*$")]
    samplers: tuple[SamplerEntry, ...] = Field(default=(), max_length=64, strict=False)
    spacings: tuple[SpacingEntry, ...] = Field(default=(), max_length=64, strict=False)
    guidance: tuple[GuidanceEntry, ...] = Field(default=(), max_length=64, strict=False)

    @field_validator("authors")
    @classmethod
    def _authors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(author for author in value if author)

    @model_validator(mode="after")
    def _adds_something(self) -> Manifest:
        parts = (self.samplers, self.spacings, self.guidance)
        if not any(parts):
            raise ValueError("it adds nothing: list samplers, spacings or guidance")
        for part in parts:
            names = [entry.name for entry in part]
            if len(set(names)) != len(names):
                raise ValueError("two of its contributions have one name")
        return self

    @property
    def contributions(self) -> tuple[SamplerEntry | SpacingEntry | GuidanceEntry, ...]:
        """All that it adds."""
        return (*self.samplers, *self.spacings, *self.guidance)

    @property
    def adds(self) -> str:
        """The names of what it adds, for reading."""
        return ", ".join(entry.name for entry in self.contributions)

    def incompatible(self) -> str:
        """One sentence saying which version is needed, or "" if the plugin fits this program.

        The same major version and an equal or lower minor one fit.
        """
        major, minor = (int(part) for part in self.api.split("."))
        if major == API_MAJOR and minor <= API_MINOR:
            return ""
        here = f"{API_MAJOR}.{API_MINOR}"
        return f"{self.name} is written for plugin interface {self.api}, and this program has {here}. " + (
            "Update Reverie." if (major, minor) > (API_MAJOR, API_MINOR) else "Ask its author for a newer version."
        )


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the plugin in a folder. Raises `RefusedFile` that tells all that is wrong with it."""
    path = folder / FILE_NAME
    try:
        if path.stat().st_size > FILE_MAXIMUM:
            raise RefusedFile(f"The manifest of {folder.name} is too large.")
        data: dict[str, Any] = tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise RefusedFile(f"{folder.name} is no plugin: it has no {FILE_NAME}.") from None
    except (OSError, ValueError, RecursionError) as problem:  # no UTF-8, no TOML, a number of thousands of digits
        raise RefusedFile(f"The manifest of {folder.name} is not readable: {str(problem)[:200]}.") from None
    try:
        return Manifest.model_validate(data)
    except ValidationError as problem:
        errors = problem.errors(include_url=False, include_input=False)
        told = [_told(error) for error in errors[:ERRORS_TOLD]]
        more = [f"and {len(errors) - ERRORS_TOLD} more"] if len(errors) > ERRORS_TOLD else []
        raise RefusedFile(f"The manifest of {folder.name} is wrong: {'; '.join(told + more)}.") from None


def _told(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"])[:100]
    said = _PLAIN.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    if not place:
        return said
    return f"{place} {said}" if error["type"] in _PLAIN else f"{place}: {said}"
