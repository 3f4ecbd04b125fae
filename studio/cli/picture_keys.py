"""Keys of a walk that are pictures: each is inverted first, and the walk then leads to its code."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio import paths
from studio.cli.command import Session
from studio.cli.event_data import event_data
from studio.cli.painting import Painting, Size, sized
from studio.cli.reporter import TextReporter
from studio.cli.workplace import Workplace
from studio.errors import CancelRequested, InvalidField
from studio.job.cancel import CancelToken
from studio.job.code import NAME_MAXIMUM, CodeFacts, FromCode, FromSeed
from studio.job.event import Cancelled, Failed, ImageReady, JobEvent, JobId
from studio.job.inversion import Inversion, InversionQueued, Inverted
from studio.job.recipe import Recipe, checked
from studio.job.recording import trajectory_id
from studio.job.track import Key
from studio.library.naming import clean_name

if TYPE_CHECKING:
    from studio.generation.services import Services
    from studio.trajectory.found_codes import FoundCodes

JOB: JobId = 1


@dataclass(frozen=True)
class PictureEnd:
    """A picture that was given as a key, as it was read."""

    path: Path
    painting: Painting

    @property
    def size(self) -> Size:
        """The size at which it would be worked on. Raises `InvalidField` for one that is too large or too small."""
        return sized(self.painting, None, (0, 0), whole=True).size


GivenEnd = FromSeed | FromCode | PictureEnd


@dataclass(frozen=True)
class PictureKey:
    """Key `number` of a walk, from 0, is the picture at `path`, fitted to the size of the walk."""

    number: int
    path: Path
    painting: Painting
    inversion: Inversion


def stand_ins(ends: Sequence[GivenEnd]) -> tuple[FromSeed | FromCode, ...]:
    """The ends with seeds in the place of pictures, for what must be known before their codes are found."""
    return tuple(FromSeed(seed=0) if isinstance(end, PictureEnd) else end for end in ends)


def picture_keys(flags: Namespace, ends: Sequence[GivenEnd], keys: Sequence[Key], base: Recipe) -> list[PictureKey]:
    """How each picture among the keys is to be inverted: with its key's prompts and guidance. Raises `InvalidField`."""
    found = [
        _picture_key(number, end, key, base, flags.refine or 0)
        for number, (end, key) in enumerate(zip(ends, keys, strict=True))
        if isinstance(end, PictureEnd)
    ]
    if flags.refine is not None and not found:
        raise InvalidField("refine", "--refine is about keys that are pictures, and none is. Leave it out.")
    return found


def _picture_key(number: int, end: PictureEnd, key: Key, base: Recipe, refine: int) -> PictureKey:
    sampling = base.sampling
    if sampling.sampler != "ddim" or sampling.options.get("eta", 0.0) != 0.0:
        raise InvalidField(
            "sampler",
            f"{end.path.name[:60]} is a picture, and only DDIM with eta 0 can be walked back to its code. Use that "
            "sampler, or make the code with 'reverie invert' and give that.",
        )
    fitted = sized(end.painting, (base.width, base.height), (0, 0), whole=True)
    wanted = base.model_copy(
        update={
            "prompt": key.prompt,
            "negative_prompt": key.negative_prompt,
            "guidance": base.guidance.model_copy(update={"scale": key.scale}),
            "seed": 0,  # draws nothing here, so that the inversion is the same for every walk
        }
    )
    name = clean_name(end.path.stem, "")[:NAME_MAXIMUM]
    inversion = checked(Inversion, recipe=wanted, image=fitted.image.id, refine=refine, name=name)
    return PictureKey(number, end.path, fitted, inversion)


def with_codes(keys: Sequence[Key], codes: dict[int, str]) -> tuple[Key, ...]:
    """The keys, those with these numbers at the codes that were found."""
    return tuple(
        replace(key, end=FromCode(code=codes[number])) if number in codes else key for number, key in enumerate(keys)
    )


class KeyInverter:
    """Inverts the pictures among the keys of a walk, one after another, and tells of it.

    A picture that was inverted before with the same settings is not inverted again.
    """

    def __init__(
        self, session: Session, workplace: Workplace, services: Services, token: CancelToken, *, as_json: bool
    ) -> None:
        from studio.trajectory.found_codes import FoundCodes

        self._session, self._console, self._as_json = session, session.console, as_json
        self._workplace, self._token = workplace, token
        self._services = replace(services, save=None, trajectories=None)
        self._known: FoundCodes = FoundCodes(paths.cache() / "inversions", workplace.codes())

    def codes(self, pictures: Sequence[PictureKey]) -> dict[int, str]:
        """The id of the code of each, by the number of its key. Raises `CancelRequested` and `StudioError`."""
        return {picture.number: self._code(picture) for picture in pictures}

    def _code(self, picture: PictureKey) -> str:
        for note in picture.painting.notes:
            self._console.note(note)
        model = self._services.models.get(picture.inversion.recipe.model)
        dtype = str(model.dtype).removeprefix("torch.")
        way = trajectory_id(picture.inversion.way, model.facts.hash, str(model.device), dtype)
        code = self._known.find(way)
        if code is None:
            code = self._inverted(picture)
            self._known.note(way, code)
        elif not self._as_json:
            assert self._services.codes is not None
            self._tell(picture, self._services.codes.find(code).facts, "was inverted before")
        return code

    def _inverted(self, picture: PictureKey) -> str:
        from studio.generation.interpolate import error_of
        from studio.generation.inversion import invert

        picture.painting.offer_to(self._workplace.sources)
        text, code = TextReporter(self._session.console, 1, debug=self._session.debug), ""
        try:
            self._hear(InversionQueued(JOB, picture.inversion), picture, text)
            for event in invert(JOB, picture.inversion, self._services, self._token):
                if isinstance(event, Failed):
                    raise error_of(event)
                self._hear(event, picture, text)
                if isinstance(event, Cancelled):
                    raise CancelRequested
                code = event.code if isinstance(event, Inverted) else code
        finally:
            text.close()
        return code

    def _hear(self, event: JobEvent, picture: PictureKey, text: TextReporter) -> None:
        if self._as_json:
            self._console.record({**event_data(event), "key": picture.number})
        elif isinstance(event, Inverted):
            text.close()
            self._tell(picture, event.facts, "is inverted")
        elif not isinstance(event, ImageReady):
            text.tell(event)

    def _tell(self, picture: PictureKey, facts: CodeFacts, what: str) -> None:
        loss = facts.round_trip
        how = "" if loss is None else (
            f": PSNR of the round trip {loss.psnr:.2f} dB, of the autoencoder alone {loss.autoencoder:.2f} dB"
        )  # fmt: skip
        self._console.note(f"{picture.path.name} {what}{how}.")
