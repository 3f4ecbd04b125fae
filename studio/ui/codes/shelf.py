"""The codes that are kept, as the window knows them. Panels follow it; no panel knows another one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.job.codes import CodeCard, CodeQuestion, CodesRequest
from studio.job.shelf import Answer
from studio.worker.job_queue import JobQueue


class Shelf(QObject):
    """`changed()` follows every change of `cards`, newest first; `answered(Answer)` every answer about codes.

    Nothing is asked before `refresh`: the first question has torch imported.
    """

    changed = Signal()
    answered = Signal(object)

    def __init__(self, queue: JobQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue = queue
        self._cards: dict[str, CodeCard] = {}
        queue.answered.connect(self._take)

    @property
    def cards(self) -> tuple[CodeCard, ...]:
        return tuple(self._cards.values())

    def card(self, code: str) -> CodeCard | None:
        """What is known of a code, None for one that is not here."""
        return self._cards.get(code)

    def name(self, code: str) -> str:
        """What a code is called; of one that is not here the beginning of its id."""
        card = self._cards.get(code)
        return card.facts.name if card is not None and card.facts is not None else code[:10]

    def ask(self, question: CodeQuestion) -> None:
        """Have something done with codes; `answered` tells what became of it."""
        self._queue.ask(question)

    def refresh(self) -> None:
        """Look again which codes are there."""
        self.ask(CodesRequest())

    def _take(self, answer: Answer) -> None:
        if not isinstance(answer.question, CodeQuestion):
            return
        before, self._cards = self._cards, {card.code: card for card in answer.cards}
        if list(before.values()) != list(self._cards.values()):
            self.changed.emit()
        self.answered.emit(answer)
