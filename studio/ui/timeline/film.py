"""What is known of one run to look back at: the steps that are recorded, and small pictures in every view. No Qt."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from studio.image import Image
from studio.job.facts import TrajectoryFacts
from studio.job.recipe import FromStep, Recipe
from studio.job.recording import RecordSettings
from studio.job.view import VIEW_KINDS, AnyView, ViewKind, ViewRequest

KEPT_BYTES = 64 * 1024 * 1024
"""How much memory the pictures of one kind may take. Beyond it every second one is let go."""

NOT_RECORDED = RecordSettings("none")


class Film:
    """The steps 1 to `steps` of one run. `done` is the last finished one, 0 before the first.

    `timesteps` are those of the `steps` + 1 levels, or nothing as long as the grid is not known; `size` is width and
    height of the finished picture; `recipe` is how it is made, if that is known. `trajectory` is the id of its record,
    empty if there is none; then every step in `recorded` can be looked at, in every view. `failed` is the step that
    gave no numbers, 0 if none did. `made` is the recipe of the `final` picture, None if it is that of the steps.
    """

    noised = False
    """Whether the steps go from the picture to noise instead."""

    def __init__(
        self,
        steps: int,
        timesteps: Sequence[float] = (),
        size: tuple[int, int] = (0, 0),
        recipe: Recipe | None = None,
        trajectory: str = "",
        record: RecordSettings = NOT_RECORDED,
    ) -> None:
        self.steps = steps
        self.size = size
        self.recipe = recipe
        self.trajectory = trajectory
        self.done = 0
        self.failed = 0
        self.running = False
        self.final: Image | None = None
        self.made: Recipe | None = None
        self.facts: TrajectoryFacts | None = None
        self.recorded: frozenset[int] = frozenset()
        self._record = record
        self.timesteps = tuple(timesteps)
        self._kept: dict[ViewKind, dict[int, Image]] = {kind: {} for kind in VIEW_KINDS}
        self._stride: dict[ViewKind, int] = dict.fromkeys(VIEW_KINDS, 1)

    @classmethod
    def of_record(cls, facts: TrajectoryFacts, final: Image | None) -> Film:
        """The film of a run that is over and known from its record only, with its picture."""
        size = (facts.recipe.width, facts.recipe.height) if facts.recipe else (0, 0)
        timesteps = [level.timestep for level in facts.levels]
        film = cls(facts.steps, timesteps, size, facts.recipe, facts.trajectory)
        film.done = max(facts.kept, default=0)
        film.final = final
        film.learn(facts)
        return film

    def advance(self, step: int) -> None:
        """Step `step` is done."""
        self.done = step
        if self.trajectory and self._record.keeps(step, self.steps):
            self.recorded |= {step}

    def share(self, first: int, before: Film) -> None:
        """The steps 1 to `first` are known from another run and not computed again; if it is `before`, take its
        pictures."""
        for step in range(1, first + 1):
            self.advance(step)
        start = self.recipe.start if self.recipe else None
        source = start.trajectory if isinstance(start, FromStep) else self.trajectory
        if first and source and before.trajectory in (source, self.trajectory):
            for kind, kept in before._kept.items():
                self._kept[kind] = {step: image for step, image in kept.items() if step <= first}

    def learn(self, facts: TrajectoryFacts) -> None:
        """Take over what the record says about itself."""
        self.facts = facts
        self.recorded |= {step for step in facts.kept if step}

    def request(self, step: int, kind: ViewKind, *, exact: bool) -> AnyView | None:
        """How to ask for a view of a step, or None if it is not recorded."""
        return ViewRequest(self.trajectory, step, kind, exact) if step in self.recorded else None

    def place_of(self, request: AnyView) -> tuple[int, ViewKind] | None:
        """Which step and view of this film a request is for, None if it is for another film."""
        if isinstance(request, ViewRequest) and self.trajectory and request.trajectory == self.trajectory:
            return request.step, request.kind
        return None

    def keep(self, step: int, kind: ViewKind, image: Image) -> None:
        """Keep `image` for `step` (1 to `steps`); others are passed over. The newest is always kept."""
        if not 1 <= step <= self.steps:
            return
        kept = self._kept[kind]
        newest = max(kept, default=0)
        kept[step] = image
        if newest and newest < step:
            self._thin(kind, (newest,))
        while len(kept) > 2 and sum(picture.pixels.nbytes for picture in kept.values()) > KEPT_BYTES:
            self._stride[kind] *= 2
            self._thin(kind, tuple(kept))

    def picture(self, step: int, kind: ViewKind) -> Image | None:
        """What is kept of `step`. The last step of a finished run is the finished picture itself."""
        if step == self.steps and self.ends(kind):
            return self.final
        return self._kept[kind].get(step)

    def kept(self, kind: ViewKind) -> list[int]:
        """The steps that can be looked at, rising."""
        steps = set(self._kept[kind]) | self.recorded
        if self.ends(kind):
            steps.add(self.steps)
        return sorted(steps)

    def pictured(self, kind: ViewKind) -> list[int]:
        """The steps of which there is a picture, rising."""
        steps = set(self._kept[kind])
        if self.ends(kind):
            steps.add(self.steps)
        return sorted(steps)

    def ends(self, kind: ViewKind) -> bool:
        """Whether the finished picture is there and is the last step in this view."""
        return self.final is not None and kind in ("x0", "x")

    def saw(self, kind: ViewKind) -> bool:
        """Whether steps can be looked at in this view, the finished picture aside."""
        return bool(self._kept[kind] or self.recorded)

    def nearest(self, step: int, kind: ViewKind) -> int | None:
        """The kept step that is nearest to `step`, the earlier one of two; None if nothing is kept."""
        return min(self.kept(kind), key=lambda kept: (abs(kept - step), kept), default=None)

    def moved(self, step: int, by: int, kind: ViewKind) -> int | None:
        """The kept step that lies `by` kept steps after `step`, or before it; at the ends the outermost one."""
        kept = self.kept(kind)
        if not kept or not by:
            return self.nearest(step, kind)
        place = bisect_left(kept, step)
        if by > 0 and (place == len(kept) or kept[place] != step):
            place -= 1
        return kept[min(max(place + by, 0), len(kept) - 1)]

    def timestep(self, step: int) -> float | None:
        """The timestep of the level that `step` reached, or None if the grid is not known."""
        return self.timesteps[step] if step < len(self.timesteps) else None

    def _thin(self, kind: ViewKind, steps: Sequence[int]) -> None:
        """Let go of those of `steps` that lie between the strides. The first and the newest stay."""
        kept = self._kept[kind]
        newest = max(kept)
        for step in steps:
            if (step - 1) % self._stride[kind] and step != newest:
                del kept[step]
