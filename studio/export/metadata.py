"""What a saved picture knows about itself: the `reverie` text, versioned JSON with the recipe and how it was made."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, ValidationError, model_serializer
from pydantic_core import from_json

from studio.errors import RefusedFile
from studio.image import Image
from studio.job.event import GeneratedImage
from studio.job.recipe import Recipe

FORMAT_VERSION = 1
REVERIE_KEY, PARAMETERS_KEY = "reverie", "parameters"
BYTES_MAXIMUM = 256_000

Word = Annotated[str, Field(max_length=200)]


class Made(BaseModel):
    """How a picture was made: what does not belong to the recipe. `pixels` is the `pixel_hash` at that time.

    `batch` is how many pictures a network call held; it is written only where they were several.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    seconds: Annotated[float, Field(ge=0.0, allow_inf_nan=False)] = 0.0
    model_hash: Word = ""
    device: Word = ""
    dtype: Word = ""
    versions: Annotated[dict[Word, Word], Field(max_length=100)] = Field(default_factory=dict)
    pixels: Word = ""
    batch: Annotated[int, Field(ge=1)] = 1

    @model_serializer(mode="wrap")
    def _told(self, tell: SerializerFunctionWrapHandler) -> dict[str, Any]:
        told: dict[str, Any] = tell(self)
        return {name: value for name, value in told.items() if name != "batch" or value != 1}


def pixel_hash(image: Image) -> str:
    """SHA-256 of shape and pixels, 64 hexadecimal digits: equal for equal pictures, whatever file they are in."""
    digest = hashlib.sha256(f"{image.width}x{image.height} RGB\n".encode())
    digest.update(image.pixels.data)
    return digest.hexdigest()


def made_of(generated: GeneratedImage) -> Made:
    """How a finished picture was made."""
    return Made(
        seconds=generated.seconds,
        model_hash=generated.model_hash,
        device=generated.device,
        dtype=generated.dtype,
        versions=dict(generated.versions),
        pixels=pixel_hash(generated.image),
        batch=generated.batch,
    )


def reverie_text(generated: GeneratedImage) -> str:
    """The text for a picture of ours. A recipe too long to be read again later is left out."""
    parts: dict[str, Any] = {"format": FORMAT_VERSION, "made": made_of(generated).model_dump()}
    text = _json({**parts, "recipe": json.loads(generated.recipe.text())})
    return text if len(text.encode()) <= BYTES_MAXIMUM else _json({**parts, "recipe": None})


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def read_reverie(text: str) -> tuple[Recipe | None, Made | None]:
    """The recipe in such a text, and how the picture was made if that is readable.

    Raises `RefusedFile` with a sentence if there is no recipe to be had: damaged, too long, or of a newer version.
    """
    if len(text) > BYTES_MAXIMUM or len(text.encode("utf-8", "surrogatepass")) > BYTES_MAXIMUM:
        raise RefusedFile(f"The recipe in this picture is larger than {BYTES_MAXIMUM:,} bytes, so it is not read.")
    try:
        data = from_json(text, allow_inf_nan=False)
    except ValueError:
        data = None
    if not isinstance(data, dict) or type(data.get("format")) is not int or data["format"] < 1:
        raise RefusedFile("The recipe in this picture is damaged.")
    if data["format"] > FORMAT_VERSION:
        raise RefusedFile("The recipe in this picture is of a newer version of Reverie. Update Reverie to use it.")
    if data.get("recipe") is None:
        raise RefusedFile("The recipe of this picture was too long to be kept in it.")
    return Recipe.read(json.dumps(data["recipe"])), _made(data.get("made"))


def _made(data: object) -> Made | None:
    try:
        return Made.model_validate(data)
    except ValidationError:
        return None
