"""The settings of this start: one frozen value, replaced as a whole, so that the worker may read it at any moment."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from studio import settings
from studio.errors import StorageError
from studio.job.preview import PreviewSettings
from studio.job.recording import RecordSettings
from studio.settings import Settings

SAVE_DELAY_MS = 1000


class SettingsStore(QObject):
    """`changed(Settings)` follows every change; the file is written a moment later, and when the window closes.

    `trouble(sentence)` tells that it could not be written.
    """

    changed = Signal(object)
    trouble = Signal(str)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._settings, self.notices = settings.load(path)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SAVE_DELAY_MS)
        self._timer.timeout.connect(self.save)

    @property
    def current(self) -> Settings:
        return self._settings

    def preview(self) -> PreviewSettings:
        """What the user wants to see of a run; read by the worker at every step."""
        return PreviewSettings(self._settings.preview_decoder, self._settings.preview_kind)

    def record(self) -> RecordSettings:
        """What runs keep of their steps; read by the worker when one begins."""
        current = self._settings
        return RecordSettings(current.record_mode, current.record_every, current.record_limit_gb * 10**9)

    def change(self, **changes: Any) -> None:
        """Replace values."""
        changed = self._settings.with_(**changes)
        if changed != self._settings:
            self._settings = changed
            self._timer.start()
            self.changed.emit(changed)

    def save(self) -> None:
        """Write now."""
        self._timer.stop()
        try:
            settings.save(self._path, self._settings)
        except StorageError as problem:
            self.trouble.emit(problem.sentence)
