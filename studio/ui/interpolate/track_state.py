"""The one place that holds the track of the window: its plan, what is chosen in it, and what can be undone."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.job.track import Key
from studio.ui.interpolate.track_plan import TrackPlan

UNDO_MAXIMUM = 100


class TrackState(QObject):
    """`changed()` follows every change of the plan, `chosen_changed()` that of the chosen key or the cursor.

    The cursor is a frame, from 0.
    """

    changed = Signal()
    chosen_changed = Signal()

    def __init__(self, plan: TrackPlan | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._plan = plan or TrackPlan()
        self._undone: list[TrackPlan] = []
        self._done: list[TrackPlan] = []
        self._key = 0
        self._cursor = 0

    @property
    def plan(self) -> TrackPlan:
        return self._plan

    @property
    def key(self) -> int:
        """The number of the chosen key, from 0."""
        return min(self._key, max(0, len(self._plan.keys) - 1))

    @property
    def chosen(self) -> Key | None:
        """The chosen key."""
        return self._plan.keys[self.key] if self._plan.keys else None

    @property
    def cursor(self) -> int:
        return min(self._cursor, max(0, self._plan.frames - 1))

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def change(self, plan: TrackPlan, *, joined: bool = False) -> None:
        """Take another plan. A change that is `joined` to the one before is undone with it, as while dragging."""
        if plan == self._plan:
            return
        if not joined or not self._done:
            self._done = [*self._done[-UNDO_MAXIMUM:], self._plan]
        self._undone = []
        self._plan = plan
        self.changed.emit()

    def choose(self, number: int) -> None:
        """Choose a key; the cursor goes to it."""
        if self._plan.keys:
            self._key = min(max(number, 0), len(self._plan.keys) - 1)
            self._cursor = self._plan.places[self._key]
            self.chosen_changed.emit()

    def move_cursor(self, frame: int) -> None:
        """Put the cursor on a frame; a key that is there is chosen."""
        self._cursor = min(max(frame, 0), max(0, self._plan.frames - 1))
        if self._cursor in self._plan.places:
            self._key = self._plan.places.index(self._cursor)
        self.chosen_changed.emit()

    def undo(self) -> bool:
        """The plan before; False if there is none."""
        return self._swap(self._done, self._undone)

    def redo(self) -> bool:
        """The plan that was undone; False if there is none."""
        return self._swap(self._undone, self._done)

    def _swap(self, source: list[TrackPlan], target: list[TrackPlan]) -> bool:
        if not source:
            return False
        target.append(self._plan)
        self._plan = source.pop()
        self.changed.emit()
        return True
