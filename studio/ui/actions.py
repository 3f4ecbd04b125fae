"""The menus and keys of the window. What they do is connected by the window."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from studio.ui.canvas.canvas_actions import CanvasActions


class WindowActions:
    """Every action of the window by name, in menus: the one place that holds their keys."""

    def __init__(self, window: QMainWindow, canvas: CanvasActions) -> None:
        self._window = window
        tr = window.tr
        self.open = self._action(tr("Open a picture…"), "Ctrl+O")
        self.open_model = self._action(tr("Open a model folder…"))
        self.pictures_folder = self._action(tr("Show the pictures folder"))
        self.settings = self._action(tr("Settings…"), "Ctrl+,")
        self.quit = self._action(tr("Quit"), "Ctrl+Q")
        self.prompt = self._action(tr("Go to the prompt"), "Ctrl+L")
        self.full_screen = self._action(tr("Full screen"), "F11")
        self.generate = self._action(tr("Generate"), "Ctrl+Return", "Ctrl+Enter")
        self.cancel = self._action(tr("Cancel"), "Esc")
        self.roll = self._action(tr("Roll another seed"))
        self.live = self._action(tr("Follow the run"))
        self.keys = self._action(tr("Keys"), "F1")
        self.about = self._action(tr("About Reverie"))
        self._menu(tr("&File"), self.open, self.open_model, None, canvas.save_copy, canvas.show_in_folder,
                   self.pictures_folder, None, self.settings, self.quit)  # fmt: skip
        self._menu(tr("&Edit"), canvas.copy, None, self.prompt)
        self._menu(tr("&View"), canvas.fit, canvas.actual_size, canvas.zoom_in, canvas.zoom_out, None, self.live,
                   self.full_screen)  # fmt: skip
        self._menu(tr("&Picture"), canvas.use_settings)
        self._menu(tr("&Run"), self.generate, self.cancel, None, self.roll)
        self._menu(tr("&Help"), self.keys, self.about)

    def all(self) -> list[QAction]:
        """Every action that has a place in a menu."""
        found: list[QAction] = []
        for menu in self._window.menuBar().findChildren(QMenu):
            found += [action for action in menu.actions() if not action.isSeparator()]
        return found

    def _menu(self, title: str, *actions: QAction | None) -> None:
        menu = self._window.menuBar().addMenu(title)
        menu.setToolTipsVisible(True)
        for action in actions:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)

    def _action(self, text: str, *keys: str) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(key) for key in keys])
        self._window.addAction(action)
        return action
