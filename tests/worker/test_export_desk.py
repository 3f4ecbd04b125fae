"""Exports in their own thread, with views that come from another one."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from studio.export.export_event import (
    ENDINGS,
    ExportBegun,
    ExportCancelled,
    Exported,
    ExportEvent,
    ExportFailed,
    ExportId,
)
from studio.export.run_export import run_export
from studio.job.cancel import CancelToken
from studio.job.view import ViewReady, ViewRequest
from studio.worker.export_desk import ExportDesk
from studio.worker.export_worker import EstimateReady
from tests.unit.export.clips import Views, order, pictures_in


class Decoder(QObject):
    """Answers each request from a thread of its own, as a worker would, after `delay` seconds."""

    view_ready = Signal(object)

    def __init__(self, delay: float = 0.0) -> None:
        super().__init__()
        self.asked: list[ViewRequest] = []
        self.delay = delay
        self.silent = False
        self._threads: list[threading.Thread] = []

    def ask(self, request: ViewRequest) -> None:
        self.asked.append(request)
        if not self.silent:
            thread = threading.Timer(self.delay, self._answer, (request,))
            thread.start()
            self._threads.append(thread)

    def _answer(self, request: ViewRequest) -> None:
        self.view_ready.emit(ViewReady(request, Views()(request.step).image))

    def end(self) -> None:
        for thread in self._threads:
            thread.join()


class Listener:
    """Keeps what a desk says."""

    def __init__(self, desk: ExportDesk) -> None:
        self.events: list[ExportEvent] = []
        self.estimates: list[EstimateReady] = []
        desk.told.connect(self.events.append)
        desk.estimated.connect(self.estimates.append)

    def endings(self, export: ExportId) -> list[ExportEvent]:
        return [event for event in self.events if event.export == export and isinstance(event, ENDINGS)]


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    yield decoder
    decoder.end()


@pytest.fixture
def desk(qtbot: QtBot, decoder: Decoder) -> Iterator[ExportDesk]:
    desk = ExportDesk(decoder.ask, decoder.view_ready)
    yield desk
    desk.shut_down()


def wait_for_end(qtbot: QtBot, desk: ExportDesk) -> None:
    qtbot.waitUntil(lambda: not desk.unfinished(), timeout=20_000)


@pytest.mark.parametrize("name", ["gif", "mp4", "png", "sheet"])
def test_an_export_tells_its_frames_and_ends_once(
    qtbot: QtBot, desk: ExportDesk, decoder: Decoder, tmp_path: Path, name: str
) -> None:
    said = Listener(desk)
    wanted = order(tmp_path, name)
    export = desk.export(wanted)
    wait_for_end(qtbot, desk)
    assert isinstance(said.events[0], ExportBegun)
    assert [event.whole for event in said.events] == [*range(9), 8]
    assert [type(event) for event in said.endings(export)] == [Exported]
    assert [request.step for request in decoder.asked] == list(range(1, 9))
    straight = [*run_export(1, order(tmp_path / "straight", name), Views(), CancelToken())][-1]
    ours, theirs = pictures_in(said.events[-1].path), pictures_in(straight.path)
    assert all((a == b).all() for a, b in zip(ours, theirs, strict=True))


def test_exports_are_carried_out_one_after_another(qtbot: QtBot, desk: ExportDesk, tmp_path: Path) -> None:
    said = Listener(desk)
    exports = [desk.export(order(tmp_path, "gif", steps=steps)) for steps in (3, 4, 5)]
    wait_for_end(qtbot, desk)
    assert [event.export for event in said.events] == sorted(event.export for event in said.events)
    assert [event.export for event in said.events if isinstance(event, Exported)] == exports


def test_cancel_at_random_moments_ends_once_and_the_next_goes_on(qtbot: QtBot, tmp_path: Path) -> None:
    decoder = Decoder(delay=0.003)
    desk = ExportDesk(decoder.ask, decoder.view_ready)
    said = Listener(desk)
    chance = random.Random(3)
    wanted = order(tmp_path, "apng", steps=20)
    before = 0
    for _ in range(20):
        export = desk.export(wanted)
        qtbot.wait(chance.randrange(0, 25))
        desk.cancel(export)
        desk.cancel(export)
        wait_for_end(qtbot, desk)
        (ending,) = said.endings(export)
        if isinstance(ending, Exported):
            break
        assert isinstance(ending, ExportCancelled)
        if ending.path is not None:
            assert ending.whole >= before
            before = ending.whole
    else:
        desk.export(wanted)
        wait_for_end(qtbot, desk)
    desk.shut_down()
    decoder.end()
    assert isinstance(said.events[-1], Exported)
    assert len(pictures_in(said.events[-1].path)) == 20
    # No frame was decoded more than once, but for the one that was under way at each cancellation.
    assert len(decoder.asked) <= 20 + 21


def test_a_view_that_never_comes_can_be_cancelled(qtbot: QtBot, desk: ExportDesk, decoder: Decoder, tmp_path) -> None:
    decoder.silent = True
    said = Listener(desk)
    export = desk.export(order(tmp_path, "gif"))
    qtbot.waitUntil(lambda: bool(decoder.asked))
    desk.cancel(export)
    wait_for_end(qtbot, desk)
    assert [type(event) for event in said.endings(export)] == [ExportCancelled]
    assert list(tmp_path.iterdir()) == []


def test_views_that_somebody_else_asked_for_do_not_disturb(qtbot: QtBot, tmp_path: Path) -> None:
    decoder = Decoder()
    others = [ViewReady(ViewRequest("b" * 32, 1), Views()(7).image), ViewReady(ViewRequest("a" * 32, 99), None, "No.")]

    def answer(request: ViewRequest) -> None:
        for ready in (others[0], ViewReady(request, Views()(request.step).image), *others):
            decoder.view_ready.emit(ready)

    decoder._answer = answer
    desk = ExportDesk(decoder.ask, decoder.view_ready)
    said = Listener(desk)
    desk.export(order(tmp_path, "apng"))
    wait_for_end(qtbot, desk)
    desk.shut_down()
    decoder.end()
    straight = [*run_export(1, order(tmp_path / "straight", "apng"), Views(), CancelToken())][-1]
    assert said.events[-1].path.read_bytes() == straight.path.read_bytes()


def test_a_view_that_cannot_be_shown_fails_with_its_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    decoder = Decoder()
    decoder._answer = lambda request: decoder.view_ready.emit(ViewReady(request, None, "The model is gone."))
    desk = ExportDesk(decoder.ask, decoder.view_ready)
    said = Listener(desk)
    desk.export(order(tmp_path, "gif"))
    wait_for_end(qtbot, desk)
    desk.shut_down()
    decoder.end()
    assert isinstance(said.events[-1], ExportFailed)
    assert said.events[-1].sentence == "The model is gone."


def test_only_the_newest_estimate_comes(qtbot: QtBot, desk: ExportDesk, tmp_path: Path) -> None:
    said = Listener(desk)
    orders = [order(tmp_path, "gif", steps=steps) for steps in (5, 6, 7)]
    for wanted in orders:
        desk.estimate(wanted)
    qtbot.waitUntil(lambda: bool(said.estimates) and said.estimates[-1].order is orders[-1])
    assert said.estimates[-1].estimate is not None
    assert said.estimates[-1].estimate.frames == 7
    assert list(tmp_path.iterdir()) == []


def test_an_export_does_not_wait_for_an_estimate(qtbot: QtBot, desk: ExportDesk, decoder: Decoder, tmp_path) -> None:
    decoder.silent = True
    desk.estimate(order(tmp_path, "gif"))
    qtbot.waitUntil(lambda: bool(decoder.asked))
    decoder.silent = False
    desk.export(order(tmp_path, "gif"))
    wait_for_end(qtbot, desk)
    assert (tmp_path / "clip.gif").exists()


@pytest.mark.parametrize("wait", [0, 5, 30])
def test_shutting_down_while_exporting_ends_every_export_once(qtbot: QtBot, tmp_path: Path, wait: int) -> None:
    decoder = Decoder(delay=0.005)
    desk = ExportDesk(decoder.ask, decoder.view_ready)
    said = Listener(desk)
    exports = [desk.export(order(tmp_path / str(number), "gif")) for number in range(3)]
    qtbot.wait(wait)
    desk.shut_down()
    desk.shut_down()
    qtbot.wait(20)
    decoder.end()
    for export in exports:
        assert len(said.endings(export)) == 1


def test_after_it_is_shut_down_nothing_begins(qtbot: QtBot, desk: ExportDesk, tmp_path: Path) -> None:
    desk.shut_down()
    said = Listener(desk)
    desk.estimate(order(tmp_path))
    export = desk.export(order(tmp_path))
    qtbot.wait(20)
    assert [type(event) for event in said.endings(export)] == [ExportCancelled]
    assert not said.estimates
    assert list(tmp_path.iterdir()) == []


def test_a_desk_that_was_never_used_starts_no_thread(qtbot: QtBot, decoder: Decoder) -> None:
    before = threading.active_count()
    for _ in range(20):
        ExportDesk(decoder.ask, decoder.view_ready).shut_down()
    assert threading.active_count() == before
