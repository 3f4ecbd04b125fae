"""What there is to look at of a run, in the chosen view: the exact picture if it is decoded, else the small one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from studio.image import Image
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.view import AnyView, ViewKind, ViewReady
from studio.ui.thumbnail import thumbnail
from studio.ui.timeline.film import Film
from studio.ui.timeline.strip_layout import Cell
from studio.ui.timeline.views import Views
from studio.ui.timeline.wishes import wishes


class Projector(QObject):
    """Holds the film that is shown and asks for what it lacks.

    `view_wanted(AnyView)` and `facts_wanted(FactsRequest)` go to the worker; `views.take` and `learn` take its
    answers. `view_arrived(step, kind)` tells of an answer that belongs to this film, `facts_arrived()` of its numbers.
    """

    view_wanted = Signal(object)
    facts_wanted = Signal(object)
    view_arrived = Signal(int, str)
    facts_arrived = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.views = Views(self.view_wanted.emit, self)
        self.film = Film(1)
        self.kind: ViewKind = "x0"
        self._asked_at = -1
        self.views.arrived.connect(self._take)

    def show(self, film: Film) -> None:
        """Another film, or the same one with more in it."""
        if film is not self.film:
            self.film = film
            self._asked_at = -1
            self.views.want([])

    def picture(self, step: int) -> Image | None:
        """The best picture of a step that is there now."""
        request = self.film.request(step, self.kind, exact=True)
        exact = self.views.picture(request) if request and not self._is_final(step) else None
        return exact or self.film.picture(step, self.kind)

    def sentence(self, step: int) -> str:
        """Why there is no picture of a step, or ""."""
        request = self.film.request(step, self.kind, exact=True)
        return self.views.sentence(request) if request else ""

    def wish(self, current: int, cells: Sequence[Cell], *, following: bool, playing: bool) -> None:
        """Ask for what is worth having. A run that is followed shows itself, unless nobody draws this view of it."""
        if following:
            newest = max(self.film.recorded, default=0)
            request = self.film.request(newest, self.kind, exact=False)
            lacks = self.kind not in ("x0", "x") and self.film.picture(newest, self.kind) is None
            self.views.want([request] if request and lacks else [])
            return
        listed = wishes(self.film, self.kind, current, cells, ahead=self.views.quick, playing=playing)
        for request in listed:
            self._hang_up(request)
        self.views.want(listed)

    def want_facts(self) -> None:
        """Ask for the numbers of the record, if there are newer ones."""
        film = self.film
        if film.trajectory and not self._is_known() and self._asked_at != film.done:
            self._asked_at = film.done
            self.facts_wanted.emit(FactsRequest(film.trajectory))

    @Slot(object)
    def learn(self, facts: TrajectoryFacts) -> None:
        """Take numbers that the worker found."""
        if not self.film.trajectory or self.film.trajectory not in (facts.trajectory, facts.request.trajectory):
            return
        if facts.levels:
            self.film.learn(facts)
            self.views.forget_refusals()
            self.facts_arrived.emit()
        if not self._is_known():
            # Asked too early, between the end of a run and the saving of its steps: ask again when there is reason to.
            self._asked_at = -1

    def _is_known(self) -> bool:
        """Whether the numbers are those of the newest step."""
        facts = self.film.facts
        return facts is not None and max(facts.kept, default=0) >= max(self.film.recorded, default=0)

    def _take(self, ready: ViewReady) -> None:
        place = self.film.place_of(ready.request)
        if place is not None:
            if ready.image is not None:
                self.film.keep(*place, thumbnail(ready.image))
            self.view_arrived.emit(*place)

    def _hang_up(self, request: AnyView) -> None:
        """Give the strip a picture that is decoded already."""
        image, place = self.views.picture(request), self.film.place_of(request)
        if image is not None and place is not None and self.film.picture(*place) is None:
            self.film.keep(*place, thumbnail(image))

    def _is_final(self, step: int) -> bool:
        return step == self.film.steps and self.film.ends(self.kind)
