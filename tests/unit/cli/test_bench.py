"""The benchmark measures what it says. How fast anything is, no test asserts."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from studio.cli.bench_figure import Figure, interleaved, spread, table
from studio.errors import StudioError
from tests.unit.cli.conftest import Program

FIGURES = [
    Figure("loop", "loop", 1.0123, 1.05, "", "15 pairs"),
    Figure("window", "window painted", 1.25, 1.0, "s", "5 starts"),
    Figure("cost", "preview", 3.0, 3.0, "%", "15 pairs"),
]


def test_a_table_says_what_is_met() -> None:
    assert table(FIGURES) == [
        "what            figure  target    met  how it was measured",
        "loop            1.012   ≤ 1.050   yes  15 pairs",
        "window painted  1.25 s  ≤ 1.00 s  NO   5 starts",
        "preview         3.0 %   ≤ 3.0 %   yes  15 pairs",
    ]


def test_a_table_for_markdown() -> None:
    lines = table(FIGURES, markdown=True)
    assert {len(line) for line in lines[:2]} == {len(lines[0])}
    assert lines[1].replace("-", "") == "||||||"
    assert lines[3] == "| window painted | 1.25 s | ≤ 1.00 s | NO  | 5 starts            |"


def test_pairs_are_interleaved_so_that_drift_falls_out() -> None:
    order: list[str] = []
    clock = 0.0

    def slower_and_slower(name: str, work: float) -> float:
        nonlocal clock
        order.append(name)
        clock += 1.0
        return work * (100.0 + clock)

    ratios = interleaved(lambda: slower_and_slower("a", 1.0), lambda: slower_and_slower("b", 1.5), 4)
    assert "".join(order) == "ab" + "abbaabba"
    assert ratios[0] > 1.5 > ratios[1]
    assert sum(ratios) / 4 == pytest.approx(1.5, rel=1e-3)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([1.0], "1 pair"),
        ([1.0, 2.0, 3.0, 4.0, 5.0], "median of 5 pairs, the middle half 2.000 to 4.000"),
    ],
)
def test_the_spread_in_words(values: list[float], words: str) -> None:
    assert spread(values, "pair") == words


def test_a_quick_benchmark_of_the_model(reverie: Program) -> None:
    names = ("loop", "preview", "inpainting", "interpolation", "diffusers")
    answer = reverie("bench", "--quick", "--json", *(word for name in names for word in ("--only", name)))
    assert answer.code == 0
    assert answer.err == ""
    found = {figure["name"]: figure for figure in map(json.loads, answer.lines)}
    assert list(found) == [*names, "equal"]
    assert found["loop"]["value"] > 0
    assert found["preview"]["value"] > -100
    assert found["inpainting"]["value"] > 0
    assert found["interpolation"]["value"] > 0
    assert found["diffusers"]["value"] > 0
    assert found["equal"]["met"]
    assert {name: figure["target"] for name, figure in found.items()} == {
        "loop": 1.05,
        "preview": 3.0,
        "inpainting": 1.03,
        "interpolation": 1.03,
        "diffusers": 0.97,
        "equal": 2.0,
    }


def test_a_quick_benchmark_of_plugins(reverie: Program) -> None:
    answer = reverie("bench", "--quick", "--json", "--only", "plugins")
    assert answer.code == 0
    start, step = map(json.loads, answer.lines)
    assert (start["name"], start["target"], start["unit"]) == ("plugin_start", 100.0, "ms")
    assert start["value"] > 0
    assert (step["name"], step["target"], step["unit"]) == ("plugin_step", 1.0, "%")
    assert step["value"] > -100


def test_a_benchmark_as_text(reverie: Program) -> None:
    answer = reverie("bench", "--quick", "--only", "loop", "--steps", 1)
    assert answer.code == 0
    assert answer.lines[0].split() == ["what", "figure", "target", "met", "how", "it", "was", "measured"]
    assert answer.lines[1].startswith("loop ÷ bare network calls")
    assert "processors" in answer.lines[-1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--only", "speed"], "--only does not know 'speed'"),
        (["--pairs", "0"], "Pairs 0 is out of range. Use 1 to 1,000."),
        (["--model", "nothing"], "There is no model named 'nothing'."),
    ],
)
def test_bad_input(reverie: Program, words: list[str], sentence: str) -> None:
    answer = reverie("bench", "--quick", *words)
    assert answer.code == 2
    assert sentence in answer.err


def test_what_was_measured_is_shown_although_the_rest_failed(reverie: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> Iterator[Figure]:
        raise StudioError("The window did not answer in time, so it was not measured.")

    found = {"loop": lambda: iter(FIGURES[:1]), "window": fails}
    monkeypatch.setattr("studio.cli.bench._benchmarks", lambda *_: found)
    done = reverie("bench", "--only", "loop", "--only", "window")
    assert done.code == 1
    assert done.out.splitlines()[1] == "loop  1.012   ≤ 1.050  yes  15 pairs"
    assert "did not answer in time" in done.err
