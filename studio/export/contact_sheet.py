"""A contact sheet as a file: a PNG that brings the recipe of its run."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from studio import storage
from studio.errors import RefusedFile
from studio.export.frame_sink import Leftover, free_names, part_stem
from studio.export.frame_text import clip_texts, read_frame
from studio.export.metadata import Made
from studio.export.order import Order
from studio.export.picture_file import read_picture, replace_image, write_new_image
from studio.export.sheet_page import SheetPage
from studio.image import Image


class ContactSheet:
    """Takes frames onto one page. What was begun lies beside the sheet as a picture of its own, if it was cut short."""

    def __init__(self, order: Order) -> None:
        self._order, self._target = order, order.target
        storage.make_folder(self._target.parent)
        storage.check_writable(self._target.parent)
        self._part = self._target.with_name(part_stem(order) + ".png")
        self._page = SheetPage(order)
        self._whole = self._begun()

    @property
    def missing(self) -> Sequence[int]:
        return range(self._whole, len(self._page.steps))

    def add(self, number: int, frame: Image, gain: float, made: Made | None = None) -> None:
        self._page.put(number, frame, gain)
        self._whole = number + 1

    def finish(self) -> Path:
        texts = clip_texts(self._order, shown=self._page.steps)
        path = write_new_image(self._target.parent, free_names(self._target), self._page.image, texts)
        with contextlib.suppress(OSError):
            self._part.unlink(missing_ok=True)
        return path

    def stop(self) -> Leftover:
        if not self._whole:
            return Leftover(0, None)
        replace_image(self._part, self._page.image, clip_texts(self._order, whole=self._whole))
        return Leftover(self._whole, self._part)

    def _begun(self) -> int:
        """How many frames an earlier page of this export holds, which is then gone on with."""
        said = read_frame(self._part)
        whole = said.get("whole")
        if said.get("export") != self._order.fingerprint or not isinstance(whole, int):
            return 0
        try:
            page = read_picture(self._part).image
        except RefusedFile:
            return 0
        if (page.width, page.height) != self._page.size or not 0 < whole <= len(self._page.steps):
            return 0
        self._page.begin_with(page)
        return whole
