"""A race: one recipe with one or two fields varied, run as one job from one noise."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from studio.errors import InvalidField
from studio.image import Image
from studio.job.event import GeneratedImage, JobEvent
from studio.job.recipe import Guidance, OptionValue, Recipe, Sampling, checked, recipe

LANES_MAXIMUM = 100
SAMPLING_FIELDS = ("sampler", "steps", "spacing")
GUIDANCE_FIELDS = ("scale", "rescale")
RECIPE_FIELDS = ("prompt", "negative_prompt", "seed")
FIELDS = (*SAMPLING_FIELDS, *GUIDANCE_FIELDS, *RECIPE_FIELDS)


@dataclass(frozen=True)
class Axis:
    """A field and the values it takes. What is none of `FIELDS` is the name of a sampler's option."""

    field: str
    values: tuple[OptionValue, ...]

    def label(self, value: OptionValue) -> str:
        """The value as a heading: `guidance 5`, `euler`."""
        shown = f"{value:g}" if isinstance(value, float) else str(value)
        if self.field in ("sampler", "spacing", "prompt"):
            return shown
        return f"{_TITLES.get(self.field, self.field)} {shown}"


_TITLES = {"scale": "guidance", "negative_prompt": "negative"}


@dataclass(frozen=True)
class Lane:
    """One runner: its recipe, what it is called, and its place in the grid."""

    label: str
    recipe: Recipe
    column: int
    row: int = 0


@dataclass(frozen=True)
class Race:
    """The lanes, row by row. With one axis there is one row. `base` is the recipe that was varied."""

    base: Recipe
    columns: Axis
    rows: Axis | None
    lanes: tuple[Lane, ...]


@dataclass(frozen=True)
class RaceQueued(JobEvent):
    """A race was accepted as a job: for a race what `Queued` is for a picture."""

    race: Race


@dataclass(frozen=True)
class LaneEvent(JobEvent):
    """What one lane of a race tells; the job is that of the whole race."""

    lane: int
    event: JobEvent


@dataclass(frozen=True)
class LaneStep(JobEvent):
    """A lane made step `step` from the level with this log(alpha²/sigma²).

    `distance` is that of its x0 from the first lane's at the nearest level so far; the first lane may still come
    nearer, so `LaneResult.curve` has the last word.
    """

    lane: int
    step: int
    log_snr: float
    distance: float


@dataclass(frozen=True)
class LaneResult:
    """How a lane ended: its picture or a sentence, its cost in network calls and seconds of its own, and its way.

    `curve` holds for every step log(alpha²/sigma²) of the level it started from, and the distance of its x0 from that
    of the first lane at the nearest level (root mean square over the latent).
    """

    lane: Lane
    generated: GeneratedImage | None
    sentence: str
    calls: int
    curve: tuple[tuple[float, float], ...]
    trajectory: str = ""
    seconds: float = 0.0

    @property
    def image(self) -> Image | None:
        """The finished picture."""
        return self.generated.image if self.generated else None

    @property
    def distance(self) -> float | None:
        """The distance of the last x0, None if there is none."""
        return self.curve[-1][1] if self.curve else None


@dataclass(frozen=True)
class RaceReady(JobEvent):
    """All lanes are through."""

    results: tuple[LaneResult, ...]


def lane_letter(number: int) -> str:
    """The name of a lane: A to Z, then AA, AB and so on."""
    ahead, last = divmod(number, len(ascii_uppercase))
    return (lane_letter(ahead - 1) if ahead else "") + ascii_uppercase[last]


def race(base: Recipe, columns: Axis, rows: Axis | None = None) -> Race:
    """Vary one or two fields of `base`. Raises `InvalidField` for a bad value, an empty axis, and too many lanes."""
    for axis in filter(None, (columns, rows)):
        if not axis.values:
            raise InvalidField(axis.field, f"A race over '{axis.field}' needs at least one value.")
    if rows is not None and rows.field == columns.field:
        raise InvalidField(rows.field, f"Rows and columns both vary '{rows.field}'. Choose two fields.")
    count = len(columns.values) * (len(rows.values) if rows else 1)
    if count > LANES_MAXIMUM:
        raise InvalidField(columns.field, f"This race has {count} lanes. Use at most {LANES_MAXIMUM}.")
    lanes = []
    for row, second in enumerate(rows.values if rows else (None,)):
        for column, value in enumerate(columns.values):
            label = columns.label(value)
            if rows and second is not None:
                label = f"{label}, {rows.label(second)}"
            lanes.append(Lane(label, _varied(base, columns, value, rows, second), column, row))
    return Race(base, columns, rows, tuple(lanes))


def _varied(base: Recipe, columns: Axis, value: OptionValue, rows: Axis | None, second: OptionValue | None) -> Recipe:
    """Both fields changed. The sampler comes first: another one takes its options back to their defaults."""
    changes = [(columns.field, value)]
    if rows is not None and second is not None:
        changes.append((rows.field, second))
    for name, chosen in sorted(changes, key=lambda change: change[0] != "sampler"):
        base = with_field(base, name, chosen)
    return base


def with_field(base: Recipe, name: str, value: OptionValue) -> Recipe:
    """`base` with one field changed and checked. Raises `InvalidField`."""
    if name in RECIPE_FIELDS:
        return _rebuilt(base, **{name: value})
    if name in GUIDANCE_FIELDS:
        return _rebuilt(base, guidance=checked(Guidance, **{**dict(base.guidance), name: _number(value)}))
    sampling: dict[str, Any] = dict(base.sampling)
    if name == "sampler":
        sampling |= {"sampler": value, "options": {} if value != base.sampling.sampler else base.sampling.options}
    elif name in SAMPLING_FIELDS:
        sampling |= {name: value, "timesteps": None}
    else:
        sampling["options"] = {**base.sampling.options, name: value}
    return _rebuilt(base, sampling=checked(Sampling, **sampling))


def _number(value: OptionValue) -> OptionValue:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _rebuilt(base: Recipe, **changes: Any) -> Recipe:
    return recipe(**{**dict(base), **changes})
