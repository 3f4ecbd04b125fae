"""By how much the whole mask grows, shrinks and is feathered."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from studio.ui.canvas.mask_actions import MaskActions
from studio.ui.canvas.popup import Popup
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow

AMOUNT_MAXIMUM = 512


class AmountPopup(Popup):
    """The names of the actions follow it."""

    def __init__(self, opener: QWidget, commands: MaskActions) -> None:
        super().__init__(opener)
        self.amount = NumberRow(
            self.tr("Pixels"),
            NumberRange(1, AMOUNT_MAXIMUM, slider_maximum=64),
            commands.amount,
            spoken=self.tr("Grow, shrink and feather by, in pixels"),
        )
        self.amount.value_changed.connect(commands.set_amount)
        self.add(self.amount)
