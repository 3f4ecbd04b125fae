"""Undo for the frame: its places between the undo steps of the mask."""

from __future__ import annotations

from typing import NamedTuple

from studio.painting.frame import Frame


class FrameStep(NamedTuple):
    """The frame went from `before` to `after` when the mask had `depth` undo steps."""

    depth: int
    before: Frame
    after: Frame


class FrameSteps:
    """Masks and frames change independently, so only their order must be known: it follows from the depths."""

    def __init__(self) -> None:
        self._done: list[FrameStep] = []
        self._undone: list[FrameStep] = []

    def note(self, step: FrameStep) -> None:
        """The user has moved the frame."""
        self._done.append(step)
        self._undone.clear()

    def mask_went_on(self) -> None:
        """A new step of the mask: frames that were taken back belong to another story."""
        self._undone.clear()

    def last(self, depth: int) -> FrameStep | None:
        """The step that is undone next at this depth of the mask, if it is one of the frame."""
        return self._done[-1] if self._done and self._done[-1].depth >= depth else None

    def next(self, depth: int) -> FrameStep | None:
        """The step that is redone next at this depth of the mask, if it is one of the frame."""
        return self._undone[-1] if self._undone and self._undone[-1].depth <= depth else None

    def undo(self) -> Frame:
        """Where the frame was before its last step."""
        self._undone.append(self._done.pop())
        return self._undone[-1].before

    def redo(self) -> Frame:
        """Where the frame goes again."""
        self._done.append(self._undone.pop())
        return self._done[-1].after
