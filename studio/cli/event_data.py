"""The events of a job or an export as plain data: what `--json` writes, one event a line."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from studio.export.export_event import ExportEvent
from studio.export.metadata import pixel_hash
from studio.image import Image
from studio.job.event import GeneratedImage, JobEvent
from studio.job.part import Part


def event_data(event: JobEvent | ExportEvent, preview: Path | None = None) -> dict[str, object]:
    """The fields of an event under its kind, such as `step_done`. A picture is told by its size and hash.

    `preview` is where the picture of a `PreviewReady` was written.
    """
    data: dict[str, object] = {"event": event_kind(event)}
    for field in fields(event):
        data.update(_field(field.name, getattr(event, field.name)))
    if preview is not None:
        data["path"] = str(preview)
    return data


def event_kind(event: JobEvent | ExportEvent) -> str:
    """The name of an event in JSON: `StepDone` is `step_done`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(event).__name__).lower()


def picture_data(image: Image) -> dict[str, object]:
    """Size in pixels, and the hash that is equal for equal pictures."""
    return {"width": image.width, "height": image.height, "pixels": pixel_hash(image)}


def _field(name: str, value: object) -> dict[str, object]:
    if isinstance(value, Image):
        return picture_data(value) if name == "image" else {name: picture_data(value)}
    if isinstance(value, Part):
        return {name: value.model_dump(mode="json")}
    if isinstance(value, GeneratedImage):
        return _generated_data(value)
    return {name: str(value) if isinstance(value, Path) else value}


def _generated_data(generated: GeneratedImage) -> dict[str, object]:
    return {
        **picture_data(generated.image),
        "recipe": generated.recipe.model_dump(mode="json"),
        "seconds": generated.seconds,
        "model_hash": generated.model_hash,
        "device": generated.device,
        "dtype": generated.dtype,
        "versions": dict(generated.versions),
        **({} if generated.batch == 1 else {"batch": generated.batch}),
    }
