"""What a run keeps of its steps. Read when a run begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

RecordMode = Literal["all", "every", "none"]
RECORD_MODES: tuple[RecordMode, ...] = ("all", "every", "none")


@dataclass(frozen=True)
class RecordSettings:
    """Keep all steps, every k-th (and always the first and the last), or none."""

    mode: RecordMode = "all"
    every: int = 5

    def keeps(self, step: int, steps: int) -> bool:
        """Whether the state after `step` of `steps` steps is kept (0 is the start)."""
        if self.mode == "none":
            return False
        return self.mode == "all" or step in (0, steps) or step % self.every == 0
