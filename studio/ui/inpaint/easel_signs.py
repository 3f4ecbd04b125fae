"""What stands over the canvas and at the head of the panel about the picture that is painted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.ui.inpaint.desk import Desk
from studio.ui.inpaint.empty_easel import EmptyEasel
from studio.ui.inpaint.framing import is_exact, working_size
from studio.ui.inpaint.painting import Painting

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class EaselSigns(QObject):
    """Says what to do while nothing is painted on, the way back from another picture, and how the open one is worked
    on. `opening` is the name of a file that is being read, else "".
    """

    def __init__(self, window: MainWindow, desk: Desk) -> None:
        super().__init__(window)
        self._window, self._desk = window, desk
        self._head = window.recipe_pane.inpaint.head
        self.easel = EmptyEasel(window.canvas.view)
        self.opening = ""
        for changed in (desk.opened, desk.shown, window.stage.shown_changed):
            changed.connect(self.tell)
        for changed in (desk.opened, desk.framed):
            changed.connect(self._tell_head)
        window.session.status_changed.connect(lambda _: self.tell())
        window.form.changed.connect(lambda names: self._tell_head() if names & {"width", "height", "way"} else None)
        window.workspaces.changed.connect(lambda _: self.tell())
        self.tell()
        self._tell_head()

    def tell(self) -> None:
        """Bring the words over the canvas up to date."""
        easel, window = self.easel, self._window
        finished = window.stage.finished() is not None
        if not window.workspaces.is_inpaint:
            easel.hide()
        elif self.opening:
            easel.wait(self.opening)
        elif self._desk.painting is None and not window.session.status.running:
            any_picture = finished or window.history.newest() is not None
            easel.invite(shown=finished, why_not="" if any_picture else self.tr("There is no picture yet."))
        elif self._desk.painting is not None and not self._desk.is_shown:
            easel.tell_way_back(why_not="" if finished else self.tr("This is a step on the way to a picture."))
        else:
            easel.hide()

    def _tell_head(self) -> None:
        painting = self._desk.painting
        if painting is None:
            self._head.show_picture("", self.tr("Drop one here, paste it, or open it."))
        else:
            self._head.show_picture(painting.name, self._note(painting))
            self._head.show_framing(painting.framing)
        crops = self._window.form.values.way == "crop"
        why = self.tr("'Only the masked part' finds the part by itself.") if crops else ""
        self._head.framing.hold(why if painting else self.tr("No picture is open."))

    def _note(self, painting: Painting) -> str:
        values, frame = self._window.form.values, painting.frame
        size = values.width, values.height
        picture = self.tr("{width} × {height} pixels").format(width=painting.size[0], height=painting.size[1])
        if values.way == "crop":
            text = self.tr("{picture}. The masked part is worked on at {width} × {height}.")
            return text.format(picture=picture, width=size[0], height=size[1])
        if is_exact(frame, size):
            if frame == painting.whole:
                return self.tr("{picture}, worked on one to one.").format(picture=picture)
            text = self.tr("{picture}. The frame is worked on one to one: {width} × {height}.")
            return text.format(picture=picture, width=frame.width, height=frame.height)
        made = working_size(frame, size)
        text = self.tr("{picture}. What the frame shows is scaled to {width} × {height}, and so is the result.")
        return text.format(picture=picture, width=made[0], height=made[1])
