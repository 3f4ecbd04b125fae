"""A colour: its six digits, and a button that shows it and opens the system's choice of colours."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QColorDialog, QWidget

from studio.errors import InvalidField
from studio.ui.colours import current_tokens
from studio.ui.form_state import read_colour
from studio.ui.metrics import px
from studio.ui.tokens import RADIUS_FIELD, TARGET
from studio.ui.widgets.state import plain_tooltip
from studio.ui.widgets.text_row import TextRow


class ColourRow(TextRow):
    """`value_changed(text)` with "#RRGGBB"."""

    def __init__(self, title: str, default: str, parent: QWidget | None = None, *, description: str = "") -> None:
        super().__init__(title, default, parent, check=_complaint, placeholder=default, description=description)
        self._swatch = Swatch(self.tr("Choose the colour"))
        self._add(self._swatch)
        self._swatch.clicked.connect(self._choose)
        self._swatch.show_colour(default)
        self._field.textChanged.connect(lambda text: None if _complaint(text) else self._swatch.show_colour(text))

    def _choose(self) -> None:
        dialog = QColorDialog(QColor("#" + self.value().removeprefix("#")), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.colorSelected.connect(lambda colour: self._entered(colour.name().upper()))
        dialog.open()


class Swatch(QAbstractButton):
    """A button that is a colour."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor()
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedSize(px(TARGET), px(TARGET))

    def show_colour(self, colour: str) -> None:
        """Be that colour: six digits, perhaps after a #."""
        self._colour = QColor("#" + colour.strip().removeprefix("#"))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.outline if self.isEnabled() else tokens.line), 1))
        painter.setBrush(self._colour)
        radius = px(RADIUS_FIELD)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()


def _complaint(text: str) -> str:
    try:
        read_colour(text)
    except InvalidField as refused:
        return refused.sentence
    return ""
