"""The benchmarks of a model: what the loop, the previews and the studio as a whole cost."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from studio.cli.bench_figure import Figure, interleaved, spread
from studio.export.picture_file import write_new_picture
from studio.generation.frames import frames
from studio.image import Image, Mask
from studio.job.code import FromSeed
from studio.job.inpaint import Inpaint
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe, recipe
from studio.job.recording import RecordSettings
from studio.job.track import Key, Segment, Track
from studio.library.pictures import PictureFolder
from studio.library.sources import SourceStore
from studio.models.catalog import ModelEntry

if TYPE_CHECKING:
    from studio.generation.stopwatch import Stopwatch
    from studio.models.device import Placement
    from studio.models.reference_pipeline import ReferencePipeline

PROMPT = "red apple, 3d style"
OTHER_PROMPT = "lemon, 3d style"
FRAMES = 48
LINEAR = PreviewSettings("linear")


@dataclass(frozen=True)
class ModelBenchmarks:
    """Measures one model at its own size with DDIM and guidance 5. Figures are medians of `pairs` ratios."""

    stopwatch: Stopwatch
    entry: ModelEntry
    placement: Placement
    steps: int
    pairs: int
    frames: int = FRAMES

    def recipe(self, prompt: str = PROMPT, sampler: str = "ddim") -> Recipe:
        """What is drawn."""
        width, height = self.entry.native_size
        sampling = {"sampler": sampler, "steps": self.steps}
        return recipe(model=self.entry.name, prompt=prompt, width=width, height=height, seed=7, sampling=sampling)

    def loop(self) -> Iterator[Figure]:
        """The whole loop against the bare network calls in it."""
        wanted = self.recipe()
        ratios = interleaved(lambda: self.stopwatch.floor(wanted), lambda: self.stopwatch.loop(wanted), self.pairs)
        median = statistics.median(ratios)
        yield Figure(
            "loop", "loop ÷ bare network calls", median, 1.05, "", f"{spread(ratios, 'pair')}; {self._place()}"
        )

    def preview(self) -> Iterator[Figure]:
        """What a linear preview of every step adds to the loop."""
        wanted = self.recipe()
        ratios = interleaved(
            lambda: self.stopwatch.loop(wanted), lambda: self.stopwatch.loop(wanted, LINEAR), self.pairs
        )
        costs = [100.0 * (ratio - 1.0) for ratio in ratios]
        yield Figure(
            "preview", "linear preview of every step", statistics.median(costs), 3.0, "%", spread(costs, "pair")
        )

    def inpainting(self) -> Iterator[Figure]:
        """The loop of a blend, which holds the known part after every step, against that of text to image."""
        plain = self.recipe()
        with TemporaryDirectory(prefix="reverie-bench-") as place:
            sources = SourceStore(Path(place))
            wanted = plain.model_copy(update={"inpaint": _half(plain, sources)})
            ratios = interleaved(
                lambda: self.stopwatch.loop(plain), lambda: self.stopwatch.loop(wanted, sources=sources), self.pairs
            )
        median = statistics.median(ratios)
        how = f"{spread(ratios, 'pair')}; {self._place()}"
        yield Figure("inpainting", "loop of a blend ÷ text to image", median, 1.03, "", how)

    def recording(self) -> Iterator[Figure]:
        """What keeping every step adds to a run, from its recipe to its saved picture, with noise in every step."""
        sampling = self.recipe().sampling.model_copy(update={"sampler": "ddpm"})
        wanted = self.recipe().model_copy(update={"sampling": sampling})
        with TemporaryDirectory(prefix="reverie-bench-") as place:
            folder = Path(place)
            save = PictureFolder(folder, write_new_picture).save
            ratios = interleaved(
                lambda: self.stopwatch.saved(wanted, folder, save, RecordSettings("none")),
                lambda: self.stopwatch.saved(wanted, folder, save, RecordSettings("all")),
                self.pairs,
            )
        costs = [100.0 * (ratio - 1.0) for ratio in ratios]
        yield Figure("recording", "recording of every step", statistics.median(costs), 3.0, "%", spread(costs, "pair"))

    def interpolation(self) -> Iterator[Figure]:
        """The frames of a walk, decoding left out, against the loops of as many single pictures made in turn."""
        recipes = frames(self._track())
        single = self.recipe()
        self.stopwatch.loop(recipes[1])
        self.stopwatch.loop(single)
        walked = alone = 0.0
        ratios = []
        for seconds in self.stopwatch.frames(recipes):
            loop = self.stopwatch.loop(single)
            walked, alone = walked + seconds, alone + loop
            ratios.append(seconds / loop)
        how = f"{len(ratios)} frames together; {spread(ratios, 'frame')}; {self._place()}"
        yield Figure("interpolation", "frames of a walk ÷ single pictures", walked / alone, 1.03, "", how)

    def _track(self) -> Track:
        """A walk between two seeds, with another prompt at its end."""
        base = self.recipe()
        keys = tuple(Key(FromSeed(seed=seed), prompt) for seed, prompt in ((7, PROMPT), (8, OTHER_PROMPT)))
        return Track(base, keys, (Segment(self.frames - 1),))

    def diffusers(self) -> Iterator[Figure]:
        """A whole picture against that of diffusers' pipeline, each from a prompt that neither has seen before."""
        from studio.models.reference_pipeline import ReferencePipeline

        both = _Comparison(self, ReferencePipeline(self.entry.folder, self.placement))
        ratios = interleaved(both.theirs, both.ours, self.pairs)
        median = statistics.median(ratios)
        how = f"{spread(ratios, 'pair')}; {self._place()}"
        yield Figure("diffusers", "ours ÷ diffusers' pipeline", median, 0.97, "", how)
        apart, count = both.largest_difference()
        how = f"the largest difference of a pixel in {count} pictures"
        yield Figure("equal", "ours against diffusers', pixels", apart, 2.0, "of 255", how)

    def _place(self) -> str:
        from studio.models.device import device_title

        return f"{device_title(self.placement.device)} in {self.placement.precision}"


def _half(wanted: Recipe, sources: SourceStore) -> Inpaint:
    """The right half of a picture of many colours is painted anew."""
    down, across = np.mgrid[0 : wanted.height, 0 : wanted.width]
    pixels = np.stack([across % 256, down % 256, (across + down) % 256], axis=-1).astype(np.uint8)
    mask = np.where(across < wanted.width // 2, 0, 255).astype(np.uint8)
    return Inpaint(image=sources.offer(Image(pixels)), mask=sources.offer(Mask(mask)))


class _Comparison:
    """Draws the same recipes here and with diffusers, measures both and keeps their pictures."""

    def __init__(self, benchmarks: ModelBenchmarks, pipeline: ReferencePipeline) -> None:
        self._benchmarks, self._pipeline = benchmarks, pipeline
        self._ours: list[Image] = []
        self._theirs: list[Image] = []

    def ours(self) -> float:
        seconds, image = self._benchmarks.stopwatch.picture(self._recipe(len(self._ours)))
        self._ours.append(image)
        return seconds

    def theirs(self) -> float:
        wanted = self._recipe(len(self._theirs))
        clock = self._benchmarks.stopwatch.clock
        began = clock()
        image = self._pipeline.picture(wanted)
        seconds = clock() - began
        self._theirs.append(image)
        return seconds

    def largest_difference(self) -> tuple[float, int]:
        """Of all pictures so far, and how many they are."""
        apart = [
            int(np.abs(one.pixels.astype(np.int16) - other.pixels.astype(np.int16)).max())
            for one, other in zip(self._ours, self._theirs, strict=True)
        ]
        return float(max(apart)), len(apart)

    def _recipe(self, number: int) -> Recipe:
        return self._benchmarks.recipe(f"{PROMPT} {number}")
