"""A new code of others. Plain data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from studio.job.code import NAME_MAXIMUM, CodeId
from studio.job.part import Part

AMOUNT_MAXIMUM = 10.0
CODES_MAXIMUM = 100
Kind = Literal["mean", "difference", "analogy"]


class Arithmetic(Part):
    """A new code called `name`: the mean of two or more, the difference of two, or `a + amount (b - c)` of three."""

    kind: Kind
    codes: Annotated[tuple[CodeId, ...], Field(max_length=CODES_MAXIMUM)]
    amount: float = 1.0
    name: Annotated[str, Field(min_length=1, max_length=NAME_MAXIMUM)] = "untitled"

    @field_validator("amount")
    @classmethod
    def _amount(cls, value: float) -> float:
        if not -AMOUNT_MAXIMUM <= value <= AMOUNT_MAXIMUM:
            raise ValueError(f"Amount {value:g} is out of range. Use -{AMOUNT_MAXIMUM:g} to {AMOUNT_MAXIMUM:g}.")
        return value

    @model_validator(mode="after")
    def _enough(self) -> Arithmetic:
        count = len(self.codes)
        if self.kind == "mean" and count < 2:
            raise ValueError("A mean takes two codes or more.")
        if self.kind == "difference" and count != 2:
            raise ValueError("A difference takes two codes.")
        if self.kind == "analogy" and count != 3:
            raise ValueError("a + t (b - c) takes three codes.")
        return self
