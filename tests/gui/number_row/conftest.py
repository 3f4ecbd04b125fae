"""What the tests of this folder stand on."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit

from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from tests.gui.number_row.number_row_kit import Show


@pytest.fixture
def guidance(shown: Show) -> NumberRow:
    row = NumberRow("Guidance", NumberRange(1, 30, 0.1, 1), 5.0, spoken="Guidance scale")
    shown(row, QLineEdit())
    return row


@pytest.fixture
def steps(shown: Show) -> NumberRow:
    row = NumberRow("Steps", NumberRange(1, 10_000, slider_maximum=100), 30)
    shown(row, QLineEdit())
    return row
