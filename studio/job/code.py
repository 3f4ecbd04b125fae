"""Codes: latents at the noisiest level, each a picture that DDIM draws the same way again.

A code is named by its values, never by a path, so that a recipe can say for years which one it starts from.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from studio.job.inpaint import PixelId
from studio.job.part import Fraction, Part

CODE_VERSION = 1
NAME_MAXIMUM = 100
SUFFIX = ".code.safetensors"
"""How the names of their files end."""

# A sheet has four corners, and each may mix what the corners of another sheet said.
BLEND_MAXIMUM = 16
BETWEEN_DEPTH_MAXIMUM = 2
REFINE_MAXIMUM = 10

# SHA-256 of a code's values, shape and level.
CodeId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Origin = Literal["seed", "inversion", "interpolation", "step", "arithmetic"]
Method = Literal["slerp", "linear"]
Real = Annotated[float, Field(allow_inf_nan=False)]


class FromCode(Part):
    """Start from a code instead of the noise of the seed. The seed still draws what a stochastic sampler needs."""

    kind: Literal["from_code"] = "from_code"
    code: CodeId


class Inverting(Part):
    """No start of a picture but the way back: from a picture up to its code, each step refined so often.

    Only the record of an inversion has it.
    """

    kind: Literal["inverting"] = "inverting"
    image: PixelId
    refine: Annotated[int, Field(ge=0, le=REFINE_MAXIMUM)] = 0


class FromSeed(Part):
    """The noise of a seed, as one end of a way between codes."""

    kind: Literal["from_seed"] = "from_seed"
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)]


class Between(Part):
    """Start at a fraction of the way from one code to another: 0 is `first`, 1 is `second`.

    "slerp" walks along the sphere and keeps the norm, "linear" along the straight line. Ends may lie between others,
    for a sheet of four codes.
    """

    kind: Literal["between"] = "between"
    first: Annotated[FromSeed | FromCode | Between, Field(discriminator="kind")]
    second: Annotated[FromSeed | FromCode | Between, Field(discriminator="kind")]
    fraction: Fraction
    method: Method = "slerp"

    @property
    def depth(self) -> int:
        """How many ways lie in one another."""
        return 1 + max(end.depth if isinstance(end, Between) else 0 for end in (self.first, self.second))

    @property
    def codes(self) -> frozenset[str]:
        """The ids of the codes that this needs."""
        return codes_of(self.first) | codes_of(self.second)


End = FromSeed | FromCode | Between


def codes_of(end: object) -> frozenset[str]:
    """The ids of the codes that a start needs."""
    if isinstance(end, FromCode):
        return frozenset({end.code})
    return end.codes if isinstance(end, Between) else frozenset()


class Weighted(Part):
    """A pair of prompts and how much of their conditioning counts."""

    prompt: Annotated[str, Field(max_length=10_000)] = ""
    negative_prompt: Annotated[str, Field(max_length=10_000)] = ""
    weight: Fraction


def _whole(parts: tuple[Weighted, ...]) -> tuple[Weighted, ...]:
    if len(parts) > BLEND_MAXIMUM:
        raise ValueError(f"At most {BLEND_MAXIMUM} prompts are mixed, not {len(parts)}. Give a key words of its own.")
    if parts and abs(sum(part.weight for part in parts) - 1.0) > 1e-6:
        raise ValueError("The weights of blended prompts must add up to 1.")
    return parts


Blend = Annotated[tuple[Weighted, ...], AfterValidator(_whole)]
"""Prompts whose conditionings are weighted and added; weights add up to 1. Without any, one prompt counts alone."""


class RoundTrip(Part):
    """What inverting a picture and drawing it again loses. PSNR in dB over all channels, against the source.

    `autoencoder` is of encoding and decoding alone; `latent_error` the mean squared error of the latent.
    """

    autoencoder: Real
    psnr: Real
    latent_error: Real


class CodeFacts(Part):
    """What is known of a code beside its values.

    `timestep`, `alpha` and `sigma` are its level, `shape` is (C, h, w), sizes are in pixels.
    A code of a seed belongs to no model and has no hash. `steps` and `spacing` are those of the grid that an inversion
    walked, or that a run from the code would. `timesteps` are those that a run still walks which goes on
    from a state on the way, noisiest first. `blend` is there where prompts were mixed, as in a recipe.
    """

    version: Literal[1] = 1
    name: Annotated[str, Field(min_length=1, max_length=NAME_MAXIMUM)]
    origin: Origin
    told: Annotated[str, Field(max_length=200)] = ""
    model: Annotated[str, Field(max_length=255)] = ""
    model_hash: Annotated[str, Field(max_length=100)] = ""
    timestep: Real
    alpha: Real
    sigma: Real
    shape: tuple[int, int, int]
    width: int
    height: int
    prompt: Annotated[str, Field(max_length=10_000)] = ""
    negative_prompt: Annotated[str, Field(max_length=10_000)] = ""
    guidance: Real = 1.0
    blend: Blend = ()
    steps: Annotated[int, Field(ge=0, le=10_000)] = 0
    spacing: Annotated[str, Field(max_length=40)] = ""
    timesteps: Annotated[tuple[Real, ...], Field(max_length=10_000)] = ()
    created: Annotated[str, Field(max_length=40)] = ""
    round_trip: RoundTrip | None = None

    @property
    def any_schedule(self) -> bool:
        """Whether this is noise of deviation 1 that fits every model: of a seed, or made of seeds alone."""
        return self.origin == "seed" or (self.origin in ("interpolation", "arithmetic") and not self.model)

    @field_validator("shape")
    @classmethod
    def _shape(cls, value: tuple[int, int, int]) -> tuple[int, int, int]:
        if any(not 1 <= edge <= 4096 for edge in value):
            raise ValueError("A code has three edges from 1 to 4096.")
        return value


Between.model_rebuild()
