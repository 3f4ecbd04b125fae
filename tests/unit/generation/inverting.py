"""A model, pictures and a shelf, to invert with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studio.generation.inversion import invert
from studio.generation.services import Services
from studio.image import Image
from studio.job.cancel import CancelToken
from studio.job.event import JobEvent
from studio.job.inversion import Inversion, Inverted
from studio.library.sources import SourceStore
from studio.trajectory.code_store import CodeStore
from tests.unit.generation.runs import services, small

PROMPT = "red apple, 3d style"


class Desk:
    """A model, a shelf of codes, and pictures to be inverted."""

    def __init__(self, model: Any, folder: Path) -> None:
        self.model, self.folder = model, folder
        self.sources, self.codes = SourceStore(folder / "sources"), CodeStore(folder / "codes")

    def services(self, **more: Any) -> Services:
        return services(self.model, **{"sources": self.sources, "codes": self.codes, **more})

    def wanted(self, image: Image, steps: int = 3, guidance: float = 1.0, refine: int = 0, **fields: Any) -> Inversion:
        self.sources.offer(image)
        size = {"width": -(-image.width // 8) * 8, "height": -(-image.height // 8) * 8}
        plain = small("ddim", steps, **{"prompt": PROMPT, "guidance": {"scale": guidance}, **size, **fields})
        return Inversion(recipe=plain, image=image.id, refine=refine, name="apple")

    def events(self, wanted: Inversion, cancel: CancelToken | None = None, **more: Any) -> list[JobEvent]:
        return list(invert(1, wanted, self.services(**more), cancel or CancelToken()))

    def inverted(self, *words: Any, **fields: Any) -> Inverted:
        told = self.events(self.wanted(*words, **fields))
        found = [event for event in told if isinstance(event, Inverted)]
        assert len(found) == 1, told[-1]
        return found[0]

    @property
    def kept(self) -> list[Path]:
        return list(self.folder.rglob("*.safetensors"))
