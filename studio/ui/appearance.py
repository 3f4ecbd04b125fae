"""Dresses the application as the settings say, and follows the system where the user wants that."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from studio.settings import Settings
from studio.ui.metrics import REDUCE_MOTION
from studio.ui.settings_store import SettingsStore
from studio.ui.theme import Theme
from studio.ui.tokens import ThemeName


class Appearance(QObject):
    """Theme, scale and motion. Build it before the first widget, and `dress` the widgets when all are made.

    Only what changed is done again.
    """

    def __init__(self, theme: Theme, store: SettingsStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._store = store
        self._worn: tuple[ThemeName, float] | None = None
        self._dressing = self._dressed = False
        store.changed.connect(self._wear)
        # A method and no lambda: the hints outlive every window, and would keep this one's alive.
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow_system)
        self._wear(store.current)

    def dress(self) -> None:
        """Put on the style sheet."""
        self._worn, self._dressed = None, True
        self._wear(self._store.current)

    def _follow_system(self) -> None:
        self._wear(self._store.current)

    def _wear(self, settings: Settings) -> None:
        # Dressing changes the colour scheme, which is told as if the system had changed.
        if self._dressing:
            return
        self._dressing = True
        application = QApplication.instance()
        if application is not None:
            application.setProperty(REDUCE_MOTION, settings.reduced_motion)
        wanted = (_theme_name(settings), settings.ui_scale / 100)
        if wanted != self._worn:
            self._worn = wanted
            wear = self._theme.apply if self._dressed else self._theme.prepare
            wear(*wanted)
            if settings.theme == "system":
                QGuiApplication.styleHints().unsetColorScheme()
        self._dressing = False


def _theme_name(settings: Settings) -> ThemeName:
    if settings.theme != "system":
        return settings.theme
    hints = QGuiApplication.styleHints()
    # What a theme asked for hides what the system wants.
    hints.unsetColorScheme()
    return "light" if hints.colorScheme() == Qt.ColorScheme.Light else "dark"
