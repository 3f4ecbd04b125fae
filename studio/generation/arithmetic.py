"""Arithmetic with codes."""

from __future__ import annotations

from studio.errors import StudioError
from studio.generation.services import Codes
from studio.job.arithmetic import Arithmetic
from studio.trajectory.code_file import Code


def combined(work: Arithmetic, codes: Codes) -> Code:
    """A new code of others."""
    raise StudioError("Codes are not combined yet.")
