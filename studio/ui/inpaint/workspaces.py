"""Which workspace is shown: the same panes, arranged for making pictures, painting on them, or walking between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from studio.ui.header import GENERATE, INPAINT, INTERPOLATE, WORKSPACES
from studio.ui.settings_store import SettingsStore

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class Workspaces(QObject):
    """`changed(name)` follows every change; the next start begins with the last one."""

    changed = Signal(str)

    def __init__(self, window: MainWindow, store: SettingsStore) -> None:
        super().__init__(window)
        self._window, self._store = window, store
        self._name = GENERATE
        window.header.workspace_chosen.connect(self.show)
        for name, action in zip(WORKSPACES, window.actions_of_window.workspaces, strict=True):
            action.triggered.connect(lambda _=False, name=name: self.show(name))

    @property
    def name(self) -> str:
        """Which one is shown."""
        return self._name

    @property
    def is_inpaint(self) -> bool:
        """Whether pictures are painted on."""
        return self._name == INPAINT

    def show(self, name: str) -> None:
        """Show the workspace of that name."""
        window, paints = self._window, name == INPAINT
        changed, self._name = name != self._name, name
        window.header.show_workspace(name)
        for known, action in zip(WORKSPACES, window.actions_of_window.workspaces, strict=True):
            action.setChecked(known == name)
        if not changed:
            return
        walks = name == INTERPOLATE
        window.recipe_pane.inpaint.setVisible(paints)
        window.recipe_pane.show_keys(walks)
        window.timeline.setVisible(not walks)
        window.bench.setVisible(walks)
        window.paint_tools.show_tools(paints)
        window.workspace.hide_cells(paints)
        self._store.change(workspace=name)
        self.changed.emit(name)
