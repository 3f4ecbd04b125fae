"""Codes that are dragged from the shelf to where they are used."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QMimeData

FORMAT = "application/x-reverie-code"
_ID = re.compile(r"[0-9a-f]{64}")


def code_mime(codes: Iterable[str]) -> QMimeData:
    """What is dragged: the ids of codes."""
    mime = QMimeData()
    mime.setData(FORMAT, "\n".join(codes).encode())
    return mime


def codes_in(mime: QMimeData) -> tuple[str, ...]:
    """The ids of the codes that are dragged, in their order; none if it is something else."""
    text = bytes(mime.data(FORMAT).data()).decode("ascii", "replace")
    return tuple(word for word in text.split("\n") if _ID.fullmatch(word))
