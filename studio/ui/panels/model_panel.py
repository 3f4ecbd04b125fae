"""Which model draws."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.models.catalog import ModelCatalog
from studio.ui.form_state import FormState
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.row import Row


class ModelRow(ChoiceRow):
    """The models there are, and a button that looks for another."""

    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Model"), [], parent=parent)
        button = IconButton("folder-open", self.tr("Open a model folder"))
        button.clicked.connect(self.open_requested)
        self._add(button)


class ModelPanel(QWidget):
    """Edits the field `model`. `open_requested` is the wish to choose a folder."""

    open_requested = Signal()

    def __init__(self, form: FormState, catalog: ModelCatalog, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self._catalog = catalog
        self._model = ModelRow()
        self._model.value_changed.connect(lambda name: form.set(model=name))
        self._model.open_requested.connect(self.open_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._model)
        form.changed.connect(lambda names: self._show() if names & {"model", "start"} else None)
        self.refresh()

    def rows(self) -> dict[str, Row]:
        """The row of each field, by the name a job uses when it refuses one."""
        return {"model": self._model}

    def refresh(self) -> None:
        """Show the models of the catalogue."""
        choices = [(entry.name, entry.title, str(entry.folder)) for entry in self._catalog.entries()]
        self._model.set_choices(choices, choices[0][0])
        self._show()

    def _show(self) -> None:
        branch = self._form.values.start is not None
        self._model.hold(self.tr("A branch is drawn by the model of the picture it starts from.") if branch else "")
        if self._model.value() != self._form.values.model:
            self._model.set_value(self._form.values.model)
