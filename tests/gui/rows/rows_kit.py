"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.row import ChangedDot

Show = Callable[..., QWidget]


CHOICES = [("a", "First", "The first one"), ("b", "Second", "<b>bold</b>"), ("c", "Third", "")]


def button(row: QWidget, icon: str) -> IconButton:
    return next(one for one in row.findChildren(IconButton) if one.icon_name() == icon)


def dot(row: QWidget) -> ChangedDot:
    return row.findChild(ChangedDot)


def no_digits(text: str) -> str:
    return "Digits are not allowed." if any(letter.isdigit() for letter in text) else ""
