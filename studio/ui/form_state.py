"""What the form says, in one observable place. Panels edit it and follow it; no panel knows another panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.errors import InvalidField
from studio.job.recipe import (
    SEED_MAXIMUM,
    STEPS_MAXIMUM,
    FromStep,
    Guidance,
    Noise,
    OptionValue,
    Recipe,
    Sampling,
    checked,
    recipe,
)
from studio.sampling.registry import SamplerRegistry

COUNT_MAXIMUM = 100


@dataclass(frozen=True)
class FormValues:
    """The fields as the user left them. `options` keeps the options of every sampler by its name, so none are lost.

    `start` is there while the form makes a branch. It is of this moment: the next start of the program begins without.
    """

    model: str = "starter"
    prompt: str = "red apple, 3d style"
    negative_prompt: str = ""
    sampler: str = "ddim"
    options: Mapping[str, Mapping[str, OptionValue]] = field(default_factory=lambda: MappingProxyType({}))
    spacing: str = "leading"
    timesteps: str = ""
    steps: int = 30
    scale: float = 5.0
    interval_start: float = 0.0
    interval_end: float = 1.0
    rescale: float = 0.0
    width: int = 128
    height: int = 128
    seed: int = 7
    seed_locked: bool = False
    count: int = 1
    start: FromStep | None = None

    def as_data(self) -> dict[str, Any]:
        """Plain data for the settings file."""
        data = asdict(replace(self, options={}, start=None))
        del data["start"]
        data["options"] = {sampler: dict(values) for sampler, values in self.options.items()}
        return data

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> FormValues:
        """The values in `data` that have the right type; the others stay at their defaults."""
        plain = cls()
        good: dict[str, Any] = {}
        for part in fields(cls):
            value = data.get(part.name)
            default = getattr(plain, part.name)
            if part.name == "options":
                good["options"] = _good_options(value)
            elif type(value) is type(default) or (isinstance(default, float) and type(value) is int):
                good[part.name] = value
        return replace(plain, **good)


def _good_options(value: object) -> dict[str, dict[str, OptionValue]]:
    if not isinstance(value, dict):
        return {}
    return {
        str(sampler): {str(name): v for name, v in options.items() if isinstance(v, (bool, int, float, str))}
        for sampler, options in value.items()
        if isinstance(options, dict)
    }


class FormState(QObject):
    """Holds the values; `changed(names)` is emitted with the set of the fields that became different."""

    changed = Signal(object)

    def __init__(
        self, samplers: SamplerRegistry, values: FormValues | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._samplers = samplers
        self._values = values or FormValues()

    @property
    def values(self) -> FormValues:
        return self._values

    def set(self, **changes: Any) -> None:
        """Change fields; tells only of those that became different."""
        different = {name: value for name, value in changes.items() if getattr(self._values, name) != value}
        if different:
            self._values = replace(self._values, **different)
            self.changed.emit(frozenset(different))

    def put_back(self, values: FormValues) -> None:
        """Take over all of `values`, for example those of a moment ago."""
        self.set(**{part.name: getattr(values, part.name) for part in fields(FormValues)})

    def expected_steps(self) -> int:
        """How many steps a run would have. A number that is out of range, as a file may hold, is brought into it."""
        v = self._values
        if v.spacing == "explicit":
            try:
                return len(_read_timesteps(v.timesteps))
            except InvalidField:
                return 1
        return min(max(v.steps, 1), STEPS_MAXIMUM)

    def recipes(self) -> tuple[Recipe, ...]:
        """One recipe a picture, a snapshot that later edits cannot touch. Raises `InvalidField`."""
        v = self._values
        if v.seed + v.count - 1 > SEED_MAXIMUM:
            raise InvalidField("seed", f"Seed {v.seed} leaves no room for {v.count} pictures. Use a smaller seed.")
        sampling, guidance = self._sampling(), self._guidance()
        return tuple(
            recipe(
                model=v.model,
                prompt=v.prompt,
                negative_prompt=v.negative_prompt,
                width=v.width,
                height=v.height,
                seed=v.seed + number,
                start=v.start or Noise(),
                sampling=sampling,
                guidance=guidance,
            )
            for number in range(v.count)
        )

    def _sampling(self) -> Sampling:
        v = self._values
        info = self._samplers.get(v.sampler).info
        known = {option.name for option in info.options}
        given = {name: value for name, value in v.options.get(v.sampler, {}).items() if name in known}
        timesteps = _read_timesteps(v.timesteps) if v.spacing == "explicit" else None
        steps = v.steps if timesteps is None else len(timesteps)
        options = info.resolve(given)
        return checked(
            Sampling, sampler=v.sampler, options=options, steps=steps, spacing=v.spacing, timesteps=timesteps
        )

    def _guidance(self) -> Guidance:
        v = self._values
        return checked(Guidance, scale=v.scale, interval=(v.interval_start, v.interval_end), rescale=v.rescale)

    def load(self, source: Recipe) -> None:
        """Take over all that a recipe says, its branch point too. The seed is locked, or another picture would come."""
        sampling, guidance = source.sampling, source.guidance
        self.set(
            model=source.model,
            prompt=source.prompt,
            negative_prompt=source.negative_prompt,
            sampler=sampling.sampler,
            options={**self._values.options, sampling.sampler: dict(sampling.options)},
            spacing=sampling.spacing,
            timesteps=", ".join(f"{t:g}" for t in sampling.timesteps or ()),
            steps=sampling.steps,
            scale=guidance.scale,
            interval_start=guidance.interval[0],
            interval_end=guidance.interval[1],
            rescale=guidance.rescale,
            width=source.width,
            height=source.height,
            seed=source.seed,
            seed_locked=True,
            count=1,
            start=source.start if isinstance(source.start, FromStep) else None,
        )

    def load_foreign(self, parameters: Mapping[str, Any]) -> list[str]:
        """Take over what is understood of another program's settings; the names of the fields that were taken.

        The model stays: names of other programs' models mean nothing here.
        """
        known = {"prompt", "negative_prompt", "steps", "scale", "width", "height", "seed", "spacing", "sampler"}
        taken = {name: value for name, value in parameters.items() if name in known}
        self.set(start=None, **taken, **({"seed_locked": True} if "seed" in taken else {}))
        return sorted(taken)


def _read_timesteps(text: str) -> tuple[float, ...]:
    """The numbers of a list such as "999, 750, 500". Raises `InvalidField`."""
    words = text.replace(",", " ").replace(";", " ").split()
    try:
        numbers = tuple(float(word) for word in words)
    except ValueError:
        raise InvalidField("timesteps", "Timesteps are numbers, noisiest first, such as 999, 750, 500, 250.") from None
    if not numbers:
        raise InvalidField("timesteps", "List the timesteps, noisiest first, such as 999, 750, 500, 250.")
    return numbers
