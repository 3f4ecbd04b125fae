"""The result beside the picture it was made of, with a border to drag between them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QRectF, Signal

from studio.ui.canvas.layers.result import Result
from studio.ui.canvas.picture_view import PictureView
from studio.ui.compare.split_grip import SplitGrip


class BeforeAfter(QObject):
    """Left of the border is the picture, right of it `result`. `moved()` says that the border is elsewhere."""

    moved = Signal()

    def __init__(self, view: PictureView, result: Result) -> None:
        super().__init__(view)
        self._view, self._result = view, result
        self._split = False
        self.grip = SplitGrip(view)
        self.grip.hide()
        self.grip.valueChanged.connect(self._move)
        view.view_changed.connect(self.place)

    @property
    def is_split(self) -> bool:
        return self._split and self._result.is_there

    def split(self, split: bool) -> None:
        """Show both, or the result alone."""
        self._split = split
        self.place()

    def place(self) -> None:
        """The frame is seen elsewhere, or the result has come or gone."""
        self.grip.setVisible(self.is_split)
        self.grip.place(self._room())
        self._move()

    def _room(self) -> QRectF:
        frame = self._result.area
        if frame is None:
            return QRectF()
        return self._view.sight().area(*frame.box) & QRectF(self._view.rect())

    def _move(self) -> None:
        room = self._room()
        border = round(room.left() + room.width() * self.grip.fraction()) if self.is_split else None
        if border != self._result.border:
            self._result.border = border
            self.moved.emit()
