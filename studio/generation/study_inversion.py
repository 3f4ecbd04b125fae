"""How much an inversion loses, by the number of its steps: the product's own inversions, measured and averaged."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from studio.errors import CancelRequested, StudioError
from studio.generation.interpolate import error_of
from studio.generation.inversion import invert
from studio.generation.one_picture import one_picture
from studio.generation.rendered import rendered
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed
from studio.job.inversion import Inversion, Inverted
from studio.job.recipe import Guidance, Recipe, Sampling

# Those of the DDIM paper, table 2: mean squared error of CIFAR-10 pictures from 0 to 1, by steps.
PAPER = {10: 0.014, 20: 0.0065, 50: 0.0023, 100: 0.0009, 200: 0.0004, 500: 0.0001, 1000: 0.0001}
DRAWN_STEPS, DRAWN_SCALE = 30, 5.0

Offer = Callable[[Image], object]


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
    kind: str,
    subjects: Sequence[Subject],
    base: Recipe,
    steps: Sequence[int],
    services: Services,
    offer: Offer,
    cancel: CancelToken,
) -> Generator[int, None, list[LossRow]]:
    """Invert each subject with each number of steps at guidance 1; yields the network calls since the last yield.
    `offer` has a picture known to `services.sources`.
    Raises `CancelRequested` and `StudioError`.
    """
    rows = []
    for count in steps:
        found = []
        for subject in subjects:
            found.append(_inverted(subject, base, count, services, offer, cancel))
            yield 2 * count
        trips = [event.facts.round_trip for event, _ in found if event.facts.round_trip is not None]
        deviations = [deviation for _, deviation in found]
        rows.append(
            LossRow(
                kind,
                count,
                fmean(trip.latent_error for trip in trips),
                fmean(trip.psnr for trip in trips),
                fmean(trip.autoencoder for trip in trips),
                (min(deviations), max(deviations)),
            )
        )
    return rows


def _inverted(
    subject: Subject,
    base: Recipe,
    steps: int,
    services: Services,
    offer: Offer,
    cancel: CancelToken,
) -> tuple[Inverted, float]:
    offer(subject.image)
    plain = base.model_copy(
        update={"prompt": subject.prompt, "sampling": Sampling(steps=steps), "guidance": Guidance(scale=1.0)}
    )
    found: Inverted | None = None
    given = replace(services, save=None, trajectories=None)
    for event in invert(0, Inversion(recipe=plain, image=subject.image.id), given, cancel):
        if isinstance(event, Cancelled):
            raise CancelRequested
        if isinstance(event, Failed):
            raise error_of(event)
        found = event if isinstance(event, Inverted) else found
    if found is None or services.codes is None:
        raise StudioError("Nothing was inverted.")
    return found, float(services.codes.find(found.code).x.std())
