"""What can be done with a picture, wherever it is shown. One set of actions serves menu bar, keys and right button."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.action_icons import ActionIcons


class PictureActions(QObject):
    """The actions `copy`, `show_in_folder` and `use_settings` of `owner`, and others that are added.

    What can't be used stays, disabled, and its tooltip says why.
    """

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self.copy = self.add(self.tr("Copy"), "copy", "Ctrl+C")
        # Only where the owner has the focus: text fields copy what they hold.
        self.copy.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self.show_in_folder = self.add(self.tr("Show in folder"), "folder-open")
        self.use_settings = self.add(self.tr("Use these settings"), "adjustments")
        ActionIcons(self, owner)

    def add(self, text: str, icon: str, *keys: str) -> QAction:
        """Another action of the owner, with an icon of the set and perhaps shortcuts."""
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setData(icon)
        self._owner.addAction(action)
        return action

    def offer(self, *, shown: bool, saved: bool = False, has_recipe: bool = False) -> None:
        """Enable what can be done with a picture that is `shown`, `saved` as a file, and whose recipe is known."""
        nothing = self.tr("There is no picture yet.")
        unsaved = self.tr("This picture is not saved as a file.")
        allow(self.copy, "" if shown else nothing)
        allow(self.show_in_folder, nothing if not shown else "" if saved else unsaved)
        allow(self.use_settings, "" if has_recipe else self.tr("It is not known how this picture was made."))

    def menu(self, groups: Iterable[Iterable[QAction]]) -> QMenu:
        """A menu for the right button, which goes when it is closed. Separators stand between `groups`."""
        menu = QMenu(self._owner)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for group in groups:
            menu.addActions(list(group))
            menu.addSeparator()
        return menu


def allow(action: QAction, why_not: str) -> None:
    """Enable `action`, or disable it and say why."""
    action.setEnabled(not why_not)
    action.setToolTip(why_not)
