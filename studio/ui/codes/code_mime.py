"""Codes that are dragged from the shelf to where they are used, and files of codes that are dragged in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QMimeData, QUrl

from studio import paths
from studio.job.code import SUFFIX

FORMAT = "application/x-reverie-code"
_ID = re.compile(r"[0-9a-f]{64}")


def code_mime(codes: Iterable[str]) -> QMimeData:
    """What is dragged: the ids of codes, and for other programs their files."""
    listed = list(codes)
    mime = QMimeData()
    mime.setData(FORMAT, "\n".join(listed).encode())
    mime.setUrls([QUrl.fromLocalFile(str(paths.codes() / f"{code}{SUFFIX}")) for code in listed])
    return mime


def codes_in(mime: QMimeData) -> tuple[str, ...]:
    """The ids of the codes that are dragged, in their order; none if it is something else."""
    text = bytes(mime.data(FORMAT).data()).decode("ascii", "replace")
    return tuple(word for word in text.split("\n") if _ID.fullmatch(word))


def code_file_in(mime: QMimeData) -> Path | None:
    """The one file of a code that is dragged in from elsewhere, or None."""
    urls = mime.urls()
    if codes_in(mime) or len(urls) != 1 or not urls[0].isLocalFile():
        return None
    path = Path(urls[0].toLocalFile())
    return path if path.name.lower().endswith(SUFFIX) else None
