"""Quality against the number of steps, DDIM with η 0 against η 1: the other table of the DDIM paper."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from studio.generation.frechet import Statistics, frechet, statistics
from studio.generation.services import Services
from studio.generation.together import BATCH, Together
from studio.job.cancel import CancelToken
from studio.job.recipe import Recipe

# Fréchet distances of the DDIM paper, table 1, CIFAR-10, in Inception features: by η, then by steps.
PAPER = {
    0.0: {10: 13.36, 20: 6.84, 50: 4.67, 100: 4.16, 1000: 4.04},
    1.0: {10: 41.07, 20: 18.36, 50: 8.01, 100: 5.78, 1000: 4.73},
}


@dataclass(frozen=True)
class QualityRow:
    """The Fréchet distance of `count` pictures of that many steps from the reference."""

    eta: float
    steps: int
    count: int
    distance: float


def qualities(
    prompts: Sequence[str],
    base: Recipe,
    steps: Sequence[int],
    etas: Sequence[float],
    reference: Statistics,
    services: Services,
    cancel: CancelToken,
) -> Generator[int, None, list[QualityRow]]:
    """Draw one picture of each prompt, with seeds counted up from the base's, at guidance 1, for each η and number of
    steps; yields the pictures times steps since the last yield. Raises `CancelRequested` and `StudioError`.
    """
    model = services.models.get(base.model)
    together = Together(model, services.methods.samplers, cancel.check)
    rows = []
    for eta in etas:
        for count in steps:
            features = []
            for first in range(0, len(prompts), BATCH):
                some = prompts[first : first + BATCH]
                seeds = [base.seed + first + number for number in range(len(some))]
                latents = together.drawn(some, seeds, count, eta)
                features += [model.features(model.decode(latent[None])) for latent in latents]
                yield count * len(some)
            found = statistics(np.stack(features))
            rows.append(QualityRow(eta, count, len(prompts), frechet(found, reference)))
    return rows
