"""What the window asks of a recorded run: one view of one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from studio.image import Image

ViewKind = Literal["x0", "x", "eps", "guidance", "change"]
VIEW_KINDS: tuple[ViewKind, ...] = ("x0", "x", "eps", "guidance", "change")


@dataclass(frozen=True)
class ViewRequest:
    """A step of the trajectory with that id. `exact` asks for the full decoder, else a quick one will do."""

    trajectory: str
    step: int
    kind: ViewKind = "x0"
    exact: bool = True


@dataclass(frozen=True, eq=False)
class ViewReady:
    """The picture of a view, or the sentence why there is none."""

    request: ViewRequest
    image: Image | None
    sentence: str = ""
