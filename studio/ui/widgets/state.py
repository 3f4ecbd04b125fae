"""Dynamic properties that the style sheet reads, and plain text for tooltips."""

from __future__ import annotations

import html
import textwrap

from PySide6.QtWidgets import QWidget

TOOLTIP_LETTERS = 60


def set_state(widget: QWidget, name: str, value: object) -> None:
    """Set the dynamic property `name` and let the style sheet look at the widget again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def plain_tooltip(text: str, keys: str = "") -> str:
    """A tooltip that shows `text` literally, whatever it holds, in short lines; `keys` names its shortcut.

    Lines of `text` stay lines.
    """
    if not text:
        return ""
    shown = f"{text} ({keys})" if keys else text
    wrapped = (line for part in shown.split("\n") for line in textwrap.wrap(part, TOOLTIP_LETTERS))
    lines = "<br>".join(html.escape(line) for line in wrapped)
    return f'<span style="white-space:pre">{lines}</span>'
