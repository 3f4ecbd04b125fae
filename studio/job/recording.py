"""What a run keeps of its steps. Read when a run begins."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Literal

from studio.job.recipe import Recipe

RecordMode = Literal["all", "every", "none"]
RECORD_MODES: tuple[RecordMode, ...] = ("all", "every", "none")
# The state of torch's generator on the CPU; then what else a file holds for the run, for a state and for a level.
NOISE_STATE_BYTES = 5056
HEADER_BYTES, ROW_BYTES, LEVEL_BYTES = 1500, 180, 60


@dataclass(frozen=True)
class RecordSettings:
    """Keep all steps, every k-th (and always the first and the last), or none.

    `limit` is how many bytes all trajectories may take together, 0 for no limit.
    """

    mode: RecordMode = "all"
    every: int = 5
    limit: int = 0

    def keeps(self, step: int, steps: int) -> bool:
        """Whether the state after `step` of `steps` steps is kept (0 is the start)."""
        if self.mode == "none":
            return False
        return self.mode == "all" or step in (0, steps) or step % self.every == 0

    def kept(self, steps: int) -> int:
        """How many states of a run of `steps` steps are kept, its start among them."""
        return sum(self.keeps(step, steps) for step in range(steps + 1))

    def bytes_for(self, steps: int, latent: tuple[int, int, int], number_bytes: int, *, stochastic: bool = True) -> int:
        """About how many bytes the record of a run will take, without what its sampler remembers.

        `latent` is (channels, height, width), `number_bytes` 4 for single and 2 for half precision. A `stochastic`
        sampler draws noise in every step, so the state of its generator is kept with each.
        """
        states = self.kept(steps)
        if not states:
            return 0
        tensors = (2 * states - 1) * prod(latent) * number_bytes
        draws = states if stochastic else 1
        return tensors + draws * NOISE_STATE_BYTES + states * ROW_BYTES + steps * LEVEL_BYTES + HEADER_BYTES


@dataclass(frozen=True)
class RecordAgain:
    """A job: run the recipe of a picture that is there, keep its steps beside it, and write no new picture."""

    picture: Path
    recipe: Recipe


def trajectory_id(recipe: Recipe, model_hash: str, device: str, dtype: str) -> str:
    """The name of the steps of a run, 32 hexadecimal digits: the same recipe, model and precision have the same one."""
    text = "\n".join((recipe.text(), model_hash, device.split(":")[0], dtype))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
