"""Exporting a rendered walk: as what, how fast, and where to."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.export.export_event import ENDINGS, Ending, Exported, ExportEvent, ExportFailed, ExportId
from studio.export.frame_folder import free_folder
from studio.export.frames_order import FramesOrder
from studio.export.order import FORMATS, FormatName
from studio.export.sequence import FPS_MAXIMUM, FPS_MINIMUM
from studio.job.recipe import Recipe
from studio.ui.dialogs.export_choices import bytes_text
from studio.ui.dialogs.export_foot import ExportFoot
from studio.ui.metrics import px
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.worker.export_desk import ExportDesk

WIDTH = 460


class WalkExportDialog(QDialog):
    """Opened without blocking. `saved(path)` tells where it went, `show_file(path)` asks to show it there."""

    saved = Signal(object)
    show_file = Signal(object)

    def __init__(
        self,
        desk: ExportDesk,
        recipes: tuple[Recipe, ...],
        folder: Path,
        fps: float,
        columns: int | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """`folder` holds the frames of `recipes`; with `columns` they are a sheet, and no clip is offered."""
        super().__init__(parent)
        self._desk, self._recipes, self._folder, self._columns = desk, recipes, folder, columns
        self._chosen: Path | None = None
        self._running: ExportId | None = None
        self._saved: Path | None = None
        self._closing = False
        self.setWindowTitle(self.tr("Export the walk"))
        self._format = ChoiceRow(self.tr("Format"), self._choices())
        self._fps = NumberRow(
            self.tr("Frames/s"), NumberRange(FPS_MINIMUM, FPS_MAXIMUM, decimals=1, slider_maximum=30.0), fps,
            spoken=self.tr("Frames a second"), description=self.tr("How many frames are shown in a second."),
        )  # fmt: skip
        self.foot = ExportFoot()
        self._lay_out()
        self._connect()
        self._refresh()

    def order(self) -> FramesOrder:
        """What the form says. Raises `InvalidField`."""
        name = self._format.value()
        target = self._chosen or self._usual(name)
        return FramesOrder(target, self._recipes, name, float(self._fps.value()), self._columns)  # type: ignore[arg-type]

    def choose_format(self, name: str) -> None:
        """Choose a format by its name."""
        self._format.set_value(name)
        self._refresh()

    def export(self) -> None:
        """Carry it out."""
        if self._running is not None or not self._fps.commit():
            return
        try:
            order = self.order()
        except InvalidField as problem:
            self.foot.tell(problem.sentence, danger=True)
            return
        if order.format == "png":
            order = FramesOrder(free_folder(order), self._recipes, order.format, order.fps, self._columns)
        for row in (self._format, self._fps):
            row.setEnabled(False)
        self.foot.show_progress(self.tr("Preparing {frames} frames").format(frames=len(self._recipes)), 0.0)
        self._running = self._desk.export(order, self._folder)

    def reject(self) -> None:
        """Close; while an export works, cancel it first."""
        if self._running is None:
            super().reject()
        else:
            self.foot.tell(self.tr("Cancelling"))
            self._desk.cancel(self._running)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._running is None:
            super().closeEvent(event)
        else:
            self._closing = True
            self.reject()
            event.ignore()

    def _choices(self) -> list[tuple[str, str, str]]:
        names: tuple[FormatName, ...] = ("sheet", "png") if self._columns is not None else tuple(FORMATS)
        return [(name, FORMATS[name].title, "") for name in names]

    def _usual(self, name: str) -> Path:
        # A name such as "apple-1.5" has no suffix to be replaced, and the folder of the frames is there already.
        end = "-export" if name == "png" else FORMATS[name].suffix  # type: ignore[index]
        return self._folder.with_name(f"{self._folder.name}{end}")

    def _lay_out(self) -> None:
        self.setMinimumWidth(px(WIDTH))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(12), 0, 0)
        column.setSpacing(0)
        for part in (self._format, self._fps):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self.foot)

    def _connect(self) -> None:
        self._format.value_changed.connect(lambda _: self._forget_place())
        self._fps.value_changed.connect(lambda _: self._refresh())
        self.foot.export.connect(self.export)
        self.foot.cancel.connect(self.reject)
        self.foot.choose.connect(self._choose)
        self.foot.show_file.connect(lambda: self.show_file.emit(self._saved) if self._saved else None)
        self._desk.told.connect(self._follow)

    def _forget_place(self) -> None:
        self._chosen = None
        self._refresh()

    def _refresh(self) -> None:
        """Say what comes of it, and where to."""
        moving = self._format.value() not in ("png", "sheet")
        self._fps.setVisible(moving)
        self.foot.show_idle()
        count, fps = len(self._recipes), float(self._fps.value())
        text = self.tr("{frames} frames, {seconds} s") if moving else self.tr("{frames} frames")
        self.foot.tell(text.format(frames=count, seconds=f"{count / fps:.1f}"))
        place = self._chosen or self._usual(self._format.value())
        self.foot.show_place(self.tr("{name} in {folder}").format(name=place.name, folder=place.parent))

    def _choose(self) -> None:
        usual = str(self._chosen or self._usual(self._format.value()))
        if self._format.value() == "png":
            chosen = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), str(Path(usual).parent))
            chosen = str(Path(chosen) / Path(usual).name) if chosen else ""
        else:
            dont_ask = QFileDialog.Option.DontConfirmOverwrite  # nothing is ever replaced
            chosen, _ = QFileDialog.getSaveFileName(self, self.tr("Where to export to"), usual, options=dont_ask)
        if chosen:
            self._chosen = Path(chosen)
            self._refresh()

    def _follow(self, event: ExportEvent) -> None:
        if event.export != self._running:
            return
        if isinstance(event, ENDINGS):
            self._running = None
            for row in (self._format, self._fps):
                row.setEnabled(True)
            self._end(event)
            if self._closing:
                self.close()
        else:
            text = self.tr("{whole} of {frames} frames").format(whole=event.whole, frames=event.frames)
            self.foot.show_progress(text, event.whole / max(1, event.frames))

    def _end(self, event: Ending) -> None:
        if isinstance(event, Exported):
            self._saved = event.path
            self.foot.show_idle(saved=True)
            text = self.tr("Saved as {name}, {size}.").format(name=event.path.name, size=bytes_text(event.bytes))
            self.foot.show_end(" ".join((text, *event.notices)))
            self.saved.emit(event.path)
        else:
            self.foot.show_idle(go_on=event.path is not None)
            self.foot.show_end(event.sentence, danger=isinstance(event, ExportFailed))
