"""What can be done with the picture on the canvas. The same actions serve menu bar, keys and right button."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.icons import widget_icon
from studio.ui.metrics import px
from studio.ui.tokens import ICON_ROW


class CanvasActions(QObject):
    """`copy`, `save_copy`, `show_in_folder`, `use_settings` act on the picture; the others on the view of it.

    What can't be used stays, disabled, and its tooltip says why.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.copy = self._action(self.tr("Copy"), "copy", "Ctrl+C")
        # Only where the canvas has the focus: text fields and lists copy what they hold.
        self.copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.save_copy = self._action(self.tr("Save a copy…"), "device-floppy", "Ctrl+Shift+S")
        self.show_in_folder = self._action(self.tr("Show in folder"), "folder-open")
        self.use_settings = self._action(self.tr("Use these settings"), "adjustments")
        self.fit = self._action(self.tr("Fit"), "maximize", "Ctrl+0")
        self.actual_size = self._action(self.tr("Actual size"), "aspect-ratio", "Ctrl+1")
        self.zoom_in = self._action(self.tr("Zoom in"), "zoom-in", "Ctrl++", "Ctrl+=")
        self.zoom_out = self._action(self.tr("Zoom out"), "zoom-out", "Ctrl+-")
        self.offer(shown=False)

    def offer(self, *, shown: bool, saved: bool = False, has_recipe: bool = False) -> None:
        """Enable what can be done with a picture that is `shown`, `saved` as a file, and whose recipe is known."""
        nothing = self.tr("There is no picture yet.")
        for action in (self.copy, self.save_copy, self.fit, self.actual_size, self.zoom_in, self.zoom_out):
            _allow(action, "" if shown else nothing)
        unsaved = self.tr("This picture is not saved as a file.")
        _allow(self.show_in_folder, nothing if not shown else "" if saved else unsaved)
        unknown = self.tr("It is not known how this picture was made.")
        _allow(self.use_settings, nothing if not shown else "" if has_recipe else unknown)

    def menu(self) -> QMenu:
        """A menu for the right button, with the actions on the picture."""
        menu = QMenu(self._canvas)
        menu.setToolTipsVisible(True)
        menu.addActions([self.copy, self.save_copy, self.show_in_folder])
        menu.addSeparator()
        menu.addAction(self.use_settings)
        return menu

    def draw_icons(self) -> None:
        """Draw the icons in the present colours."""
        for action in self.findChildren(QAction):
            action.setIcon(widget_icon(str(action.data()), self._canvas, px(ICON_ROW)))

    def _action(self, text: str, icon: str, *keys: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setData(icon)
        self._canvas.addAction(action)
        return action


REDRAW = (QEvent.Type.PaletteChange, QEvent.Type.StyleChange, QEvent.Type.DevicePixelRatioChange, QEvent.Type.Polish)
"""After these events of the canvas the icons are drawn anew."""


def _allow(action: QAction, why_not: str) -> None:
    action.setEnabled(not why_not)
    action.setToolTip(why_not)
