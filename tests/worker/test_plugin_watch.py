"""Plugins that come to no end, with the real queue, its thread and the real model: named, off, and nobody waits."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from pytestqt.qtbot import QtBot

from studio.generation.services import Services
from studio.job.event import TERMINAL, Cancelled, Failed, Finished, ImageReady, JobEvent
from studio.job.preview import PreviewSettings
from studio.models.device import Placement
from studio.models.loader import load_model
from studio.models.model import Model
from studio.paths import starter_model
from studio.plugin.overseer import INTERRUPTED
from studio.plugin.store import PluginState
from studio.sampling.registry import builtin_methods
from studio.worker import left_threads, plugin_watch
from studio.worker.job_queue import JobQueue
from studio.worker.plugin_watch import PluginWatch
from studio.worker.working import events_of
from tests.unit.generation.runs import Loaded, small
from tests.unit.plugin import kit
from tests.unit.plugin.misbehaving import STEPS

# A plugin's module is its own, so what it waits for is a file.
UNTIL = "import os, time\nSTOP = {stop!r}\n"
LOOP = "while not os.path.exists(STOP):\n    pass\n"
STUBBORN = (
    "while not os.path.exists(STOP):\n    try:\n        time.sleep(0.002)\n    except BaseException:\n        pass\n"
)


@pytest.fixture(scope="module")
def starter() -> Model:
    return load_model(starter_model(), Placement(torch.device("cpu"), torch.float32), name="starter")


class Shop:
    """A queue with a watch, over a home with plugins. What it told lies in `events`, `slow` and `trouble`."""

    def __init__(self, qtbot: QtBot, model: Model, root: Path) -> None:
        self.qtbot, self.model, self.root = qtbot, model, root
        self.home = kit.Home(root / "home")
        self.stop = root / "stop"
        self.methods = builtin_methods()
        self.events: list[JobEvent] = []
        self.slow: list[str] = []
        self.trouble: list[tuple[str, str]] = []
        self.queue = JobQueue(self._engine)
        self.queue.job_event.connect(self.events.append)
        self.watch = PluginWatch(self.queue, self.home.host)
        self.watch.slow.connect(self.slow.append)
        self.watch.trouble.connect(lambda plugin, sentence: self.trouble.append((plugin, sentence)))

    def _engine(self) -> Any:
        shop = self

        class Engine:
            def run(self, job: int, work: Any, cancel: Any) -> Iterator[JobEvent]:
                services = Services(Loaded(shop.model), shop.methods, lambda: PreviewSettings("off"))
                return events_of(job, work, services, cancel, lambda: Path())

        return Engine()

    def plugin(self, name: str, step: str, before: str = "") -> None:
        before = UNTIL.format(stop=str(self.stop)) + before
        self.home.enabled(kit.write(self.root / "source", name, step, before))
        self.home.host.add_to(self.methods)

    def run(self, sampler: str = "ddim") -> int:
        return self.queue.submit(small(sampler, 2))

    def until(self, condition: Callable[[], bool], ms: int = 20_000) -> None:
        self.qtbot.waitUntil(condition, timeout=ms)

    def end_of(self, job: int) -> JobEvent:
        self.until(lambda: bool(self.ends(job)))
        (end,) = self.ends(job)
        return end

    def ends(self, job: int) -> list[JobEvent]:
        return [event for event in self.events if event.job == job and isinstance(event, TERMINAL)]

    def picture(self, job: int) -> str:
        assert isinstance(self.end_of(job), Finished), self.end_of(job)
        (ready,) = [event for event in self.events if event.job == job and isinstance(event, ImageReady)]
        return hashlib.sha256(ready.generated.image.pixels.tobytes()).hexdigest()


@pytest.fixture
def shop(qtbot: QtBot, starter: Model, tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(qtbot, starter, tmp_path)
    yield shop
    shop.stop.touch()
    shop.queue.shut_down(shop.watch.give_up)
    shop.until(lambda: not left_threads.any_left())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("GRACE", 0.2), ("IGNORED", 1.0), ("SLOW", 0.3), ("UNWANTED", 0.5)):
        monkeypatch.setattr(plugin_watch, name, seconds)


def test_an_endless_loop_is_told_with_its_time_and_ends_with_a_cancel(shop: Shop, impatient: None) -> None:
    reference = shop.picture(shop.run())
    shop.plugin("loop", LOOP)
    job = shop.run("loop")
    shop.until(lambda: any("Loop has been at this step for" in text for text in shop.slow))
    assert not shop.ends(job)
    shop.queue.cancel(job)
    end = shop.end_of(job)
    assert isinstance(end, Failed)
    assert (
        end.sentence
        == "Loop of the plugin Loop stopped at step 1: it did not come to an end and was stopped. It is off."
    )
    assert end.plugin == "loop"
    assert shop.home.store.entry("loop").state is PluginState.FAILED
    assert shop.picture(shop.run()) == reference
    shop.until(lambda: shop.slow[-1] == "")


def test_one_that_ignores_it_is_left_alone_and_a_new_worker_goes_on(shop: Shop, impatient: None) -> None:
    reference = shop.picture(shop.run())
    shop.plugin("deaf", STUBBORN)
    job, waiting = shop.run("deaf"), shop.run()
    shop.until(lambda: shop.home.host.overseer.at_work() is not None)
    shop.queue.cancel(job)
    end = shop.end_of(job)
    assert isinstance(end, Failed)
    assert end.sentence == "Deaf did not stop when it was asked to, so it was left alone. It is off."
    assert shop.trouble == [("deaf", end.sentence)]
    assert shop.home.store.entry("deaf").state is PluginState.QUARANTINED
    assert left_threads.any_left()
    assert shop.picture(waiting) == reference
    again = shop.end_of(shop.run("deaf"))
    assert isinstance(again, Failed)
    assert again.sentence.startswith("Deaf is not enabled.")
    shop.stop.touch()
    shop.until(lambda: not left_threads.any_left())
    assert shop.picture(shop.run()) == reference


def test_an_import_without_end_is_stopped_too(shop: Shop, impatient: None) -> None:
    shop.plugin("slowly", kit.GOOD_STEP, before=LOOP)
    job = shop.run("slowly")
    shop.until(lambda: shop.home.host.overseer.at_work() is not None)
    shop.queue.cancel(job)
    end = shop.end_of(job)
    assert isinstance(end, Failed)
    assert end.sentence == f"Slowly could not be loaded: {INTERRUPTED}. It is off."


def test_the_program_ends_although_a_plugin_does_not(shop: Shop, impatient: None) -> None:
    shop.plugin("deaf", STUBBORN)
    shop.run("deaf")
    shop.until(lambda: shop.home.host.overseer.at_work() is not None)
    shop.queue.shut_down(shop.watch.give_up)
    assert left_threads.any_left()
    assert shop.home.store.entry("deaf").state is PluginState.QUARANTINED


def test_a_thread_that_outlives_the_run_is_told_and_the_plugin_is_off(shop: Shop) -> None:
    reference = shop.picture(shop.run())
    begin = "import threading\nthreading.Thread(target=wait).start()\n"
    wait = "def wait():\n    while not os.path.exists(STOP):\n        time.sleep(0.002)\n"
    shop.plugin("busy", begin + kit.GOOD_STEP, before=wait)
    shop.end_of(shop.run("busy"))
    shop.until(lambda: bool(shop.trouble))
    assert shop.trouble == [("busy", "Busy left a thread running after its work. It is off.")]
    assert shop.home.store.entry("busy").state is PluginState.QUARANTINED
    assert shop.picture(shop.run()) == reference


def test_a_long_network_call_is_not_the_plugin_s_fault(shop: Shop, impatient: None) -> None:
    shop.plugin("asking", kit.GOOD_STEP)
    gate, straight = threading.Event(), shop.model

    def slow(*given: Any) -> Any:
        gate.wait(10)
        return straight.network(*given)

    shop.model = _With(straight, slow)
    job = shop.run("asking")
    shop.until(lambda: (work := shop.home.host.overseer.at_work()) is not None and work.in_network)
    shop.queue.cancel(job)
    shop.qtbot.wait(1500)
    gate.set()
    assert isinstance(shop.end_of(job), Cancelled)
    assert shop.home.store.entry("asking").state is PluginState.ENABLED


class _With:
    """A model with another network."""

    def __init__(self, model: Model, network: Callable[..., Any]) -> None:
        self._model, self._network = model, network

    def __getattr__(self, name: str) -> Any:
        return getattr(self._model, name)

    def network(self, *given: Any) -> Any:
        return self._network(*given)


def test_the_worker_outlives_forty_that_misbehave(shop: Shop) -> None:
    """Each is named, and the next picture of the same worker is what it always was."""
    reference = shop.picture(shop.run())
    for number, (step, says) in enumerate(STEPS.values()):
        shop.plugin(f"bad{number}", step)
        end = shop.end_of(shop.run(f"bad{number}"))
        assert isinstance(end, Failed)
        assert f"Bad{number}" in end.sentence
        assert says in end.sentence
        assert shop.picture(shop.run()) == reference
