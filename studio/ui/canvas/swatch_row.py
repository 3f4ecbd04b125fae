"""One of a few colours, or the hatch: shown as they are, named for those who do not see them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QWidget

from studio.ui.canvas.layers.mask_overlay import HATCH
from studio.ui.colours import current_tokens
from studio.ui.metrics import px
from studio.ui.tokens import RADIUS_FIELD, TARGET
from studio.ui.widgets.row import Row
from studio.ui.widgets.state import plain_tooltip


class SwatchRow(Row):
    """`choices` are (value, name). `value_changed(value)` is emitted when the user chooses."""

    value_changed = Signal(str)

    def __init__(
        self, title: str, choices: tuple[tuple[str, str], ...], default: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, parent)
        self._default = default
        self._choice = QButtonGroup(self)
        self._swatches = {value: Swatch(value, name) for value, name in choices}
        for swatch in self._swatches.values():
            self._choice.addButton(swatch)
            self._add(swatch)
            swatch.clicked.connect(self._chosen)
        self._content.addStretch(1)
        self._swatches[default].setChecked(True)

    def value(self) -> str:
        return next(value for value, swatch in self._swatches.items() if swatch.isChecked())

    def set_value(self, value: str) -> None:
        """Show `value`, one of the choices, without emitting."""
        self._swatches[value].setChecked(True)
        self.show_changed(value != self._default)

    def reset(self) -> None:
        """Go back to the default, as the user's own act."""
        self._swatches[self._default].click()

    def _chosen(self) -> None:
        self.show_changed(self.value() != self._default)
        self.value_changed.emit(self.value())


class Swatch(QAbstractButton):
    """A field of `colour`, a hex value or "hatch"; the chosen one has a second border."""

    def __init__(self, colour: str, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = colour
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name))

    def sizeHint(self) -> QSize:
        return QSize(px(TARGET), px(TARGET))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole, radius = QRectF(self.rect()), px(RADIUS_FIELD)
        if self.isChecked():
            painter.setPen(QPen(QColor(tokens.text), 2))
            painter.drawRoundedRect(whole.adjusted(1, 1, -1, -1), radius, radius)
        inner = whole.adjusted(4, 4, -4, -4)
        painter.setPen(QPen(QColor(tokens.outline), 1))
        if self._colour == HATCH:
            painter.setBrush(QColor("#FFFFFF"))
            painter.drawRoundedRect(inner, 2, 2)
            painter.setBrush(QBrush(QColor("#000000"), Qt.BrushStyle.BDiagPattern))
        else:
            painter.setBrush(QColor(self._colour))
        painter.drawRoundedRect(inner, 2, 2)
        painter.end()
