"""Stands in for the worker that decodes, and ways to look at the dialog."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from studio.export.sequence import Pace
from studio.job.view import ViewReady, ViewRequest
from studio.ui.dialogs.export_choices import ExportChoices
from studio.ui.dialogs.export_dialog import ExportDialog
from tests.unit.export.clips import Views

GIF = ExportChoices("gif", "x0", Pace(fps=10))


class Decoder(QObject):
    """Answers with the next turn of the loop; `held` holds the answers of exact views back."""

    view_ready = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[ViewRequest] = []
        self.sentence = ""
        self._held: list[ViewRequest] | None = None

    def ask(self, request: ViewRequest) -> None:
        self.asked.append(request)
        if self._held is not None and request.exact:
            self._held.append(request)
        else:
            QTimer.singleShot(0, lambda: self.answer(request))

    def answer(self, request: ViewRequest) -> None:
        image = None if self.sentence else Views()(request.step).image
        self.view_ready.emit(ViewReady(request, image, self.sentence))

    def hold(self) -> None:
        self._held = []

    def let_go(self, number: int = 1) -> None:
        for _ in range(number):
            self.answer(self._held.pop(0))

    def holding(self) -> int:
        return len(self._held or ())

    def go_on(self) -> None:
        held, self._held = self._held or [], None
        for request in held:
            self.answer(request)


def button(dialog: ExportDialog, text: str) -> QPushButton:
    (found,) = [b for b in dialog.foot.findChildren(QPushButton) if b.text() == text and b.isVisible()]
    return found


def wait_for_end(qtbot: QtBot, dialog: ExportDialog) -> None:
    qtbot.waitUntil(lambda: not dialog.exporting(), timeout=20_000)
