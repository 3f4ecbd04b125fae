"""What a run keeps of its steps. Read when a run begins."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from studio.job.recipe import Recipe

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


def trajectory_id(recipe: Recipe, model_hash: str, device: str, dtype: str) -> str:
    """The name of the steps of a run, 32 hexadecimal digits: the same recipe, model and precision have the same one."""
    text = "\n".join((recipe.text(), model_hash, device.split(":")[0], dtype))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
