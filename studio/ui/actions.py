"""The menus and keys of the window. What they do is connected by the window."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from studio.ui.canvas.canvas import Canvas
from studio.ui.header import KEYS
from studio.ui.picture_actions import allow


class WindowActions:
    """Every action of the window by name, in menus: the one place that holds their keys."""

    def __init__(self, window: QMainWindow, pane: Canvas) -> None:
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
        # Esc ends whatever is innermost, so it is not the key of this action alone; it is shown beside it.
        self.cancel = self._action(tr("Cancel") + "\tEsc")
        self.escape = self._action(tr("Close, or cancel the run"), "Esc")
        self.pause = self._action(tr("Pause"), "Ctrl+Shift+Return", "Ctrl+Shift+Enter")
        self.roll = self._action(tr("Roll another seed"))
        self.race = self._action(tr("Race…"), "Ctrl+R")
        self.export = self._action(tr("Export…"), "Ctrl+E")
        self.live = self._action(tr("Follow the run"))
        self.plugins = self._action(tr("Plugins…"), "F9")
        self.keys = self._action(tr("Keys"), "F1")
        self.about = self._action(tr("About Reverie"))
        self.workspaces = self._workspace_actions()
        self.paste = self._paste(pane)
        self.take_over = self._action(tr("Use the result as the picture"))
        self.paint_before = self._action(tr("Back to the painting before"))
        self._make_menus(pane)
        self.allow_cancel(False)
        self.allow_live(False)
        self.allow_pause(paused=False, can=False)

    def all(self) -> list[QAction]:
        """Every action that has a place in a menu, and Esc."""
        found: list[QAction] = []
        for menu in self._window.menuBar().findChildren(QMenu):
            found += [action for action in menu.actions() if not action.isSeparator()]
        return [*found, self.escape]

    def allow_cancel(self, running: bool) -> None:
        """There is something to cancel, or not."""
        allow(self.cancel, "" if running else self._window.tr("Nothing runs."))

    def allow_pause(self, *, paused: bool, can: bool) -> None:
        """The run can wait, or go on, or neither."""
        self.pause.setText(self._window.tr("Go on") if paused else self._window.tr("Pause"))
        allow(self.pause, "" if can else self._window.tr("No steps are being computed."))

    def allow_live(self, away: bool) -> None:
        """The user looks at something else than the run, or not."""
        allow(self.live, "" if away else self._window.tr("The newest step is shown."))

    def _make_menus(self, pane: Canvas) -> None:
        tr, canvas, mask = self._window.tr, pane.commands, pane.editor.commands
        self._menu(tr("&File"), self.open, self.open_model, None, canvas.save_copy, canvas.show_in_folder,
                   self.pictures_folder, None, self.settings, self.quit)  # fmt: skip
        self.edit_menu = self._menu(tr("&Edit"), mask.undo, mask.redo, None, canvas.copy, self.paste, None, self.prompt)
        self._menu(tr("&View"), *self.workspaces, None, canvas.fit, canvas.actual_size, canvas.zoom_in,
                   canvas.zoom_out, None, self.live, self.full_screen)  # fmt: skip
        self.picture_menu = self._menu(tr("&Picture"), canvas.use_settings, canvas.branch, self.export, None,
                                       canvas.paint, self.take_over, mask.before_after, self.paint_before)  # fmt: skip
        self.mask_menu = self.picture_menu.addMenu(tr("Mask"))
        self.mask_menu.setToolTipsVisible(True)
        for group in mask.of_mask():
            self.mask_menu.addActions(list(group))
            self.mask_menu.addSeparator()
        self._menu(tr("&Run"), self.generate, self.pause, self.cancel, None, self.roll, None, self.race)
        self._menu(tr("P&lugins"), self.plugins)
        self._menu(tr("&Help"), self.keys, self.about)

    def _workspace_actions(self) -> tuple[QAction, ...]:
        tr = self._window.tr
        titles = (tr("Generate pictures"), tr("Paint on pictures"), tr("Walk between pictures"))
        actions = tuple(self._action(title, key) for title, key in zip(titles, KEYS, strict=True))
        for action in actions:
            action.setCheckable(True)
        return actions

    def _paste(self, pane: Canvas) -> QAction:
        """Only where canvas or window have the keyboard: text fields paste what is for them."""
        action = QAction(self._window.tr("Paste a picture"), self._window)
        action.setShortcut(QKeySequence("Ctrl+V"))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        pane.addAction(action)
        return action

    def _menu(self, title: str, *actions: QAction | None) -> QMenu:
        menu = self._window.menuBar().addMenu(title)
        menu.setToolTipsVisible(True)
        for action in actions:
            if action is None:
                menu.addSeparator()
            else:
                menu.addAction(action)
        return menu

    def _action(self, text: str, *keys: str) -> QAction:
        action = QAction(text, self._window)
        action.setShortcuts([QKeySequence(key) for key in keys])
        self._window.addAction(action)
        return action
