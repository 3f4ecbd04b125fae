"""The colours for widgets that paint themselves."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication, QPalette

from studio.ui.tokens import DARK, LIGHT, Tokens

MIDDLE_LIGHTNESS = 128


def current_tokens() -> Tokens:
    """The tokens of the theme that the application wears, read off its palette: widgets repaint when that changes."""
    panel = QGuiApplication.palette().color(QPalette.ColorRole.Window)
    return DARK if panel.lightness() < MIDDLE_LIGHTNESS else LIGHT
