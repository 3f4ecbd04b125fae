"""The settings: look, device, preview, and where pictures are kept. Every change acts at once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from studio import paths
from studio.job.recording import RecordSettings
from studio.ui.dialogs.recording_section import RecordingSection
from studio.ui.metrics import px
from studio.ui.settings_store import SettingsStore
from studio.ui.tokens import GUTTER
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow

WIDTH = 480
# What the frame of a window takes of the screen.
FRAME = 32


class SettingsDialog(QDialog):
    """Edits the settings store. Opened without blocking, so a run goes on behind it.

    As high as its rows; on a screen that is lower they scroll, and Close stays in sight.
    """

    def __init__(
        self, store: SettingsStore, bytes_of: Callable[[RecordSettings], int], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self.recording = RecordingSection(store, bytes_of)
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumWidth(px(WIDTH))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._folder = ElidedLabel()
        sheet = QWidget()
        self._column = QVBoxLayout(sheet)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._add_look()
        self._add_work()
        self._add_folder()
        self._heading(self.tr("Steps"))
        self._column.addWidget(self.recording)
        self._column.addStretch(1)
        self._lay_out(sheet)
        self.recording.reshaped.connect(self._grow)

    def showEvent(self, event: QShowEvent) -> None:
        self._grow()
        super().showEvent(event)

    def _lay_out(self, sheet: QWidget) -> None:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(sheet)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
        self._buttons.rejected.connect(self.reject)
        self._buttons.setContentsMargins(px(GUTTER), px(16), px(GUTTER), 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(12), 0, px(12))
        column.setSpacing(0)
        column.addWidget(scroll, 1)
        column.addWidget(self._buttons)

    def _grow(self) -> None:
        """Make room for what the rows need now, as far as the screen has it."""
        layout = self.recording.layout()
        if layout is not None:
            layout.activate()
        width = max(self.width(), self.minimumWidth())
        wanted = self._column.totalHeightForWidth(width) + self._buttons.sizeHint().height() + px(24)
        room = self.screen().availableGeometry().height() - FRAME
        self.resize(width, max(self.height(), wanted) if wanted <= room else room)

    def _heading(self, text: str) -> None:
        label = QLabel(text)
        label.setProperty("role", "heading")
        label.setContentsMargins(px(GUTTER), px(12), px(GUTTER), px(4))
        self._column.addWidget(label)

    def _add_look(self) -> None:
        current = self._store.current
        self._heading(self.tr("Look"))
        self._choice(
            self.tr("Theme"),
            "theme",
            [("dark", self.tr("Dark"), ""), ("light", self.tr("Light"), ""), ("system", self.tr("As the system"), "")],
        )
        scale = NumberRow(self.tr("Scale, %"), NumberRange(90, 150, step=5), 100)
        scale.set_value(current.ui_scale)
        scale.value_changed.connect(lambda value: self._store.change(ui_scale=value))
        motion = CheckRow(self.tr("Reduce motion"), False)
        motion.set_value(current.reduced_motion)
        motion.value_changed.connect(lambda value: self._store.change(reduced_motion=value))
        self._column.addWidget(scale)
        self._column.addWidget(motion)

    def _add_work(self) -> None:
        self._heading(self.tr("Work"))
        devices = [
            ("auto", self.tr("Automatic"), self.tr("The fastest device of this machine.")),
            ("cpu", self.tr("CPU"), self.tr("Always there.")),
            ("cuda", self.tr("NVIDIA or AMD card"), self.tr("Needs a card that PyTorch can use.")),
            ("mps", self.tr("Apple GPU"), self.tr("Needs an Apple processor.")),
        ]
        self._choice(self.tr("Device"), "device", devices)
        precisions = [
            ("auto", self.tr("Automatic"), self.tr("Half precision where it is known to be safe.")),
            ("float32", "float32", self.tr("Full precision.")),
            ("float16", "float16", self.tr("Half precision: half the memory.")),
            ("bfloat16", "bfloat16", self.tr("Half precision with a wide range.")),
        ]
        self._choice(self.tr("Precision"), "precision", precisions)
        previews = [
            ("auto", self.tr("Automatic"), self.tr("The best that costs at most a tenth of a step.")),
            ("linear", self.tr("Linear"), self.tr("Quick and coarse.")),
            ("tiny", self.tr("Tiny decoder"), self.tr("If the model brings one.")),
            ("full", self.tr("Full decoder"), self.tr("Exact and slow.")),
            ("off", self.tr("Off"), self.tr("Only the finished picture.")),
        ]
        self._choice(self.tr("Preview"), "preview_decoder", previews)

    def _choice(self, title: str, name: str, choices: list[tuple[str, str, str]]) -> None:
        row = ChoiceRow(title, choices, choices[0][0])
        row.set_value(getattr(self._store.current, name))
        row.value_changed.connect(lambda value: self._store.change(**{name: value}))
        self._column.addWidget(row)

    def _add_folder(self) -> None:
        self._heading(self.tr("Pictures"))
        self._folder.setContentsMargins(px(GUTTER), 0, px(GUTTER), 0)
        self._folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        choose = QPushButton(self.tr("Choose another folder…"))
        choose.clicked.connect(self._choose_folder)
        line = QVBoxLayout()
        line.setContentsMargins(px(GUTTER), px(8), px(GUTTER), 0)
        line.addWidget(choose, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(self._folder)
        self._column.addLayout(line)
        self._show_folder()

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self.tr("Where to keep pictures"), str(self._pictures()))
        if chosen:
            self._store.change(pictures_folder=chosen)
            self._show_folder()

    def _pictures(self) -> Path:
        return Path(self._store.current.pictures_folder or paths.pictures())

    def _show_folder(self) -> None:
        self._folder.setText(self.tr("Pictures are saved in {folder}").format(folder=self._pictures()))
