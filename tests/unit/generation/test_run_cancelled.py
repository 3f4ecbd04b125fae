"""A cancelled job stops before the next network call, saves nothing, and leaves no trace in the next picture."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from torch import Tensor

from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import TERMINAL, Cancelled, Decoding, Finished, ImageReady, PreviewReady, StepDone
from studio.job.preview import PreviewSettings
from studio.models.loader import load_model
from studio.models.model import Model
from studio.sampling.schedule import NoiseLevel
from tests.references.tiny_models import stable_diffusion_1
from tests.unit.generation.conftest import CPU
from tests.unit.generation.runs import OFF, Bent, Saved, events, picture, pixels, services, small

LINEAR = PreviewSettings("linear")


@pytest.fixture
def model(tiny: Callable[[str], Model]) -> Model:
    return tiny("stable_diffusion_1")


class Watched:
    """The model's network, which counts the calls that begin after the flag was set."""

    def __init__(self, model: Model, cancel: CancelToken, at_call: int = 0) -> None:
        self._network, self._cancel, self._at_call = model.network, cancel, at_call
        self.calls = self.late = 0

    def __call__(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        self.calls += 1
        self.late += self._cancel.cancelled
        output = self._network(x, level, conditioning)
        if self.calls == self._at_call:
            self._cancel.cancel()
        return output


@pytest.mark.parametrize("call", [1, 2, 4])
def test_no_network_call_follows_the_one_in_which_a_run_is_cancelled(model: Model, call: int) -> None:
    cancel, saved = CancelToken(), Saved()
    network = Watched(model, cancel, call)
    told = list(events(small(steps=4), services(Bent(model, network=network), LINEAR, save=saved), cancel))
    assert network.calls == call
    assert told[-1] == Cancelled(1, call, 4)
    assert sum(isinstance(event, StepDone) for event in told) == call
    assert sum(isinstance(event, PreviewReady) for event in told) == call - 1
    assert not saved.pictures


def test_cancel_at_every_event_ends_the_run_with_the_next_one(model: Model) -> None:
    full = [type(event) for event in events(small(), services(model, LINEAR, save=Saved()))]
    ready = full.index(ImageReady)
    for number in range(len(full) - 1):
        cancel, saved = CancelToken(), Saved()
        network = Watched(model, cancel)
        told = []
        for event in events(small(), services(Bent(model, network=network), LINEAR, save=saved), cancel):
            told.append(event)
            if len(told) == number + 1:
                cancel.cancel()
        end = Finished if number >= ready else Cancelled
        assert isinstance(told[-1], end)
        assert sum(isinstance(event, TERMINAL) for event in told) == 1
        assert len(told) == number + 2
        assert network.late == 0
        assert len(saved.pictures) == (end is Finished)


def test_a_run_that_is_cancelled_while_it_decodes_saves_nothing(model: Model) -> None:
    cancel, saved = CancelToken(), Saved()

    def decode(latent: Tensor) -> Image:
        cancel.cancel()
        return model.decode(latent)

    told = list(events(small(), services(Bent(model, decode=decode), OFF, save=saved), cancel))
    assert [type(event) for event in told[-2:]] == [Decoding, Cancelled]
    assert not saved.pictures


def test_cancel_at_random_moments_and_the_next_picture_is_that_of_a_fresh_start(
    tiny: Callable[[str], Model], tmp_path: Path
) -> None:
    wanted, chance = small(steps=12), random.Random(11)
    model = tiny("stable_diffusion_1")
    began = time.perf_counter()
    picture(wanted, model, LINEAR)
    seconds = time.perf_counter() - began
    ends = set()
    for _ in range(15):
        cancel, saved = CancelToken(), Saved()
        network = Watched(model, cancel)
        timer = threading.Timer(chance.uniform(0.0, 1.2 * seconds), cancel.cancel)
        timer.start()
        told = list(events(wanted, services(Bent(model, network=network), LINEAR, save=saved), cancel))
        timer.cancel()
        timer.join()
        assert sum(isinstance(event, TERMINAL) for event in told) == 1
        assert network.late <= 1
        assert len(saved.pictures) == isinstance(told[-1], Finished)
        ends.add(type(told[-1]))
    assert Cancelled in ends
    fresh = load_model(stable_diffusion_1(tmp_path / "fresh"), CPU)
    assert pixels(picture(wanted, model)) == pixels(picture(wanted, fresh))


def test_a_run_that_nobody_listens_to_any_more_stops(model: Model) -> None:
    network = Watched(model, CancelToken())
    told = events(small(steps=50), services(Bent(model, network=network)))
    for event in told:
        if isinstance(event, StepDone) and event.step == 2:
            break
    told.close()  # type: ignore[attr-defined]
    assert network.calls == 2
