"""Signals: with jobs the first one sets their token, without jobs it stops the command."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from studio.cli.interruption import SIGNALS, Interruptions


@pytest.fixture(autouse=True)
def usual_handlers():
    """A test run in the background may have been started with Ctrl+C ignored."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize("number", SIGNALS)
def test_without_jobs_a_signal_stops_at_once(number):
    with Interruptions() as interruptions:
        with pytest.raises(KeyboardInterrupt):
            send(number)
        assert interruptions.seen


@pytest.mark.parametrize("number", SIGNALS)
def test_with_jobs_the_first_signal_cancels_and_the_second_stops(number):
    with Interruptions() as interruptions, interruptions.cancelling() as token:
        assert not token.cancelled
        send(number)
        assert token.cancelled
        with pytest.raises(KeyboardInterrupt):
            send(number)


def test_a_signal_that_was_swallowed_before_the_jobs_cancels_them():
    with Interruptions() as interruptions:
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
        with interruptions.cancelling() as token:
            assert token.cancelled


def test_after_the_jobs_a_signal_stops_at_once_again():
    with Interruptions() as interruptions:
        with interruptions.cancelling() as token:
            pass
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
        assert not token.cancelled


def test_former_handlers_come_back():
    before = [signal.getsignal(number) for number in SIGNALS]
    with Interruptions():
        assert [signal.getsignal(number) for number in SIGNALS] != before
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_ignored_signals_stay_ignored():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interruptions() as interruptions:
        send(signal.SIGINT)
    assert not interruptions.seen


def test_in_another_thread_it_works_without_signals():
    seen = []

    def work():
        with Interruptions() as interruptions, interruptions.cancelling() as token:
            seen.append(token.cancelled)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
