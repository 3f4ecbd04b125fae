"""Lost jobs: runs that a crash interrupted are offered again at the next start."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.job.event import ModelStatus
from studio.job.shelf import Answer, ForgetRequest, UnfinishedRequest, UnfinishedRun
from studio.ui.form_state import FormState
from studio.ui.run_session import RunSession
from studio.ui.widgets.banner import Banner
from studio.worker.job_queue import JobQueue

PROMPT_SHOWN = 40


class Recovery(QObject):
    """Asks once, when the worker is ready, and offers one run after another, the newest first.

    Going on means submitting the same recipe: the engine finds the kept steps, and the picture is the one that the
    crash prevented.
    """

    def __init__(
        self, queue: JobQueue, session: RunSession, form: FormState, banner: Banner, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._queue, self._session, self._form, self._banner = queue, session, form, banner
        self._asked = False
        self._waiting: list[UnfinishedRun] = []
        session.model_status.connect(self._ask_once)
        queue.answered.connect(self._take)

    def _ask_once(self, status: ModelStatus) -> None:
        if not self._asked:
            self._asked = True
            self._queue.ask(UnfinishedRequest())

    def _take(self, answer: Answer) -> None:
        if isinstance(answer.question, UnfinishedRequest):
            self._waiting = list(answer.runs)
            self._offer()

    def _offer(self) -> None:
        if not self._waiting:
            return
        run = self._waiting[0]
        prompt = " ".join(run.recipe.prompt.split())[:PROMPT_SHOWN]
        sentence = self.tr("A run stopped after step {step} of {steps}: '{prompt}', seed {seed}. Its steps are kept.")
        self._banner.tell(
            "info",
            sentence.format(step=run.step, steps=run.steps, prompt=prompt, seed=run.recipe.seed),
            [(self.tr("Go on"), self._go_on), (self.tr("Forget it"), self._forget)],
        )

    def _go_on(self) -> None:
        run = self._waiting.pop(0)
        self._banner.dismiss()
        self._form.load(run.recipe)
        self._session.submit((run.recipe,))
        self._offer()

    def _forget(self) -> None:
        run = self._waiting.pop(0)
        self._banner.dismiss()
        self._queue.ask(ForgetRequest(run.trajectory))
        self._offer()
