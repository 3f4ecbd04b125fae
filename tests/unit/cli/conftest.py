"""The command line in this process: the real program with the real starter model, at few steps."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from studio.cli.main import main
from studio.models.model import Model
from tests.references import tiny_models
from tests.references.loaded_models import loaded_once

PROMPT = "red apple, 3d style"


@dataclass(frozen=True)
class Answer:
    """What one call of the program gave."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]


Program = Callable[..., Answer]


class Terminal(io.StringIO):
    """A stream that says it is watched."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def reverie(capsys: pytest.CaptureFixture[str]) -> Program:
    """Run the program with these arguments."""

    def call(*words: object) -> Answer:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return Answer(code, said.out, said.err)

    return call


@pytest.fixture
def generate(reverie: Program) -> Program:
    """Run `reverie generate` with a prompt, a seed and two steps, unless the arguments say otherwise."""

    def call(*words: object) -> Answer:
        usual = [("--prompt", PROMPT), ("--seed", 7), ("--steps", 2)]
        given = {str(word) for word in words}
        return reverie("generate", *(part for flag in usual if flag[0] not in given for part in flag), *words)

    return call


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """For whole modules, so that what their fixtures make is rounded as what the tests make."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True, scope="module")
def models() -> Iterator[dict[object, Model]]:
    """Each model is loaded once for a module. A test that needs a fresh one clears this."""
    with loaded_once() as kept:
        yield kept


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small model folder with random weights. Tests do not change it."""
    return tiny_models.stable_diffusion_1(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def other_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another one, with v prediction."""
    return tiny_models.stable_diffusion_2(tmp_path_factory.mktemp("models") / "other")
