"""How much an inversion loses, by the number of its steps, over many pictures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from statistics import fmean

import torch

from studio.generation.fidelity import psnr
from studio.generation.one_picture import one_picture
from studio.generation.rendered import rendered
from studio.generation.services import Services
from studio.generation.together import BATCH, Together
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.recipe import Guidance, Recipe, Sampling

# Those of the DDIM paper, table 2: mean squared error of CIFAR-10 pictures from 0 to 1, by steps.
PAPER = {10: 0.014, 20: 0.0065, 50: 0.0023, 100: 0.0009, 200: 0.0004, 500: 0.0001, 1000: 0.0001}
DRAWN_STEPS, DRAWN_SCALE = 30, 5.0


@dataclass(frozen=True)
class Subject:
    """A picture to be inverted, and the prompt that it is inverted with."""

    image: Image
    prompt: str


@dataclass(frozen=True)
class LossRow:
    """What inversions of that many steps lose on average: mean squared error of the latent, PSNR in dB.

    `deviations` are the smallest and largest standard deviation of a code.
    """

    kind: str
    steps: int
    latent_error: float
    psnr: float
    autoencoder: float
    deviations: tuple[float, float]


def drawn_subject(recipe: Recipe, services: Services, cancel: CancelToken) -> Subject:
    """A picture that the model itself makes, with guidance."""
    better = recipe.model_copy(
        update={"sampling": Sampling(steps=DRAWN_STEPS), "guidance": Guidance(scale=DRAWN_SCALE)}
    )
    return Subject(one_picture(better, services, cancel), recipe.prompt)


def foreign_subject(number: int) -> Subject:
    """A picture that the model did not make, and for which it has no words."""
    return Subject(rendered(number), "")


def losses(
    kind: str, subjects: Sequence[Subject], together: Together, steps: Sequence[int]
) -> Generator[int, None, list[LossRow]]:
    """Invert all subjects with each number of steps, without refinement, and draw them again.

    Yields the pictures times steps since the last yield. Raises `CancelRequested` and `StudioError`.
    """
    model = together.model
    latents = torch.cat([model.encode(subject.image) for subject in subjects])
    alone = fmean(psnr(s.image, model.decode(z[None])) for s, z in zip(subjects, latents, strict=True))
    rows = []
    for count in steps:
        errors, ratios, deviations = list[float](), list[float](), list[float]()
        for first in range(0, len(subjects), BATCH):
            some, known = subjects[first : first + BATCH], latents[first : first + BATCH]
            prompts = [subject.prompt for subject in some]
            code = together.code(known, prompts, count)
            again = together.drawn_again(code, prompts, count)
            errors += (again.float() - known.float()).square().mean(dim=(1, 2, 3)).tolist()
            deviations += code.float().std(dim=(1, 2, 3)).tolist()
            ratios += [psnr(s.image, model.decode(z[None])) for s, z in zip(some, again, strict=True)]
            yield 2 * count * len(some)
        rows.append(LossRow(kind, count, fmean(errors), fmean(ratios), alone, (min(deviations), max(deviations))))
    return rows
