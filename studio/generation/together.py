"""Several pictures walked together, because figures over many need many.

Sampler, guidance and the steps up are those of the program; it differs in that a network call holds several
pictures, which rounds differently (about 1e-6 a call) and takes less time for each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor

from studio.generation.guidance import GuidedDenoiser
from studio.generation.reverse_process import Walk, walk
from studio.job.recipe import Guidance, Sampling
from studio.models.model import Model
from studio.sampling.grid import TimestepGrid, timestep_grid
from studio.sampling.inversion import rise, rising_levels
from studio.sampling.noise import BatchNoise, ImageNoise
from studio.sampling.registry import SamplerRegistry

DDIM = "ddim"
# Larger batches take hardly less time a picture on a CPU.
BATCH = 8


@dataclass(frozen=True)
class Together:
    """Walks pictures of the model's own size with DDIM at guidance 1 on the usual spacing.

    `before_call` is called before every network call and may raise (cancel).
    """

    model: Model
    samplers: SamplerRegistry
    before_call: Callable[[], None] = lambda: None

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, h, w) of one latent."""
        return self.model.latent_shape(*self.model.facts.native_size)

    def drawn(self, prompts: Sequence[str], seeds: Sequence[int], steps: int, eta: float) -> Tensor:
        """The latents (n, C, h, w) that so many steps draw of the noise of each seed."""
        return self._down(prompts, seeds, steps, eta)

    def code(self, latents: Tensor, prompts: Sequence[str], steps: int) -> Tensor:
        """The states that latents (n, C, h, w) rise to, each step walked once."""
        x, denoiser = latents, self._denoiser(prompts)
        for level, noisier in pairwise(rising_levels(self._grid(steps), self.model.facts.schedule)):
            denoiser.begin_step()
            x = rise(x, level, noisier, denoiser).x
        return x

    def drawn_again(self, code: Tensor, prompts: Sequence[str], steps: int) -> Tensor:
        """The latents that codes give, without fresh noise."""
        return self._down(prompts, [0] * len(prompts), steps, 0.0, code)

    def _down(
        self, prompts: Sequence[str], seeds: Sequence[int], steps: int, eta: float, code: Tensor | None = None
    ) -> Tensor:
        grid, sampler, model = self._grid(steps), self.samplers.get(DDIM), self.model
        options = sampler.info.resolve({"eta": eta})
        noise = BatchNoise([ImageNoise(seed, self.shape) for seed in seeds])
        plan = Walk(sampler, options, grid, model.facts.schedule, noise, model.device, model.dtype)
        x = plan.start(code=code)
        for step in walk(plan, self._denoiser(prompts), x, 0, grid.steps):
            x = step.x
        return x

    def _grid(self, steps: int) -> TimestepGrid:
        return timestep_grid(self.model.facts.schedule, steps, Sampling().spacing, self.samplers.get(DDIM).info)

    def _denoiser(self, prompts: Sequence[str]) -> GuidedDenoiser:
        model = self.model
        cond = torch.cat([model.conditioning(prompt) for prompt in prompts])
        uncond = model.conditioning("").expand_as(cond)
        return GuidedDenoiser(
            model.network,
            cond,
            uncond,
            Guidance(scale=1.0),
            model.facts.parametrisation,
            model.facts.schedule,
            before_call=self.before_call,
        )
