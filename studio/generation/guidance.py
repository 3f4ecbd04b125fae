"""Guidance: how conditional and unconditional predictions become one, as a decorator of the network.

Samplers see one denoiser and know nothing of prompts. Sources: Ho and Salimans 2022 (classifier-free guidance),
Lin et al. 2023, section 3.4 (rescale φ), Kynkäänniemi et al. 2024 (interval).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from studio.job.recipe import Guidance
from studio.sampling.denoiser import Parametrisation, Prediction, network_output, prediction, restrict_x0
from studio.sampling.guidance_rule import GuidanceContext, GuidanceRule
from studio.sampling.sampler import Memory
from studio.sampling.schedule import NoiseLevel, NoiseSchedule

# (x of shape (n, C, h, w), its level, conditioning of shape (n, tokens, d)) -> raw output, (n, C or 2C, h, w)
Network = Callable[[Tensor, NoiseLevel, Tensor], Tensor]


class ClassifierFree:
    """`eps = eps_u + s (eps_c - eps_u)`, and x0 in the same way; s = 1 is plain conditional.

    x0 is affine in the network's output, so it makes no difference which of them is combined. With rescale φ > 0 the
    output o is scaled to `φ o std(o_c)/std(o) + (1 - φ) o`, standard deviations over one picture. A learned variance
    is that of the conditional prediction.
    """

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
        if scale == 1.0:
            return cond, memory
        x0 = uncond.x0 + scale * (cond.x0 - uncond.x0)
        eps = uncond.eps + scale * (cond.eps - uncond.eps)
        pair = Prediction(x0, eps, cond.variance)
        return (_rescaled(pair, cond, x, level, context) if context.rescale > 0 else pair), memory


def _rescaled(pair: Prediction, cond: Prediction, x: Tensor, level: NoiseLevel, context: GuidanceContext) -> Prediction:
    """Bring the deviation of the network's own output back towards that of the conditional one."""
    wanted = network_output(cond, level, context.parametrisation, context.schedule)
    output = network_output(pair, level, context.parametrisation, context.schedule)
    factor = _deviation(wanted) / _deviation(output)
    output = context.rescale * (output * factor) + (1.0 - context.rescale) * output
    scaled = prediction(output, x, level, context.parametrisation, context.schedule)
    return Prediction(scaled.x0, scaled.eps, cond.variance)


def _deviation(output: Tensor) -> Tensor:
    """Standard deviation of each picture, above 0 also for an output that is one colour."""
    deviation = output.std(dim=tuple(range(1, output.ndim)), keepdim=True)
    return deviation.clamp_min(torch.finfo(output.dtype).tiny)


GUIDANCE_RULES: Mapping[str, GuidanceRule] = MappingProxyType({"classifier_free": ClassifierFree()})


class GuidedDenoiser:
    """The denoiser of one picture: its network, its two conditionings and its guidance.

    The two predictions come from one network call of two, unconditional first. At scale 1, and at levels outside the
    interval, it is one call of one: exactly the plain conditional prediction. The schedule's rule for x0 is applied
    after the combination, as the sampler should see it.

    `conditional` and `unconditional` have shape (1, tokens, d). `before_call` runs before every network call and may
    raise (cancel). `calls` counts the network calls, `memory` is what the rule remembers; set it to resume a run.
    """

    def __init__(
        self,
        network: Network,
        conditional: Tensor,
        unconditional: Tensor,
        guidance: Guidance,
        parametrisation: Parametrisation,
        schedule: NoiseSchedule,
        before_call: Callable[[], None] = lambda: None,
    ) -> None:
        self._network = network
        self._conditional = conditional
        self._both = torch.cat([unconditional, conditional])
        self._guidance = guidance
        self._rule = GUIDANCE_RULES[guidance.rule]
        self._context = GuidanceContext(parametrisation, schedule, guidance.rescale)
        self._before_call = before_call
        self._memory_open = True
        self.memory: Memory | None = None
        self.calls = 0

    def begin_step(self) -> None:
        """A new step begins: its first call may change the rule's memory, later ones only read it."""
        self._memory_open = True

    def forget(self) -> None:
        """What the rule remembers belongs to another place of the process."""
        self.memory = None

    def scale_at(self, level: NoiseLevel) -> float:
        """The guidance scale at a level: the recipe's inside its interval (ends included), 1 outside."""
        first, last = self._guidance.interval
        return self._guidance.scale if first <= self._context.schedule.time(level) <= last else 1.0

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        scale = self.scale_at(level)
        pair = self._predict(x, level, self._conditional) if scale == 1.0 else self._guided(x, level, scale)
        self._memory_open = False
        rule = self._context.schedule.x0_rule
        return pair if rule is None else restrict_x0(pair, rule)

    def both(self, x: Tensor, level: NoiseLevel) -> tuple[Prediction, Prediction]:
        """The unconditional and the conditional prediction, from one network call of two."""
        return _halves(self._predict(torch.cat([x, x]), level, self._both))

    def _guided(self, x: Tensor, level: NoiseLevel, scale: float) -> Prediction:
        uncond, cond = self.both(x, level)
        pair, memory = self._rule.combine(x, level, cond, uncond, scale, self._context, self.memory)
        if self._memory_open:
            self.memory = memory
        return pair

    def _predict(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Prediction:
        self._before_call()
        self.calls += 1
        output = self._network(x, level, conditioning)
        return prediction(output, x, level, self._context.parametrisation, self._context.schedule)


def _halves(pair: Prediction) -> tuple[Prediction, Prediction]:
    """The predictions of the two halves of a batch."""
    x0, eps = pair.x0.chunk(2), pair.eps.chunk(2)
    first, second = (None, None) if pair.variance is None else pair.variance.chunk(2)
    return Prediction(x0[0], eps[0], first), Prediction(x0[1], eps[1], second)
