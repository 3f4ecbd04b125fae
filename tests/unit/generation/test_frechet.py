"""The Fréchet distance: its identities, what Gaussians give by hand, and what is no file of statistics."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from studio.errors import RefusedFile
from studio.generation.frechet import Statistics, floor, frechet, read_statistics, statistics
from studio.paths import starter_model

REFERENCE = starter_model() / "reference_statistics.safetensors"


def of(seed: int, dimensions: int = 6) -> Statistics:
    """A Gaussian whose covariance is no diagonal."""
    random = np.random.default_rng(seed)
    mixing = random.standard_normal((dimensions, dimensions))
    return Statistics(random.standard_normal(dimensions), mixing @ mixing.T, 100)


def diagonal(mean: list[float], deviations: list[float]) -> Statistics:
    return Statistics(np.array(mean), np.diag(np.square(deviations)), 100)


def test_equal_statistics_are_at_no_distance() -> None:
    for seed in range(5):
        assert frechet(of(seed), of(seed)) == pytest.approx(0.0, abs=1e-9)


def test_the_distance_is_symmetric_and_above_zero() -> None:
    for seed in range(5):
        there, back = frechet(of(seed), of(seed + 10)), frechet(of(seed + 10), of(seed))
        assert there == pytest.approx(back, rel=1e-9)
        assert there > 0.1


def test_of_diagonal_gaussians_it_is_a_sum_of_squares() -> None:
    one, other = diagonal([1.0, 0.0, 2.0], [1.0, 2.0, 0.0]), diagonal([0.0, 0.0, 4.0], [3.0, 2.5, 1.0])
    assert frechet(one, other) == pytest.approx((1 + 4) + (2.0**2 + 0.5**2 + 1.0**2))


def test_it_turns_with_the_axes_and_grows_with_the_square_of_the_scale() -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(3).standard_normal((6, 6)))

    def turned(one: Statistics, scale: float = 1.0) -> Statistics:
        return Statistics(scale * turn @ one.mean, scale**2 * turn @ one.covariance @ turn.T, one.count)

    plain = frechet(of(1), of(2))
    assert frechet(turned(of(1)), turned(of(2))) == pytest.approx(plain, rel=1e-9)
    assert frechet(turned(of(1), 3.0), turned(of(2), 3.0)) == pytest.approx(9 * plain, rel=1e-9)


def test_statistics_are_those_of_the_features() -> None:
    features = np.array([[1.0, 0.0], [3.0, 4.0], [5.0, 2.0]])
    found = statistics(features)
    assert (found.mean.tolist(), found.covariance.tolist(), found.count) == ([3.0, 2.0], [[4.0, 2.0], [2.0, 4.0]], 3)


def test_the_floor_falls_with_more_pictures_and_is_the_same_again() -> None:
    few, many = floor(of(1), 20), floor(of(1), 2000)
    assert few > 10 * many > 0
    assert floor(of(1), 20) == few


def test_the_reference_of_the_starter_model_is_read_as_it_is_described() -> None:
    found = read_statistics(REFERENCE)
    assert (found.mean.shape, found.covariance.shape, found.count) == ((128,), (128, 128), 1889)
    assert frechet(found, found) == pytest.approx(0.0, abs=1e-9)
    assert np.allclose(found.covariance, found.covariance.T)


@pytest.mark.parametrize("flaw", ["missing", "empty", "no mean", "other shape", "nan", "pickle"])
def test_what_is_no_file_of_statistics_is_refused(tmp_path: Path, flaw: str) -> None:
    path = tmp_path / "reference.safetensors"
    parts = {"mean": np.zeros(3), "covariance": np.eye(3), "count": np.array([9])}
    if flaw == "no mean":
        del parts["mean"]
    if flaw == "other shape":
        parts["covariance"] = np.eye(4)
    if flaw == "nan":
        parts["covariance"][0, 0] = np.nan
    save_file(parts, path)
    if flaw == "missing":
        path.unlink()
    if flaw in ("empty", "pickle"):
        path.write_bytes(b"" if flaw == "empty" else b"\x80\x04K\x01.")
    with pytest.raises(RefusedFile, match="holds no statistics"):
        read_statistics(path)
