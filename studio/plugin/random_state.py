"""The global random states, which plugins must leave alone: looked at around every step, so looked at quickly."""

from __future__ import annotations

import ctypes
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from numpy.random import MT19937, mtrand

# The key of 624 words and the place in it. To ask numpy for them in its own way takes 50 microseconds a time.
_NUMPY_BYTES = 4 * 625


@dataclass
class RandomState:
    """`problem` says whose random state was changed, "" if nobody's was. It stands when the context has ended."""

    problem: str = ""


@contextmanager
def kept_random_state() -> Iterator[RandomState]:
    """Afterwards the global random states are what they were: the next picture must not depend on a plugin."""
    told, drawn = RandomState(), []
    of_torch, of_numpy, of_python = torch.get_rng_state(), _NumpyState(), random.getstate()
    try:
        yield told
    finally:
        if not torch.equal(of_torch, torch.get_rng_state()):
            torch.set_rng_state(of_torch)
            drawn.append("torch")
        if not of_numpy.is_kept():
            of_numpy.restore()
            drawn.append("numpy")
        if of_python != random.getstate():
            random.setstate(of_python)
            drawn.append("Python")
        if drawn:
            told.problem = f"it changed the global random state of {' and '.join(drawn)}; run.noise() is there for that"


class _NumpyState:
    """The state of numpy's global generator when this was made."""

    def __init__(self) -> None:
        self._generator = mtrand.get_bit_generator()
        # Another generator, that somebody set, has another layout: it is asked in numpy's own way.
        self._is_usual = isinstance(self._generator, MT19937)
        self._bytes = self._now() if self._is_usual else b""
        self._other = None if self._is_usual else np.random.get_state(legacy=False)

    def is_kept(self) -> bool:
        if mtrand.get_bit_generator() is not self._generator:
            return False
        return self._now() == self._bytes if self._is_usual else str(np.random.get_state(False)) == str(self._other)

    def restore(self) -> None:
        mtrand.set_bit_generator(self._generator)
        if self._other is not None:
            np.random.set_state(self._other)
            return
        ctypes.memmove(self._generator.ctypes.state_address, self._bytes, _NUMPY_BYTES)
        # Of a pair of normal draws numpy keeps the second one beside the state.
        np.random.set_state({**np.random.get_state(legacy=False), "has_gauss": 0, "gauss": 0.0})

    def _now(self) -> bytes:
        return ctypes.string_at(self._generator.ctypes.state_address, _NUMPY_BYTES)
