"""`reverie invert PICTURE`: the code that draws a picture again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli import values
from studio.cli.code_files import USUAL_MODEL, CodeDestination, read_code_destination
from studio.cli.command import Command, Session
from studio.cli.destination import Destination, read_destination
from studio.cli.event_data import event_data
from studio.cli.generate import check_grid
from studio.cli.interruption import EXIT_CANCELLED
from studio.cli.painting import Painting, sized
from studio.cli.reporter import TextReporter
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import InvalidField
from studio.export.picture_file import read_picture
from studio.job.cancel import CancelToken
from studio.job.code import NAME_MAXIMUM, REFINE_MAXIMUM
from studio.job.event import Cancelled, Failed, ImageReady, JobEvent, JobId
from studio.job.inversion import Inversion, InversionQueued, Inverted
from studio.job.preview import PreviewSettings
from studio.job.recipe import Guidance, Sampling, checked, recipe
from studio.library.naming import SUFFIX
from studio.models.catalog import ModelEntry
from studio.plugin.home import known_methods

if TYPE_CHECKING:
    from studio.generation.services import Services
    from studio.trajectory.code_file import Code
    from studio.trajectory.code_store import CodeStore

JOB: JobId = 1
SAMPLER, STEPS, GUIDANCE = "ddim", 50, 1.0

EPILOG = """\
The picture is encoded and DDIM is walked backwards from it to noise. The code is then drawn again, and what was lost
is told: PSNR of the autoencoder alone, PSNR of the round trip, and the mean squared error of the latent. More steps
lose less. With guidance above 1 the way back is only approximate; --refine 3 repeats each step until it is nearly the
one that is walked when drawing, and tells by how much the last repetition still changed a step.

The picture is worked on at its own size; with --size its middle part is cropped and scaled to that. The code is kept
in Reverie's data folder as well. No file is ever replaced: a name that is taken gets a number. Draw it again, with
another prompt if you like, with 'reverie generate --code'.

Ctrl+C cancels, and nothing is written. Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.

examples:
  reverie invert apple.png --prompt "red apple, 3d style" --steps 100 --out apple.code.safetensors
  reverie invert apple.png --prompt "red apple" --guidance 3 --refine 3 --reconstruction b.png --out a.code.safetensors
  reverie generate --code apple.code.safetensors --prompt "green apple, 3d style\""""


def _configure(parser: ArgumentParser) -> None:
    spacings = ", ".join(known_methods().spacings.by_name())
    parser.add_argument("picture", metavar="PICTURE", type=Path, help="a PNG, JPEG or WebP file")
    parser.add_argument(
        "--prompt", type=values.text("prompt", "Prompt"), required=True, metavar="TEXT",
        help="what is in the picture; may be empty",
    )  # fmt: skip
    parser.add_argument(
        "--negative", "--negative-prompt", type=values.text("negative_prompt", "Negative prompt"), default="",
        metavar="TEXT", help="what to keep away from; only used with guidance",
    )  # fmt: skip
    parser.add_argument(
        "--guidance", type=values.number("scale", "Guidance"), default=GUIDANCE, metavar="S",
        help=f"guidance scale; 1 is none, and exact; default: {GUIDANCE:g}",
    )  # fmt: skip
    parser.add_argument(
        "--sampler", default=SAMPLER, metavar="NAME", help=f"{SAMPLER}, the only one that can be walked back"
    )
    parser.add_argument("--steps", type=values.whole_number("steps", "Steps"), metavar="N", help=f"default: {STEPS}")
    parser.add_argument(
        "--spacing", type=values.spacing, default=Sampling().spacing, metavar="NAME|LIST",
        help=f"{spacings}, or timesteps such as 999,750,500; default: {Sampling().spacing}",
    )  # fmt: skip
    parser.add_argument(
        "--refine", type=values.bounded("refine", "Refine", 0, REFINE_MAXIMUM), default=0, metavar="N",
        help=f"how often each step is repeated to come nearer, 0 to {REFINE_MAXIMUM}; default: 0",
    )  # fmt: skip
    parser.add_argument("--size", type=values.size, metavar="WxH", help="in pixels; default: that of the picture")
    parser.add_argument(
        "--model", default=USUAL_MODEL, metavar="NAME|FOLDER", help=f"default: {USUAL_MODEL}; see 'reverie models'"
    )
    add_placement_flags(parser)
    parser.add_argument("--out", required=True, metavar="FILE", help="the code: a name that ends in .code.safetensors")
    parser.add_argument("--reconstruction", metavar="FILE", help="also save the picture that the code gives, as PNG")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON, and nothing else")


def _run(flags: Namespace, session: Session) -> int:
    workplace = Workplace(session.console)
    entry = workplace.catalog.get(flags.model, allow_path=True)
    picture = read_picture(flags.picture)
    painting = sized(Painting(picture.image, notes=picture.problems), flags.size, entry.native_size, whole=True)
    target = read_code_destination(flags.out, "out")
    pictures = _pictures(flags.reconstruction)
    inversion = _inversion(flags, entry, painting, target.stem)
    check_grid(inversion.recipe, entry, known_methods())
    painting.offer_to(workplace.sources)
    for note in painting.notes:
        session.console.note(note)
    with session.interruptions.cancelling() as token:
        services = workplace.services(workplace.placement(flags), PreviewSettings("off"))
        target.prepare()
        if pictures is not None:
            pictures.prepare()
        codes = _Delivery(workplace.codes(), target)
        services = replace(services, codes=codes, save=None if pictures is None else pictures.save)
        return _tell_all(inversion, services, token, _Teller(session, codes, as_json=flags.json))


def _pictures(out: str | None) -> Destination | None:
    if out is None:
        return None
    if not out.lower().endswith(SUFFIX):
        raise InvalidField("reconstruction", f"Reconstruction '{out[-60:]}' is no PNG. Use a name that ends in .png.")
    return read_destination(out, Path())


def _inversion(flags: Namespace, entry: ModelEntry, painting: Painting, name: str) -> Inversion:
    """What is to be done. Raises `InvalidField`."""
    if flags.sampler != SAMPLER:
        raise InvalidField(
            "sampler",
            f"Only DDIM can be walked back to a code, not '{flags.sampler[:40]}'. Use --sampler {SAMPLER}, or leave it "
            "out.",
        )
    explicit = None if isinstance(flags.spacing, str) else flags.spacing
    steps = flags.steps if flags.steps is not None else STEPS if explicit is None else len(explicit)
    sampling = checked(
        Sampling,
        sampler=SAMPLER,
        options=known_methods().samplers.get(SAMPLER).info.resolve({}),
        steps=steps,
        spacing=flags.spacing if explicit is None else "explicit",
        timesteps=explicit,
    )
    wanted = recipe(
        model=entry.name,
        prompt=flags.prompt,
        negative_prompt=flags.negative,
        width=painting.size[0],
        height=painting.size[1],
        sampling=sampling,
        guidance=checked(Guidance, scale=flags.guidance),
    )
    return checked(Inversion, recipe=wanted, image=painting.image.id, refine=flags.refine, name=name[:NAME_MAXIMUM])


def _tell_all(inversion: Inversion, services: Services, token: CancelToken, teller: _Teller) -> int:
    """Run the job and tell of every event; the exit code of the last one."""
    from studio.generation.inversion import invert

    code = 0
    try:
        teller.tell(InversionQueued(JOB, inversion))
        for event in invert(JOB, inversion, services, token):
            teller.tell(event)
            code = event.exit_code if isinstance(event, Failed) else code
            code = EXIT_CANCELLED if isinstance(event, Cancelled) else code
    finally:
        teller.close()
    return code


@dataclass
class _Delivery:
    """The codes that are kept here; what is kept now goes to the file that the user named first."""

    store: CodeStore
    target: CodeDestination
    saved: list[Path] = field(default_factory=list)

    def find(self, code: str) -> Code:
        return self.store.find(code)

    def keep(self, code: Code) -> str:
        self.saved.append(self.target.save(code))
        return self.store.keep(code)


class _Teller:
    """Tells of an inversion: sentences with a progress bar and a table, or one event a line as JSON."""

    def __init__(self, session: Session, codes: _Delivery, *, as_json: bool) -> None:
        self._console, self._codes, self._as_json = session.console, codes, as_json
        self._text = TextReporter(session.console, 1, debug=session.debug)

    def tell(self, event: JobEvent) -> None:
        if self._as_json:
            self._record(event)
        elif isinstance(event, ImageReady):
            return  # the reconstruction is told of in figures
        elif isinstance(event, Inverted):
            self._text.close()
            self._console.say(f"Saved {self._codes.saved[-1]}")
            for title, value in measured(event):
                self._console.say(f"{title:<24}{value}")
        else:
            self._text.tell(event)
        if isinstance(event, Cancelled):
            self._console.problem("Cancelled. Nothing was written.")

    def close(self) -> None:
        self._text.close()

    def _record(self, event: JobEvent) -> None:
        path = {"path": str(self._codes.saved[-1])} if isinstance(event, Inverted) else {}
        self._console.record({**event_data(event), **path})
        if isinstance(event, Failed):
            self._console.problem(event.sentence)


def measured(event: Inverted) -> Iterator[tuple[str, str]]:
    """What was lost, for reading."""
    found = event.facts.round_trip
    if found is not None:
        yield "PSNR, autoencoder alone", f"{found.autoencoder:.2f} dB"
        yield "PSNR, round trip", f"{found.psnr:.2f} dB"
        yield "Latent error", f"{found.latent_error:.2e}"
    if event.residual is not None:
        yield "Residual", f"{event.residual:.2e}"


COMMAND = Command("Find the code that draws a picture again, and measure what is lost.", _configure, _run, EPILOG)
