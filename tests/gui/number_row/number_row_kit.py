"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.step_slider import StepSlider

Show = Callable[..., QWidget]


def slider(row: NumberRow) -> StepSlider:
    return row.findChild(StepSlider)


def retype(qtbot: QtBot, row: NumberRow, text: str) -> None:
    """Type over what stands in the field, as a user does."""
    row.field().setFocus(Qt.FocusReason.TabFocusReason)
    row.field().selectAll()
    qtbot.keyClicks(row.field(), text)


def drag(qtbot: QtBot, bar: StepSlider, start: QPoint, travel: int, shift: bool) -> None:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, modifier, start)
    for part in range(1, 11):
        position = start + QPoint(round(travel * part / 10), 0)
        event = move_event(bar, position, modifier)
        bar.mouseMoveEvent(event)
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, modifier, start + QPoint(travel, 0))


def move_event(bar: StepSlider, position: QPoint, modifier: Qt.KeyboardModifier):
    from PySide6.QtCore import QEvent, QPointF
    from PySide6.QtGui import QMouseEvent

    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(position),
        QPointF(bar.mapToGlobal(position)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        modifier,
    )
