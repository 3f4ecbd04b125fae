"""What can be done with the picture on the canvas, and with the view of it."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.picture_actions import PictureActions, allow


class CanvasActions(PictureActions):
    """Beside those of every picture: `save_copy`, `branch` and `paint`, which their owners allow, and for the view
    `fit`, `actual_size`, `zoom_in`, `zoom_out`."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.save_copy = self.add(self.tr("Save a copy…"), "device-floppy", "Ctrl+Shift+S")
        self.branch = self.add(self.tr("Branch here"), "git-branch", "Ctrl+B")
        self.paint = self.add(self.tr("Paint on this"), "brush")
        self.fit = self.add(self.tr("Fit"), "maximize", "Ctrl+0")
        self.actual_size = self.add(self.tr("Actual size"), "aspect-ratio", "Ctrl+1")
        self.zoom_in = self.add(self.tr("Zoom in"), "zoom-in", "Ctrl++", "Ctrl+=")
        self.zoom_out = self.add(self.tr("Zoom out"), "zoom-out", "Ctrl+-")

    def offer(self, *, shown: bool, saved: bool = False, has_recipe: bool = False) -> None:
        super().offer(shown=shown, saved=saved, has_recipe=has_recipe)
        for action in (self.save_copy, self.fit, self.actual_size, self.zoom_in, self.zoom_out):
            allow(action, "" if shown else self.tr("There is no picture yet."))

    def right_click_menu(self) -> QMenu:
        """The actions on the picture."""
        own = (self.use_settings, self.branch, self.paint)
        return self.menu([(self.copy, self.save_copy, self.show_in_folder), own])
