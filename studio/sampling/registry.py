"""The samplers that can be chosen by name."""

from __future__ import annotations

from collections.abc import Iterable

from studio.errors import InvalidField
from studio.sampling.ddim import DDIM
from studio.sampling.ddpm import DDPM
from studio.sampling.euler import Euler
from studio.sampling.info import SamplerInfo
from studio.sampling.sampler import Sampler


class SamplerRegistry:
    """Samplers by name. Changes are all-or-nothing: a refused addition leaves the registry as it was."""

    def __init__(self, samplers: Iterable[Sampler] = ()) -> None:
        self._samplers: dict[str, Sampler] = {}
        self.add(samplers)

    def add(self, samplers: Iterable[Sampler]) -> None:
        """Add all of `samplers` or, if one is refused, none. Raises `ValueError` for a name that is taken."""
        added: dict[str, Sampler] = {}
        for sampler in samplers:
            name = sampler.info.name
            if name in self._samplers or name in added:
                raise ValueError(f"a sampler named '{name}' is registered already")
            added[name] = sampler
        self._samplers |= added

    def get(self, name: str) -> Sampler:
        """The sampler of that name. Raises `InvalidField` that lists the names there are."""
        if name not in self._samplers:
            names = ", ".join(self._samplers)
            raise InvalidField("sampler", f"Sampler '{name[:40]}' is not known. Use one of: {names}.")
        return self._samplers[name]

    def infos(self) -> tuple[SamplerInfo, ...]:
        """How the samplers describe themselves, in the order in which they were added."""
        return tuple(sampler.info for sampler in self._samplers.values())


def builtin_samplers() -> SamplerRegistry:
    """A registry with the three samplers that are always there."""
    return SamplerRegistry((DDIM(), DDPM(), Euler()))
