"""What the tests of this folder share: a studio with a quick recipe, and what is done with codes in it."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from studio import paths
from studio.image import Image
from studio.job.code import SUFFIX
from studio.job.codes import CodeCard, CodeQuestion
from studio.job.event import Finished
from studio.job.inversion import Inverted
from studio.job.shelf import Answer
from studio.ui.codes.code_mime import code_mime
from studio.ui.codes.codes_model import CARD
from tests.gui.studio_driver import BUTTON, Driver

STEPS, EDGE = 2, 64


class Codes:
    """Drives what is about codes. `answers` are those of the shelf, in order."""

    def __init__(self, studio: Driver) -> None:
        self.studio, self.window = studio, studio.window
        self.answers: list[Answer] = []
        self.window.shelf.answered.connect(self.answers.append)
        self.panel = self.window.codes_panel
        self.window.side.setCurrentWidget(self.panel)
        studio.small(STEPS, EDGE)
        self.window.form.set(seed_locked=True)

    def asked(self, question: type[CodeQuestion], times: int = 1) -> Answer:
        """Wait for the answer to a question of that kind, the `times`th of them."""

        def found() -> list[Answer]:
            return [answer for answer in self.answers if isinstance(answer.question, question)]

        self.studio.until(lambda: len(found()) >= times)
        return found()[times - 1]

    def kept(self, seed: int = 7) -> str:
        """Keep the code of a seed with Ctrl+K and give the id. Before the first picture none has to be made."""
        self.window.form.set(seed=seed)
        before = len(self.answers)
        self.studio.press(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        self.studio.until(lambda: len(self.answers) > before)
        assert not self.answers[-1].sentence
        return self.answers[-1].code

    def card(self, code: str) -> CodeCard:
        card = self.window.shelf.card(code)
        assert card is not None
        return card

    def names(self) -> list[str]:
        """The names of the cards that are shown."""
        return [card.facts.name if card.facts else "damaged" for card in self.panel.cards()]

    def choose(self, *codes: str) -> None:
        """Choose cards, the last one as the current one."""
        view = self.panel.view()
        selection = view.selectionModel()
        selection.clear()
        for code in codes:
            index = self.panel._model.index_of(code)
            assert index.isValid()
            selection.setCurrentIndex(index, selection.SelectionFlag.Select)
        view.setFocus()
        assert view.currentIndex().data(CARD).code == codes[-1]

    def drop_code(self, code: str, target: QWidget) -> None:
        """Drop a code of the shelf on a part of the window."""
        self.drop(code_mime([code]), target)

    def drop(self, mime: QMimeData, target: QWidget) -> None:
        enter, drop = drag_events(mime)
        QApplication.sendEvent(target, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(target, drop)

    def drop_file(self, path: Path, target: QWidget) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        self.drop(mime, target)

    def inverted(self) -> Inverted:
        """Wait for the end of an inversion and give what was found."""
        self.studio.until(lambda: any(isinstance(event, Inverted) for event in self.studio.events))
        self.studio.rest()
        found = [event for event in self.studio.events if isinstance(event, Inverted)][-1]
        ends = [event for event in self.studio.events if isinstance(event, Finished) and event.job == found.job]
        assert len(ends) == 1
        self.studio.until(lambda: self.window.shelf.card(found.code) is not None)
        return found


def drag_events(mime: QMimeData) -> tuple[QDragEnterEvent, QDropEvent]:
    """The first and the last event of a drag; `mime` must outlive them."""
    with warnings.catch_warnings():
        # Marked as deprecated without another constructor beside it.
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(QPoint(20, 20), Qt.DropAction.CopyAction, mime, *BUTTON)
    return enter, QDropEvent(QPointF(20, 20), Qt.DropAction.CopyAction, mime, *BUTTON)


def code_file(code: str) -> Path:
    return paths.codes() / f"{code}{SUFFIX}"


def portrait(width: int = 64, height: int = 64) -> Image:
    """A picture that the model did not make: a disc on a ground that grows brighter."""
    down, across = np.mgrid[:height, :width]
    ground = np.stack([across * 3 % 256, down * 3 % 256, np.full_like(across, 90)], axis=-1)
    disc = (across - width / 2) ** 2 + (down - height / 2) ** 2 < (min(width, height) / 4) ** 2
    return Image(np.where(disc[..., None], np.array([220, 60, 40]), ground).astype(np.uint8))
