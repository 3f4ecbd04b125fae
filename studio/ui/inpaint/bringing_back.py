"""Paintings that come back: the one of the last start, and those that recipes were made with."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from studio.errors import RefusedFile
from studio.image import Image, Mask
from studio.library.sources import SourceStore
from studio.painting.draft import Draft
from studio.painting.frame import Frame
from studio.painting.mask_document import MaskDocument
from studio.ui.background import Background
from studio.ui.form_values import Painted
from studio.ui.inpaint.draft_file import read_draft, set_aside
from studio.ui.inpaint.painting import Painting


class BringingBack(QObject):
    """`draft_found(draft, picture)` and `found(painted, painting)` follow the wishes, or `refused(sentence)`."""

    draft_found = Signal(object, object)
    found = Signal(object, object)
    refused = Signal(str)
    missing = Signal(object, str)

    def __init__(self, sources: SourceStore, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sources, self._background = sources, background

    def look_for_draft(self, path: Path) -> None:
        """Bring the painting of the last start, if there was one."""

        def done(found: tuple[Draft, Image] | None) -> None:
            if found is not None:
                self.draft_found.emit(*found)

        self._background.run(lambda: self._draft(path), done, self.refused.emit)

    def look_for(self, painted: Painted, name: str) -> None:
        """Bring what a recipe was painted on; `missing(painted, sentence)` if it is not on this computer."""
        self._background.run(
            lambda: self._painting(painted, name),
            lambda painting: self.found.emit(painted, painting),
            lambda sentence: self.missing.emit(painted, sentence),
        )

    def mask(self, painted: Painted) -> Mask | None:
        """The mask of a recipe, None if there is none. Raises `RefusedFile` if it is not here."""
        return self._sources.mask(painted.mask) if painted.mask else None

    def _draft(self, path: Path) -> tuple[Draft, Image] | None:
        draft = read_draft(path)
        if draft is None:
            return None
        try:
            return draft, self._sources.image(draft.picture)
        except RefusedFile as problem:
            # Or the same would be said at every start.
            raise RefusedFile(f"{problem.sentence} {set_aside(path)}") from None

    def _painting(self, painted: Painted, name: str) -> Painting:
        picture, mask = self._sources.image(painted.image), self.mask(painted)
        size = picture.width, picture.height
        fits = mask is not None and (mask.width, mask.height) == size
        document = MaskDocument(*size, mask.values if mask is not None and fits else None)
        painting = Painting(picture, name, Frame.whole(*size), document=document)
        painting.works[painted.image] = painting.whole
        return painting
