"""What can be done with the codes that are chosen, and with the shelf."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.job.codes import CodeCard
from studio.ui.action_icons import ActionIcons
from studio.ui.picture_actions import allow


class CodesActions(QObject):
    """The actions of the list `owner`. What can't be used stays, disabled, and its tooltip says why."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self.start = self._add(self.tr("Start from this code"), "player-play")
        self.show = self._add(self.tr("Show with its own prompt"), "photo")
        self.result = self._add(self.tr("Show how well it is drawn again"), "git-compare")
        self.rename = self._add(self.tr("Rename") + "\tF2", "pencil")
        self.export = self._add(self.tr("Export…"), "file-export")
        self.combine = self._add(self.tr("Combine…"), "math-function")
        self.remove = self._add(self.tr("Remove"), "trash", "Delete")
        self.open = self._add(self.tr("Open code file…"), "folder-open")
        self.invert = self._add(self.tr("Invert a picture…"), "photo-down")
        self.find = self._add(self.tr("Find a code"), "search", "Ctrl+F")
        self.remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.find.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        ActionIcons(self, owner)

    def offer(self, chosen: Sequence[CodeCard], why_not: str, no_result: str) -> None:
        """Enable what can be done with these; `why_not` says why the current one does not fit, `no_result` why there
        is nothing to show of its inversion, or "".
        """
        nothing = "" if chosen else self.tr("Choose a code first.")
        one = nothing or ("" if len(chosen) == 1 else self.tr("Choose one code."))
        damaged = next((card.sentence for card in chosen if card.facts is None), "")
        for action in (self.rename, self.export):
            allow(action, one or damaged)
        allow(self.start, one or damaged or why_not)
        # That chooses the model of the code, too.
        allow(self.show, one or damaged)
        allow(self.result, one or damaged or no_result)
        allow(self.remove, nothing)
        several = "" if len(chosen) > 1 else self.tr("Choose two codes or more, with Ctrl.")
        allow(self.combine, several or damaged)

    def card_menu(self) -> QMenu:
        """What can be done with what is chosen."""
        own = (self.start, self.show, self.result), (self.rename, self.export), (self.combine,), (self.remove,)
        return self._menu(*own, (self.open, self.invert))

    def empty_menu(self) -> QMenu:
        """What can be done with the shelf."""
        return self._menu((self.open, self.invert))

    def _menu(self, *groups: Sequence[QAction]) -> QMenu:
        menu = QMenu(self._owner)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for group in groups:
            menu.addActions(list(group))
            menu.addSeparator()
        return menu

    def _add(self, text: str, icon: str, *keys: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setData(icon)
        self._owner.addAction(action)
        return action
