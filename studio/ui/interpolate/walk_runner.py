"""Has walks made: a quick look over whenever the track changed, the measuring of even frames, and the render."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from studio.errors import InvalidField
from studio.generation.frames import frames
from studio.job.event import Cancelled, Failed, Finished, JobEvent, JobId, Queued
from studio.job.inversion import InversionQueued
from studio.job.race import RaceQueued
from studio.job.recipe import Noise, Recipe
from studio.job.track import FrameReady, Track
from studio.job.walk import Change, Measuring, Spaced, Walk, WalkBegun
from studio.library.naming import subject
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.interpolate.walk_frames import WalkFrames
from studio.ui.run_session import RunSession

QUICK_STEPS, QUICK_FRAMES = 8, 12
SOON_MS = 600


class WalkRunner(QObject):
    """`frames_changed()` tells that there are other frames, or one more. `told(sentence)` says why there are none.

    `quick` are the frames of the look over, `rendered` those of the last render of this very track, None if there is
    none. `base` gives the recipe of the form and may raise `InvalidField`.
    """

    frames_changed = Signal()
    state_changed = Signal()
    told = Signal(str)
    failed = Signal(str)
    rendered_at = Signal(object)

    def __init__(self, session: RunSession, base: Callable[[], Recipe], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._base = session, base
        self._plan = TrackPlan()
        self._active = self._gives_way = False
        self._jobs: dict[JobId, str] = {}
        self._spaced: tuple[TrackPlan, Recipe, Track] | None = None
        self.parts: tuple[Change, ...] = ()
        self.quick: WalkFrames | None = None
        self.rendered: WalkFrames | None = None
        self._rendered_as: tuple[Recipe, ...] = ()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._look_over)
        session.job_event.connect(self._follow)

    @property
    def rendering(self) -> bool:
        """Whether a render works or waits."""
        return "render" in self._jobs.values()

    @property
    def settled(self) -> bool:
        """Whether nothing works or will begin by itself."""
        return not self._jobs and not self._soon.isActive()

    def set_active(self, active: bool) -> None:
        """The workspace is shown, or not: then nothing is looked over."""
        self._active = active
        if active and self.quick is None:
            self._soon.start()
        elif not active:
            self._soon.stop()
            self._cancel("quick", "measure")

    def follow(self, plan: TrackPlan) -> None:
        """The track is another one, or what it is drawn with."""
        self._plan = plan
        self._cancel("quick", "measure")
        self.quick = None
        if self._spaced is not None and self._spaced[0] != plan:
            self.parts = ()
        self._match_rendered()
        self.frames_changed.emit()
        if self._active:
            self._soon.start()

    def recipes(self) -> tuple[Recipe, ...]:
        """The recipes of all frames as the track stands. Raises `InvalidField`."""
        base = self.base()
        if self._plan.as_sheet:
            return self._plan.sheet(base)
        return frames(self._track(base))

    def base(self) -> Recipe:
        """What all frames share. Raises `InvalidField`."""
        plain = self._base()
        return plain.model_copy(update={"start": Noise(), "inpaint": None, "blend": ()})

    def render(self) -> None:
        """Make all frames, or go on with those that are missing."""
        if self.rendering or not self._plan.ready:
            return
        self._cancel("quick", "measure")
        try:
            recipes = self.recipes()
        except InvalidField as problem:
            self.told.emit(problem.sentence)
            return
        title = f"{subject(recipes[0].prompt)}-{'sheet' if self._plan.as_sheet else 'walk'}"
        self.rendered, self._rendered_as = WalkFrames(recipes, range(len(recipes))), recipes
        self._submit("render", Walk(recipes, title))
        self.frames_changed.emit()

    def cancel(self) -> None:
        """Cancel the render; its frames are kept."""
        self._cancel("render")

    def full(self, frames: WalkFrames, number: int) -> Recipe:
        """The recipe of a frame with all of its steps, whichever picture of it is shown."""
        if frames is self.quick:
            try:
                return self.recipes()[frames.numbers[number]]
            except InvalidField:
                pass
        return frames.recipes[number]

    def waits_for_measuring(self) -> bool:
        """Whether even frames are wanted and not measured yet."""
        return self._plan.even and not self._plan.as_sheet and not self._is_spaced()

    def _track(self, base: Recipe) -> Track:
        if self._plan.even and self._is_spaced() and self._spaced is not None:
            return self._spaced[2]
        return self._plan.track(base)

    def _is_spaced(self) -> bool:
        try:
            return self._spaced is not None and self._spaced[:2] == (self._plan, self.base())
        except InvalidField:
            return False

    def _look_over(self) -> None:
        """Begin with what comes next: measuring, then the quick walk. A job of the user's goes first."""
        if not self._active or not self._plan.ready or self.rendered is not None:
            return
        if self._session.unfinished():
            self._soon.start()
            return
        try:
            if self.waits_for_measuring():
                self._submit("measure", Measuring(self._plan.track(self.base()), self._plan.measure))
                return
            recipes = self.recipes()
        except InvalidField as problem:
            self.told.emit(problem.sentence)
            return
        chosen = range(len(recipes)) if self._plan.as_sheet else spread(len(recipes), QUICK_FRAMES)
        quick = tuple(_quickened(recipes[number]) for number in chosen)
        self.quick = WalkFrames(quick, chosen)
        self._submit("quick", Walk(quick))
        self.told.emit("")
        self.frames_changed.emit()

    def _submit(self, kind: str, work: Walk | Measuring) -> None:
        self._jobs[self._session.submit_series(work)] = kind
        self.state_changed.emit()

    def _cancel(self, *kinds: str) -> None:
        for job, kind in list(self._jobs.items()):
            if kind in kinds:
                self._session.cancel_series(job)

    def _follow(self, event: JobEvent) -> None:
        kind = self._jobs.get(event.job)
        if kind is None:
            if isinstance(event, (Queued, RaceQueued, InversionQueued)):
                self._gives_way = bool(self._jobs)
                self._cancel("quick", "measure")  # what the user wants goes first
            return
        if isinstance(event, (WalkBegun, FrameReady)):
            self._take_frame(kind, event)
        elif isinstance(event, Spaced):
            self._spaced = (self._plan, event.track.base, event.track)
            self.parts = event.parts
        elif isinstance(event, (Finished, Cancelled, Failed)):
            self._end(kind, event)

    def _take_frame(self, kind: str, event: WalkBegun | FrameReady) -> None:
        shown = self.rendered if kind == "render" else self.quick
        if shown is None:
            return
        if isinstance(event, FrameReady):
            shown.put(event.frame, event.generated.image)
        elif event.folder is not None:
            shown.take_from_folder(event.folder, event.missing)
        self.frames_changed.emit()

    def _end(self, kind: str, event: Finished | Cancelled | Failed) -> None:
        del self._jobs[event.job]
        if isinstance(event, Failed):
            self.failed.emit(event.sentence)
        elif kind == "measure" and isinstance(event, Finished):
            self._look_over()
        elif kind != "render" and isinstance(event, Cancelled) and self._gives_way:
            self._gives_way = False
            self._soon.start()
        elif kind == "render" and isinstance(event, Finished):
            self.rendered_at.emit(event.path)
        self.state_changed.emit()
        self.frames_changed.emit()

    def _match_rendered(self) -> None:
        """Frames that were rendered are those of this track, or they are not shown any more."""
        if self.rendered is None or self.rendering:
            return
        try:
            same = not self.waits_for_measuring() and self._rendered_as == self.recipes()
        except InvalidField:
            same = False
        if not same:
            self.rendered = None


def spread(count: int, most: int) -> tuple[int, ...]:
    """At most so many of the numbers below `count`, evenly, the first and the last among them."""
    if count <= most:
        return tuple(range(count))
    return tuple(dict.fromkeys(round(number * (count - 1) / (most - 1)) for number in range(most)))


def _quickened(recipe: Recipe) -> Recipe:
    """The recipe with few steps; an explicit list of timesteps stays as it is."""
    sampling = recipe.sampling
    if sampling.timesteps is not None:
        return recipe
    quick = sampling.model_copy(update={"steps": min(QUICK_STEPS, sampling.steps)})
    return recipe.model_copy(update={"sampling": quick})
