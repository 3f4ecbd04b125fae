"""The conformance test of guidance rules and spacings: each promise is broken once, and that finding says so."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from studio.plugin.conformance import conformance, conformance_of
from studio.plugin.loader import load
from studio.plugin.manifest import read_manifest
from studio.plugin.report import Report
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.denoiser import Prediction
from studio.sampling.grid import SPACINGS, Spacing, trailing
from studio.sampling.info import GuidanceInfo, Option, SpacingInfo
from studio.sampling.schedule import CLEAN
from tests.unit.plugin import kit
from tests.unit.plugin.walks import FOLDERS


class Rule:
    """Classifier-free guidance with something done to what it gives. `count` is what it must not remember."""

    def __init__(self, change: Callable[..., Any]) -> None:
        self.info = GuidanceInfo("bent", "Bent", options=(Option("weight", "Weight", "float", 0.5),))
        self.count = 0
        self._change = change

    def combine(self, x, level, cond, uncond, scale, context, memory):
        self.count += 1
        pair, _ = ClassifierFree().combine(x, level, cond, uncond, scale, context, None)
        return self._change(self, pair, x, cond, uncond, context, memory)


def scaled(pair: Prediction, factor: Any) -> Prediction:
    return Prediction(pair.x0 * factor, pair.eps * factor)


def hidden(rule, pair, x, cond, uncond, context, memory):
    return scaled(pair, 1 + 1e-6 * rule.count), None


def keeps(rule, pair, x, cond, uncond, context, memory):
    count = 1 if memory is None else memory["count"] + 1
    return scaled(pair, 1 + 0.1 * count), {"count": count, "x0": pair.x0}


def keeps_one_list(rule, pair, x, cond, uncond, context, memory):
    kept = memory or {"count": 0}
    kept["count"] += 1
    return scaled(pair, 1 + 0.1 * kept["count"]), kept


def mixes(rule, pair, x, cond, uncond, context, memory):
    return Prediction(pair.x0 + 0.01 * pair.x0.mean(), pair.eps), None


def in_place(part: str) -> Callable[..., Any]:
    def change(rule, pair, x, cond, uncond, context, memory):
        {"x": x, "cond": cond.x0, "uncond": uncond.eps}[part].mul_(0.5)
        return pair, None

    return change


def changes_options(rule, pair, x, cond, uncond, context, memory):
    context.options["weight"] *= 0.5
    return pair, None


def hides(rule, pair, x, cond, uncond, context, memory):
    return Prediction(torch.nan_to_num(pair.x0), torch.nan_to_num(pair.eps)), None


def draws(rule, pair, x, cond, uncond, context, memory):
    torch.rand(1)
    return pair, None


def divides(rule, pair, x, cond, uncond, context, memory):
    size = (cond.x0 - uncond.x0).square().mean(dim=(1, 2, 3), keepdim=True)
    return Prediction(pair.x0 * (size / size), pair.eps), None


def leaves(rule, pair, x, cond, uncond, context, memory):
    raise SystemExit(0)


BROKEN = {
    "double": (lambda r, pair, *_: (Prediction(pair.x0.double(), pair.eps), None), "shapes and precisions", "float64"),
    "one row less": (
        lambda r, pair, *_: (Prediction(pair.x0[..., 1:], pair.eps), None),
        "shapes and precisions", "wrong shape of x0",
    ),
    "no memory": (lambda r, pair, *_: pair, "shapes and precisions", "instead of a Prediction and its memory"),
    "a strange memory": (lambda r, pair, *_: (pair, {"of": object()}), "shapes and precisions", "wants to remember"),
    "few digits": (
        lambda r, pair, *_: (scaled(pair, 1.0 + 0.01 * (pair.x0.dtype == torch.float32)), None),
        "shapes and precisions", "far from the result in float64, in torch.float32",
    ),
    "for v alone": (
        lambda r, pair, x, c, u, context, _: (scaled(pair, 1.0 if context.parametrisation == "v" else math.inf), None),
        "every kind of network", "for networks of the kind eps",
    ),
    "hidden state": (hidden, "the same again", "two runs differ"),
    "hidden in the step": (hidden, "going on from a record", "step 1 differs"),
    "changes memory": (keeps_one_list, "changes nothing that it is given", "changes the memory"),
    "changes x": (in_place("x"), "changes nothing that it is given", "changes x, which"),
    "changes cond": (in_place("cond"), "changes nothing that it is given", "changes cond.x0"),
    "changes uncond": (in_place("uncond"), "changes nothing that it is given", "changes uncond.eps"),
    "changes options": (changes_options, "changes nothing that it is given", "changes its options"),
    "mixes pictures": (mixes, "pictures know nothing of each other", "differs from the same picture alone"),
    "hides": (hides, "values that are no numbers are seen", "hides what the network could not say"),
    "draws": (draws, "the global random state", "of torch"),
    "divides": (divides, "nothing to do at scale 1", "not a number where both predictions are one"),
    "leaves": (leaves, "the same again", "SystemExit"),
    "nothing": (lambda *_: None, "shapes and precisions", "NoneType"),
}  # fmt: skip


def finding(report: Report, name: str) -> tuple[bool, str]:
    (found,) = [one for one in report.findings if one.name == name]
    return found.good, found.told


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_promise_of_a_rule_is_found(case):
    change, name, says = BROKEN[case]
    before = torch.get_rng_state()
    report = conformance(Rule(change))
    assert not report.passed
    good, told = finding(report, name)
    assert (good, says in told) == (False, True), told
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("rule", [ClassifierFree(), Rule(lambda r, pair, *_: (pair, None)), Rule(keeps)])
def test_a_rule_that_keeps_them_passes(rule):
    report = conformance(rule)
    assert report.passed, [one for one in report.findings if not one.good]
    assert (report.kind, report.name, report.calls) == ("guidance rule", rule.info.name, 0.0)
    assert report.slower > 0.2


def test_network_calls_of_its_own_are_counted():
    def asks(rule, pair, x, cond, uncond, context, memory):
        return scaled(pair, context.wordless().x0 * 0 + context.wordless().x0 * 0 + 1), None

    assert conformance(Rule(asks)).calls == 2.0


def bent(change: Callable[..., Any]) -> Spacing:
    return Spacing(SpacingInfo("bent", "Bent"), lambda schedule, n, fractional: change(schedule, n, fractional))


counted: list[int] = []


def other_each_time(schedule, n, fractional):
    counted.append(1)
    return [schedule.at(level.ratio * 0.999 ** (len(counted) % 2)) if 0 < level.ratio < 1e9 else level
            for level in trailing(schedule, n)]  # fmt: skip


def at_ratios(schedule, n, fractional):
    """It forgets that the noisiest may have an infinite one."""
    levels = trailing(schedule, n)
    return [schedule.level(round((len(schedule) - 1) * level.ratio / levels[0].ratio)) for level in levels]


VP, PURE = "a variance-preserving schedule", "a schedule that begins with pure noise"
BROKEN_SPACINGS = {
    "one too few": (lambda schedule, n, _: trailing(schedule, n)[1:], VP, "of 1 steps: it gave 0 levels"),
    "clean": (lambda schedule, n, _: [*trailing(schedule, n)[1:], CLEAN], VP, "gave a clean level"),
    "rising": (lambda schedule, n, _: trailing(schedule, n)[::-1], VP, "of 2 steps: its levels do not fall"),
    "twice": (lambda schedule, n, _: [schedule.level(5)] * n, VP, "do not fall"),
    "elsewhere": (
        lambda schedule, n, _: [type(CLEAN)(level.timestep, 1.0, level.ratio) for level in trailing(schedule, n)],
        VP, "that the schedule does not have",
    ),
    "no pure noise": (at_ratios, PURE, "ValueError"),
    "only rounded": (lambda s, n, fractional: trailing(s, n)[fractional:], VP, "of 1 steps: it gave 0"),
    "other each time": (other_each_time, "the same again", "two calls give other levels"),
    "draws": (lambda s, n, _: (np.random.rand(), trailing(s, n))[1], "the global random state", "of numpy"),
    "nothing": (lambda *_: None, VP, "TypeError"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN_SPACINGS)
def test_a_broken_promise_of_a_spacing_is_found(case):
    change, name, says = BROKEN_SPACINGS[case]
    report = conformance(bent(change))
    assert not report.passed
    good, told = finding(report, name)
    assert (good, says in told) == (False, True), told


@pytest.mark.parametrize("name", SPACINGS)
def test_the_built_in_spacings_keep_them(name):
    report = conformance(SPACINGS[name])
    assert report.passed, [one for one in report.findings if not one.good]
    assert (report.kind, report.name) == ("spacing", name)


@cache
def bundled() -> dict[str, Any]:
    """All bundled spacings and guidance rules by their names, as their own code gives them."""
    loaded = [load(read_manifest(folder), folder) for folder in FOLDERS]
    return {method.info.name: method for one in loaded for method in (*one.spacings, *one.guidance)}


MANIFESTS = [read_manifest(folder) for folder in FOLDERS]
BUNDLED = [entry.name for one in MANIFESTS for entry in (*one.spacings, *one.guidance)]


@pytest.mark.parametrize("name", BUNDLED)
def test_what_is_bundled_keeps_them(name):
    report = conformance(bundled()[name])
    assert report.passed, [one for one in report.findings if not one.good]
    assert math.isnan(report.calls) or report.calls == (1.0 if name == "perpendicular_negative" else 0.0)


def test_all_that_a_folder_adds_is_tried(tmp_path):
    reports = conformance_of(kit.write_three(tmp_path))
    assert [(report.kind, report.name, report.passed) for report in reports] == [
        ("sampler", "firm", True), ("spacing", "late", True), ("guidance rule", "plain", True),
    ]  # fmt: skip
