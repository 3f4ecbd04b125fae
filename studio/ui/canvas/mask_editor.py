"""A mask painted over a picture on the canvas: what belongs together while it is, and what the window asks of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QImage

from studio.image import Image
from studio.painting.box import Box
from studio.painting.brush import Brush
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.painting.operation import Operation
from studio.ui.canvas.before_after import BeforeAfter
from studio.ui.canvas.easel import FRAME_STEP, Easel, Sheet
from studio.ui.canvas.fingers import Fingers
from studio.ui.canvas.mask_actions import MaskActions
from studio.ui.canvas.mask_keys import MaskKeys
from studio.ui.canvas.mask_layers import MaskLayers
from studio.ui.canvas.navigation import Navigation
from studio.ui.canvas.picture_view import PictureView
from studio.ui.canvas.pointer import Pointer
from studio.ui.canvas.pointing import Pointing
from studio.ui.canvas.tool_box import HAND, ToolBox

ShowPicture = Callable[[Image], None]


class MaskEditor(QObject):
    """`show(picture)` puts another picture on the view. Nothing below is called before `open`, but the settings.

    `painted()` follows every change of the mask, also in the middle of a stroke; `committed()` every undo step made,
    undone or redone. `easel` holds what is worked on, `commands` the actions, `layers` what is painted over the
    picture; `steps` see `set_steps`.
    """

    painted = Signal()
    committed = Signal()
    tool_changed = Signal(str)
    brush_changed = Signal(object)
    frame_changed = Signal(object)
    erasing_changed = Signal(bool)
    overlay_changed = Signal()
    steps_changed = Signal()

    def __init__(self, view: PictureView, navigation: Navigation, show: ShowPicture) -> None:
        super().__init__(view)
        self._view, self._show = view, show
        self.active = False
        self.steps: int | None = None
        self.easel = Easel(self)
        self.layers = MaskLayers(view, self.easel)
        self.commands = MaskActions(view)
        self._box = ToolBox(self.easel)
        self._pointing = Pointing(view, navigation, self.layers.bench(), self._box.tool)
        self._fingers = Fingers(view, self._pointing)
        self._before_after = BeforeAfter(view, self.layers.result)
        self._navigation = navigation
        self._keys = MaskKeys(self)
        self._connect()
        self.set_brush(Brush())

    @property
    def tool(self) -> str:
        """The name of the tool in hand."""
        return self._box.name

    @property
    def brush(self) -> Brush:
        return self.easel.brush

    def open(self, picture: Image, document: MaskDocument, frame: Frame, step: float = FRAME_STEP) -> None:
        """Paint on `document`, which has the size of `picture`. `step` see `set_frame`.

        Raises `ValueError` for another size.
        """
        if (document.width, document.height) != (picture.width, picture.height):
            raise ValueError(f"a mask of {document.width}×{document.height} on {picture.width}×{picture.height}")
        self._pointing.cancel()
        self.easel.sheet = Sheet(picture, document, frame, step)
        before = self._view.frame()
        self._show(picture)
        self.layers.open()
        if self._view.frame() != before:
            self._view.fit()
        if not self.active:
            self.active = True
            self._view.installEventFilter(self._pointing)
            self._view.installEventFilter(self._fingers)
            self._accept_touch(True)
        self._prepare_tool()
        self._before_after.place()
        self._offer()
        self.frame_changed.emit(frame)

    def close(self) -> None:
        """Show pictures only. A stroke that is being painted counts."""
        if not self.active:
            return
        self._pointing.finish()
        self._pointing.cancel()
        self.active = False
        self._view.removeEventFilter(self._pointing)
        self._view.removeEventFilter(self._fingers)
        self._accept_touch(False)
        self.easel.sheet = None
        self.layers.close()
        self._before_after.place()
        self._navigation.set_tool()
        self._offer()

    def set_picture(self, picture: Image) -> None:
        """Another picture of the same size under the mask. Raises `ValueError` for another size."""
        sheet = self.easel.paper
        if (picture.width, picture.height) != (sheet.picture.width, sheet.picture.height):
            raise ValueError(f"{picture.width}×{picture.height} is not the size of the mask")
        sheet.picture = picture
        self._show(picture)

    def show_result(self, image: QImage | None, place: Frame | None = None, *, finished: bool = False) -> None:
        """Show what a run makes, over the picture and under the mask; None takes it away.

        It lies in the frame, wherever that is moved, or at `place`. Over a finished one only the edge of the mask is
        seen, until the mask is painted on again.
        """
        self.layers.result.set_image(image, place)
        if finished or image is None:
            self.layers.rest_overlay(finished)
        self._before_after.place()
        self.layers.redraw_result()
        self._offer()

    def set_frame(self, frame: Frame, step: float | None = None) -> None:
        """Work on another part. `step`: its edges are then dragged by so many pixels of the picture."""
        if step is not None:
            self.easel.paper.step = step
        self.easel.set_frame(frame)

    def set_tool(self, name: str) -> None:
        """Take a tool in hand: brush eraser rectangle ellipse lasso polygon fill gradient frame hand.

        Raises `KeyError` for another name. What the tool before has begun is taken back, but a stroke counts.
        """
        self._pointing.finish()
        self._pointing.cancel()
        self._box.take(name)
        self._prepare_tool()
        self.tool_changed.emit(name)

    def set_erasing(self, erasing: bool) -> None:
        """Let the tool in hand take away instead of adding. Brush and eraser are each other's counterparts."""
        if self._box.is_brush:
            self.set_tool("eraser" if erasing else "brush")
        else:
            self._box.set_erasing(erasing)

    def set_brush(self, brush: Brush) -> None:
        """Paint with `brush` from the next stroke on. Its opacity is that of the other tools too."""
        self.easel.set_brush(brush)

    def set_overlay(self, colour: str, opacity: float, shown: bool) -> None:
        """Show the mask in `colour` (see `OVERLAY_COLOURS`, or "hatch") with `opacity` 0 to 1, or not at all."""
        self.layers.set_overlay(colour, opacity, shown)
        self.commands.overlay.setChecked(shown)
        self.overlay_changed.emit()

    def set_steps(self, steps: int | None) -> None:
        """The opacity says at which of so many steps a pixel is released; with None it is a percentage alone."""
        self.steps = steps
        self.steps_changed.emit()

    def undo(self) -> None:
        """Take back what is being drawn, or the last step of mask or frame."""
        if self._pointing.is_busy:
            self._pointing.cancel()
        else:
            self.easel.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self._pointing.cancel()
        self.easel.redo()

    def run(self, name: str, operation: Operation) -> None:
        """Do something to the mask, as one undo step called `name`."""
        self._pointing.finish()
        self._pointing.cancel()
        self.easel.run(name, operation)

    def _connect(self) -> None:
        easel = self.easel
        easel.painted.connect(self._painted)
        easel.committed.connect(self._committed)
        easel.brush_changed.connect(self.layers.set_brush)
        easel.brush_changed.connect(self.brush_changed)
        easel.frame_changed.connect(self._framed)
        easel.erasing_changed.connect(self.erasing_changed)
        self._pointing.hovered.connect(self._hover)
        self._pointing.menu_requested.connect(self._open_menu)
        self._before_after.moved.connect(self.layers.redraw_result)
        self.commands.before_after.toggled.connect(self._before_after.split)

    def _painted(self, box: Box) -> None:
        self.layers.painted(box)
        self.painted.emit()

    def _committed(self) -> None:
        self._offer()
        self.committed.emit()

    def _framed(self, frame: Frame) -> None:
        self.layers.set_frame(frame)
        self._before_after.place()
        self.frame_changed.emit(frame)

    def _offer(self) -> None:
        self.commands.set_active(self.active)
        if self.active:
            undo, redo = self.easel.names()
            self.commands.offer(undo=undo, redo=redo, result=self.layers.result.is_there)

    def _prepare_tool(self) -> None:
        self.commands.tools[self.tool].setChecked(True)
        if self.active:
            self.layers.set_tool(self.tool, rings=self._box.is_brush)
            self._navigation.set_tool(self._box.cursor, hand=self.tool == HAND)

    def _hover(self, pointer: Pointer | None) -> None:
        cursor = self._box.cursor_at(pointer)
        if self.tool == "frame" and not self._navigation.pans:
            self._navigation.set_tool(cursor)
        self.layers.hover(None if self._navigation.pans else pointer)

    def _open_menu(self, place: QPoint) -> None:
        self.commands.right_click_menu().popup(self._view.mapToGlobal(place))

    def _accept_touch(self, accepted: bool) -> None:
        self._view.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents, accepted)
