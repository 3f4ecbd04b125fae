"""Lengths and durations for layouts. What the theme chose travels as properties of Qt's application object."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QGuiApplication

from studio.ui.stylesheet import scaled
from studio.ui.tokens import MOTION_MS

UI_SCALE = "uiScale"
"""Name of the application's dynamic property that holds the UI scale; `Theme` sets it."""

REDUCE_MOTION = "reduceMotion"
"""Name of the application's dynamic property that holds the user's wish for no motion."""


def px(length: int) -> int:
    """`length` logical pixels at the current UI scale. Before a theme is applied the scale is 1."""
    application = QCoreApplication.instance()
    scale = application.property(UI_SCALE) if application is not None else None
    return scaled(length, scale or 1.0)


def motion_ms() -> int:
    """How long a fold or a toast moves, in milliseconds: 0 if the user or the system wants no motion."""
    application = QCoreApplication.instance()
    if application is not None and application.property(REDUCE_MOTION):
        return 0
    return 0 if _system_reduces_motion() else MOTION_MS


def _system_reduces_motion() -> bool:
    hints = QGuiApplication.styleHints()
    # Qt tells the system's wish from 6.12 on.
    accessibility = hints.accessibility() if hasattr(hints, "accessibility") else None
    preference = getattr(accessibility, "motionPreference", None)
    return preference is not None and preference().name == "ReducedMotion"
