"""Makes README's sheet of inpaintings: what was painted on, where, and what became of it, with the built-in model.

Run it from the checkout after the model or the inpainting changed, and look at the result:
`python packaging/inpainting_sheet.py`. The same machine makes the same sheet; it takes a minute.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from studio import paths
from studio.errors import StudioError
from studio.export.sheet_text import SheetText
from studio.generation.run import run
from studio.generation.services import Services
from studio.image import Image, Mask
from studio.job.cancel import CancelToken
from studio.job.event import Failed, ImageReady
from studio.job.inpaint import FromImage, Inpaint
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe, recipe
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.models.device import choose_placement
from studio.models.loader import ModelCache
from studio.painting.box import Box
from studio.painting.flood import fill
from studio.painting.frame import Frame, working
from studio.painting.mask_document import MaskDocument
from studio.painting.morphology import grow
from studio.painting.operation import Operation
from studio.painting.selections import invert
from studio.painting.shapes import ellipse, gradient, rectangle
from studio.sampling.registry import builtin_methods

SIDE, STEPS, SEED = 128, 30, 7
SHOWN, GAP, MARGIN = 150, 8, 24
COLUMNS = 2
GROUND, OVERLAY = (0x16, 0x16, 0x16), (0x56, 0xB4, 0xE9)
TITLE, QUIET = SheetText(15, "SemiBold"), SheetText(12, colour=(0xB8, 0xB8, 0xB8))
POSTER = ("red apple", "lemon", "tangerine", "strawberry", "pear", "cherries")

Draw = Callable[[str], Image]
Paint = Callable[[Image], Sequence[Operation]]


@dataclass(frozen=True)
class Example:
    """`source` makes the picture that is painted on, `paint` the mask on it; then `prompt` is drawn there."""

    title: str
    source: str | Callable[[Draw], Image]
    paint: Paint
    prompt: str
    way: dict[str, Any] = field(default_factory=dict)
    strength: float = 1.0
    seed: int = 1
    cut: int = 0
    """So many columns of the source stay; the others are painted as new room."""

    @property
    def settings(self) -> str:
        """One line below the title."""
        parts = [self.way.get("mode", "blend")]
        parts += [f"strength {self.strength:g}"] if self.strength < 1.0 else []
        return f"{', '.join(parts)}: {self.prompt}"


def _poster(draw: Draw) -> Image:
    """Six fruits, half as large again as the model draws them."""
    pictures = [draw(f"{name}, 3d style").pixels for name in POSTER]
    rows = [np.hstack(pictures[:3]), np.hstack(pictures[3:])]
    page = PIL.Image.fromarray(np.vstack(rows))
    return Image(np.asarray(page.resize((page.width * 3 // 2, page.height * 3 // 2), PIL.Image.Resampling.LANCZOS)))


EXAMPLES = (
    Example(
        "Other eyes", "slightly smiling face, 3d style",
        lambda _: [ellipse(Box(16, 20, 76, 72)), ellipse(Box(54, 20, 114, 72))],
        "smiling face with sunglasses, 3d style",
    ),
    Example(
        "Another mouth", "slightly smiling face, 3d style", lambda _: [ellipse(Box(26, 66, 106, 106))],
        "grinning face with big eyes, 3d style",
    ),
    Example(
        "Another colour", "automobile, 3d style", lambda image: [fill(2, 2, image, 24), invert(), grow(2)],
        "blue sport utility vehicle, 3d style", strength=0.8, seed=3,
    ),
    Example(
        "Another background", "red apple, 3d style on a beige background",
        lambda image: [fill(4, 4, image, 40), grow(6)], "red apple, 3d style on a teal background",
    ),
    Example(
        "A soft mask", "red apple, 3d style", lambda _: [gradient(104, 64, 24, 64)], "green apple, 3d style",
        {"mode": "soft"}, seed=7,
    ),
    Example(
        "Another plant", "potted plant, 3d style", lambda _: [rectangle(Box(0, 0, 128, 82))], "sunflower, 3d style"
    ),
    Example(
        "One of many", _poster, lambda _: [rectangle(Box(198, 6, 378, 186))], "watermelon, 3d style",
        {"mode": "crop", "padding": 6},
    ),
    Example("More room", "house with garden, 3d style", lambda _: [], "house with garden, 3d style", cut=72),
)  # fmt: skip


class Studio:
    """Draws recipes with the built-in model on the CPU."""

    def __init__(self, folder: Path, steps: int) -> None:
        models = ModelCache(ModelCatalog(paths.starter_model(), []), lambda: choose_placement("cpu", "float32"))
        self._sources = SourceStore(folder)
        self._services = Services(models, builtin_methods(), lambda: PreviewSettings("off"), sources=self._sources)
        self._steps = steps

    def draw(self, prompt: str) -> Image:
        """A picture from a prompt."""
        return self._made(self._plain(prompt, SEED))

    def example(self, example: Example) -> tuple[Image, Image, Mask, Image]:
        """The source, what is painted on (the source, or it with new room), where, and what becomes of it."""
        image = self.draw(example.source) if isinstance(example.source, str) else example.source(self.draw)
        document = MaskDocument(image.width, image.height)
        for operation in example.paint(image):
            document.apply(example.title, operation)
        source, mask = image, document.snapshot()
        if example.cut:
            source = Image(image.pixels[:, : example.cut])
            whole = Frame.whole(image.width, image.height)
            image, mask = working(source, mask.values[:, : example.cut], whole, (image.width, image.height))
        inpaint = Inpaint(image=self._sources.offer(image), mask=self._sources.offer(mask), **example.way)
        wanted = self._plain(example.prompt, example.seed).model_copy(update={"inpaint": inpaint})
        if example.strength < 1.0:
            wanted = wanted.model_copy(update={"start": FromImage(image=image.id, strength=example.strength)})
        return source, image, mask, self._made(wanted)

    def _plain(self, prompt: str, seed: int) -> Recipe:
        return recipe(
            model="starter", prompt=prompt, seed=seed, width=SIDE, height=SIDE, sampling={"steps": self._steps}
        )

    def _made(self, wanted: Recipe) -> Image:
        for event in run(1, wanted, self._services, CancelToken()):
            if isinstance(event, ImageReady):
                return event.generated.image
            if isinstance(event, Failed):
                raise StudioError(event.sentence)
        raise StudioError("The run ended without a picture.")


def overlaid(image: Image, mask: Mask) -> Image:
    """The picture under its mask, as the canvas shows it."""
    share = mask.values[..., None] / 255 * 0.6
    return Image(np.rint(image.pixels * (1 - share) + np.array(OVERLAY) * share).astype(np.uint8))


def page(rows: Sequence[tuple[Example, Sequence[Image]]]) -> PIL.Image.Image:
    """Every example with its three pictures, in columns."""
    top = TITLE.line + QUIET.line + 4
    cell = 3 * SHOWN + 2 * GAP, top + SHOWN + 2 * GAP
    height = -(-len(rows) // COLUMNS) * cell[1] - GAP + 2 * MARGIN
    made = PIL.Image.new("RGB", (COLUMNS * (cell[0] + MARGIN) + MARGIN, height), GROUND)
    for number, (example, pictures) in enumerate(rows):
        left = MARGIN + number % COLUMNS * (cell[0] + MARGIN)
        upper = MARGIN + number // COLUMNS * cell[1]
        TITLE.draw(made, (left, upper), [example.title])
        QUIET.draw(made, (left, upper + TITLE.line), [QUIET.cut(example.settings, cell[0])])
        for place, picture in enumerate(pictures):
            shown = PIL.Image.fromarray(picture.pixels)
            scale = SHOWN / max(shown.size)
            shown = shown.resize(
                (round(shown.width * scale), round(shown.height * scale)), PIL.Image.Resampling.LANCZOS
            )
            made.paste(shown, (left + place * (SHOWN + GAP), upper + top))
    return made


def make(target: Path) -> None:
    """Write the sheet as a PNG."""
    with tempfile.TemporaryDirectory(prefix="reverie-sheet-") as folder:
        studio, rows = Studio(Path(folder), STEPS), []
        for example in EXAMPLES:
            source, image, mask, result = studio.example(example)
            rows.append((example, (source, overlaid(image, mask), result)))
    page(rows).save(target, optimize=True)


if __name__ == "__main__":
    place = paths.resources() / "readme" / "inpainting.png"
    make(place)
    print(f"Wrote {place.name}, {place.stat().st_size / 1000:.0f} kB.")
