"""Keeping the code of what is shown: that of the picture, or a step on the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from studio.errors import StudioError
from studio.export.picture_file import read_picture
from studio.image import Image
from studio.job.code import Inverting
from studio.job.codes import KeepCode
from studio.job.recipe import Recipe
from studio.ui.panels.folder_scan import made_id
from studio.ui.picture_actions import allow
from studio.ui.qimage import from_qimage
from studio.ui.thumbnail import thumbnail

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class Keeping(QObject):
    """Two entries of the Picture menu. They look at what is shown when the menu opens."""

    def __init__(self, window: MainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._before: frozenset[str] = frozenset()
        self.keep = QAction(self.tr("Keep its code"), window)
        self.keep.setShortcut("Ctrl+K")
        self.keep_step = QAction(self.tr("Keep this step as a code"), window)
        window.addAction(self.keep)
        menu = window.actions_of_window.picture_menu
        menu.addSeparator()
        menu.addActions([self.keep, self.keep_step])
        menu.aboutToShow.connect(self.refresh)
        self.keep.triggered.connect(self.keep_code)
        self.keep_step.triggered.connect(self.keep_this_step)
        self.refresh()

    def was_here(self, code: str) -> bool:
        """Whether a code was on the shelf already when it was last asked to be kept."""
        return code in self._before

    def refresh(self) -> None:
        """Say what can be kept of what is shown."""
        self.keep.setToolTip(self._why_not_code())  # never disabled: its key then says why nothing is kept
        step = self._step()
        allow(self.keep_step, step if isinstance(step, str) else "")

    def keep_code(self) -> None:
        """Keep the code that the picture shown began from; before the first picture that of the form's seed."""
        why_not, recipe = self._why_not_code(), self._recipe()
        if why_not or recipe is None:
            self._window.controller.toast.tell(why_not)
        else:
            self._ask(KeepCode(recipe, self._trajectory(recipe), thumbnail=self._picture(recipe)))

    def keep_this_step(self) -> None:
        """Keep the state of the step that is looked at."""
        step = self._step()
        if isinstance(step, str):
            self._window.controller.toast.tell(step)
        else:
            shown = self._window.canvas.picture()
            small = thumbnail(from_qimage(shown)) if shown is not None else None
            self._ask(KeepCode(step[0], step[1], step[2], thumbnail=small))

    def _ask(self, question: KeepCode) -> None:
        self._before = frozenset(card.code for card in self._window.shelf.cards)
        self._window.shelf.ask(question)

    def _recipe(self) -> Recipe | None:
        """How the picture on the canvas was made, or before there is one how it would be."""
        window = self._window
        shown = window.stage.recipe()
        if shown is not None or window.stage.finished() is not None:
            return shown
        try:
            return window.form.recipes()[0]
        except StudioError:
            return None

    def _why_not_code(self) -> str:
        recipe = self._recipe()
        if recipe is None:
            return self.tr("It is not known how this picture was made. Invert it to find a code that draws it.")
        if isinstance(recipe.start, Inverting):
            return self.tr("These steps lead to a code, which is on the shelf when they are done.")
        return ""

    def _step(self) -> tuple[Recipe, str, int] | str:
        """The recorded step that is looked at, or why there is none."""
        timeline = self._window.timeline
        film, step = timeline.projector.film, timeline.filmstrip.value()
        if film.recipe is None or film.noised or not film.trajectory or step not in film.recorded:
            return self.tr("Choose a recorded step of a picture first.")
        if isinstance(film.recipe.start, Inverting):
            return self.tr("These steps lead to a code, which is on the shelf when they are done.")
        if step >= film.steps:
            return self.tr("This is the last step: nothing would be left to do. Choose an earlier one.")
        return film.recipe, film.trajectory, step

    def _trajectory(self, recipe: Recipe) -> str:
        """The name of the record of the picture shown, "" if nobody knows it."""
        film, path = self._window.timeline.projector.film, self._window.canvas.path()
        if film.recipe == recipe and film.trajectory:
            return film.trajectory
        if path is None:
            return ""
        try:
            picture = read_picture(path)
        except StudioError:
            return ""
        return made_id(picture.recipe, picture.made) if picture.recipe else ""

    def _picture(self, recipe: Recipe) -> Image | None:
        """What the card shows: the finished picture, else what is on the canvas."""
        film, shown = self._window.timeline.projector.film, self._window.canvas.picture()
        if film.final is not None and recipe in (film.made, film.recipe):
            return thumbnail(film.final)
        return thumbnail(from_qimage(shown)) if shown is not None else None
