"""A new code of others. Plain data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from studio.job.code import NAME_MAXIMUM, CodeId
from studio.job.part import Part

MEAN_MAXIMUM = 100
AMOUNT_MAXIMUM = 100.0

Kind = Literal["mean", "difference", "analogy"]


class Arithmetic(Part):
    """A new code of others, called `name`.

    "mean" is what two or more have in common, "difference" `a - b`, "analogy" `a + amount (b - c)`. The amount counts
    for an analogy alone. How norms are set is said in `studio.sampling.arithmetic`.
    """

    kind: Kind
    codes: tuple[CodeId, ...]
    amount: Annotated[float, Field(ge=-AMOUNT_MAXIMUM, le=AMOUNT_MAXIMUM, allow_inf_nan=False)] = 1.0
    name: Annotated[str, Field(min_length=1, max_length=NAME_MAXIMUM)] = "untitled"

    @model_validator(mode="after")
    def _enough(self) -> Arithmetic:
        given = len(self.codes)
        if self.kind == "mean" and not 2 <= given <= MEAN_MAXIMUM:
            raise ValueError(f"A mean is of 2 to {MEAN_MAXIMUM} codes, not of {given}.")
        if self.kind == "difference" and given != 2:
            raise ValueError(f"A difference is of two codes, not of {given}.")
        if self.kind == "analogy" and given != 3:
            raise ValueError(f"An analogy is of three codes, a + t (b - c), not of {given}.")
        return self
