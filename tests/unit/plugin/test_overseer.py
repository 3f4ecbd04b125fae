"""Who works, since when, and how it is stopped."""

from __future__ import annotations

import contextlib
import threading
import time

import pytest

from studio.plugin.overseer import OWN_THREADS, AtWork, Overseer, PluginInterrupted


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_of_the_network_is_not_the_plugin_s():
    clock = Clock()
    overseer = Overseer(clock)
    assert overseer.at_work() is None
    with overseer.working("one", "One"):
        clock.now = 3.0
        assert (overseer.at_work().name, overseer.at_work().seconds, overseer.at_work().in_network) == (
            "One",
            3.0,
            False,
        )
        with overseer.network():
            clock.now = 100.0
            assert overseer.at_work().in_network
        clock.now = 101.0
        assert overseer.at_work() == AtWork("one", "One", 1.0)
    assert overseer.at_work() is None


def test_of_two_the_one_that_has_no_network_to_wait_for_is_told():
    overseer = Overseer()
    with overseer.working("outer", "Outer"), overseer.network(), overseer.working("inner", "Inner"):
        assert overseer.at_work().plugin == "inner"
    assert overseer.at_work() is None


def in_a_thread(overseer: Overseer, work) -> tuple[threading.Thread, list]:
    told = []

    def run() -> None:
        try:
            with overseer.working("loop", "Loop"):
                work()
            told.append("came to its end")
        except PluginInterrupted:
            told.append("interrupted")
        except Exception as problem:
            told.append(problem)

    thread = threading.Thread(target=run)
    thread.start()
    while overseer.at_work() is None and thread.is_alive():
        time.sleep(0.001)
    return thread, told


def test_a_loop_without_an_end_is_interrupted():
    overseer = Overseer()

    def forever() -> None:
        while True:
            pass

    thread, told = in_a_thread(overseer, forever)
    overseer.interrupt()
    thread.join(5)
    assert told == ["interrupted"]
    assert overseer.at_work() is None


def test_one_that_catches_everything_is_interrupted_at_its_end():
    overseer, enough = Overseer(), threading.Event()

    def stubborn() -> None:
        while not enough.is_set():
            with contextlib.suppress(BaseException):
                time.sleep(0.001)

    thread, told = in_a_thread(overseer, stubborn)
    for _ in range(20):
        overseer.interrupt()
        time.sleep(0.005)
    assert told == []
    assert overseer.at_work().name == "Loop"
    enough.set()
    thread.join(5)
    assert told == ["interrupted"]


def test_an_interruption_never_arrives_after_the_end():
    """However close to the end it is asked for: what comes after is the program's own."""
    overseer = Overseer()

    def run(length: int, went_on: threading.Event) -> None:
        with contextlib.suppress(PluginInterrupted), overseer.working("short", "Short"):
            for _ in range(length):
                pass
        for _ in range(200):
            pass
        went_on.set()

    for number in range(300):
        went_on = threading.Event()
        thread = threading.Thread(target=run, args=(3 * number, went_on))
        thread.start()
        overseer.interrupt()
        thread.join(5)
        assert went_on.is_set()
        assert overseer.at_work() is None


def test_nobody_is_interrupted_while_the_network_works():
    overseer, gate = Overseer(), threading.Event()

    def asking() -> None:
        with overseer.network():
            gate.wait(5)

    thread, told = in_a_thread(overseer, asking)
    overseer.interrupt()
    gate.set()
    thread.join(5)
    assert told == ["came to its end"]


def test_who_was_given_up_counts_no_longer_and_may_still_end():
    overseer, gate = Overseer(), threading.Event()
    thread, told = in_a_thread(overseer, lambda: gate.wait(5))
    overseer.give_up("loop")
    assert overseer.at_work() is None
    gate.set()
    thread.join(5)
    assert told == ["came to its end"]


@pytest.mark.parametrize("lasting", [True, False])
def test_a_thread_that_a_plugin_began_is_told_while_it_runs(lasting):
    overseer, gate = Overseer(), threading.Event()
    begun = []

    def work() -> None:
        begun.append(threading.Thread(target=lambda: gate.wait(5 if lasting else 0)))
        begun[0].start()

    thread, _ = in_a_thread(overseer, work)
    thread.join(5)
    if not lasting:
        begun[0].join(5)
    assert [(left.name, left.thread) for left in overseer.left_threads()] == ([("Loop", begun[0])] if lasting else [])
    assert overseer.left_threads() == []
    gate.set()
    begun[0].join(5)


def test_a_thread_of_the_program_is_not_the_plugin_s():
    overseer, gate = Overseer(), threading.Event()
    thread, _ = in_a_thread(overseer, lambda: gate.wait(5))
    done = threading.Event()
    other = threading.Thread(target=lambda: done.wait(5), name=f"{OWN_THREADS}draft")
    other.start()
    gate.set()
    thread.join(5)
    assert overseer.left_threads() == []
    done.set()
    other.join(5)
