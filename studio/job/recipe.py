"""The recipe: everything needed to make a picture again, and nothing else.

Recipes live in PNG files for years, so they are versioned, validated when they are built, and strict about what
they accept. What depends on a method or a model (a sampler's options, trained steps) is checked where those are known.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, field_validator, model_validator

from studio.errors import InvalidField, RefusedFile
from studio.job.code import BETWEEN_DEPTH_MAXIMUM, Between, Blend, FromCode, Inverting, codes_of
from studio.job.inpaint import FromImage, Inpaint
from studio.job.part import Fraction, Part

RECIPE_VERSION = 1
SIZE_MINIMUM, SIZE_MAXIMUM, SIZE_STEP = 64, 4096, 8
STEPS_MAXIMUM = 10_000
SEED_MAXIMUM = 2**63 - 1
SCALE_MINIMUM, SCALE_MAXIMUM = 0.0, 100.0
PROMPT_MAXIMUM = 10_000
BRANCH_DEPTH_MAXIMUM = 50
EXPLICIT = "explicit"
"""The spacing that is a list of timesteps. All others are methods, and known by name where methods are."""

OptionValue = bool | int | float | str
Name = Annotated[str, Field(min_length=1, max_length=100)]
P = TypeVar("P", bound=BaseModel)


class Noise(Part):
    """Start from the noise of the recipe's seed."""

    kind: Literal["noise"] = "noise"


class FromStep(Part):
    """Start from the state after `step` steps of another run: a branch.

    `parent` is that run's recipe and `trajectory` the name of its record, so that a branch can be made again even
    where the record is gone. The noise of later steps goes on as it was `recorded`, or is `reseeded` by the branch's
    own seed.
    """

    kind: Literal["from_step"] = "from_step"
    trajectory: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    step: Annotated[int, Field(ge=0, le=STEPS_MAXIMUM)]
    noise: Literal["recorded", "reseeded"] = "recorded"
    parent: Recipe


class Sampling(Part):
    """Which sampler walks which grid. `timesteps` is given for the spacing "explicit" and only then, noisiest first."""

    sampler: Name = "ddim"
    options: dict[str, OptionValue] = Field(default_factory=dict)
    steps: int = 30
    spacing: Name = "leading"
    timesteps: tuple[Annotated[float, Field(ge=0.0, allow_inf_nan=False)], ...] | None = None

    @field_validator("steps")
    @classmethod
    def _steps(cls, value: int) -> int:
        if not 1 <= value <= STEPS_MAXIMUM:
            raise ValueError(f"Steps {value} is out of range. Use 1 to {STEPS_MAXIMUM:,}.")
        return value

    @model_validator(mode="after")
    def _explicit(self) -> Sampling:
        if (self.spacing == EXPLICIT) != (self.timesteps is not None):
            raise ValueError("The spacing 'explicit' needs a list of timesteps, and only it takes one.")
        if self.timesteps is not None:
            if len(self.timesteps) != self.steps:
                raise ValueError(f"The list has {len(self.timesteps)} timesteps, but steps is {self.steps}.")
            if any(a <= b for a, b in zip(self.timesteps, self.timesteps[1:], strict=False)):
                raise ValueError("The timesteps of an explicit spacing must fall from one to the next.")
        return self


class Guidance(Part):
    """How conditional and unconditional predictions are combined.

    `scale` is s (s = w + 1 of the lectures; 1 is plain conditional). `interval` holds fractions of the trained time
    t/T between which guidance acts (Kynkäänniemi et al. 2024). `rescale` is φ of Lin et al. 2023. `options` are those
    of the rule.
    """

    rule: Name = "classifier_free"
    options: dict[str, OptionValue] = Field(default_factory=dict)
    scale: float = 5.0
    interval: tuple[Fraction, Fraction] = (0.0, 1.0)
    rescale: Fraction = 0.0

    @field_validator("scale")
    @classmethod
    def _scale(cls, value: float) -> float:
        if not SCALE_MINIMUM <= value <= SCALE_MAXIMUM:
            raise ValueError(f"Guidance {value:g} is out of range. Use {SCALE_MINIMUM:g} to {SCALE_MAXIMUM:g}.")
        return value

    @field_validator("interval")
    @classmethod
    def _interval(cls, value: tuple[float, float]) -> tuple[float, float]:
        if value[0] > value[1]:
            raise ValueError("The guidance interval must begin before it ends.")
        return value


class Recipe(Part):
    """Everything needed to make one picture again. Sizes in pixels; `seed` is 0 to 2⁶³ - 1.

    With a `blend` the conditionings are those of its prompts, weighted and added; weights add up to 1. `prompt` is then
    what the picture is called.

    Raises `InvalidField` through `recipe()` and `Recipe.read()`; those are the doors for values from users and files.
    """

    version: Literal[1] = 1
    model: Annotated[str, Field(min_length=1, max_length=255)] = "starter"
    prompt: Annotated[str, Field(max_length=PROMPT_MAXIMUM)] = ""
    negative_prompt: Annotated[str, Field(max_length=PROMPT_MAXIMUM)] = ""
    width: int = 128
    height: int = 128
    seed: int = 0
    start: Annotated[Noise | FromImage | FromStep | FromCode | Between | Inverting, Field(discriminator="kind")] = (
        Noise()
    )
    sampling: Sampling = Sampling()
    guidance: Guidance = Guidance()
    inpaint: Inpaint | None = None
    blend: Blend = ()

    @field_validator("width", "height")
    @classmethod
    def _size(cls, value: int, info: Any) -> int:
        name = str(info.field_name).capitalize()
        if not SIZE_MINIMUM <= value <= SIZE_MAXIMUM:
            raise ValueError(f"{name} {value} is out of range. Use {SIZE_MINIMUM} to {SIZE_MAXIMUM}.")
        if value % SIZE_STEP:
            below = value - value % SIZE_STEP
            raise ValueError(f"{name} {value} is not divisible by {SIZE_STEP}. Use {below} or {below + SIZE_STEP}.")
        return value

    @field_validator("seed")
    @classmethod
    def _seed(cls, value: int) -> int:
        if not 0 <= value <= SEED_MAXIMUM:
            raise ValueError(f"Seed {value} is out of range. Use 0 to {SEED_MAXIMUM}.")
        return value

    @model_validator(mode="after")
    def _branch(self) -> Recipe:
        if not isinstance(self.start, FromStep):
            return self
        parent = self.start.parent
        if (parent.width, parent.height) != (self.width, self.height):
            raise ValueError("A branch has the size of the picture it starts from.")
        if isinstance(parent.start, Inverting):
            raise ValueError("An inversion leads to a code, so nothing branches from its steps. Start from its code.")
        if self.depth > BRANCH_DEPTH_MAXIMUM:
            raise ValueError(f"A branch lies at most {BRANCH_DEPTH_MAXIMUM} branches deep.")
        return self

    @model_validator(mode="after")
    def _one_picture(self) -> Recipe:
        if self.inpaint is not None and isinstance(self.start, FromImage) and self.start.image != self.inpaint.image:
            raise ValueError("A picture is painted anew from itself: start and inpaint name the same one.")
        return self

    @model_validator(mode="after")
    def _depth_of_codes(self) -> Recipe:
        if isinstance(self.start, Between) and self.start.depth > BETWEEN_DEPTH_MAXIMUM:
            raise ValueError("A way between codes may begin and end on other ways, but those only at codes.")
        return self

    @property
    def codes(self) -> frozenset[str]:
        """The ids of all codes that this recipe and those it starts from need."""
        return self.start.parent.codes if isinstance(self.start, FromStep) else codes_of(self.start)

    @property
    def pixels(self) -> frozenset[str]:
        """The ids of all pictures and masks that this recipe and those it starts from need."""
        own = {self.inpaint.image, self.inpaint.mask} if self.inpaint else set()
        if isinstance(self.start, (FromImage, Inverting)):
            own.add(self.start.image)
        return frozenset(own) | (self.start.parent.pixels if isinstance(self.start, FromStep) else frozenset())

    @property
    def depth(self) -> int:
        """How many branches lie between this recipe and pure noise."""
        return self.start.parent.depth + 1 if isinstance(self.start, FromStep) else 0

    def text(self) -> str:
        """The recipe as JSON, keys in the order of the fields."""
        return self.model_dump_json()

    @classmethod
    def read(cls, text: str) -> Recipe:
        """The recipe in `text`. Raises `RefusedFile` for what is no recipe and for recipes of a newer version."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError):
            raise RefusedFile("The recipe in this file is damaged: it is not readable as JSON.") from None
        if not isinstance(data, dict):
            raise RefusedFile("The recipe in this file is damaged: it is not a JSON object.")
        version = data.get("version")
        if isinstance(version, int) and version > RECIPE_VERSION:
            raise RefusedFile(
                f"This recipe has version {version}; this program reads up to {RECIPE_VERSION}. Update Reverie."
            )
        try:
            return cls.model_validate_json(text)
        except ValidationError as problem:
            field, sentence = _first_problem(problem)
            raise RefusedFile(f"The recipe in this file is damaged at '{field}': {sentence}") from None


_KINDS = ("noise", "from_image", "from_step", "from_code", "from_seed", "between", "inverting")

FromStep.model_rebuild()
Recipe.model_rebuild()


def recipe(**fields: Any) -> Recipe:
    """Build a recipe from a user's values. Raises `InvalidField` that names the field and says what is allowed."""
    return checked(Recipe, **fields)


def checked(part: type[P], **fields: Any) -> P:
    """Build any part of a recipe; the first problem becomes an `InvalidField`."""
    try:
        return part(**fields)
    except ValidationError as problem:
        raise InvalidField(*_first_problem(problem)) from None


def _first_problem(problem: ValidationError) -> tuple[str, str]:
    """Name of the innermost field and a sentence, from what pydantic found first."""
    first = problem.errors(include_url=False, include_context=True)[0]
    names = [str(place) for place in first["loc"] if isinstance(place, str) and place not in _KINDS]
    field = names[-1] if names else "recipe"
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, ValueError):
        if not names and "timesteps" in str(cause):
            field = "spacing"
        return field, str(cause)
    return field, f"{field.replace('_', ' ').capitalize()}: {first['msg'].lower()}."
