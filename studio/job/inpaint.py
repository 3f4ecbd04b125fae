"""What of a picture is painted anew, and how. Pictures and masks are named by their pixels, never by a path."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from studio.job.part import Part

InpaintMode = Literal["blend", "soft", "model", "crop"]
Fill = Literal["original", "noise", "blur", "colour", "classical"]
INPAINT_MODES: tuple[InpaintMode, ...] = ("blend", "soft", "model", "crop")
FILLS: tuple[Fill, ...] = ("original", "noise", "blur", "colour", "classical")
PADDING_MAXIMUM, FEATHER_MAXIMUM = 1024, 512
JUMP_MAXIMUM, REPEATS_MAXIMUM = 100, 20

# `Image.id` or `Mask.id`: the SHA-256 of the pixels and their size.
PixelId = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Channel = Annotated[int, Field(ge=0, le=255)]


class FromImage(Part):
    """Start from a picture that is noised as far as `strength` says: 1 is all the way, 0.1 a tenth of the steps.

    Of n steps the last int(n · strength), and at least one, are walked, as diffusers does.
    """

    kind: Literal["from_image"] = "from_image"
    image: PixelId
    strength: float = 0.6

    @field_validator("strength")
    @classmethod
    def _strength(cls, value: float) -> float:
        if not 0.0 < value <= 1.0:
            raise ValueError(f"Strength {value:g} is out of range. Use more than 0, up to 1.")
        return value


class Inpaint(Part):
    """The picture `image` is painted anew where `mask` says (255 = repaint, 0 = keep, between = partly).

    `mode` is how the network is told: "blend" holds the kept part at its own noise level after every step, "soft"
    releases a pixel at the step its grey value names, "model" gives both to a network that was trained for it, and
    "crop" works on the masked part alone, at the size of the recipe. For "crop" the picture may have any size; for
    the others it has that of the recipe, which is rounded up to the next cell of the latent.

    `fill` is what the masked part holds before the start. `padding` (pixels) is what "crop" sees around the mask.
    `feather` (pixels) is how far inside its edge the mask rises to its value. `match_colours` fits the new part to
    what is around it. With `repeats` > 1, "blend" and "crop" go back up `jump_length` steps and walk them again
    (RePaint, Lugmayr et al. 2022).
    """

    image: PixelId
    mask: PixelId
    mode: InpaintMode = "blend"
    fill: Fill = "original"
    fill_colour: tuple[Channel, Channel, Channel] = (128, 128, 128)
    padding: int = 32
    feather: int = 4
    match_colours: bool = False
    jump_length: int = 10
    repeats: int = 1

    @field_validator("padding")
    @classmethod
    def _padding(cls, value: int) -> int:
        return _within(value, "Padding", 0, PADDING_MAXIMUM)

    @field_validator("feather")
    @classmethod
    def _feather(cls, value: int) -> int:
        return _within(value, "Feather", 0, FEATHER_MAXIMUM)

    @field_validator("jump_length")
    @classmethod
    def _jump_length(cls, value: int) -> int:
        return _within(value, "Jump length", 1, JUMP_MAXIMUM)

    @field_validator("repeats")
    @classmethod
    def _repeats(cls, value: int) -> int:
        return _within(value, "Repeats", 1, REPEATS_MAXIMUM)


def _within(value: int, name: str, least: int, most: int) -> int:
    if not least <= value <= most:
        raise ValueError(f"{name} {value} is out of range. Use {least} to {most}.")
    return value
