"""The two buttons at the foot of a dialog: the way out on the left of what the dialog is for, on every system."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from studio.ui.metrics import px
from studio.ui.tokens import GUTTER

WIDTH, HEIGHT = 96, 40


def dialog_buttons(away: QPushButton, primary: QPushButton) -> QHBoxLayout:
    """A line with both at its right end; Enter clicks `primary`."""
    line = QHBoxLayout()
    line.setContentsMargins(px(GUTTER), px(8), px(GUTTER), 0)
    line.setSpacing(px(8))
    line.addStretch(1)
    for button in (away, primary):
        button.setMinimumWidth(px(WIDTH))
        button.setFixedHeight(px(HEIGHT))
        line.addWidget(button)
    away.setAutoDefault(False)
    primary.setProperty("kind", "primary")
    primary.setDefault(True)
    return line
