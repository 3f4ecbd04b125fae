"""Which steps are kept, how much space they may take, and how much they take."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from studio.job.recording import RecordSettings
from studio.job.shelf import Answer, Usage
from studio.ui.metrics import px
from studio.ui.settings_store import SettingsStore
from studio.ui.tokens import GUTTER
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow

LIMIT_ON_SLIDER = 100


class RecordingSection(QWidget):
    """`bytes_of(settings)` tells about how many bytes the steps of a picture would take, made as the form says now.

    `reshaped` follows when its rows may need another height.
    """

    reshaped = Signal()

    def __init__(
        self, store: SettingsStore, bytes_of: Callable[[RecordSettings], int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._bytes_of = store, bytes_of
        self._mode = ChoiceRow(self.tr("Keep"), self._choices(), "all")
        self._every = NumberRow(self.tr("Every"), NumberRange(2, 50), 5)
        self._limit = NumberRow(
            self.tr("Limit, GB"),
            NumberRange(0, 100_000, slider_maximum=LIMIT_ON_SLIDER),
            10,
            description=self.tr("Beyond it the oldest steps are dropped, never a picture. 0 is no limit."),
        )
        self._taken: Usage | None = None
        self._usage = QLabel()
        self._usage.setWordWrap(True)
        self._usage.setProperty("role", "secondary")
        self._usage.setContentsMargins(px(GUTTER), px(4), px(GUTTER), 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._mode, self._every, self._limit, self._usage):
            column.addWidget(part)
        self._show()
        self._connect()

    @Slot(object)
    def take(self, answer: Answer) -> None:
        """Show how much space is used."""
        if answer.usage is not None:
            self._taken = answer.usage
            self._tell()

    def usage(self) -> str:
        """What is said about the space."""
        return self._usage.text()

    def _tell(self) -> None:
        about = self._bytes_of(self._store.record())
        words = [self.tr("About {size} a picture as the recipe is now.").format(size=size_text(about))]
        if self._taken is not None:
            words.append(self._taken_words(self._taken))
        self._usage.setText(" ".join(words))
        self.reshaped.emit()

    def _taken_words(self, taken: Usage) -> str:
        if not taken.count:
            return self.tr("No steps are kept yet.")
        one = self.tr("The steps of 1 picture take {size}.")
        more = self.tr("The steps of {count} pictures take {size}.")
        return (one if taken.count == 1 else more).format(count=taken.count, size=size_text(taken.bytes))

    def _choices(self) -> list[tuple[str, str, str]]:
        """Each with what it costs, where it is chosen."""
        current = self._store.current.record_every
        costs = {mode: size_text(self._bytes_of(RecordSettings(mode, current))) for mode in ("all", "every", "none")}
        about = self.tr("About {size} a picture as the recipe is now.")
        return [
            ("all", self.tr("All steps"), about.format(size=costs["all"])),
            ("every", self.tr("Every k-th step"), about.format(size=costs["every"])),
            ("none", self.tr("No steps"), self.tr("Nothing to look back at, and no branches from steps.")),
        ]

    def _connect(self) -> None:
        store = self._store
        self._mode.value_changed.connect(lambda mode: self._change(record_mode=mode))
        self._every.value_changed.connect(lambda every: self._change(record_every=every))
        self._limit.value_changed.connect(lambda limit: store.change(record_limit_gb=limit))

    def _change(self, **changes: object) -> None:
        self._store.change(**changes)
        self._mode.set_choices(self._choices(), "all")
        self._show()

    def _show(self) -> None:
        current = self._store.current
        self._mode.set_value(current.record_mode)
        self._every.set_value(current.record_every)
        self._every.setVisible(current.record_mode == "every")
        self._limit.set_value(current.record_limit_gb)
        self._tell()


def size_text(size: int) -> str:
    """ "0.6 MB": decimal units, two digits."""
    for unit, name in ((10**9, "GB"), (10**6, "MB")):
        if size >= unit // 10:
            return f"{size / unit:.1f} {name}"
    return f"{max(1, round(size / 1000))} kB" if size else "0 MB"
