"""Two hints, once each: what the strip is for, and what can be done at a step."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Hints(QObject):
    """`seen` of the hints are over. `seen_changed(seen)` tells when one more is. Without a strip none speaks of it."""

    seen_changed = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.seen = 0
        self.has_strip = True
        self._texts = (
            self.tr("Drag along the strip: every step is kept."),
            self.tr("Branch here changes the picture from here on."),
        )

    def text(self, *, kept: bool, looked_back: bool) -> str:
        """The hint for now: the first as soon as steps are kept, the second once the user has looked back."""
        if self.seen >= len(self._texts) or not kept or (self.seen == 1 and not looked_back):
            return ""
        return self._texts[self.seen] if self.seen or self.has_strip else ""

    def scrubbed(self) -> None:
        """The user went along the strip, so the hint that was shown is over."""
        if self.seen < len(self._texts):
            self.seen += 1
            self.seen_changed.emit(self.seen)
