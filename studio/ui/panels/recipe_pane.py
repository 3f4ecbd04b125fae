"""The left pane: everything a recipe needs, with the run foot pinned below."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget
from shiboken6 import isValid

from studio.models.catalog import ModelCatalog
from studio.sampling.registry import Methods
from studio.ui.form_state import FormState
from studio.ui.inpaint.inpaint_panel import InpaintPanel
from studio.ui.metrics import motion_ms
from studio.ui.panels.branch_strip import BranchStrip
from studio.ui.panels.model_panel import ModelPanel
from studio.ui.panels.picture_panel import PicturePanel
from studio.ui.panels.prompt_panel import PromptPanel
from studio.ui.panels.run_foot import RunFoot
from studio.ui.panels.sampling_panel import SamplingPanel
from studio.ui.prompt_reading import PromptReading
from studio.ui.widgets.row import Row, first_refused


class RecipePane(QWidget):
    """Holds the panels. It knows them; they know only the form."""

    def __init__(
        self,
        form: FormState,
        methods: Methods,
        catalog: ModelCatalog,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        reading = PromptReading(lambda name: catalog.get(name).folder)
        self.prompt = PromptPanel(form, reading)
        self.inpaint = InpaintPanel(form)
        self.inpaint.hide()
        self.model = ModelPanel(form, catalog)
        self.sampling = SamplingPanel(form, methods)
        self.picture = PicturePanel(form)
        self.branch = BranchStrip(form)
        self.foot = RunFoot()
        self._keys: QWidget | None = None
        self._sheet = QWidget()
        self._scroll = QScrollArea()
        self._lay_out_sheet()
        # A row is scrolled to once the section that holds it has unfolded.
        self._revealed: Row | None = None
        self._unfolded = QTimer(self)
        self._unfolded.setSingleShot(True)
        self._unfolded.timeout.connect(self._scroll_to_revealed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.branch)
        column.addWidget(self._scroll, 1)
        column.addWidget(self.foot)

    def _lay_out_sheet(self) -> None:
        sheet = QVBoxLayout(self._sheet)
        sheet.setContentsMargins(0, 0, 0, 0)
        sheet.setSpacing(0)
        for panel in (self.prompt, self.inpaint, self.model, self.sampling, self.picture):
            sheet.addWidget(panel)
        sheet.addStretch(1)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._sheet)

    def add_keys(self, panel: QWidget) -> None:
        """Have a panel for the key of a track, in place of the prompts of the form."""
        self._keys = panel
        panel.hide()
        layout = self._sheet.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertWidget(0, panel)

    def show_keys(self, shown: bool) -> None:
        """Keys have words and seeds of their own: those of the form are hidden meanwhile."""
        if self._keys is not None:
            self._keys.setVisible(shown)
        self.prompt.setVisible(not shown)
        self.picture.show_seed(not shown)
        self.sampling.rows()["scale"].setVisible(not shown)

    def refused(self) -> Row | None:
        """Take what was typed but not entered, and return the first row that is refused."""
        return first_refused(self._sheet)

    def mark(self, field: str, sentence: str, *, focus: bool = False) -> bool:
        """Show at its row what was said about a field; False if the field has no row."""
        row = self._rows().get(field)
        if row is None:
            return False
        row.set_problem(sentence)
        self.reveal(row, focus=focus)
        return True

    def reveal(self, row: Row, *, focus: bool = False) -> None:
        """Scroll to a row, and let its field have the keyboard."""
        if focus:
            row.focus_problem()
        self._revealed = row
        self._unfolded.start(motion_ms())

    def _scroll_to_revealed(self) -> None:
        # Another sampler takes its rows away at once.
        if self._revealed is not None and isValid(self._revealed):
            self._scroll.ensureWidgetVisible(self._revealed)

    def _rows(self) -> dict[str, Row]:
        panels = (self.branch, self.inpaint, self.model, self.sampling, self.picture)
        return {name: row for panel in panels for name, row in panel.rows().items()}
