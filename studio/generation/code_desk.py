"""Answers to questions about the codes that are kept."""

from __future__ import annotations

from studio.errors import RefusedFile, StudioError
from studio.generation.arithmetic import combined
from studio.generation.picture_code import picture_code
from studio.generation.services import Services
from studio.generation.small_picture import small
from studio.job.codes import (
    CodeCard,
    CodeQuestion,
    CodesRequest,
    CombineCodes,
    GiveCode,
    KeepCode,
    PictureCode,
    RemoveCode,
    RenameCode,
    TakeCode,
)
from studio.job.shelf import Answer
from studio.trajectory.code_file import Code, read_code, write_code
from studio.trajectory.code_store import CodeStore


class CodeDesk:
    """Does what is asked of the shelf and tells what is on it then. A file is read again only when it changed."""

    def __init__(self, store: CodeStore, services: Services) -> None:
        self._store, self._services = store, services
        self._cards: dict[str, tuple[tuple[int, int], CodeCard]] = {}
        store.sweep()

    def answer(self, question: CodeQuestion) -> Answer:
        """What the disk or the code itself refuses becomes the sentence of the answer."""
        code, sentence, path = "", "", None
        try:
            if isinstance(question, GiveCode):
                path = write_code(question.path, self._store.find(question.code))
            code = self._done(question)
        except StudioError as problem:
            sentence = problem.sentence
        return Answer(question, cards=self.cards(), code=code, sentence=sentence, path=path)

    def cards(self) -> tuple[CodeCard, ...]:
        """All codes that are kept, newest first."""
        found = {}
        for code, status in self._store.kept():
            seal = (status.st_mtime_ns, status.st_size)
            known = self._cards.get(code)
            found[code] = known if known is not None and known[0] == seal else (seal, self._card(code, seal[0] / 1e9))
        self._cards = found
        return tuple(card for _, card in found.values())

    def _done(self, question: CodeQuestion) -> str:
        """Do it; the id of the code that it was about."""
        store = self._store
        if isinstance(question, CodesRequest):
            return ""
        if isinstance(question, GiveCode):
            return question.code
        if isinstance(question, RenameCode):
            store.rename(question.code, question.name)
        elif isinstance(question, PictureCode):
            store.picture(question.code, small(question.thumbnail))
        elif isinstance(question, RemoveCode):
            (store.remove if question.removed else store.bring_back)(question.code)
        else:
            return self._new(question)
        return question.code

    def _new(self, question: KeepCode | TakeCode | CombineCodes) -> str:
        """Put a code on the shelf."""
        if isinstance(question, TakeCode):
            code = read_code(question.path)
        elif isinstance(question, CombineCodes):
            code = combined(question.work, self._store)
        else:
            code = self._pictured(question)
        return self._store.keep(code)

    def _pictured(self, question: KeepCode) -> Code:
        code = picture_code(question, self._services)
        if question.thumbnail is None or code.thumbnail is not None:
            return code
        return Code(code.facts, code.x, small(question.thumbnail))

    def _card(self, code: str, when: float) -> CodeCard:
        try:
            found = read_code(self._store.path(code))
            if found.id != code:
                raise RefusedFile("This code was changed since it was kept, so it is not used.")
        except StudioError as problem:
            return CodeCard(code, None, when=when, sentence=problem.sentence)
        return CodeCard(code, found.facts, found.thumbnail, when)
