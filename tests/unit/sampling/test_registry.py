"""The registry: all or nothing, and no torch before a sampler runs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from studio.errors import InvalidField
from studio.sampling.ddim import DDIM
from studio.sampling.ddpm import DDPM
from studio.sampling.euler import Euler
from studio.sampling.registry import SamplerRegistry, builtin_methods, builtin_samplers
from studio.sampling.sampler import Sampler


def names(registry: SamplerRegistry) -> list[str]:
    return [info.name for info in registry.infos()]


def test_the_three_that_are_always_there() -> None:
    registry = builtin_samplers()
    assert names(registry) == ["ddim", "ddpm", "euler"]
    assert isinstance(registry.get("euler"), Euler)


def test_additions_are_all_or_nothing() -> None:
    registry = SamplerRegistry("sampler", "Sampler", [DDIM()])
    first = registry.get("ddim")
    with pytest.raises(ValueError, match="'ddim'"):
        registry.add([Euler(), DDPM(), DDIM()])
    with pytest.raises(ValueError, match="'euler'"):
        registry.add([Euler(), Euler()])

    def breaking() -> Iterator[Sampler]:
        yield DDPM()
        raise OSError("the second one cannot be read")

    with pytest.raises(OSError, match="second"):
        registry.add(breaking())
    assert names(registry) == ["ddim"]
    assert registry.get("ddim") is first
    registry.add([Euler(), DDPM()])
    assert names(registry) == ["ddim", "euler", "ddpm"]


def test_others_instead_are_all_or_nothing() -> None:
    registry = builtin_samplers()
    before = registry.by_name()
    with pytest.raises(ValueError, match="'euler'"):
        registry.replace([Euler(), Euler()])
    assert names(registry) == ["ddim", "ddpm", "euler"]
    registry.replace([DDPM()])
    assert names(registry) == ["ddpm"]
    assert [*before] == ["ddim", "ddpm", "euler"]


def test_each_kind_is_refused_in_its_own_words() -> None:
    methods = builtin_methods()
    for registry, field, words in (
        (methods.spacings, "spacing", "Spacing 'x' is not known. Use one of: leading,"),
        (methods.guidance, "rule", "Guidance rule 'x' is not known. Use one of: classifier_free."),
    ):
        with pytest.raises(InvalidField) as refused:
            registry.get("x")
        assert refused.value.field == field
        assert refused.value.sentence.startswith(words)


def test_unknown_names_are_refused_with_those_that_exist() -> None:
    with pytest.raises(InvalidField, match="ddim, ddpm, euler") as refused:
        builtin_samplers().get("heun" * 100)
    assert refused.value.field == "sampler"
    assert len(str(refused.value)) < 120


def test_samplers_schedules_and_grids_do_not_load_torch() -> None:
    """The window lists samplers and draws schedules before torch is there."""
    modules = ("info", "schedule", "grid", "sampler", "ddim", "ddpm", "euler", "classifier_free", "registry")
    code = "import sys\n" + "".join(f"import studio.sampling.{name}\n" for name in modules)
    code += "from studio.sampling import schedule, grid, registry\n"
    code += "levels = schedule.from_betas(schedule.linear_betas())\n"
    code += "infos = registry.builtin_samplers().infos()\n"
    code += "grid.timestep_grid(levels, 20, 'karras', infos[0])\n"
    code += "print(sorted({'torch', 'diffusers', 'PySide6'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"
