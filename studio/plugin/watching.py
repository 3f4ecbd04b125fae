"""Watching a plugin at work: what it gives, what it prints, and whether it leaves the global random state alone."""

from __future__ import annotations

import contextlib
import io
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studio.errors import OutOfMemory, PluginFailure
from studio.plugin.overseer import Overseer, PluginInterrupted
from studio.sampling.denoiser import Denoiser, Prediction
from studio.sampling.sampler import Step
from studio.sampling.schedule import NoiseLevel

DEPTH_MAXIMUM = 8
_NO_MEMORY_WORDS = ("out of memory", "can't allocate memory", "not enough memory")


@dataclass
class Watched:
    """A denoiser that remembers what it gave in one step from `x`, and what it raised.

    What no network answers, a state of another shape or kind, is refused here: the network is not to be blamed for it.
    """

    denoiser: Denoiser
    x: Tensor
    overseer: Overseer
    raised: BaseException | None = None
    seen: list[Tensor] = field(default_factory=list)

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        problem = wrong_kind("the state it asked about", x, self.x)
        if problem or not isinstance(level, NoiseLevel):
            raise TypeError(problem or f"it asked about a {type(level).__name__} instead of a NoiseLevel")
        try:
            with self.overseer.network():
                pair = self.denoiser(x, level)
        except PluginInterrupted:
            raise
        except BaseException as raised:
            self.raised = self.raised or raised
            raise
        self.seen += [pair.x0, pair.eps]
        return pair


@dataclass
class WatchedCall:
    """A network call without questions, as a guidance rule has one, that remembers what it raised."""

    call: Callable[[], Prediction]
    overseer: Overseer
    raised: BaseException | None = None

    def __call__(self) -> Prediction:
        try:
            with self.overseer.network():
                return self.call()
        except PluginInterrupted:
            raise
        except BaseException as raised:
            self.raised = self.raised or raised
            raise


def what_is_wrong(found: object, x: Tensor, given: Tensor) -> str:
    """Why this is no step from `x`, or "". `given` is the copy of x that the plugin got."""
    if not isinstance(found, Step):
        return f"it gave a {type(found).__name__} instead of a Step"
    problem = wrong_kind("x", found.x, x) or wrong_kind("x0", found.x0, x)
    if problem:
        return problem
    if found.x.untyped_storage().data_ptr() == given.untyped_storage().data_ptr():
        return "it gave back the state it was given, or a part of it, instead of a new one"
    if not _is_memory(found.memory):
        return "it wants to remember what is no tensor, number or text"
    return "" if torch.equal(given, x) or not is_finite(x) else "it changed the state it was given"


def what_is_wrong_with_guidance(found: object, x: Tensor) -> str:
    """Why this is no guided prediction at `x` with a memory, or ""."""
    if not isinstance(found, tuple) or len(found) != 2 or not isinstance(found[0], Prediction):
        return f"it gave a {type(found).__name__} instead of a Prediction and its memory"
    pair, memory = found
    problem = wrong_kind("x0", pair.x0, x) or wrong_kind("eps", pair.eps, x)
    if not problem and not _is_memory(memory):
        problem = "it wants to remember what is no tensor, number or text"
    return problem


def wrong_kind(name: str, part: object, x: Tensor) -> str:
    """Why `part` is no tensor like `x`, or ""."""
    if not isinstance(part, Tensor):
        return f"{name} is a {type(part).__name__} instead of a tensor"
    if part.shape != x.shape:
        return f"wrong shape of {name}, {tuple(part.shape)} instead of {tuple(x.shape)}"
    if part.dtype != x.dtype or part.device != x.device or part.layout != x.layout:
        return f"wrong type of {name}, {part.dtype} on {part.device} instead of {x.dtype} on {x.device}"
    return ""


def is_finite(*tensors: Tensor) -> bool:
    """Whether every element is a finite number."""
    return bool(torch.stack([torch.isfinite(tensor).all() for tensor in tensors]).all())


def _is_memory(value: Any, depth: int = 0) -> bool:
    """Whether it can be written down and read again: at the top a mapping or nothing."""
    if depth > DEPTH_MAXIMUM:
        return False
    if isinstance(value, Mapping):
        return all(isinstance(name, str) and _is_memory(part, depth + 1) for name, part in value.items())
    if value is None or not depth:
        return value is None
    if isinstance(value, Tensor):
        return not value.is_complex() and value.layout == torch.strided
    if isinstance(value, (list, tuple)):
        return all(_is_memory(part, depth + 1) for part in value)
    return isinstance(value, (bool, int, float, str))


def is_nobodys_fault(problem: BaseException) -> bool:
    """Ctrl+C, and memory that is full, which a step may find as well as a network."""
    if isinstance(problem, (KeyboardInterrupt, MemoryError, OutOfMemory, PluginFailure)):
        return True
    said = str(problem).lower()
    return isinstance(problem, RuntimeError) and any(words in said for words in _NO_MEMORY_WORDS)


@dataclass
class RandomState:
    """`problem` says whose random state was changed, "" if nobody's was. It stands when the context has ended."""

    problem: str = ""


@contextmanager
def kept_random_state() -> Iterator[RandomState]:
    """Afterwards the global random states are what they were: the next picture must not depend on a plugin."""
    told, drawn = RandomState(), []
    of_torch, of_numpy, of_python = torch.get_rng_state(), np.random.get_state(), random.getstate()
    try:
        yield told
    finally:
        if not torch.equal(of_torch, torch.get_rng_state()):
            torch.set_rng_state(of_torch)
            drawn.append("torch")
        if not _same_numpy(of_numpy, np.random.get_state()):
            np.random.set_state(of_numpy)
            drawn.append("numpy")
        if of_python != random.getstate():
            random.setstate(of_python)
            drawn.append("Python")
        if drawn:
            told.problem = f"it changed the global random state of {' and '.join(drawn)}; run.noise() is there for that"


def _same_numpy(one: Any, other: Any) -> bool:
    return bool(one[0] == other[0] and np.array_equal(one[1], other[1]) and one[2:] == other[2:])


class _Named(io.TextIOBase):
    """Passes lines on to standard error, with the name of who says them: results are the program's alone."""

    def __init__(self, name: str, keep: Callable[[str], object]) -> None:
        self._name, self._keep, self._line = name, keep, ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self._say(line)
        return len(text)

    def end(self) -> None:
        """Say what is left without an end of its line."""
        if self._line:
            self._say(self._line)
            self._line = ""

    def _say(self, line: str) -> None:
        seen = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in line)
        with contextlib.suppress(OSError, ValueError, AttributeError):  # a program without a terminal has no stream
            sys.stderr.write(f"{self._name}: {seen}\n")
        self._keep(seen)


@contextmanager
def saying_who(name: str, keep: Callable[[str], object] = lambda line: None) -> Iterator[None]:
    """What is printed meanwhile goes to standard error, with that name before it; `keep` gets each line too."""
    told = _Named(name, keep)
    try:
        with contextlib.redirect_stdout(told):
            yield
    finally:
        told.end()
