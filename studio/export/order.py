"""What is to be exported: which view of which steps, how fast, how it looks, and as which kind of file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Protocol

from studio.errors import InvalidField
from studio.export.caption import Dresser, caption_forms
from studio.export.frame_look import FrameLook
from studio.export.sequence import FramePlan, Pace, plan_frames
from studio.job.facts import TrajectoryFacts
from studio.job.recipe import Recipe
from studio.job.view import SIGNED_KINDS, VIEW_KINDS, ViewKind

FormatName = Literal["mp4", "gif", "apng", "webp", "png", "sheet"]
# Browsers show a GIF frame that is asked to last less than two hundredths of a second for ten of them.
GIF_FPS_MAXIMUM = 50
# Another number, another way to write frames: what an older program left half-finished is not gone on with.
WRITING = 1
FINGERPRINT_DIGITS = 8


@dataclass(frozen=True)
class Format:
    """A kind of file. `moves` if it has a time; `ticks` if every frame in it lasts as long as any other."""

    name: FormatName
    title: str
    suffix: str
    moves: bool = True
    ticks: bool = False


FORMATS: dict[FormatName, Format] = {
    "mp4": Format("mp4", "MP4 video", ".mp4", ticks=True),
    "gif": Format("gif", "GIF", ".gif"),
    "apng": Format("apng", "APNG", ".apng"),
    "webp": Format("webp", "WebP", ".webp"),
    "png": Format("png", "PNG sequence", "", ticks=True),
    "sheet": Format("sheet", "Contact sheet", ".png", moves=False),
}


def check_format(name: str, fps: float) -> None:
    """Raise `InvalidField` for a format that is not known, and for more frames a second than it can tell."""
    if name not in FORMATS:
        raise InvalidField("format", f"Format '{str(name)[:40]}' is not known. Use one of: {', '.join(FORMATS)}.")
    if name == "gif" and fps > GIF_FPS_MAXIMUM:
        raise InvalidField(
            "fps", f"A GIF shows at most {GIF_FPS_MAXIMUM} frames a second. Use fewer, or another format."
        )


class Order(Protocol):
    """What an order tells those who write its frames. They are numbered from 0, in the order of writing.

    `columns` is how wide a sheet is, None for whatever looks well; `title` and `settings` stand over it, `labels` below
    a frame of it: what may be said there, longest first.
    """

    @property
    def target(self) -> Path: ...

    @property
    def format(self) -> FormatName: ...

    @property
    def lossless(self) -> bool: ...

    @property
    def kind(self) -> Format: ...

    @property
    def plan(self) -> FramePlan: ...

    @property
    def dresser(self) -> Dresser: ...

    @property
    def fingerprint(self) -> str: ...

    @property
    def recipe(self) -> Recipe: ...

    @property
    def title(self) -> str: ...

    @property
    def columns(self) -> int | None: ...

    @property
    def settings(self) -> str: ...

    def labels(self, step: int, gain: float) -> tuple[str, ...]: ...

    def recipe_of(self, number: int) -> Recipe:
        """The recipe inside frame `number` of a sequence; `recipe` is that of the whole."""
        ...

    def told_of(self, number: int | None, gain: float) -> dict[str, Any]:
        """What is said in the file of frame `number`, or of all of them, beside the recipe."""
        ...


def steps_of(view: ViewKind, kept: Sequence[int]) -> tuple[int, ...]:
    """The steps whose view can be shown if these are kept: what a step predicted needs also the state it began with."""
    known = set(kept)
    if view == "x":
        return tuple(sorted(known))
    first, before = {"x0": (1, 0), "eps": (1, 1), "guidance": (1, 1), "change": (2, 1)}[view]
    return tuple(sorted(step for step in known if step >= first and step - before in known))


@dataclass(frozen=True)
class ExportOrder:
    """Everything that decides what an export writes, and where.

    `target` is the folder of a PNG sequence, or the file of all others. `lossless` is for WebP. Raises `InvalidField`.
    """

    facts: TrajectoryFacts
    target: Path
    format: FormatName = "mp4"
    view: ViewKind = "x0"
    pace: Pace = field(default_factory=Pace)
    look: FrameLook = field(default_factory=FrameLook)
    lossless: bool = False

    def __post_init__(self) -> None:
        check_format(self.format, self.pace.fps)
        if self.view not in VIEW_KINDS:
            raise InvalidField(
                "view", f"View '{str(self.view)[:40]}' is not known. Use one of: {', '.join(VIEW_KINDS)}."
            )
        if self.lossless and self.format != "webp":
            raise InvalidField("lossless", f"Lossless is a choice of WebP; {self.kind.title} has none.")
        if not self.kind.moves and (self.pace.hold or self.pace.boomerang):
            raise InvalidField("hold", "A contact sheet has no time, so hold and boomerang do nothing there.")
        if not self.kind.moves and self.look.captions != "none":
            raise InvalidField("captions", "A contact sheet names its steps itself, so captions do nothing there.")
        _ = self.dresser

    @property
    def kind(self) -> Format:
        return FORMATS[self.format]

    @property
    def recipe(self) -> Recipe:
        """That of the run."""
        if self.facts.recipe is None:
            raise InvalidField("picture", self.facts.sentence or "There are no steps of this picture to export.")
        return self.facts.recipe

    @property
    def title(self) -> str:
        """What the run was asked for."""
        return self.recipe.prompt

    @property
    def columns(self) -> int | None:
        return None

    @property
    def settings(self) -> str:
        return settings_line(self.recipe, f"{self.view} of {self.recipe.sampling.steps} steps")

    def labels(self, step: int, gain: float) -> tuple[str, ...]:
        """The step; the view stands over the whole sheet."""
        return caption_forms(self.view, step, self.facts.levels, gain)[1:]

    def recipe_of(self, number: int) -> Recipe:
        """All frames show the same run."""
        return self.recipe

    def told_of(self, number: int | None, gain: float) -> dict[str, Any]:
        """The view, and of a single frame the step, its timestep, and the gain where the view has one."""
        told: dict[str, Any] = {"view": self.view, "steps": self.facts.steps}
        if number is None:
            return told
        step = self.plan.frames[number].step
        told |= {"step": step, "timestep": self.facts.levels[step].timestep}
        return {**told, **({"gain": gain} if self.view in SIGNED_KINDS else {})}

    @cached_property
    def plan(self) -> FramePlan:
        """The frames in the order of writing."""
        plan = plan_frames(self.facts.levels, steps_of(self.view, self.facts.kept), self.pace)
        return plan.each_tick() if self.kind.ticks else plan

    @cached_property
    def dresser(self) -> Dresser:
        """Makes frames of pictures."""
        size = (self.recipe.width, self.recipe.height)
        return Dresser(self.look, size, self.view, [frame.step for frame in self.plan.frames], self.facts.levels)

    @cached_property
    def fingerprint(self) -> str:
        """Equal for exports that write the same frames, wherever they write them."""
        frames = [[frame.step, frame.ticks] for frame in self.plan.frames]
        said = [WRITING, self.facts.trajectory, self.view, frames, str(self.plan.rate), self.plan.loop]
        said += [asdict(self.look), self.format, self.lossless]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:FINGERPRINT_DIGITS]


def settings_line(recipe: Recipe, what: str) -> str:
    """What stands over a sheet: what it shows, and how it was made."""
    sampling = recipe.sampling
    options = "".join(f" {name} {value}" for name, value in sampling.options.items())
    parts = [
        what,
        f"{sampling.sampler}{options}",
        f"{sampling.spacing} spacing",
        f"guidance {recipe.guidance.scale:g}",
        f"seed {recipe.seed}",
        f"model {recipe.model}",
        f"without {recipe.negative_prompt}" if recipe.negative_prompt else "",
    ]
    return ",  ".join(part for part in parts if part)
