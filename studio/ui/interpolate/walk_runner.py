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
from studio.job.track import FrameReady
from studio.job.walk import Measuring, Spaced, Walk, WalkBegun
from studio.library.naming import subject
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.interpolate.walk_frames import WalkFrames
from studio.ui.interpolate.wish import EvenTracks, Wish, wish_of
from studio.ui.run_session import RunSession

QUICK_STEPS, QUICK_FRAMES = 8, 12
# Nobody asked for these jobs: they give way to all others.
LOOKS = frozenset({"quick", "measure"})
SOON_MS = 600


class WalkRunner(QObject):
    """`frames_changed()` tells that there are other frames, or one more. `told(sentence, danger)` says why there are
    none, or what else is to be known, "" for nothing any more.

    `quick` are the frames of the look over. `render_failed(sentence)` and `rendered_at(folder, notices)` tell how a
    render ended. `base` gives the recipe of the form and may raise `InvalidField`.
    """

    frames_changed = Signal()
    state_changed = Signal()
    told = Signal(str, bool)
    render_failed = Signal(str)
    rendered_at = Signal(object, object)

    def __init__(self, session: RunSession, base: Callable[[], Recipe], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._base = session, base
        self._plan = TrackPlan()
        self._wish: Wish | None = None
        self._active = self._gives_way = False
        self._jobs: dict[JobId, str] = {}
        self._measured: dict[JobId, Wish] = {}
        self._even = EvenTracks()
        self.quick: WalkFrames | None = None
        self._made: WalkFrames | None = None
        self._made_for: Wish | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.timeout.connect(self._look_over)
        session.job_event.connect(self._follow)

    @property
    def rendered(self) -> WalkFrames | None:
        """The frames of the last render of this very track, None if there are none."""
        return self._made if self._wish is not None and self._made_for == self._wish else None

    @property
    def rendering(self) -> bool:
        """Whether a render works or waits, or what it is prepared with."""
        return not {"prepare", "render"}.isdisjoint(self._jobs.values())

    @property
    def settled(self) -> bool:
        """Whether nothing works or will begin by itself."""
        return not self._jobs and not self._soon.isActive()

    def set_active(self, active: bool) -> None:
        """The workspace is shown, or not: then nothing is looked over."""
        self._active = active
        if active and (self.quick is None or not self.quick.complete):
            self._soon.start()
        elif not active:
            self._soon.stop()
            self._cancel("quick", "measure")

    def follow(self, plan: TrackPlan) -> None:
        """The track is another one, or what it is drawn with."""
        self._plan = plan
        try:
            wish: Wish | None = wish_of(plan, self.base())
        except InvalidField:
            wish = None
        if wish is not None and wish == self._wish:
            return
        self._wish = wish
        self._cancel("quick", "measure")
        self.quick = None
        if self.rendering and self.rendered is None:
            self.told.emit(self.tr("The track as it was is still being rendered."), False)
        self.frames_changed.emit()
        if self._active:
            self._soon.start()

    def recipes(self) -> tuple[Recipe, ...]:
        """The recipes of all frames as the track stands, even ones once they are measured. Raises `InvalidField`."""
        base = self.base()
        return self._even.recipes(self._plan, base) or frames(self._plan.track(base))

    def base(self) -> Recipe:
        """What all frames share. Raises `InvalidField`."""
        plain = self._base()
        return plain.model_copy(update={"start": Noise(), "inpaint": None, "blend": ()})

    def render(self) -> None:
        """Make all frames, or go on with those that are missing. Even ones are measured first."""
        if self.rendering or not self._plan.ready:
            return
        self._soon.stop()
        self._cancel("quick")
        try:
            base = self.base()
            wish, recipes = wish_of(self._plan, base), self._even.recipes(self._plan, base)
            if recipes is None:
                self._measure("prepare", wish)
                return
        except InvalidField as problem:
            self.told.emit(problem.sentence, True)
            return
        self._render(recipes, wish)

    def cancel(self) -> None:
        """Cancel the render; its frames are kept."""
        self._cancel("prepare", "render")

    def full(self, frames: WalkFrames, number: int) -> Recipe:
        """The recipe of a frame with all of its steps, whichever picture of it is shown."""
        if frames is self.quick:
            try:
                return self.recipes()[frames.numbers[number]]
            except InvalidField:
                pass
        return frames.recipes[number]

    def _look_over(self) -> None:
        """Begin with what comes next: measuring, then the quick walk. A job of the user's goes first."""
        self._soon.stop()
        if not self._active or not self._plan.ready or self.rendered is not None:
            return
        if self._session.unfinished():
            self._soon.start()
            return
        try:
            base = self.base()
            recipes = self._even.recipes(self._plan, base)
            if recipes is None:
                self._measure("measure", wish_of(self._plan, base))
                return
        except InvalidField as problem:
            self.told.emit(problem.sentence, True)
            return
        chosen = range(len(recipes)) if self._plan.as_sheet else spread(len(recipes), QUICK_FRAMES)
        quick = tuple(_quickened(recipes[number]) for number in chosen)
        self.quick = WalkFrames(quick, chosen)
        self._submit("quick", Walk(quick))
        self.told.emit("", False)
        self.frames_changed.emit()

    def _measure(self, kind: str, wish: Wish) -> None:
        """Have the track measured; for a render, a measuring that works already will do. Raises `InvalidField`."""
        under_way = next((job for job, known in self._measured.items() if known == wish), None)
        if under_way is None:
            self._cancel("measure")
            job = self._submit(kind, Measuring(self._plan.track(self.base()), self._plan.measure))
            self._measured[job] = wish
        elif kind == "prepare":
            self._jobs[under_way] = kind
            self._session.ask_for(under_way)
            self.state_changed.emit()

    def _render(self, recipes: tuple[Recipe, ...], wish: Wish) -> None:
        title = f"{subject(recipes[0].prompt)}-{'sheet' if wish[0].as_sheet else 'walk'}"
        self._made, self._made_for = WalkFrames(recipes, range(len(recipes))), wish
        self._submit("render", Walk(recipes, title))
        self.frames_changed.emit()

    def _submit(self, kind: str, work: Walk | Measuring) -> JobId:
        job = self._session.submit_series(work, quiet=kind in LOOKS)
        self._jobs[job] = kind
        self.state_changed.emit()
        return job

    def _cancel(self, *kinds: str) -> None:
        for job, kind in list(self._jobs.items()):
            if kind in kinds:
                self._measured.pop(job, None)
                self._session.cancel_series(job)

    def _follow(self, event: JobEvent) -> None:
        kind = self._jobs.get(event.job)
        if kind is None:
            if isinstance(event, (Queued, RaceQueued, InversionQueued)):
                self._gives_way = not LOOKS.isdisjoint(self._jobs.values())
                self._cancel(*LOOKS)  # what the user wants goes first
            return
        if isinstance(event, (WalkBegun, FrameReady)):
            self._take_frame(kind, event)
        elif isinstance(event, Spaced) and event.job in self._measured:
            self._even.learn(self._measured[event.job], event.track)
        elif isinstance(event, (Finished, Cancelled, Failed)):
            self._end(kind, event)

    def _take_frame(self, kind: str, event: WalkBegun | FrameReady) -> None:
        shown = self._made if kind == "render" else self.quick
        if shown is None:
            return
        if isinstance(event, FrameReady):
            shown.put(event.frame, event.generated.image)
        elif event.folder is not None:
            shown.take_from_folder(event.folder, event.missing)
        self.frames_changed.emit()

    def _end(self, kind: str, event: Finished | Cancelled | Failed) -> None:
        del self._jobs[event.job]
        wish = self._measured.pop(event.job, None)
        if kind in ("prepare", "render"):
            self.told.emit("", False)
        if isinstance(event, Failed):
            self.told.emit(event.sentence, True)
            if kind not in LOOKS:
                self.render_failed.emit(event.sentence)
        elif isinstance(event, Finished):
            self._finish(kind, event, wish)
        elif kind in LOOKS and self._gives_way:
            self._gives_way = False
            self._soon.start()
        self.state_changed.emit()
        self.frames_changed.emit()

    def _finish(self, kind: str, event: Finished, wish: Wish | None) -> None:
        if kind == "measure":
            self._look_over()
        elif kind == "render":
            self.rendered_at.emit(event.path, event.notices)
        elif kind == "prepare" and wish is not None and (track := self._even.known(wish)) is not None:
            self._render(frames(track), wish)


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
