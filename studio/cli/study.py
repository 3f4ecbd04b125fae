"""`reverie study`: the tables of the DDIM paper for a model of this program, as text and as a plot."""

from __future__ import annotations

import time
from argparse import ArgumentParser, Namespace
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from studio.cli import values
from studio.cli.command import Command, Session
from studio.cli.study_report import Report, inversion_report, steps_report, write
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import InvalidField, RefusedFile
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe, recipe
from studio.models.vocabulary import Vocabulary

if TYPE_CHECKING:
    from studio.generation.services import Services
    from studio.generation.study_inversion import LossRow
    from studio.generation.study_steps import QualityRow
    from studio.generation.together import Together
    from studio.job.cancel import CancelToken
    from studio.models.catalog import ModelEntry

R = TypeVar("R")

INVERSION, STEPS = "inversion", "steps"
INVERSION_COUNT, STEPS_COUNT = 24, 300
INVERSION_STEPS, QUALITY_STEPS = "10,20,50,100,200,500", "4,10,20,50,100"
STATISTICS = "reference_statistics.safetensors"
STEPS_TIMED = 20
ETAS = (0.0, 1.0)
SEED = 1

EPILOG = """\
inversion: pictures of the model and as many that no model made are inverted with DDIM at guidance 1, and drawn again.
  The table tells the mean squared error of the latent, the PSNR of the round trip and that of the autoencoder alone.
steps: pictures are drawn at guidance 1 with few and with many steps of DDIM, with eta 0 and with eta 1. The table tells
  their Fréchet distance from the pictures that the model learned, in features of the model's own encoder.

Both say first how long they will take. Ctrl+C cancels; nothing is written then.

examples:
  reverie study inversion --out inversion/
  reverie study steps --count 1000 --steps 4,10,20,50,100,200 --out steps/"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("study", choices=(INVERSION, STEPS), metavar="inversion|steps", help="which table")
    parser.add_argument("--model", default="starter", metavar="NAME", help="default: starter")
    parser.add_argument(
        "--count", type=values.bounded("count", "Count", 2, 100_000), metavar="N",
        help=f"pictures; default: {INVERSION_COUNT} of each kind for inversion, {STEPS_COUNT} for steps",
    )  # fmt: skip
    parser.add_argument(
        "--steps", type=_numbers, metavar="LIST", help=f"default: {INVERSION_STEPS} and {QUALITY_STEPS}"
    )
    parser.add_argument("--etas", type=_etas, metavar="LIST", help="η of DDIM, for steps; default: 0,1")
    parser.add_argument("--out", default=".", metavar="FOLDER", help="where table and plot go; default: here")
    add_placement_flags(parser)
    parser.add_argument("--json", action="store_true", help="one row a line as JSON, instead of the table")


def _run(flags: Namespace, session: Session) -> int:
    if flags.study == INVERSION and flags.etas is not None:
        raise InvalidField("etas", "Inversions are walked with η 0 alone. Leave out --etas.")
    workplace = Workplace(session.console)
    entry = workplace.catalog.get(flags.model)
    base = recipe(model=entry.name, width=entry.native_size[0], height=entry.native_size[1], seed=SEED)
    vocabulary = _vocabulary(entry)
    with session.interruptions.cancelling() as token:
        services = workplace.services(workplace.placement(flags), PreviewSettings("off"))
        study = _Study(session, services, base, token)
        report, rows = _studied(flags, study, vocabulary, entry)
        token.check()
    _tell(flags, session, report, rows)
    return 0


def _studied(
    flags: Namespace, study: _Study, vocabulary: Vocabulary, entry: ModelEntry
) -> tuple[Report, Sequence[LossRow | QualityRow]]:
    if flags.study == INVERSION:
        count, steps = flags.count or INVERSION_COUNT, flags.steps or _numbers(INVERSION_STEPS)
        losses = study.inversions(vocabulary.examples(count, SEED), count, steps)
        return inversion_report(losses), losses
    count, steps = flags.count or STEPS_COUNT, flags.steps or _numbers(QUALITY_STEPS)
    prompts, etas = white_prompts(vocabulary, count), flags.etas or ETAS
    rows, lowest = study.qualities(prompts, steps, etas, entry.folder / STATISTICS)
    return steps_report(rows, lowest), rows


def _tell(flags: Namespace, session: Session, report: Report, rows: Sequence[LossRow | QualityRow]) -> None:
    """Say what was found, and save it."""
    for row in rows if flags.json else ():
        session.console.record({"study": flags.study, **asdict(row)})
    for line in () if flags.json else report.text.splitlines():
        session.console.say(line)
    for path in write(report, Path(flags.out), flags.study):
        (session.console.note if flags.json else session.console.say)(f"Saved {path}")


class _Study:
    """Runs studies with progress. Raises `CancelRequested` and `StudioError`."""

    def __init__(self, session: Session, services: Services, base: Recipe, token: CancelToken) -> None:
        self._session, self._services, self._base, self._token = session, services, base, token

    def inversions(self, prompts: Sequence[str], count: int, steps: Sequence[int]) -> list[LossRow]:
        """The rows of both kinds of pictures."""
        from studio.generation.study_inversion import drawn_subject, foreign_subject, losses

        together = self._announced(2 * count * 2 * sum(steps), prompts)
        recipes = [
            self._base.model_copy(update={"prompt": prompt, "seed": SEED + number})
            for number, prompt in enumerate(prompts)
        ]
        kinds = {
            "its own": [drawn_subject(wanted, self._services, self._token) for wanted in recipes],
            "others": [foreign_subject(number) for number in range(count)],
        }
        return [
            row
            for kind, subjects in kinds.items()
            for row in self._followed(losses(kind, subjects, together, steps), len(subjects) * 2 * sum(steps), kind)
        ]

    def qualities(
        self, prompts: Sequence[str], steps: Sequence[int], etas: Sequence[float], statistics: Path
    ) -> tuple[list[QualityRow], float]:
        """The rows, and what as many draws of the reference itself come to."""
        from studio.generation.frechet import floor, read_statistics
        from studio.generation.study_steps import qualities

        if not statistics.is_file():
            raise InvalidField("model", "This model brings no statistics of what it learned, so there is no reference.")
        calls = len(etas) * len(prompts) * sum(steps)
        self._announced(calls, prompts)
        reference = read_statistics(statistics)
        working = qualities(prompts, self._base, steps, etas, reference, self._services, self._token)
        return self._followed(working, calls, "drawing"), floor(reference, len(prompts))

    def _announced(self, steps: int, prompts: Sequence[str]) -> Together:
        """Who walks pictures together; how long so many steps will take is told, from a short run."""
        from studio.generation.together import BATCH, Together

        together = Together(
            self._services.models.get(self._base.model), self._services.methods.samplers, self._token.check
        )
        some = prompts[:BATCH]
        for _ in range(2):  # the first one wakes the processor
            began = time.perf_counter()
            together.drawn(some, range(len(some)), STEPS_TIMED, 0.0)
        each = (time.perf_counter() - began) / (STEPS_TIMED * len(some))
        self._session.console.note(f"{steps:,} steps of {1000 * each:.0f} ms: {duration(steps * each)}.")
        return together

    def _followed(self, working: Generator[int, None, R], calls: int, title: str) -> R:
        """What a study comes to; a line is told at every tenth of it."""
        done, told, began = 0, 0, time.perf_counter()
        while True:
            try:
                done += next(working)
            except StopIteration as end:
                result: R = end.value
                return result
            if 10 * done // calls > told:
                told = 10 * done // calls
                left = (time.perf_counter() - began) * (calls - done) / done
                self._session.console.note(f"{title}: {10 * told} %, {duration(left)} left")


def white_prompts(vocabulary: Vocabulary, count: int) -> list[str]:
    """Prompts of drawings on white, as the reference has them: evenly chosen from all concepts and styles."""
    known = [f"{concept.name}, {style} style" for concept in vocabulary.concepts.values() for style in concept.styles]
    return [known[number * len(known) // count % len(known)] for number in range(count)]


def duration(seconds: float) -> str:
    """Roughly, for reading."""
    return f"about {seconds / 60:.0f} minutes" if seconds >= 90 else f"about {seconds:.0f} seconds"


def _vocabulary(entry: ModelEntry) -> Vocabulary:
    try:
        return Vocabulary.open(entry.folder)
    except RefusedFile:
        raise InvalidField("model", "This model does not say which words it knows, so it cannot be studied.") from None


def _numbers(text: str) -> tuple[int, ...]:
    read = values.bounded("steps", "Steps", 1, 1000)
    return tuple(sorted({read(word.strip()) for word in text.split(",")}))


def _etas(text: str) -> tuple[float, ...]:
    read = values.number("etas", "η", 0.0, 1.0)
    return tuple(sorted({read(word.strip()) for word in text.split(",")}))


COMMAND = Command(
    "Make tables of the DDIM paper for a model: what an inversion loses, and how many steps are enough.",
    _configure,
    _run,
    EPILOG,
)
