"""What the window asks to see of a process: a step of a recorded run, or a picture at a noise level."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studio.image import Image

ViewKind = Literal["x0", "x", "eps", "guidance", "change"]
VIEW_KINDS: tuple[ViewKind, ...] = ("x0", "x", "eps", "guidance", "change")
# They have no colours of their own: shown around mid grey, amplified.
SIGNED_KINDS: tuple[ViewKind, ...] = ("eps", "guidance", "change")


@dataclass(frozen=True)
class ViewRequest:
    """A step of the trajectory with that id. `exact` asks for the full decoder, else a quick one will do.

    Step k is the state after k steps. `x0` is what was expected in step k, `eps` the noise it went with, `guidance`
    the conditional minus the unconditional noise there, `change` how x0 differs from that of the step before.
    Signed kinds look the same whether exact or not.
    """

    trajectory: str
    step: int
    kind: ViewKind = "x0"
    exact: bool = True


@dataclass(frozen=True)
class ForwardRequest:
    """A picture at a level of q(x_t | x_0): `x = alpha x0 + sigma eps`, with the first noise of `seed`.

    `index` counts the levels of the grid from 0, the noisiest, to `steps`, its end. `sampler` decides which end.
    """

    picture: Path | Image
    index: int
    model: str = "starter"
    seed: int = 0
    steps: int = 30
    spacing: str = "leading"
    sampler: str = "ddim"
    exact: bool = True


AnyView = ViewRequest | ForwardRequest


@dataclass(frozen=True, eq=False)
class ViewReady:
    """The picture of a view, or the sentence why there is none.

    `gain` is by how much a signed quantity was amplified. `missing` says that the step was not kept, so that recording
    the picture again would bring it.
    """

    request: AnyView
    image: Image | None
    sentence: str = ""
    gain: float = 1.0
    missing: bool = False


def view_title(kind: ViewKind, step: int, steps: int) -> str:
    """What a view is called: "x0 at step 20 of 40" is the end expected there, not a picture of 20 steps."""
    return f"{kind} at step {step} of {steps}"
