"""Keys of the interpolation studio that are not those of one widget: undo, and play."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

if TYPE_CHECKING:
    from studio.ui.interpolate.interpolate_controller import InterpolateController
    from studio.ui.main_window import MainWindow


class WalkKeys(QObject):
    """Watches track, strip and canvas while the studio is shown."""

    def __init__(self, window: MainWindow, controller: InterpolateController) -> None:
        super().__init__(controller)
        self._window, self._controller = window, controller
        for widget in (window.bench.track, window.bench.strip, window.canvas.view):
            widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or not self._controller.is_shown:
            return False
        undoes, redoes = event.matches(QKeySequence.StandardKey.Undo), event.matches(QKeySequence.StandardKey.Redo)
        if event.type() == QEvent.Type.ShortcutOverride and (undoes or redoes or event.key() == Qt.Key.Key_Space):
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return False
        state = self._window.track_state
        if undoes:
            return state.undo()
        if redoes:
            return state.redo()
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._controller.toggle_play()
            return True
        return False
