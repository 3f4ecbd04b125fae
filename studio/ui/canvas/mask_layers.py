"""All that is painted over the picture while a mask is made, and when which part of it is painted anew."""

from __future__ import annotations

from PySide6.QtCore import QRectF

from studio.painting.box import Box
from studio.painting.brush import Brush
from studio.painting.frame import Frame
from studio.ui.canvas.easel import Easel
from studio.ui.canvas.layers.frame_lines import FrameLines
from studio.ui.canvas.layers.mask_edge import MaskEdge
from studio.ui.canvas.layers.mask_levels import MaskLevels
from studio.ui.canvas.layers.mask_overlay import MaskOverlay
from studio.ui.canvas.layers.outline import Outline
from studio.ui.canvas.layers.pixel_grid import PixelGrid
from studio.ui.canvas.layers.result import Result
from studio.ui.canvas.layers.ring import Ring
from studio.ui.canvas.picture_view import PictureView
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.scene import around
from studio.ui.canvas.tools.gesture import Bench

EDGE = 4.0
"""Logical pixels around a changed box that can look different: the line of its edge, and blending."""


class MaskLayers:
    """Keeps the layers of a view true to what is on the easel."""

    def __init__(self, view: PictureView, easel: Easel) -> None:
        self._view, self._easel = view, easel
        self._levels: MaskLevels | None = None
        self.result = Result()
        self.overlay = MaskOverlay()
        self.edge = MaskEdge()
        self.grid = PixelGrid()
        self.lines = FrameLines()
        self.outline = Outline()
        self.ring = Ring()
        self._outlined = QRectF()
        self._ringed = QRectF()
        self._resulted: Frame | None = None
        self._rings = True
        self._pointer: Pointer | None = None

    def bench(self) -> Bench:
        """What the tools use."""
        return Bench(self._easel, self.outline, self._outline_changed)

    def open(self) -> None:
        """Another sheet lies on the easel."""
        document = self._easel.paper.document
        self._levels = MaskLevels(lambda: document.values)
        self.overlay.levels = self.edge.levels = self._levels
        self.result.set_image(None)
        self.overlay.rests = False
        self.outline.clear()
        self._view.scene.put((self.result, self.overlay, self.grid, self.edge, self.lines), (self.outline, self.ring))
        self.set_frame(self._easel.paper.frame)

    def close(self) -> None:
        """Nothing lies there any more."""
        self._levels = self.overlay.levels = self.edge.levels = None
        self.result.set_image(None)
        self.result.frame = self.overlay.frame = self.edge.frame = self.lines.frame = None
        self._view.set_extent(None)
        self._view.scene.put(())
        self.hover(None)

    def painted(self, box: Box) -> None:
        """The mask has changed in `box`."""
        if self._levels is None:
            return
        self.rest_overlay(False)
        self._levels.refresh(box)
        area = around(self._view.sight().area(*box), EDGE + self._view.transform().zoom)
        self._view.scene.changed(area & self._view.rect())

    def set_frame(self, frame: Frame) -> None:
        """The frame is elsewhere."""
        self.result.frame = self.overlay.frame = self.edge.frame = self.lines.frame = frame
        document = self._easel.paper.document
        extent = Box(0, 0, document.width, document.height).united(frame.box)
        self._view.set_extent(QRectF(extent.left, extent.top, extent.width, extent.height))
        self.redraw()

    def set_overlay(self, colour: str, opacity: float, shown: bool) -> None:
        """Show the mask in another way, or not."""
        self.overlay.set_look(colour, opacity)
        self.overlay.shown = self.edge.shown = shown
        self.redraw()

    def rest_overlay(self, rests: bool) -> None:
        """Leave the result uncovered, only with the edge of the mask, until the mask is painted on again."""
        if self.overlay.rests != rests:
            self.overlay.rests = rests
            self.redraw()

    def set_tool(self, name: str, *, rings: bool) -> None:
        """Show what the tool needs: a ring, or grips at the frame."""
        self._rings = rings
        self.lines.grips = self.lines.telling = name == "frame"
        self.redraw()
        self.hover(self._pointer)

    def set_brush(self, brush: Brush) -> None:
        """The ring has another size."""
        self.ring.brush = brush
        self._ring_changed()

    def hover(self, pointer: Pointer | None) -> None:
        """The pointer is elsewhere."""
        self._pointer = pointer
        self.ring.place = self.ring.aimed(pointer) if pointer is not None and self._rings else None
        self._ring_changed()

    def redraw(self) -> None:
        """Everything may look different."""
        self._view.scene.forget()
        self._view.update()

    def redraw_result(self) -> None:
        """The result is another one, is elsewhere, or has gone."""
        before, self._resulted = self._resulted, self.result.area
        for frame in (before, self._resulted):
            if frame is not None:
                area = around(self._view.sight().area(*frame.box), EDGE)
                self._view.scene.changed(area & self._view.rect())

    def _ring_changed(self) -> None:
        before, self._ringed = self._ringed, self.ring.area(self._view.transform())
        for area in (before, self._ringed):
            if not area.isEmpty():
                self._view.update(around(area, 1))

    def _outline_changed(self) -> None:
        before, self._outlined = self._outlined, QRectF()
        if not self.outline.is_empty():
            area = self.outline.area()
            self._outlined = self._view.sight().area(area.left(), area.top(), area.right(), area.bottom())
        for area in (before, self._outlined):
            if not area.isNull():
                self._view.update(around(area, EDGE + 2))
