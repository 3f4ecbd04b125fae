"""The Export dialog: the recorded steps of a run as a video, an animation, a sequence or a sheet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDialog, QFileDialog, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from studio.errors import InvalidField
from studio.export.export_event import ENDINGS, Ending, Exported, ExportEvent, ExportFailed, ExportId
from studio.export.frame_folder import free_folder
from studio.export.order import FORMATS, ExportOrder
from studio.job.facts import TrajectoryFacts
from studio.ui.dialogs.clip_frames import ClipFrames
from studio.ui.dialogs.clip_preview import ClipPreview
from studio.ui.dialogs.export_choices import ExportChoices, bytes_text
from studio.ui.dialogs.export_foot import ExportFoot
from studio.ui.dialogs.export_form import ExportForm
from studio.ui.metrics import px
from studio.worker.export_desk import ExportDesk
from studio.worker.export_worker import EstimateReady

WIDTH, HEIGHT, FORM_WIDTH = 720, 520, 328
ESTIMATE_MS = 300


class ExportDialog(QDialog):
    """Opened without blocking. `saved(path)` tells where an export went, `show_file(path)` asks to show it there.

    `desk` carries exports out. `facts` are those of a run whose recipe is known. `base` is what the export is named
    after: folder and name without a suffix. `choices` is how the form begins; `choices()` is how it stands.
    """

    saved = Signal(object)
    show_file = Signal(object)

    def __init__(
        self,
        desk: ExportDesk,
        facts: TrajectoryFacts,
        base: Path,
        choices: ExportChoices | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._facts, self._base = desk, facts, base
        self._chosen: Path | None = None
        self._order: ExportOrder | None = None
        self._running: ExportId | None = None
        self._saved: Path | None = None
        self._go_on = self._closing = False
        self.setWindowTitle(self.tr("Export"))
        self._frames = ClipFrames(desk.look, self)
        self.preview = ClipPreview(self._frames)
        self.form = ExportForm(facts)
        self.foot = ExportFoot()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(ESTIMATE_MS)
        self._soon.timeout.connect(self._measure)
        self._lay_out()
        self._connect()
        if choices is not None:
            self.form.set_choices(choices)
        self._refresh()

    def choices(self) -> ExportChoices:
        """How the form stands, to begin the next dialog with. Raises `InvalidField`."""
        return self.form.choices()

    def target(self) -> Path | None:
        """Where the export goes, None while the form describes none."""
        return self._order.target if self._order else None

    def exporting(self) -> bool:
        """Whether an export works."""
        return self._running is not None

    def export(self) -> None:
        """Carry out what the form says, unless something in it is refused: then the keyboard goes there."""
        if self._running is not None or not self.form.commit():
            return
        self._refresh()
        if self._order is None:
            return
        self._stop()
        self.form.setEnabled(False)
        frames = len(self._order.plan.frames)
        self.foot.show_progress(self.tr("Preparing {frames} frames").format(frames=frames), 0.0)
        self._running = self._desk.export(self._order)

    def reject(self) -> None:
        """Close; while an export works, cancel it first."""
        if self._running is None:
            self._stop()
            super().reject()
        else:
            self.foot.tell(self.tr("Cancelling"))
            self._desk.cancel(self._running)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._running is not None:
            self._closing = True
            self.reject()
            event.ignore()
        else:
            self._stop()
            super().closeEvent(event)

    def _stop(self) -> None:
        """Ask for nothing more."""
        self._soon.stop()
        self.preview.stop()
        self._frames.stop()

    def _lay_out(self) -> None:
        scroll = QScrollArea()
        scroll.setWidget(self.form)
        scroll.setWidgetResizable(True)
        scroll.setFixedWidth(px(FORM_WIDTH))
        sides = QHBoxLayout()
        sides.setSpacing(0)
        sides.addWidget(self.preview, 1)
        sides.addWidget(scroll)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(px(8))
        column.addLayout(sides, 1)
        column.addWidget(self.foot)
        self.resize(px(WIDTH), px(HEIGHT))

    def _connect(self) -> None:
        self.form.changed.connect(self._changed)
        self.foot.export.connect(self.export)
        self.foot.cancel.connect(self.reject)
        self.foot.choose.connect(self._choose)
        self.foot.show_file.connect(lambda: self.show_file.emit(self._saved))
        self._desk.told.connect(self._follow)
        self._desk.estimated.connect(self._estimated)
        self._desk.view_ready.connect(self._frames.take)

    def _changed(self) -> None:
        self._go_on = False
        self._refresh()

    def _refresh(self) -> None:
        """Show what the form describes now: clip, place, count; its size is measured when the user pauses."""
        try:
            order = self.form.order(self._place())
            if order.format == "png":
                order = replace(order, target=free_folder(order))
        except InvalidField as problem:
            self._order = None
            self.foot.tell(problem.sentence, danger=True)
            self.foot.allow(problem.sentence)
            return
        self._order = order
        self.preview.show_order(order)
        self.foot.allow()
        place = self.tr("{name} in {folder}")
        self.foot.show_place(place.format(name=order.target.name, folder=order.target.parent))
        self.foot.show_idle(go_on=self._go_on)
        self.foot.tell(self._summary(order, self.tr("measuring its size")))
        self._soon.start()

    def _place(self) -> Path:
        """Where the export goes: what the user chose, or a name after the run, its view and its format."""
        kind = FORMATS[self.form.format()]
        if self._chosen is not None:
            return self._chosen.with_suffix(kind.suffix)
        name = f"{self._base.name}-{self.form.view()}{'-sheet' if kind.name == 'sheet' else ''}"
        return self._base.parent / f"{name}{kind.suffix}"

    def _choose(self) -> None:
        place, title = self._place(), self.tr("Where to export to")
        if self.form.format() == "png":
            folder = QFileDialog.getExistingDirectory(self, title, str(place.parent))
            chosen = str(Path(folder) / place.name) if folder else ""
        else:
            pattern = f"{FORMATS[self.form.format()].title} (*{place.suffix})"
            dont_ask = QFileDialog.Option.DontConfirmOverwrite  # nothing is ever replaced
            chosen = QFileDialog.getSaveFileName(self, title, str(place), pattern, options=dont_ask)[0]
        if chosen:
            self._chosen = Path(chosen)
            self._changed()

    def _measure(self) -> None:
        if self._order is not None and self._running is None:
            self._desk.estimate(self._order)

    @Slot(object)
    def _estimated(self, ready: EstimateReady) -> None:
        if ready.order is not self._order or self._running is not None or self._go_on:
            return
        if ready.estimate is None:
            self.foot.tell(ready.sentence or self._summary(ready.order, ""), danger=bool(ready.sentence))
        else:
            size = self.tr("about {size}").format(size=bytes_text(ready.estimate.bytes))
            self.foot.tell(self._summary(ready.order, size))

    def _summary(self, order: ExportOrder, size: str) -> str:
        """ "31 frames, 2.6 s, about 1.1 MB" """
        frames = len(order.plan.frames)
        parts = [self.tr("1 frame") if frames == 1 else self.tr("{frames} frames").format(frames=frames)]
        if order.kind.moves:
            parts.append(self.tr("{seconds} s").format(seconds=f"{order.plan.seconds:.1f}"))
        return ", ".join(part for part in (*parts, size) if part)

    @Slot(object)
    def _follow(self, event: ExportEvent) -> None:
        if event.export != self._running:
            return
        if isinstance(event, ENDINGS):
            self._end(event)
        else:
            text = self.tr("{whole} of {frames} frames").format(whole=event.whole, frames=event.frames)
            self.foot.show_progress(text, event.whole / event.frames)

    def _end(self, event: Ending) -> None:
        self._running = None
        self.form.setEnabled(True)
        if isinstance(event, Exported):
            self._go_on, self._saved = False, event.path
            self.foot.show_idle(saved=True)
            text = self.tr("Saved as {name}, {size}.").format(name=event.path.name, size=bytes_text(event.bytes))
            self.foot.show_end(" ".join((text, *event.notices)))
            self.saved.emit(event.path)
        else:
            self._go_on = event.path is not None
            self.foot.show_idle(go_on=self._go_on)
            self.foot.show_end(event.sentence, danger=isinstance(event, ExportFailed))
        if self._closing:
            self.close()
