"""What the tools work on: the mask, the picture under it, the frame, the brush. Knows no widget."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Signal

from studio.image import Image
from studio.painting.box import Box
from studio.painting.brush import Brush
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.painting.operation import Operation
from studio.painting.stroke import Stroke
from studio.ui.canvas.frame_steps import FrameStep, FrameSteps

TOLERANCE = 24
FRAME_STEP = 8.0


@dataclass
class Sheet:
    """What is painted on: `document` has the size of `picture`; `frame` may reach beyond both.

    `step` is by how many pixels of the picture the frame's edges are dragged, `last` where the last stroke ended.
    """

    picture: Image
    document: MaskDocument
    frame: Frame
    step: float = FRAME_STEP
    last: tuple[float, float] | None = None
    frames: FrameSteps = field(default_factory=FrameSteps)


class Easel(QObject):
    """`painted(Box)` tells what of the mask changed, also in the middle of a stroke; `committed()` that an undo step
    was made, undone or redone; `frame_changed(Frame)`, `brush_changed(Brush)` and `erasing_changed(bool)` the new ones.

    Without a `sheet` only the brush can be changed.
    """

    painted = Signal(object)
    committed = Signal()
    frame_changed = Signal(object)
    brush_changed = Signal(object)
    erasing_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.sheet: Sheet | None = None
        self.brush = Brush()
        self.tolerance = TOLERANCE
        self.erasing = False
        self._before = (0, 0)

    @property
    def paper(self) -> Sheet:
        """The sheet. Raises `RuntimeError` if there is none."""
        if self.sheet is None:
            raise RuntimeError("no mask is being painted")
        return self.sheet

    def set_brush(self, brush: Brush) -> None:
        """Paint with `brush` from the next stroke on."""
        if brush != self.brush:
            self.brush = brush
            self.brush_changed.emit(brush)

    def set_erasing(self, erasing: bool) -> None:
        """Let tools take away instead of adding."""
        if erasing != self.erasing:
            self.erasing = erasing
            self.erasing_changed.emit(erasing)

    def set_frame(self, frame: Frame) -> None:
        """Work on another part."""
        if frame != self.paper.frame:
            self.paper.frame = frame
            self.frame_changed.emit(frame)

    def frame_dragged(self, before: Frame) -> None:
        """The user has dragged the frame to where it is, from `before`: one undo step."""
        paper = self.paper
        if paper.frame != before:
            paper.frames.note(FrameStep(len(paper.document.history), before, paper.frame))
            self.committed.emit()

    def begin(self, *, erase: bool, plain: bool = False) -> Stroke:
        """A stroke of the brush; a `plain` one knows no smoothing."""
        brush = replace(self.brush, smoothing=0.0) if plain else self.brush
        stroke = self.paper.document.begin_stroke(brush, erase=erase)
        self._before = self._steps()
        return stroke

    def ended(self, stroke: Stroke, at: tuple[float, float]) -> None:
        """The stroke is whole. Beside the picture, or on what is masked already, it was none."""
        self.touched(stroke.finish())
        self.paper.last = at
        if self._steps() != self._before:
            self._stepped()

    def touched(self, box: Box | None) -> None:
        """The mask changed in `box`."""
        if box is not None and not box.is_empty:
            self.painted.emit(box)

    def run(self, name: str, operation: Operation) -> None:
        """Do something to the mask, as one undo step. Nothing happens if it changes nothing."""
        box = self.paper.document.apply(name, operation)
        if not box.is_empty:
            self.touched(box)
            self._stepped()

    def undo(self) -> None:
        """Take the last step of mask or frame back."""
        paper = self.paper
        if paper.frames.last(len(paper.document.history)):
            self.set_frame(paper.frames.undo())
            self.committed.emit()
        else:
            self._moved(paper.document.undo())

    def redo(self) -> None:
        """Do again what was taken back."""
        paper = self.paper
        if paper.frames.next(len(paper.document.history)):
            self.set_frame(paper.frames.redo())
            self.committed.emit()
        else:
            self._moved(paper.document.redo())

    def names(self) -> tuple[str | None, str | None]:
        """What would be undone and redone; None if there is nothing."""
        paper = self.paper
        depth, frame = len(paper.document.history), self.tr("Frame")
        undo = frame if paper.frames.last(depth) else paper.document.undo_name
        return undo, frame if paper.frames.next(depth) else paper.document.redo_name

    def _stepped(self) -> None:
        self.paper.frames.mask_went_on()
        self.committed.emit()

    def _steps(self) -> tuple[int, int]:
        history = self.paper.document.history
        return len(history), history.nbytes

    def _moved(self, box: Box | None) -> None:
        if box is not None:
            self.touched(box)
            self.committed.emit()
