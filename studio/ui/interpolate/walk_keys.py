"""Keys of the interpolation studio that are not those of one widget: undo, and play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence

from studio.ui.header import INTERPOLATE
from studio.ui.picture_actions import allow

if TYPE_CHECKING:
    from studio.ui.interpolate.interpolate_controller import InterpolateController
    from studio.ui.main_window import MainWindow


class WalkKeys(QObject):
    """While the studio is shown, undo is that of the track wherever the keyboard is, text fields excepted; Space plays
    where track, strip or canvas have it."""

    def __init__(self, window: MainWindow, controller: InterpolateController) -> None:
        super().__init__(controller)
        self._window, self._controller = window, controller
        for widget in (window.bench.track, window.bench.strip, window.canvas.view):
            widget.installEventFilter(self)
        state, mask = window.track_state, window.canvas.editor.commands
        self.undo = self._action(self.tr("Undo on the track"), "Ctrl+Z")
        self.redo = self._action(self.tr("Redo on the track"), "Ctrl+Shift+Z", "Ctrl+Y")
        self.undo.triggered.connect(lambda: state.undo())
        self.redo.triggered.connect(lambda: state.redo())
        window.actions_of_window.edit_menu.insertActions(mask.undo, [self.undo, self.redo])
        state.changed.connect(self._offer)
        window.workspaces.changed.connect(self._show)
        self._offer()
        self._show(window.workspaces.name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not self._controller.is_shown or event.key() != Qt.Key.Key_Space:
            return False
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._controller.toggle_play()
            return True
        return False

    def _action(self, text: str, *keys: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._window.centralWidget().addAction(action)
        return action

    def _offer(self) -> None:
        state = self._window.track_state
        allow(self.undo, "" if state.can_undo else self.tr("There is nothing to undo."))
        allow(self.redo, "" if state.can_redo else self.tr("There is nothing to redo."))

    def _show(self, workspace: str) -> None:
        """The menu has one undo: that of the workspace."""
        walks, mask = workspace == INTERPOLATE, self._window.canvas.editor.commands
        for action in (self.undo, self.redo):
            action.setVisible(walks)
        for action in (mask.undo, mask.redo):
            action.setVisible(not walks)
