"""Which codes fit the model that is chosen, as far as the window knows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.job.code import CodeFacts
from studio.job.event import ImageReady, JobEvent
from studio.job.inversion import Inverted
from studio.ui.form_state import FormState
from studio.ui.run_session import RunSession


class Belonging(QObject):
    """Learns the hashes of models from what they made; before that, models are known by their names.

    `changed()` tells that other codes may fit now.
    """

    changed = Signal()

    def __init__(self, form: FormState, session: RunSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._hashes: dict[str, str] = {}
        session.job_event.connect(self._learn)
        form.changed.connect(lambda names: self.changed.emit() if "model" in names else None)

    def why_not(self, facts: CodeFacts) -> str:
        """Why a code does not fit the model of the form, or ""."""
        model = self._form.values.model
        if not facts.model_hash:
            return ""
        known = self._hashes.get(model)
        if known is None and facts.model == model:
            return ""
        if known == facts.model_hash:
            return ""
        if facts.model == model:
            return self.tr("This code is of another version of the model '{model}'.").format(model=model)
        return self.tr("This code is of the model '{model}'. Choose that model to use it.").format(model=facts.model)

    def _learn(self, event: JobEvent) -> None:
        if isinstance(event, ImageReady):
            self._know(event.generated.recipe.model, event.generated.model_hash)
        elif isinstance(event, Inverted):
            self._know(event.facts.model, event.facts.model_hash)

    def _know(self, model: str, found: str) -> None:
        if found and self._hashes.get(model) != found:
            self._hashes[model] = found
            self.changed.emit()
