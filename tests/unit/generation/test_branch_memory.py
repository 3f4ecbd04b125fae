"""Samplers and guidance rules that remember go on exactly where they were, whatever they remember."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from studio.models.model import Model
from studio.sampling.denoiser import Denoiser, Prediction
from studio.sampling.guidance_rule import GuidanceContext
from studio.sampling.info import GuidanceInfo, Option, SamplerInfo
from studio.sampling.sampler import Memory, Run, Step
from studio.sampling.schedule import NoiseLevel
from tests.unit.generation.recorded import ALL, EVERY_THIRD, NOWHERE, Studio, branch, plain

N = 7


class AdamsBashforth:
    """Two steps of Adams and Bashforth on `dy = eps ds`, with y = x/alpha and s = sigma/alpha; Euler at first.

    It remembers its last eps and step size. Where it is asked to, it adds noise, so that both states matter.
    """

    info = SamplerInfo(
        "adams_bashforth",
        "Adams-Bashforth",
        "Remembers one step.",
        options=(Option("noise", "Noise", "float", 0.0),),
    )

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        size = next_level.ratio - level.ratio
        slope = pair.eps
        if memory is not None:
            part = size / (2.0 * memory["size"])
            slope = (1.0 + part) * pair.eps - part * memory["eps"]
        after = next_level.alpha * (x / level.alpha + size * slope)
        after = after + float(run.options["noise"]) * next_level.sigma * run.noise()
        return Step(after, pair.x0, {"eps": pair.eps, "size": size})


class Hoarder:
    """Euler's steps, bent by everything a memory may hold, so that a part that came back altered would show."""

    info = SamplerInfo("hoarder", "Hoarder", "Remembers all there is.")

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        pair = denoiser(x, level)
        before = memory or {"history": (), "by step": {}, "nothing": None}
        bend = 0.0
        if memory is not None:
            assert memory["nothing"] is None
            assert isinstance(memory["history"], tuple)
            assert memory["flags"] == [True, 3, 2.5, "text", float("inf")]
            assert set(memory["by step"]) == set(range(run.index))
            assert memory["$"] == {"name": "x", "$": "tensor"}
            assert memory["mask"].dtype == torch.bool
            assert memory["count"].shape == ()
            assert memory["empty"].shape == (1, 0, 2)
            assert memory["wide"].dtype == torch.float64
            numbers = [*memory["history"], *(value for value, _ in memory["by step"].values())]
            bend = sum(numbers) * 1e-3 + float(memory["count"]) * 1e-3 + float(memory["wide"].mean()) * 1e-2
            bend += float(memory["alias"].mean() + memory["part"].mean()) * 1e-2
        after = next_level.alpha * pair.x0 + (next_level.sigma + bend * next_level.sigma) * pair.eps
        kept = {
            "history": (*before["history"], 1.0 / (run.index + 3)),
            "by step": {**before["by step"], run.index: (0.1 * run.index, [])},
            "nothing": None,
            "flags": [True, 3, 2.5, "text", float("inf")],
            "$": {"name": "x", "$": "tensor"},
            "mask": pair.x0 > 0,
            "count": torch.tensor(run.index),
            "empty": torch.zeros(1, 0, 2),
            "wide": pair.eps.double(),
            "alias": pair.x0,
            "part": pair.x0[:, :, ::2],
        }
        return Step(after, pair.x0, kept)


class Momentum:
    """A guidance rule that keeps a mean of the differences it saw (as in Sadat et al. 2024, without its projection)."""

    info = GuidanceInfo("classifier_free", "Momentum")

    def combine(
        self,
        x: Tensor,
        level: NoiseLevel,
        cond: Prediction,
        uncond: Prediction,
        scale: float,
        context: GuidanceContext,
        memory: Memory | None,
    ) -> tuple[Prediction, Memory | None]:
        difference = cond.eps - uncond.eps
        if memory is not None:
            difference = difference - 0.5 * memory["mean"]
        eps = uncond.eps + scale * difference
        x0 = (x - level.sigma * eps) / level.alpha
        return Prediction(x0, eps, cond.variance), {"mean": difference, "steps": 1 + (memory or {"steps": 0})["steps"]}


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    studio = Studio(tiny("stable_diffusion_1"), tmp_path)
    studio.methods.samplers.add([AdamsBashforth(), Hoarder()])
    return studio


@pytest.mark.parametrize(
    ("sampler", "options"), [("adams_bashforth", {}), ("adams_bashforth", {"noise": 0.1}), ("hoarder", {})]
)
@pytest.mark.parametrize("kept", [ALL, EVERY_THIRD])
def test_a_sampler_with_memory_goes_on_exactly(studio: Studio, sampler: str, options: dict, kept: Any) -> None:
    studio.settings = kept
    whole = studio.make(plain(sampler, N, **options))
    assert whole.pixels != studio.make(plain("euler", N)).pixels
    for step in range(N + 1):
        studio.store = studio.new_store()  # from the disk, not out of the memory
        same = studio.make(branch(whole.recipe, step, whole.trajectory))
        assert same.pixels == whole.pixels, step
        assert same.first == (step if kept is ALL or step == N else step - step % 3)


def test_a_multistep_sampler_that_lost_its_memory_would_be_noticed(studio: Studio) -> None:
    """The proof that the tests above can fail: a branch by another sampler and back begins without memory."""
    whole = studio.make(plain("adams_bashforth", N))
    aside = branch(whole.recipe, 3, whole.trajectory, sampler="euler")
    back = branch(aside, 3, NOWHERE, sampler="adams_bashforth")
    assert studio.make(back).pixels != whole.pixels
    assert studio.make(back).pixels == studio.make(back, fresh=True).pixels


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "adams_bashforth"])
def test_a_guidance_rule_with_memory_goes_on_exactly(studio: Studio, sampler: str) -> None:
    forgetful = studio.make(plain(sampler, N))
    studio.methods.guidance.replace([Momentum()])
    whole = studio.make(plain(sampler, N, seed=8))
    assert studio.make(plain(sampler, N), fresh=True).pixels != forgetful.pixels
    for step in range(N + 1):
        studio.store = studio.new_store()
        assert studio.make(branch(whole.recipe, step, whole.trajectory)).pixels == whole.pixels, step


@pytest.mark.parametrize("sampler", ["adams_bashforth", "hoarder"])
def test_a_run_that_was_cut_short_goes_on_exactly(studio: Studio, sampler: str) -> None:
    whole = studio.make(plain(sampler, N), fresh=True)
    for step in (1, 4):
        studio.settings = EVERY_THIRD
        assert studio.make(plain(sampler, N), cancel_at=step).steps == list(range(1, step + 1))
        studio.store = studio.new_store()
        rest = studio.make(plain(sampler, N))
        assert rest.first == step
        assert rest.pixels == whole.pixels


def test_what_cannot_be_written_down_ends_the_recording_and_not_the_run(studio: Studio) -> None:
    class Secretive(Hoarder):
        info = SamplerInfo("secretive", "Secretive", "Remembers what has no form.")

        def step(self, *arguments: Any, **named: Any) -> Step:
            x, level, next_level, denoiser = arguments[:4]
            pair = denoiser(x, level)
            return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0, {"who": object()})

    studio.methods.samplers.add([Secretive()])
    made = studio.make(plain("secretive", 3))
    assert made.pixels == studio.make(plain("euler", 3)).pixels
    assert made.finished.trajectory is None
    (notice,) = made.finished.notices
    assert notice.startswith("The picture is saved, but not its steps. The sampler remembers a object")
    assert not list(studio.folder.rglob("*.journal"))
