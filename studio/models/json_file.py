"""Reading a JSON object out of a stranger's folder: bounded, and a sentence instead of a traceback."""

from __future__ import annotations

import json
from pathlib import Path

from studio.errors import RefusedFile


def read_json_object(path: Path, maximum_bytes: int) -> dict[str, object]:
    """The object in the file at `path`.

    Raises `RefusedFile` that names the file if it cannot be read, is larger than `maximum_bytes`, or holds anything
    but one JSON object.
    """
    try:
        if not path.is_file():
            raise RefusedFile(f"The file '{path.name}' is missing in {path.parent}.")
        with path.open("rb") as file:
            data = file.read(maximum_bytes + 1)
    except OSError as problem:
        raise RefusedFile(f"The file {path} cannot be read: {problem.strerror or 'input/output error'}.") from None
    if len(data) > maximum_bytes:
        raise RefusedFile(f"The file {path} is larger than {maximum_bytes:,} bytes, so it is not read.")
    try:
        found = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise RefusedFile(f"The file {path} is damaged: it is not readable as JSON.") from None
    if not isinstance(found, dict):
        raise RefusedFile(f"The file {path} is damaged: it is not a JSON object.")
    return found
