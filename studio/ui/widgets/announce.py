"""Tells a screen reader what appeared without taking the focus."""

from __future__ import annotations

from PySide6 import QtGui
from PySide6.QtCore import QObject


def announce(source: QObject, text: str) -> None:
    """Let a screen reader say `text`, on versions of Qt that can."""
    made = getattr(QtGui, "QAccessibleAnnouncementEvent", None)
    if made is not None:
        QtGui.QAccessible.updateAccessibility(made(source, text))
