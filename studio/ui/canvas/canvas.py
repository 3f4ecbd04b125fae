"""The canvas: the picture, the line below it, the greeting over it, and what can be done with the picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, QSize, Signal
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.image import Image
from studio.ui.canvas.canvas_actions import CanvasActions
from studio.ui.canvas.caption_band import CaptionBand
from studio.ui.canvas.card import Card, DropFrame
from studio.ui.canvas.mask_editor import MaskEditor
from studio.ui.canvas.navigation import Navigation
from studio.ui.canvas.picture_view import PictureView
from studio.ui.picture_drop import PictureDrop
from studio.ui.picture_mime import drag_picture, picture_mime
from studio.ui.qimage import to_qimage

SMALLEST = QSize(200, 160)


class Canvas(QWidget):
    """Shows one picture at a time. `view` is the part that takes the focus, and the pane for toast and banner.

    The `…_requested` signals are the user's wishes about the picture shown; `file_dropped(Path)` a picture file
    dropped on the canvas, not opened yet; `drop_refused(sentence)` something else dropped.
    """

    copy_requested = Signal()
    save_copy_requested = Signal()
    show_in_folder_requested = Signal()
    use_settings_requested = Signal()
    file_dropped = Signal(object)
    drop_refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = PictureView()
        self._band = CaptionBand()
        self._greeting = Card(self.view)
        self._drop_frame = DropFrame(self.view)
        self._invitation = ""
        self._path: Path | None = None
        self._has_recipe = False
        self._pointer: QPointF | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self._band)
        self.setFocusProxy(self.view)
        self.setMinimumSize(SMALLEST)
        self.view.setProperty("focusInside", True)
        self.view.setAccessibleName(self.tr("Canvas"))
        self.commands = CanvasActions(self)
        self._connect_actions()
        self._connect_pointer()
        self.editor = MaskEditor(self.view, self._navigation, self._show_base)
        self.clear()

    def show_image(
        self,
        image: Image,
        caption: str = "",
        *,
        keep_view: bool = False,
        size: tuple[int, int] | None = None,
        path: Path | None = None,
        has_recipe: bool = False,
    ) -> None:
        """Show `image` with `caption` below it. The greeting goes.

        `size` is width and height of the finished picture, if `image` is a preview with other dimensions. With
        `keep_view` the picture fills the same place as the one before, unless `size` says that it has another format;
        without it the view is fitted. `path` is the file the picture was saved as; `has_recipe` says that its
        settings are known.
        """
        frame = self._frame(image, size, keep_view)
        self._path, self._has_recipe = path, has_recipe
        self._greeting.tell("")
        self._band.set_frame(frame)
        self.view.show_picture(to_qimage(image), frame)
        if not keep_view:
            self.view.fit()
        self._band.set_caption(caption)
        self._offer()
        self._tell_place()

    def greet(self, first: str, second: str = "") -> None:
        """Put a card with one or two lines over the canvas, until the next picture is shown. The picture stays."""
        self._greeting.tell(first, second)
        self._place_greeting()
        self._describe()

    def clear(self) -> None:
        """Show no picture, and what to do about that."""
        self._path, self._has_recipe = None, False
        self.view.clear()
        self._band.set_frame(QSize())
        self._band.set_caption("")
        self._offer()
        self.greet(self.tr("Press Generate to make a picture."), self.tr("Or drop one to use its settings."))
        self._tell_place()

    def caption(self) -> str:
        return self._band.caption()

    def set_caption(self, caption: str) -> None:
        """Change the words below the picture, and nothing else."""
        self._band.set_caption(caption)
        self._describe()

    def set_file(self, path: Path) -> None:
        """The picture shown is in a file now."""
        self._path = path
        self._offer()

    def set_origin(self, path: Path | None, *, has_recipe: bool) -> None:
        """Where the result that is shown over a painting comes from."""
        self._path, self._has_recipe = path, has_recipe
        self._offer()

    def show_band(self, shown: bool) -> None:
        """Show or hide the line below the picture."""
        self._band.setVisible(shown)

    def set_invitation(self, text: str) -> None:
        """Say what a picture that is held over the canvas would be taken for; "" says the usual."""
        self._invitation = text

    def take_drops_of(self, widget: QWidget) -> None:
        """Take the pictures that are dropped on `widget` as if they were dropped here."""
        drop = PictureDrop(widget)
        drop.hovering.connect(self._invite)
        drop.ended.connect(self._drop_frame.hide)
        drop.dropped.connect(self.file_dropped)
        drop.refused.connect(self.drop_refused)

    def picture(self) -> QImage | None:
        """The picture as it was given, or None. Over a painting it is the result that is shown there."""
        return self.editor.layers.result.image or self.view.image()

    def path(self) -> Path | None:
        """The file of the picture shown, or None if it has none."""
        return self._path

    def mime(self) -> QMimeData:
        """The picture for the clipboard or a drag."""
        return picture_mime(self.picture(), self._path)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.commands.right_click_menu().popup(event.globalPos())

    def _show_base(self, picture: Image) -> None:
        self.show_image(picture, self.caption(), keep_view=True, size=(picture.width, picture.height))

    def _frame(self, image: Image, size: tuple[int, int] | None, keep_view: bool) -> QSize:
        if size is not None:
            return QSize(*size)
        if keep_view and not self.view.frame().isEmpty():
            return self.view.frame()
        return QSize(image.width, image.height)

    def _connect_actions(self) -> None:
        actions = self.commands
        actions.copy.triggered.connect(lambda: self.copy_requested.emit())
        actions.save_copy.triggered.connect(lambda: self.save_copy_requested.emit())
        actions.show_in_folder.triggered.connect(lambda: self.show_in_folder_requested.emit())
        actions.use_settings.triggered.connect(lambda: self.use_settings_requested.emit())
        actions.fit.triggered.connect(lambda: self.view.fit())
        actions.actual_size.triggered.connect(lambda: self.view.zoom_to(1.0))
        actions.zoom_in.triggered.connect(lambda: self.view.zoom_by(1))
        actions.zoom_out.triggered.connect(lambda: self.view.zoom_by(-1))

    def _connect_pointer(self) -> None:
        self._navigation = Navigation(self.view)
        self._navigation.hovered.connect(self._hover)
        self._navigation.dragged_out.connect(self._drag_out)
        self.view.view_changed.connect(self._tell_place)
        self.take_drops_of(self)

    def _offer(self) -> None:
        shown = self.view.image() is not None
        self.commands.offer(shown=shown, saved=self._path is not None, has_recipe=self._has_recipe)

    def _hover(self, place: QPointF | None) -> None:
        self._pointer = place
        self._band.set_pixel(self.view.pixel_at(place) if place is not None else None)

    def _drag_out(self) -> None:
        drag_picture(self, self.mime(), self.view.image())

    def _invite(self, problem: str) -> None:
        if problem:
            self._drop_frame.refuse(problem)
        else:
            self._drop_frame.invite(self._invitation or self.tr("Drop to use the settings of this picture."))

    def _tell_place(self) -> None:
        shown = self.view.image() is not None
        self._band.set_zoom(self.view.transform().zoom if shown else None)
        self._hover(self._pointer)
        self._place_greeting()
        self._describe()

    def _place_greeting(self) -> None:
        picture = self.view.box().toRect() & self.view.rect()
        if picture.isEmpty():
            self._greeting.place(self.view.rect())
        else:
            self._greeting.place(picture, foot=True)

    def _describe(self) -> None:
        parts = [self._band.caption(), self._greeting.text().replace("\n", " ")]
        frame = self.view.frame()
        if not frame.isEmpty():
            size = self.tr("{width} by {height} pixels").format(width=frame.width(), height=frame.height())
            parts.append(self.tr("{size}, {zoom}").format(size=size, zoom=self._band.zoom_text()))
        self.view.setAccessibleDescription(". ".join(part.rstrip(".") for part in parts if part))
