"""The curves of a run, and the sentence for those who do not see them."""

from __future__ import annotations

import math

import pytest

from studio.job.facts import FactsRequest, LevelFacts, TrajectoryFacts
from studio.ui.timeline.run_curves import density_curve, health_sentence, level_curves, log_snr_curve


def facts(**fields) -> TrajectoryFacts:
    levels = (LevelFacts(999, 0.0, 1.0), LevelFacts(500, 0.6, 0.8), LevelFacts(100, 0.8, 0.6), LevelFacts(0, 1.0, 0.0))
    return TrajectoryFacts(FactsRequest("a"), levels=levels, **fields)


def test_alpha_and_sigma_are_those_of_the_levels():
    alpha, sigma = level_curves(facts())
    assert (alpha.name, alpha.steps, alpha.values) == ("alpha", (0, 1, 2, 3), (0.0, 0.6, 0.8, 1.0))
    assert sigma.values == (1.0, 0.8, 0.6, 0.0)


def test_pure_noise_and_a_clean_picture_have_no_logarithm():
    line = log_snr_curve(facts())
    assert line.steps == (1, 2)
    assert line.values == pytest.approx((2 * math.log(0.75), 2 * math.log(4 / 3)))


def test_density_is_one_over_the_way():
    line = density_curve(facts())
    assert line.steps == (2,)
    assert line.values[0] == pytest.approx(1 / (4 * math.log(4 / 3)))


def test_the_sentence_names_the_largest_change():
    told = health_sentence(facts(norms={0: 1.0, 3: 0.5}, changes={1: 0.1, 2: 0.4, 3: 0.2}))
    assert told == "The size of x goes from 1.00 to 0.50; the largest change, 0.40, is in step 2."
    assert health_sentence(facts()) == "No step is recorded."
    assert health_sentence(facts(), failed=4) == "Step 4 gave values that are no numbers."
    assert health_sentence(facts(norms={0: math.nan, 1: 2.0})) == "The size of x goes from 2.00 to 2.00."
