"""What is painted on: a picture, its mask, and the part of it that is worked on. No Qt."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from studio.image import Image, Mask, Pixels
from studio.job.recipe import Recipe
from studio.painting.draft import Draft
from studio.painting.frame import Frame, working
from studio.painting.mask_document import MaskDocument
from studio.ui.form_values import FormValues, Painted
from studio.ui.inpaint.framing import Framing, Size, frame_for, is_exact, working_size


class Taker(Protocol):
    """Where pictures and masks are handed over to be found again by their ids."""

    def offer(self, pixels: Image | Mask) -> str: ...


class Painting:
    """`name` is what the user calls it, `path` its file if it has one; `transparent` is 255 where that file was clear.

    `works` knows which part of the picture each working picture shows that was handed over: results are put there.
    `run` is the recipe of the run that waits at the step whose picture this is, None for any other picture.
    """

    def __init__(
        self,
        picture: Image,
        name: str,
        frame: Frame,
        framing: Framing = "fit",
        *,
        document: MaskDocument | None = None,
        path: Path | None = None,
        transparent: Mask | None = None,
    ) -> None:
        self.picture, self.name, self.path, self.transparent = picture, name, path, transparent
        self.frame, self.framing = frame, framing
        self.document = document or MaskDocument(picture.width, picture.height)
        self.works: dict[str, Frame] = {}
        self.run: Recipe | None = None
        self._last: tuple[tuple[object, ...], Painted] | None = None

    @property
    def size(self) -> Size:
        return self.picture.width, self.picture.height

    @property
    def whole(self) -> Frame:
        """A frame around all of the picture."""
        return Frame.whole(*self.size)

    def shown_frame(self, way: str) -> Frame:
        """What is worked on: the part in the frame, or everything where the way finds the part by itself."""
        return self.whole if way == "crop" else self.frame

    def is_masked(self, way: str) -> bool:
        """Whether anything is to be painted anew: under the mask, or beyond the picture where there is a frame."""
        return bool(self.document.values.any()) or (way != "crop" and self._reaches_beyond())

    def hand_over(self, values: FormValues, sources: Taker) -> Painted:
        """Give picture and mask as they are now to `sources`, and tell their ids.

        Without a mask it is the picture alone, which then changes as far as the strength says; at strength 1 that
        would be all of it, so there the empty mask counts: nothing changes.
        """
        crops = values.way == "crop" and (values.strength >= 1.0 or bool(self.document.values.any()))
        frame = self.whole if crops else self.frame
        size = self.size if crops else working_size(frame, (values.width, values.height))
        key = (self.document.revision, frame, size, self.picture, values.strength < 1.0)
        if self._last is None or self._last[0] != key:
            self._last = key, self._handed_over(frame, size, sources, free=values.strength < 1.0)
        return self._last[1]

    def knows(self, painted: Painted) -> bool:
        """Whether that picture was handed over from here."""
        return painted.image in self.works

    def _handed_over(self, frame: Frame, size: Size, sources: Taker, *, free: bool) -> Painted:
        if frame == self.whole and size == self.size:
            picture, mask = self.picture, self.document.snapshot()
        else:
            picture, mask = working(self.picture, self.document.values, frame, size)
        name = sources.offer(picture)
        self.works[name] = frame
        empty = not mask.values.any()
        return Painted(name, None if empty and free else sources.offer(mask))

    def _reaches_beyond(self) -> bool:
        frame = self.frame
        inside = frame.x >= 0 and frame.y >= 0
        return not (inside and frame.x + frame.width <= self.size[0] and frame.y + frame.height <= self.size[1])


def restored(picture: Image, draft: Draft, name: str, size: Size) -> Painting:
    """The painting of a draft. `size` is that of the form, which tells how the frame came to be."""
    document = MaskDocument(picture.width, picture.height, _fitting(draft.mask, picture))
    frame = draft.frame.limited(picture.width, picture.height)
    return Painting(picture, name, frame, framing_of(frame, (picture.width, picture.height), size), document=document)


def framing_of(frame: Frame, picture: Size, size: Size) -> Framing:
    """How a frame came to be where it is."""
    known: tuple[Framing, ...] = ("fit", "crop", "actual")
    for framing in known:
        if frame_for(framing, picture, size) == frame:
            return framing
    return "actual" if is_exact(frame, size) else "own"


def _fitting(mask: Mask, picture: Image) -> Pixels | None:
    """The values of a mask, if it is one for this picture."""
    return mask.values if (mask.width, mask.height) == (picture.width, picture.height) else None
