"""What a recipe can name: samplers, spacings and guidance rules, each in a registry of its kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from studio.errors import InvalidField
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.ddim import DDIM
from studio.sampling.ddpm import DDPM
from studio.sampling.euler import Euler
from studio.sampling.grid import SPACINGS, Spacing
from studio.sampling.guidance_rule import GuidanceRule
from studio.sampling.info import GuidanceInfo, SamplerInfo, SpacingInfo
from studio.sampling.sampler import Sampler


class Described(Protocol):
    """Anything with an `info` that has a name."""

    @property
    def info(self) -> Any: ...


M = TypeVar("M", bound=Described)
I_co = TypeVar("I_co", bound=SamplerInfo | SpacingInfo | GuidanceInfo, covariant=True)


class Registry(Generic[M, I_co]):
    """Methods of one kind by name. Changes are all-or-nothing: a refused one leaves the registry as it was.

    `field` is that of a recipe that holds the name, `kind` what such a method is called. May be read by one thread
    while another changes it.
    """

    def __init__(self, field: str, kind: str, methods: Iterable[M] = ()) -> None:
        self._field, self._kind = field, kind
        self._methods: dict[str, M] = {}
        # A sentence on a name that is not known here, "" where there is nothing to say: it may be switched off.
        self.hint: Callable[[str], str] = lambda name: ""
        self.add(methods)

    def add(self, methods: Iterable[M]) -> None:
        """Add all of `methods` or, if one is refused, none. Raises `ValueError` for a name that is taken."""
        self._methods = self._with(self._methods, methods)

    def replace(self, methods: Iterable[M]) -> None:
        """Have these instead of all there were. Raises as `add`."""
        self._methods = self._with({}, methods)

    def get(self, name: str) -> M:
        """The method of that name. Raises `InvalidField` that lists the names there are."""
        if name not in self._methods:
            names = ", ".join(self._methods)
            usual = f"{self._kind} '{name[:40]}' is not known. Use one of: {names}."
            raise InvalidField(self._field, self.hint(name) or usual)
        return self._methods[name]

    def by_name(self) -> Mapping[str, M]:
        """All of them, in the order in which they were added. What is changed later does not show in it."""
        return self._methods

    def infos(self) -> tuple[I_co, ...]:
        """How they describe themselves, in the order in which they were added."""
        return tuple(method.info for method in self._methods.values())

    def _with(self, before: Mapping[str, M], methods: Iterable[M]) -> dict[str, M]:
        after = dict(before)
        for method in methods:
            name = method.info.name
            if name in after:
                raise ValueError(f"a {self._kind.lower()} named '{name}' is registered already")
            after[name] = method
        return after


SamplerRegistry = Registry[Sampler, SamplerInfo]
SpacingRegistry = Registry[Spacing, SpacingInfo]
GuidanceRegistry = Registry[GuidanceRule, GuidanceInfo]


@dataclass(frozen=True)
class Methods:
    """All that a recipe can name."""

    samplers: SamplerRegistry
    spacings: SpacingRegistry
    guidance: GuidanceRegistry

    def take_over(self, other: Methods) -> bool:
        """Hold what another one holds; whether that is described otherwise than what was here."""
        before = self._infos()
        self.samplers.replace(other.samplers.by_name().values())
        self.spacings.replace(other.spacings.by_name().values())
        self.guidance.replace(other.guidance.by_name().values())
        return before != self._infos()

    def _infos(self) -> tuple[object, ...]:
        return self.samplers.infos(), self.spacings.infos(), self.guidance.infos()


def builtin_samplers() -> SamplerRegistry:
    """A registry with the three samplers that are always there."""
    return SamplerRegistry("sampler", "Sampler", (DDIM(), DDPM(), Euler()))


def builtin_methods() -> Methods:
    """The methods that are always there."""
    spacings = SpacingRegistry("spacing", "Spacing", SPACINGS.values())
    return Methods(builtin_samplers(), spacings, GuidanceRegistry("rule", "Guidance rule", (ClassifierFree(),)))
