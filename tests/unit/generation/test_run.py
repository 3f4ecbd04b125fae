"""A job ends exactly once, whatever is raised and whenever it is cancelled, and the next one is not changed by it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.errors import CancelRequested, InvalidField, NotFinite, RefusedFile, StorageError
from studio.generation.services import Services
from studio.job.event import (
    TERMINAL,
    Cancelled,
    Failed,
    Finished,
    ImageReady,
    JobEvent,
    PreviewReady,
)
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe
from studio.models.model import Model
from studio.models.preview import Previews
from studio.sampling.registry import builtin_methods
from studio.sampling.schedule import NoiseLevel
from tests.unit.generation.runs import Bent, Loaded, Saved, events, picture, pixels, services, small

LINEAR = PreviewSettings("linear")
OUT_OF_MEMORY = "Out of memory: this picture was not made. Try a smaller size, half precision, or the CPU."


@pytest.fixture
def model(tiny: Callable[[str], Model]) -> Model:
    return tiny("stable_diffusion_1")


def raising(problem: BaseException) -> Callable[..., Any]:
    def fault(*_: Any) -> Any:
        raise problem

    return fault


def network_failing(call: int) -> Callable[[Model, BaseException], Services]:
    def build(model: Model, problem: BaseException) -> Services:
        done = 0

        def network(x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
            nonlocal done
            done += 1
            if done == call:
                raise problem
            return model.network(x, level, conditioning)

        return services(Bent(model, network=network), LINEAR)

    return build


def bent_source(name: str) -> Callable[[Model, BaseException], Services]:
    def build(model: Model, problem: BaseException) -> Services:
        return replace(services(model), models=Bent(Loaded(model), **{name: raising(problem)}))

    return build


def bent_model(name: str) -> Callable[[Model, BaseException], Services]:
    return lambda model, problem: services(Bent(model, **{name: raising(problem)}), LINEAR)


def bent_sampler(model: Model, problem: BaseException) -> Services:
    methods = builtin_methods()
    methods.samplers.replace([Bent(methods.samplers.get("ddim"), step=raising(problem))])
    return replace(services(model), methods=methods)


STAGES: dict[str, Callable[[Model, BaseException], Services]] = {
    "asking for the model": bent_source("is_loaded"),
    "loading the model": bent_source("get"),
    "the shape": bent_model("latent_shape"),
    "the prompt": bent_model("conditioning"),
    "the first call": network_failing(1),
    "a call in the middle": network_failing(2),
    "the last call": network_failing(3),
    "the sampler": bent_sampler,
    "the preview settings": lambda model, problem: services(model, raising(problem)),
    "decoding": bent_model("decode"),
    "saving": lambda model, problem: services(model, LINEAR, save=raising(problem)),
}
PROBLEMS: list[tuple[BaseException, type[JobEvent]]] = [
    (RefusedFile("It is damaged."), Failed),
    (StorageError("The disk is full."), Failed),
    (RuntimeError("shapes"), Failed),
    (KeyError("odd"), Failed),
    (StopIteration(), Failed),
    (AssertionError(), Failed),
    (MemoryError(), Failed),
    (torch.OutOfMemoryError("CUDA out of memory"), Failed),
    (CancelRequested(), Cancelled),
]


@pytest.mark.parametrize(("problem", "end"), PROBLEMS, ids=[type(problem).__name__ for problem, _ in PROBLEMS])
@pytest.mark.parametrize("stage", STAGES)
def test_exactly_one_terminal_event_whatever_is_raised(
    model: Model, stage: str, problem: BaseException, end: type[JobEvent]
) -> None:
    saved = Saved()
    given = STAGES[stage](model, problem)
    told = list(events(small(), given if given.save else replace(given, save=saved)))
    assert [type(event) for event in told if isinstance(event, TERMINAL)] == [end]
    assert isinstance(told[-1], end)
    assert not saved.pictures
    if stage != "saving":
        assert not [event for event in told if isinstance(event, ImageReady)]


@pytest.mark.parametrize("stage", STAGES)
def test_the_job_after_a_failed_one_makes_the_same_picture(model: Model, stage: str) -> None:
    before = pixels(picture(small(), model))
    list(events(small(), STAGES[stage](model, RuntimeError("shapes"))))
    assert pixels(picture(small(), model)) == before


@pytest.mark.parametrize(
    "problem", [RuntimeError("shapes"), NotFinite("NaN"), torch.OutOfMemoryError("no"), MemoryError(), OSError()]
)
def test_a_preview_that_cannot_be_drawn_costs_no_picture(model: Model, problem: Exception) -> None:
    broken = Bent(model, previews=Previews({"linear": raising(problem), "full": raising(problem)}))
    told = list(events(small(), services(broken, LINEAR)))
    assert isinstance(told[-1], Finished)
    assert not [event for event in told if isinstance(event, PreviewReady)]
    ready = next(event for event in told if isinstance(event, ImageReady))
    assert pixels(ready.generated.image) == pixels(picture(small(), model))


def test_what_goes_wrong_is_said_in_a_sentence(model: Model) -> None:
    said = list(events(small(), bent_model("decode")(model, StorageError("The disk is full."))))[-1]
    assert said == Failed(1, "The disk is full.", None, exit_code=1)
    said = list(events(small(), bent_model("latent_shape")(model, InvalidField("width", "Too wide."))))[-1]
    assert said == Failed(1, "Too wide.", "width", exit_code=2)
    said = list(events(small(), network_failing(2)(model, ValueError("odd"))))[-1]
    assert isinstance(said, Failed)
    assert said.sentence == "Something unexpected went wrong (ValueError: odd)."
    assert "in network" in said.detail


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (small(sampler="heun"), "sampler"),
        (small(options={"tau": 1.0}), "tau"),
        (small(options={"eta": 2.0}), "eta"),
        (small(steps=1001), "steps"),
        (small(sampling={"steps": 1, "spacing": "explicit", "timesteps": (1000.0,)}), "timesteps"),
    ],
)
def test_a_field_that_does_not_fit_is_named(model: Model, wanted: Recipe, field: str) -> None:
    told = list(events(wanted, services(model)))
    assert len(told) == 1
    assert isinstance(told[0], Failed)
    assert (told[0].field, told[0].exit_code) == (field, 2)


def use_up_memory(*_: Any) -> Any:
    return torch.empty(2**60, dtype=torch.uint8)


@pytest.mark.parametrize("part", ["conditioning", "network", "decode"])
def test_out_of_memory_has_its_sentence_and_the_next_job_works(model: Model, part: str) -> None:
    before = pixels(picture(small(), model))
    said = list(events(small(), services(Bent(model, **{part: use_up_memory}))))[-1]
    assert isinstance(said, Failed)
    assert (said.sentence, said.exit_code) == (OUT_OF_MEMORY, 1)
    assert said.detail
    assert pixels(picture(small(), model)) == before


@pytest.mark.parametrize(
    "said", ["CUDA out of memory. Tried", "DefaultCPUAllocator: not enough memory: you", "CUBLAS_STATUS_ALLOC_FAILED"]
)
def test_every_way_to_say_out_of_memory_is_understood(model: Model, said: str) -> None:
    end = list(events(small(), network_failing(2)(model, RuntimeError(said))))[-1]
    assert isinstance(end, Failed)
    assert end.sentence == OUT_OF_MEMORY


def test_the_tensors_of_a_failed_run_are_gone_when_it_says_so(model: Model) -> None:
    seen: list[weakref.ref[Tensor]] = []

    def network(x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Tensor:
        kept = x.clone()
        seen.append(weakref.ref(kept))
        return use_up_memory()

    for event in events(small(), services(Bent(model, network=network))):
        if isinstance(event, Failed):
            assert seen
            assert seen[0]() is None
