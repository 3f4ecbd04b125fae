"""Arithmetic with codes. Plain data."""

from __future__ import annotations

from typing import Literal

from studio.job.code import CodeId
from studio.job.part import Part


class Arithmetic(Part):
    """A new code of others, called `name`."""

    kind: Literal["mean", "difference", "analogy"]
    codes: tuple[CodeId, ...]
    amount: float = 1.0
    name: str = "untitled"
