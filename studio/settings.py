"""What the program remembers between two starts. A damaged file never stops it and never disappears.

Each save keeps the generation before it (`….previous`). A file that cannot be understood is set aside
(`….damaged-1`), the last good one is used, and a notice says so. Keys of newer versions survive.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from studio.storage import make_folder, write_durably

BYTES_MAXIMUM = 4_000_000
PREVIOUS_SUFFIX, DAMAGED_SUFFIX = ".previous", ".damaged-"

Theme = Literal["dark", "light", "system"]
PreviewDecoder = Literal["auto", "linear", "tiny", "full", "off"]
PreviewKind = Literal["x0", "x"]
WorkspaceName = Literal["generate", "inpaint", "interpolate"]
RecordMode = Literal["all", "every", "none"]
Device = Literal["auto", "cpu", "cuda", "mps"]
Precision = Literal["auto", "float32", "float16", "bfloat16"]
Text = Annotated[str, Field(max_length=100_000)]
Place = Annotated[str, Field(min_length=1, max_length=4096)]


class Settings(BaseModel):
    """Frozen; `with_` makes a changed copy. Unknown keys are kept and written again.

    `form` holds the fields as the user left them, `recipe` the text of the last recipe. Window geometry and state are
    base64. `painting_name` is what the open painting is called, `brush` and `overlay` how a mask is painted and shown,
    `track` that of the interpolation studio. `ui_scale` is in percent. `pictures_folder` None is the default place.
    `record_limit_gb` is how much space the steps of all pictures may take, in 10⁹ bytes, 0 for no limit.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True)

    version: Annotated[int, Field(ge=1)] = 1
    recipe: Text = ""
    form: Mapping[str, Any] = Field(default_factory=dict)
    window_geometry: Text = ""
    workspace: WorkspaceName = "generate"
    painting_name: Text = ""
    brush: Mapping[str, Any] = Field(default_factory=dict)
    overlay: Mapping[str, Any] = Field(default_factory=dict)
    track: Mapping[str, Any] = Field(default_factory=dict)
    splitters: Mapping[str, tuple[Annotated[int, Field(ge=0, le=100_000)], ...]] = Field(default_factory=dict)
    theme: Theme = "dark"
    ui_scale: Annotated[int, Field(ge=90, le=150)] = 100
    pictures_folder: Place | None = None
    model_folders: tuple[Place, ...] = ()
    preview_decoder: PreviewDecoder = "auto"
    preview_kind: PreviewKind = "x0"
    record_mode: RecordMode = "all"
    record_every: Annotated[int, Field(ge=2, le=1000)] = 5
    record_limit_gb: Annotated[int, Field(ge=0, le=100_000)] = 10
    hints_seen: Annotated[int, Field(ge=0, le=2)] = 0
    device: Device = "auto"
    precision: Precision = "auto"
    reduced_motion: bool = False

    def with_(self, **changes: Any) -> Self:
        """A copy with other values. Raises pydantic's `ValidationError` for a value that is not allowed."""
        return self.model_validate_json(json.dumps({**json.loads(self.text()), **changes}))

    def text(self) -> str:
        """The settings as JSON."""
        return self.model_dump_json(indent=1)


def load(path: Path) -> tuple[Settings, tuple[str, ...]]:
    """The settings in the file at `path`, and notices for the user (none if all is well). Never raises.

    A damaged file is renamed and the generation before it is used; a bad value of one key becomes its default.
    """
    notices: list[str] = []
    for place in (path, _previous(path)):
        found = _read(place, notices)
        if found is None:
            continue
        if place != path:
            if not notices:
                notices.append(f"The settings file {path} was missing.")
            notices.append("The last good settings are used instead.")
        settings, bad = _understood(found)
        if bad:
            notices.append(f"These settings were not understood and are back at their defaults: {', '.join(bad)}.")
        return settings, tuple(notices)
    if notices:
        notices.append("The default settings are used instead.")
    return Settings(), tuple(notices)


def save(path: Path, settings: Settings) -> None:
    """Write the settings durably; what was there becomes the previous generation. Raises `StorageError`."""
    data = settings.text().encode()
    make_folder(path.parent)
    current = _good_bytes(path)
    if current == data:
        return
    if current is not None:
        write_durably(_previous(path), current)
    write_durably(path, data)


def _previous(path: Path) -> Path:
    return path.with_name(path.name + PREVIOUS_SUFFIX)


def _read(path: Path, notices: list[str]) -> dict[str, Any] | None:
    """The object in the file; None if there is no file or no good one, with a notice and the bad file set aside."""
    try:
        return _object(_bytes(path))
    except FileNotFoundError:
        return None
    except OSError as problem:
        notices.append(f"The settings in {path} could not be read: {problem.strerror or problem}.")
    except ValueError:
        notices.append(f"The settings in {path.name} were damaged. {_set_aside(path)}")
    return None


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(BYTES_MAXIMUM + 1)


def _object(data: bytes) -> dict[str, Any]:
    """Raises `ValueError` for anything but one JSON object of a sensible size."""
    if len(data) > BYTES_MAXIMUM:
        raise ValueError("too large")
    found = from_json(data, allow_inf_nan=False)
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found


def _good_bytes(path: Path) -> bytes | None:
    """What is in the file, if it is worth keeping as the previous generation."""
    try:
        data = _bytes(path)
        _object(data)
    except (OSError, ValueError):
        return None
    return data


def _set_aside(path: Path) -> str:
    """Rename a damaged file to a free name and say which."""
    number = 1
    while (target := path.with_name(f"{path.name}{DAMAGED_SUFFIX}{number}")).exists():
        number += 1
    try:
        os.rename(path, target)
    except OSError as problem:
        return f"The file could not be set aside: {problem.strerror or problem}."
    return f"The file is kept as {target.name}."


def _understood(found: dict[str, Any]) -> tuple[Settings, list[str]]:
    """Settings out of an object, and the names of the keys whose values are not allowed."""
    try:
        return _validated(found), []
    except ValidationError as problem:
        bad = sorted({str(error["loc"][0]) for error in problem.errors() if error["loc"]})
    return _validated({key: value for key, value in found.items() if key not in bad}), bad


def _validated(found: dict[str, Any]) -> Settings:
    return Settings.model_validate_json(json.dumps(found))
