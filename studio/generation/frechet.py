"""The Fréchet distance between two sets of pictures, in features of the model's own encoder.

Heusel et al. 2017 with other features: not those of Inception but the spatial mean of what the autoencoder's encoder
gives before its last layer. Such a distance compares runs of one model with each other and with nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file

from studio.errors import RefusedFile
from studio.models.safetensors_header import check_safetensors

Numbers = NDArray[np.float64]
FLOOR_TRIES = 8


@dataclass(frozen=True, eq=False)
class Statistics:
    """Of `count` pictures: the mean (d) and covariance (d, d) of their features."""

    mean: Numbers
    covariance: Numbers
    count: int


def statistics(features: Numbers) -> Statistics:
    """Of features (n, d), n at least 2."""
    return Statistics(features.mean(axis=0), np.cov(features, rowvar=False), len(features))


def read_statistics(path: Path) -> Statistics:
    """Those in a file with `mean`, `covariance` and `count`. Raises `RefusedFile`."""
    try:
        check_safetensors(path)
        found = load_file(path)
        mean, covariance, count = found["mean"], found["covariance"], int(found["count"][0])
    except (RefusedFile, OSError, SafetensorError, KeyError, ValueError, IndexError):
        raise RefusedFile(f"{path.name} holds no statistics of pictures.") from None
    if mean.ndim != 1 or covariance.shape != (len(mean), len(mean)) or not np.isfinite(covariance).all():
        raise RefusedFile(f"{path.name} holds no statistics of pictures.")
    return Statistics(mean.astype(np.float64), covariance.astype(np.float64), count)


def frechet(one: Statistics, other: Statistics) -> float:
    """`|m - m'|² + tr(C + C' - 2 (C½ C' C½)½)`, at least 0."""
    root = _root(one.covariance)
    middle = _root(root @ other.covariance @ root)
    apart = float(np.square(one.mean - other.mean).sum())
    return max(0.0, apart + float(np.trace(one.covariance + other.covariance - 2.0 * middle)))


def floor(reference: Statistics, count: int, seed: int = 0) -> float:
    """What `count` draws of the reference's own Gaussian come to: so few never look quite like all.

    The mean of a few tries, the same for a seed; smaller distances of as many pictures say nothing.
    """
    random, root = np.random.default_rng(seed), _root(reference.covariance)
    draws = (random.standard_normal((count, len(root))) for _ in range(FLOOR_TRIES))
    return float(np.mean([frechet(statistics(reference.mean + draw @ root), reference) for draw in draws]))


def _root(symmetric: Numbers) -> Numbers:
    """The square root of a symmetric matrix without negative eigenvalues, but for rounding."""
    values, vectors = np.linalg.eigh((symmetric + symmetric.T) / 2)
    found: Numbers = (vectors * np.sqrt(np.clip(values, 0.0, None))) @ vectors.T
    return found
