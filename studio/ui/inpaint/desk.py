"""The painting that is open: canvas, frame and form are kept in step with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.image import Image, Mask
from studio.painting.frame import Frame
from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.form_state import FormState
from studio.ui.inpaint.framing import Framing, Size, frame_for, is_alike, is_exact, resized, size_for, suitable
from studio.ui.inpaint.painting import Painting
from studio.ui.picture_actions import allow
from studio.ui.titles import walked

STEP = 8
# Pictures may be large, and each brings its mask and what can be undone.
EARLIER_MAXIMUM = 4


class Desk(QObject):
    """`opened()` tells that there is another painting, or none, or another picture under the mask; `framed()` that
    another part of it is worked on, or at another size; `shown()` that the canvas shows it now.

    `is_shown` says whether the canvas shows the painting; else it shows pictures. `before` is the one that comes back
    next, of those that other pictures took the place of. `native()` is the size of pictures of the model.
    """

    opened = Signal()
    framed = Signal()
    shown = Signal()

    def __init__(
        self, editor: MaskEditor, form: FormState, native: Callable[[], Size], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._editor, self._form, self._native = editor, form, native
        self.painting: Painting | None = None
        self._earlier: list[Painting] = []
        self._size = self._form_size()
        self._way = form.values.way
        self._uncropped: Size | None = None
        self._setting = False
        editor.frame_changed.connect(self._take_frame)
        form.changed.connect(self._follow)

    @property
    def before(self) -> Painting | None:
        return self._earlier[-1] if self._earlier else None

    @property
    def is_shown(self) -> bool:
        return self._editor.active

    def begin(self, picture: Image, name: str, *, path: Path | None = None, transparent: Mask | None = None) -> None:
        """Paint on another picture, framed as suits it. A branch keeps its size."""
        size = self._size if self._form.values.start else suitable((picture.width, picture.height), self._native())
        frame = frame_for("fit", (picture.width, picture.height), size)
        painting = Painting(picture, name, frame, path=path, transparent=transparent)
        if self._form.values.way == "crop":
            self._uncropped = size
        else:
            self._set_size(size)
        self.put(painting)

    def put(self, painting: Painting | None) -> None:
        """Have this one open, as it is; None closes. Its frame must suit the size of the form."""
        if self.painting is not painting:
            self._set_aside(self.painting, comes_back=painting)
        self.painting = painting
        if painting is None:
            self._editor.close()
        elif self.is_shown:
            self.show()
        self.opened.emit()

    def remember(self, painting: Painting) -> None:
        """Have one come back that was set aside before the program was started."""
        if not self._earlier:
            self._earlier.append(painting)
            self.opened.emit()

    def restore(self, painting: Painting) -> None:
        """Have one open again that was open some time ago. The form's size follows its frame where they disagree."""
        frame = painting.frame
        if not is_alike(frame, self._size):
            size = suitable((frame.width, frame.height), self._native())
            if self._way == "crop":
                self._uncropped = size
            elif self._form.values.start is None:
                self._set_size(size)
        self.put(painting)

    def show(self) -> None:
        """Have the canvas show the painting, if there is one."""
        painting = self.painting
        if painting is None:
            return
        with self._quietly():
            self._editor.open(painting.picture, painting.document, self._shown_frame(painting), self._step(painting))
        self._allow_frame()
        self._tell_steps()
        self.shown.emit()

    def hide(self) -> None:
        """Have the canvas show pictures. The painting stays open."""
        self._editor.close()

    def change_picture(self, painting: Painting) -> None:
        """Go on with a painting that has another picture, in place of the one before; its mask may be the same."""
        before, self.painting = self.painting, painting
        if self.is_shown and before is not None and before.document is painting.document:
            self._editor.set_picture(painting.picture)
            self._show_frame()
        elif self.is_shown:
            self.show()
        self.opened.emit()

    def frame_as(self, framing: Framing) -> None:
        """Frame the picture anew."""
        if self.painting is not None and framing != "own":
            self.painting.framing = framing
            self.painting.frame = frame_for(framing, self.painting.size, self._size)
            self._show_frame()
            self.framed.emit()

    def place_frame(self, frame: Frame) -> None:
        """Work on this part; the size of the form stays."""
        if self.painting is not None:
            self.painting.frame = frame
            self._show_frame()
            self.framed.emit()

    def _set_aside(self, painting: Painting | None, comes_back: Painting | None) -> None:
        """Keep a painting that gives way. Who goes back from one to the one before walks through all of them.

        One without a mask pushes none out that has one: that can be opened again, a mask cannot.
        """
        goes_back = comes_back in self._earlier
        self._earlier = [one for one in self._earlier if one is not comes_back]
        if painting is None:
            return
        masked = bool(painting.document.values.any())
        if goes_back:
            self._earlier.insert(0, painting)
        elif masked or not any(one.document.values.any() for one in self._earlier):
            self._earlier.append(painting)
        while len(self._earlier) > EARLIER_MAXIMUM:
            bare = (one for one in self._earlier if not one.document.values.any())
            self._earlier.remove(next(bare, self._earlier[0]))

    def _take_frame(self, frame: Frame) -> None:
        """The user has dragged the frame, or undone that."""
        painting = self.painting
        if painting is None or self._setting or frame == self._shown_frame(painting):
            return
        if self._way == "crop":
            self._show_frame()
            return
        before, painting.frame = painting.frame, frame
        if (frame.width, frame.height) != (before.width, before.height):
            held = self._form.values.start is not None
            size = self._size if held else size_for(frame, painting.framing, before, self._size)
            painting.framing = "actual" if is_exact(frame, size) else "own"
            self._set_size(size)
            self._show_frame()
        self.framed.emit()

    def _follow(self, names: frozenset[str]) -> None:
        before, way = self._size, self._way
        self._size, self._way = self._form_size(), self._form.values.way
        if way != self._way and not names & {"width", "height"}:
            self._turn_way(way)
        elif before != self._size and not self._setting and self._way != "crop" and self.painting is not None:
            painting = self.painting
            painting.frame = resized(painting.frame, painting.framing, painting.size, before, self._size)
        if self.painting is not None and (way != self._way or before != self._size):
            self._show_frame()
            self._allow_frame()
            self.framed.emit()
        if names & {"way", "steps", "strength"}:
            self._tell_steps()

    def _turn_way(self, before: str) -> None:
        """The masked part alone is worked on at the model's own size; everything else at the size of the frame."""
        if self.painting is None or self._form.values.start is not None:
            return
        if self._way == "crop":
            self._uncropped = self._size
            self._set_size(self._native())
        elif before == "crop":
            frame = self.painting.frame
            self._set_size(self._uncropped or suitable((frame.width, frame.height), self._native()))

    def _shown_frame(self, painting: Painting) -> Frame:
        return painting.shown_frame(self._way)

    def _step(self, painting: Painting) -> float:
        """By how many pixels of the picture the frame's edges move: by eight that are worked on."""
        return STEP * painting.frame.width / self._size[0]

    def _show_frame(self) -> None:
        if self.painting is not None and self.is_shown:
            with self._quietly():
                self._editor.set_frame(self._shown_frame(self.painting), self._step(self.painting))

    def _allow_frame(self) -> None:
        """The frame is of no use where the way finds the part by itself."""
        if not self.is_shown:
            return
        crops = self._way == "crop"
        if crops and self._editor.tool == "frame":
            self._editor.set_tool("brush")
        why = self.tr("'Only the masked part' finds the part by itself.") if crops else ""
        allow(self._editor.commands.tools["frame"], why)

    def _tell_steps(self) -> None:
        values = self._form.values
        soft = values.way == "soft" and self.painting is not None
        self._editor.set_steps(walked(max(1, values.steps), values.strength) if soft else None)

    def _set_size(self, size: Size) -> None:
        """The frame is right already: it must not follow."""
        with self._quietly():
            self._form.set(width=size[0], height=size[1])
        self._size = self._form_size()

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        """What is heard meanwhile is what was done here."""
        before, self._setting = self._setting, True
        try:
            yield
        finally:
            self._setting = before

    def _form_size(self) -> Size:
        return self._form.values.width, self._form.values.height
