"""The desk: a real queue and thread with an engine that answers everything."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from tests.worker.desk_engine import Desk


@pytest.fixture
def desk(qtbot: QtBot) -> Iterator[Desk]:
    desk = Desk()
    yield desk
    desk.engine.gate.set()
    if desk.engine.tickets is not None:
        desk.engine.tickets.release(10_000)
    desk.queue.shut_down()
