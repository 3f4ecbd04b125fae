"""A model that reads a mask is used the way it was made for; with any other that way cannot be chosen."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.models.catalog import ModelCatalog, ModelEntry
from studio.ui.form_state import FormState
from studio.ui.inpaint.inpaint_panel import InpaintPanel

MODEL, USUAL = "model", "blend"


class ModelWay(QObject):
    """Turns the field `way` when another model is chosen, and back again. A recipe says itself how it is painted."""

    def __init__(self, form: FormState, catalog: ModelCatalog, panel: InpaintPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._form, self._catalog, self._panel = form, catalog, panel
        self._before = USUAL
        form.changed.connect(self._follow)
        self._follow(frozenset({"model", "way"}))

    def entry(self) -> ModelEntry | None:
        """What is known of the form's model."""
        name = self._form.values.model
        return next((entry for entry in self._catalog.entries() if entry.name == name), None)

    def _follow(self, names: frozenset[str]) -> None:
        if "model" not in names:
            return
        entry, way = self.entry(), self._form.values.way
        inpainting = entry is not None and entry.inpainting
        self._panel.show_model(inpainting=inpainting)
        if not inpainting and way == MODEL:
            self._form.set(way=self._before)
        elif inpainting and way != MODEL and not self._form.is_loading:
            self._before = way
            self._form.set(way=MODEL)
