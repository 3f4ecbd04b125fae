"""What every tool is: a generator that is sent what the pointer does, from the first press to the end."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from studio.ui.canvas.easel import Easel
from studio.ui.canvas.layers.outline import Outline
from studio.ui.canvas.pointer import Pointer

Gesture = Generator[None, Pointer, None]
"""Closing it before its end takes back what it has done."""

CLICK = 3.0
"""Logical pixels that a hand moves without meaning a drag."""


@dataclass(frozen=True)
class Bench:
    """What a tool uses: `outline` shows a shape in progress, `redraw()` says that it is another one now."""

    easel: Easel
    outline: Outline
    redraw: Callable[[], None]

    def erases(self, pointer: Pointer) -> bool:
        """Whether what begins at `pointer` takes away: by choice, by Alt, or by the other end of a pen."""
        return pointer.eraser or self.easel.erasing != pointer.alt


Tool = Callable[[Bench, Pointer], Gesture]
