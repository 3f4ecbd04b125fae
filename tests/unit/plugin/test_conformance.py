"""The conformance test finds what it is there to find: each promise is broken once, and that finding says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from studio.plugin.conformance import conformance
from studio.plugin.report import Report
from studio.sampling.ddim import DDIM
from studio.sampling.ddpm import DDPM
from studio.sampling.euler import Euler
from studio.sampling.info import SamplerInfo
from studio.sampling.sampler import Run, Step


class Sampler:
    """DDIM with something done to its steps. `count` is what it must not remember."""

    def __init__(self, change: Callable[[Sampler, Step, Any, Run], Step]) -> None:
        self.info = SamplerInfo("bent", "Bent", "")
        self.count = 0
        self._change = change

    def step(self, x, level, next_level, denoiser, run, memory):
        self.count += 1
        straight = replace(run, options=DDIM.info.resolve({}))
        return self._change(self, DDIM().step(x, level, next_level, denoiser, straight, memory), x, run)


def hidden_state(sampler, step, x, run):
    return Step(step.x * (1 + 1e-6 * sampler.count), step.x0)


def changes_memory(sampler, step, x, run):
    kept = getattr(sampler, "kept", None)
    if kept is None or run.index == 0:
        sampler.kept = {"steps": 0}
    sampler.kept["steps"] += 1
    return Step(step.x, step.x0, sampler.kept)


def changes_list(sampler, step, x, run):
    kept = getattr(sampler, "kept", None)
    if kept is None or run.index == 0:
        sampler.kept = {"before": [torch.zeros(1, 2), torch.zeros(1, 2)]}
    sampler.kept["before"][1].add_(1.0)
    return Step(step.x, step.x0, sampler.kept)


def mixes_pictures(sampler, step, x, run):
    return Step(step.x + 0.01 * step.x.mean(), step.x0) if len(x) > 1 else step


def hides(sampler, step, x, run):
    return Step(torch.nan_to_num(step.x), step.x0)


def in_place(sampler, step, x, run):
    x.mul_(0.5)
    return step


def gives_back(sampler, step, x, run):
    return Step(x.copy_(step.x), step.x0)


def draws(sampler, step, x, run):
    torch.rand(1)
    return step


def leaves(sampler, step, x, run):
    raise SystemExit(0)


BROKEN = {
    "double": (lambda s, step, x, run: Step(step.x.double(), step.x0), "shapes and precisions", "torch.float64"),
    "one row less": (lambda s, step, x, run: Step(step.x[..., 1:], step.x0), "shapes and precisions", "instead of"),
    "bfloat16": (
        lambda s, step, x, run: Step(step.x.bfloat16().to(x), step.x0),
        "more steps come nearer",
        "order of -",
    ),
    "hidden state": (hidden_state, "the same again", "two runs differ"),
    "hidden in the step": (hidden_state, "going on from a record", "step 1 differs"),
    "changes memory": (changes_memory, "changes nothing that it is given", "changes the memory"),
    "changes a list": (changes_list, "changes nothing that it is given", "changes the memory"),
    "mixes pictures": (mixes_pictures, "pictures know nothing of each other", "differs from the same picture alone"),
    "hides": (hides, "values that are no numbers are seen", "hides what the network could not say"),
    "in place": (in_place, "changes nothing that it is given", "changes the state"),
    "gives back": (gives_back, "changes nothing that it is given", "changes the state"),
    "draws": (draws, "the global random state", "of torch"),
    "elsewhere": (lambda s, step, x, run: Step(step.x + 0.02, step.x0), "the way to the picture", "for 0.5"),
    "leaves": (leaves, "the same again", "SystemExit"),
    "nothing": (lambda *_: None, "the same again", "AttributeError"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_promise_is_found(case):
    change, name, says = BROKEN[case]
    before = torch.get_rng_state()
    found = conformance(Sampler(change))
    assert not found.passed
    (finding,) = [finding for finding in found.findings if finding.name == name]
    assert (finding.good, says in finding.told) == (False, True), finding.told
    assert torch.equal(before, torch.get_rng_state())


def straight(sampler) -> Report:
    found = conformance(sampler)
    assert found.passed, [finding for finding in found.findings if not finding.good]
    return found


@pytest.mark.parametrize("sampler", [DDIM(), DDPM(), Euler(), Sampler(lambda s, step, x, run: step)])
def test_what_keeps_them_passes(sampler):
    found = straight(sampler)
    assert found.calls == 1.0
    assert all(finding.told == "good" for finding in found.findings)


def test_noise_has_no_order():
    found = straight(DDPM())
    assert (found.order, found.errors) == (None, ())
