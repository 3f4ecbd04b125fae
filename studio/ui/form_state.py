"""What the form says, in one observable place. Panels edit it and follow it; no panel knows another panel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.errors import InvalidField
from studio.job.code import Between, FromCode
from studio.job.inpaint import FromImage, Inpaint
from studio.job.part import Part
from studio.job.recipe import (
    EXPLICIT,
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
from studio.sampling.info import GuidanceInfo, SamplerInfo
from studio.sampling.registry import Methods
from studio.ui.form_values import FormValues, Painted
from studio.ui.titles import draws_noise, walked

COUNT_MAXIMUM = 100


class FormState(QObject):
    """Holds the values; `changed(names)` is emitted with the set of the fields that became different, `loaded()` after
    a recipe was taken over as a whole. `is_loading`: what changes now comes from a recipe, which says all of it.
    `methods_changed` tells that there are other samplers, spacings or guidance rules to choose from."""

    changed = Signal(object)
    loaded = Signal()
    methods_changed = Signal()

    def __init__(self, methods: Methods, values: FormValues | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._methods = methods
        self._values = values or FormValues()
        self.is_loading = False

    @property
    def values(self) -> FormValues:
        return self._values

    def set(self, **changes: Any) -> None:
        """Change fields; tells only of those that became different."""
        different = {name: value for name, value in changes.items() if getattr(self._values, name) != value}
        if different.keys() & {"prompt", "negative_prompt"} and "blend" not in changes and self._values.blend:
            different["blend"] = ()  # words of one's own take the place of those that were mixed
        if different.get("painted") is not None and "code" not in changes and self._values.code is not None:
            different["code"] = None  # a picture that is painted on is where the run starts
        if different:
            self._values = replace(self._values, **different)
            self.changed.emit(frozenset(different))

    def put_back(self, values: FormValues) -> None:
        """Take over all of `values`, for example those of a moment ago."""
        self.set(**{part.name: getattr(values, part.name) for part in fields(FormValues)})

    def expected_steps(self) -> int:
        """How many steps a run would have. A number that is out of range, as a file may hold, is brought into it."""
        v = self._values
        if v.spacing == EXPLICIT:
            try:
                return len(_read_timesteps(v.timesteps))
            except InvalidField:
                return 1
        steps = min(max(v.steps, 1), STEPS_MAXIMUM)
        return walked(steps, v.strength) if v.painted is not None else steps

    def draws_noise(self) -> bool:
        """Whether the seed still matters where a run starts from a code: the sampler draws noise of its own."""
        v = self._values
        return draws_noise(v.sampler, v.options.get(v.sampler, {}))

    def recipes(self) -> tuple[Recipe, ...]:
        """One recipe a picture, a snapshot that later edits cannot touch. Raises `InvalidField`."""
        v = self._values
        if v.seed + v.count - 1 > SEED_MAXIMUM:
            raise InvalidField("seed", f"Seed {v.seed} leaves no room for {v.count} pictures. Use a smaller seed.")
        sampling, guidance = self._sampling(), self._guidance()
        start, inpaint = self._start(), self._inpaint()
        return tuple(
            recipe(
                model=v.model,
                prompt=v.prompt,
                negative_prompt=v.negative_prompt,
                width=v.width,
                height=v.height,
                seed=v.seed + number,
                start=start,
                sampling=sampling,
                guidance=guidance,
                inpaint=inpaint,
                blend=v.blend,
            )
            for number in range(v.count)
        )

    def _sampling(self) -> Sampling:
        v = self._values
        info = self._methods.samplers.get(v.sampler).info
        timesteps = _read_timesteps(v.timesteps) if v.spacing == EXPLICIT else None
        steps = v.steps if timesteps is None else len(timesteps)
        options = info.resolve(_known(info, v.options))
        if v.spacing != EXPLICIT:
            self._methods.spacings.get(v.spacing)
        return checked(
            Sampling, sampler=v.sampler, options=options, steps=steps, spacing=v.spacing, timesteps=timesteps
        )

    def _guidance(self) -> Guidance:
        v = self._values
        info = self._methods.guidance.get(v.rule).info
        options, interval = info.resolve(_known(info, v.rule_options)), (v.interval_start, v.interval_end)
        return checked(Guidance, rule=v.rule, options=options, scale=v.scale, interval=interval, rescale=v.rescale)

    def _start(self) -> Noise | FromImage | FromStep | FromCode | Between:
        v = self._values
        known = v.start or v.code
        if known is not None:
            return known
        if v.painted is None or (v.painted.mask is not None and v.strength == 1.0):
            return Noise()
        return checked(FromImage, image=v.painted.image, strength=v.strength)

    def _inpaint(self) -> Inpaint | None:
        v = self._values
        if v.painted is None or v.painted.mask is None:
            return None
        return checked(
            Inpaint,
            image=v.painted.image,
            mask=v.painted.mask,
            mode=v.way,
            fill=v.fill,
            fill_colour=read_colour(v.fill_colour),
            padding=v.padding,
            feather=v.feather,
            match_colours=v.match_colours,
            jump_length=v.jump_length,
            repeats=v.repeats,
        )

    def load(self, source: Recipe) -> None:
        """Take over all that a recipe says, its branch point too. The seed is locked, or another picture would come.

        How it is painted stays as it is with a recipe that paints on nothing.
        """
        sampling, guidance = source.sampling, source.guidance
        self.is_loading = True
        self.set(
            model=source.model,
            prompt=source.prompt,
            negative_prompt=source.negative_prompt,
            sampler=sampling.sampler,
            options={**self._values.options, sampling.sampler: dict(sampling.options)},
            spacing=sampling.spacing,
            timesteps=", ".join(f"{t:g}" for t in sampling.timesteps or ()),
            steps=sampling.steps,
            rule=guidance.rule,
            rule_options={**self._values.rule_options, guidance.rule: dict(guidance.options)},
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
            code=source.start if isinstance(source.start, (FromCode, Between)) else None,
            blend=source.blend,
            painted=painted_by(source),
            **_painting(source),
        )
        self.is_loading = False
        self.loaded.emit()

    def load_foreign(self, parameters: Mapping[str, Any]) -> list[str]:
        """Take over what is understood of another program's settings; the names of the fields that were taken.

        The model stays: names of other programs' models mean nothing here.
        """
        known = {"prompt", "negative_prompt", "steps", "scale", "width", "height", "seed", "spacing", "sampler"}
        taken = {name: value for name, value in parameters.items() if name in known}
        locked = {"seed_locked": True} if "seed" in taken else {}
        self.set(start=None, code=None, blend=(), painted=None, **taken, **locked)
        return sorted(taken)


def _known(info: SamplerInfo | GuidanceInfo, kept: Mapping[str, Mapping[str, OptionValue]]) -> dict[str, OptionValue]:
    """What was set of the options that there are: another version of a plugin may have others."""
    names = {option.name for option in info.options}
    return {name: value for name, value in kept.get(info.name, {}).items() if name in names}


def painted_by(source: Recipe) -> Painted | None:
    """The picture and the mask that a recipe, or the run it branches from, paints on."""
    if source.inpaint is not None:
        return Painted(source.inpaint.image, source.inpaint.mask)
    first = _first_start(source)
    return Painted(first.image) if isinstance(first, FromImage) else None


def _painting(source: Recipe) -> dict[str, Any]:
    """How a recipe paints, as fields of the form; nothing if it does not."""
    found: dict[str, Any] = {}
    first = _first_start(source)
    if isinstance(first, FromImage):
        found["strength"] = first.strength
    elif source.inpaint is not None:
        found["strength"] = 1.0
    if source.inpaint is not None:
        said = source.inpaint.model_dump(exclude={"image", "mask", "mode", "fill_colour"})
        found |= {
            **said,
            "way": source.inpaint.mode,
            "fill_colour": "#{:02X}{:02X}{:02X}".format(*source.inpaint.fill_colour),
        }
    return found


def _first_start(source: Recipe) -> Part:
    """Where the run began from which all branches on the way to this recipe come."""
    start = source.start
    while isinstance(start, FromStep):
        start = start.parent.start
    return start


def read_colour(text: str) -> tuple[int, int, int]:
    """The channels of a colour such as "#80C0FF". Raises `InvalidField`."""
    digits = text.strip().removeprefix("#")
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise InvalidField("fill_colour", "A colour has six hexadecimal digits, such as #80C0FF.")
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


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
