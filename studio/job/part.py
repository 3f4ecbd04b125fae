"""What the pieces of a recipe have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False)]


class Part(BaseModel):
    """A frozen piece of a recipe that accepts only the fields it knows."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
