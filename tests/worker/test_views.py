"""Views and questions: served whatever the worker does, the newest first, without holding up the window or the run."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from studio.image import Image
from studio.job.event import Finished, StepDone
from studio.job.facts import FactsRequest
from studio.job.recipe import recipe
from studio.job.shelf import PinRequest, UsageRequest
from studio.job.view import SIGNED_KINDS, VIEW_KINDS, ForwardRequest, ViewReady, ViewRequest
from studio.worker.requests import PREFETCH_MAXIMUM, Requests
from studio.worker.view_cache import ViewCache
from tests.worker.desk_engine import STEPS, A, B, Desk, picture


def test_a_view_comes_to_the_window_in_its_own_thread(qtbot: QtBot, desk: Desk) -> None:
    with qtbot.waitSignal(desk.queue.view_ready) as ready:
        desk.queue.request_view(ViewRequest(A, 3))
        assert not desk.views
    assert ready.args[0].request == ViewRequest(A, 3)
    assert ready.args[0].image.pixels[0, 0, 0] == 3
    assert desk.threads == {threading.get_ident()}


def test_what_was_decoded_needs_no_worker(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.request_view(ViewRequest(A, 3))
    qtbot.waitUntil(lambda: len(desk.views) == 1)
    desk.engine.gate.clear()  # from here on the worker hangs
    desk.queue.request_view(ViewRequest(A, 50))
    for _ in range(5):
        desk.queue.request_view(ViewRequest(A, 3))
    assert len(desk.views) == 1  # and no answer before its question returns
    qtbot.waitUntil(lambda: len(desk.views) == 6)
    assert desk.engine.asked == [ViewRequest(A, 3)]


def test_scrubbing_decodes_where_it_stops_and_not_what_it_passed(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.queue.request_view(ViewRequest(A, 0))
    qtbot.wait(20)
    for step in range(1, 90):
        desk.queue.request_view(ViewRequest(A, step))
    desk.queue.request_view(ViewRequest(B, 5))
    desk.engine.gate.set()
    qtbot.waitUntil(lambda: len(desk.views) == 3)
    qtbot.wait(20)
    assert [(r.request.trajectory, r.request.step) for r in desk.views] == [(A, 0), (B, 5), (A, 89)]


@pytest.mark.parametrize(("step", "words", "missing"), [(99, "no kernel", False), (98, "was not kept", True)])
def test_what_cannot_be_shown_is_a_sentence_and_asked_again_next_time(
    qtbot: QtBot, desk: Desk, step: int, words: str, missing: bool
) -> None:
    for count in (1, 2):
        desk.queue.request_view(ViewRequest(A, step))
        qtbot.waitUntil(lambda count=count: len(desk.views) == count)
        assert desk.views[-1].image is None
        assert words in desk.views[-1].sentence
        assert desk.views[-1].missing == missing
    assert len(desk.engine.asked) == 2


def test_views_are_served_between_the_steps_of_a_run(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.tickets = threading.Semaphore(0)
    job = desk.queue.submit(recipe())
    for step in range(3):
        desk.queue.request_view(ViewRequest(A, step))
        desk.engine.tickets.release()
        qtbot.waitUntil(lambda step=step: step in desk.seen())
        assert desk.ends(job) == []
    desk.engine.tickets.release(STEPS)
    qtbot.waitUntil(lambda: desk.ends(job) == [Finished])


def test_a_run_gets_on_however_much_is_asked(qtbot: QtBot, desk: Desk) -> None:
    job = desk.queue.submit(recipe())
    desk.queue.prefetch_views([ViewRequest(A, step) for step in range(97)])
    count = 0
    while not desk.ends(job):
        desk.queue.request_view(ViewRequest(B, count % 90))
        desk.queue.request_facts(FactsRequest(A))
        count += 1
        qtbot.wait(1)
        assert count < 5000
    assert len(desk.of(StepDone)) == STEPS
    qtbot.waitUntil(lambda: len({r.request for r in desk.views if r.request.trajectory == A}) == 97, timeout=10_000)


def test_what_is_fetched_ahead_waits_for_what_is_looked_at(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.queue.prefetch_views([ViewRequest(A, step) for step in range(10)])
    qtbot.wait(20)
    desk.queue.request_view(ViewRequest(A, 7))
    desk.engine.gate.set()
    qtbot.waitUntil(lambda: len(desk.views) == 10)
    assert desk.seen() == [0, 7, 1, 2, 3, 4, 5, 6, 8, 9]
    desk.queue.prefetch_views([ViewRequest(A, step) for step in range(10)])
    qtbot.wait(20)
    assert len(desk.engine.asked) == 10


def test_what_nobody_looks_at_any_more_is_not_decoded(qtbot: QtBot, desk: Desk) -> None:
    desk.engine.gate.clear()
    desk.queue.request_view(ViewRequest(A, 0))
    qtbot.wait(20)
    desk.queue.prefetch_views([ViewRequest(A, step) for step in range(1, 50)])
    desk.queue.request_view(ViewRequest(A, 60))
    desk.queue.request_view(ViewRequest(B, 1))
    desk.queue.drop_views(A)
    desk.engine.gate.set()
    qtbot.waitUntil(lambda: len(desk.views) == 2)
    qtbot.wait(20)
    assert desk.engine.asked == [ViewRequest(A, 0), ViewRequest(B, 1)]


def test_signed_views_are_the_same_exact_or_not(qtbot: QtBot, desk: Desk) -> None:
    for kind in VIEW_KINDS:
        for exact in (True, False):
            desk.queue.request_view(ViewRequest(A, 3, kind, exact))
            qtbot.waitUntil(
                lambda kind=kind, exact=exact: (
                    desk.views[-1:] != [] and desk.views[-1].request == ViewRequest(A, 3, kind, exact)
                )
            )
    assert len(desk.engine.asked) == 2 * len(VIEW_KINDS) - len(SIGNED_KINDS)


def test_a_picture_can_be_scrubbed_through_its_levels(qtbot: QtBot, desk: Desk) -> None:
    for index in (1, 2, 1):
        with qtbot.waitSignal(desk.queue.view_ready):
            desk.queue.request_view(ForwardRequest(Path("a.png"), index))
    assert len(desk.engine.asked) == 2


def test_facts_and_answers(qtbot: QtBot, desk: Desk) -> None:
    desk.queue.request_facts(FactsRequest(A))
    desk.queue.request_facts(FactsRequest(B))
    desk.queue.ask(UsageRequest())
    desk.queue.ask(PinRequest(A, True))
    qtbot.waitUntil(lambda: len(desk.answers) == 2 and len(desk.facts) == 2)
    assert desk.engine.asked == [FactsRequest(A), FactsRequest(B), UsageRequest(), PinRequest(A, True)]
    assert [facts.sentence for facts in desk.facts] == ["", "No facts."]
    desk.engine.syncs = 101
    desk.queue.ask(UsageRequest())
    qtbot.waitUntil(lambda: len(desk.answers) == 3)
    assert "broken" in desk.answers[-1].sentence


def test_shutting_down_leaves_what_waits(qtbot: QtBot) -> None:
    desk = Desk()
    desk.engine.gate.clear()
    desk.queue.prefetch_views([ViewRequest(A, step) for step in range(500)])
    qtbot.wait(20)
    threading.Timer(0.05, desk.engine.gate.set).start()
    desk.queue.shut_down()
    assert len(desk.engine.asked) < 5


class TestRequests:
    def test_order(self) -> None:
        box = Requests()
        box.expect([ViewRequest(A, 1), ViewRequest(A, 2)])
        box.look(ViewRequest(A, 3))
        box.look(ViewRequest(B, 4))
        box.look(ViewRequest(A, 5, exact=False))
        box.look(ViewRequest(A, 2))
        box.ask(UsageRequest())
        box.ask(UsageRequest())
        taken = [box.take() for _ in range(5)]
        assert taken == [UsageRequest(), ViewRequest(A, 5, exact=False), ViewRequest(A, 2), ViewRequest(B, 4), None]
        assert (box.take_soon(), box.take_soon()) == (ViewRequest(A, 1), None)

    def test_too_much_ahead_drops_the_oldest(self) -> None:
        box = Requests()
        box.expect(ViewRequest(A, step) for step in range(PREFETCH_MAXIMUM + 7))
        assert box.take_soon() == ViewRequest(A, 7)

    def test_closed(self) -> None:
        box = Requests()
        box.look(ViewRequest(A, 3))
        box.expect([ViewRequest(A, 4)])
        box.close()
        assert box.take() is None
        assert box.take_soon() is None


class TestCache:
    @given(sizes=st.lists(st.tuples(st.integers(0, 20), st.integers(1, 12)), max_size=60))
    def test_it_never_holds_more_than_it_may(self, sizes: list[tuple[int, int]]) -> None:
        cache, limit = ViewCache(limit=1000), 1000
        for step, side in sizes:
            request = ViewRequest(A, step)
            image = Image(np.zeros((side, side, 3), np.uint8))
            cache.put(ViewReady(request, image))
            assert cache.held_bytes <= limit
            assert (cache.get(request) is not None) == (image.pixels.nbytes <= limit)
        held = [cache.get(ViewRequest(A, step)) for step in range(21)]
        assert cache.held_bytes == sum(ready.image.pixels.nbytes for ready in held if ready)

    def test_what_was_used_last_stays(self) -> None:
        cache = ViewCache(limit=2 * 192)
        for step in (1, 2):
            cache.put(ViewReady(ViewRequest(A, step), picture(step)))
        cache.get(ViewRequest(A, 1))
        cache.put(ViewReady(ViewRequest(A, 3), picture(3)))
        assert [cache.get(ViewRequest(A, step)) is not None for step in (1, 2, 3)] == [True, False, True]

    def test_sentences_are_not_kept(self) -> None:
        cache = ViewCache()
        cache.put(ViewReady(ViewRequest(A, 1), None, "not yet"))
        assert cache.get(ViewRequest(A, 1)) is None
