"""Guidance as a decorator of the network: conditional and unconditional predictions become one by the recipe's rule.

Samplers see one denoiser and know nothing of prompts. The interval is that of Kynkäänniemi et al. 2024.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from studio.job.recipe import Guidance
from studio.sampling.classifier_free import ClassifierFree
from studio.sampling.denoiser import Parametrisation, Prediction, prediction, restrict_x0
from studio.sampling.guidance_rule import GuidanceContext, GuidanceRule
from studio.sampling.sampler import Memory
from studio.sampling.schedule import NoiseLevel, NoiseSchedule

# (x of shape (n, C, h, w), its level, conditioning of shape (n, tokens, d)) -> raw output, (n, C or 2C, h, w)
Network = Callable[[Tensor, NoiseLevel, Tensor], Tensor]


class GuidedDenoiser:
    """The denoiser of one picture: its network, its two conditionings and its guidance.

    The two predictions come from one network call of two, unconditional first. At scale 1, and at levels outside the
    interval, it is one call of one: exactly the plain conditional prediction, which a rule sees that is asked also at
    scale 1. The schedule's rule for x0 is applied after the combination, as the sampler should see it.

    `conditional` and `unconditional` have shape (1, tokens, d). `wordless` makes the conditioning of no words, where
    the unconditional one is another. `before_call` runs before every network call and may raise (cancel). `calls`
    counts the network calls, `memory` is what the rule remembers; set it to resume a run.
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
        rule: GuidanceRule | None = None,
        wordless: Callable[[], Tensor] | None = None,
    ) -> None:
        """Without a `rule` it is classifier-free guidance. Raises `InvalidField` for options that the rule has not."""
        self._network = network
        self.unconditional, self.conditional = unconditional, conditional
        self._wordless = wordless
        self._both = torch.cat([unconditional, conditional])
        self._guidance = guidance
        self._rule: GuidanceRule = rule or ClassifierFree()
        options = self._rule.info.resolve(guidance.options)
        self._context = GuidanceContext(parametrisation, schedule, guidance.rescale, options)
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

    def no_words(self) -> Tensor:
        """The conditioning of no words, (1, tokens, d)."""
        return self.unconditional if self._wordless is None else self._wordless()

    def scale_at(self, level: NoiseLevel) -> float:
        """The guidance scale at a level: the recipe's inside its interval (ends included), 1 outside."""
        return self._guidance.scale if self._is_inside(level) else 1.0

    def _is_inside(self, level: NoiseLevel) -> bool:
        first, last = self._guidance.interval
        return first <= self._context.schedule.time(level) <= last

    def __call__(self, x: Tensor, level: NoiseLevel) -> Prediction:
        if self.scale_at(level) != 1.0:
            return self.guided(x, level, *self.both(x, level))
        plain = self.predict(x, level, self.conditional)
        return self.guided(x, level, plain, plain)

    def both(self, x: Tensor, level: NoiseLevel) -> tuple[Prediction, Prediction]:
        """The unconditional and the conditional prediction, from one network call of two."""
        return _halves(self.predict(torch.cat([x, x]), level, self._both))

    def guided(
        self,
        x: Tensor,
        level: NoiseLevel,
        uncond: Prediction,
        cond: Prediction,
        wordless: Callable[[], Prediction] | None = None,
    ) -> Prediction:
        """What becomes of two predictions that are there already; at scale 1 both are the conditional one.

        `wordless` gives the prediction of no words where it is not one of them; by default a network call.
        """
        scale, pair = self.scale_at(level), cond
        if scale != 1.0 or (self._rule.info.at_scale_one and self._is_inside(level)):
            pair = self._combined(x, level, scale, uncond, cond, wordless)
        self._memory_open = False
        rule = self._context.schedule.x0_rule
        return pair if rule is None else restrict_x0(pair, rule)

    def _combined(
        self,
        x: Tensor,
        level: NoiseLevel,
        scale: float,
        uncond: Prediction,
        cond: Prediction,
        wordless: Callable[[], Prediction] | None,
    ) -> Prediction:
        def without_words() -> Prediction:
            if self._wordless is None and uncond is not cond:
                return uncond
            return self.predict(x, level, self.no_words()) if wordless is None else wordless()

        context = replace(self._context, wordless=without_words)
        pair, memory = self._rule.combine(x, level, cond, uncond, scale, context, self.memory)
        if self._memory_open:
            self.memory = memory
        return pair

    def predict(self, x: Tensor, level: NoiseLevel, conditioning: Tensor) -> Prediction:
        """One network call, without guidance: x of shape (n, C, h, w), conditioning of shape (n, tokens, d)."""
        self._before_call()
        self.calls += 1
        output = self._network(x, level, conditioning)
        return prediction(output, x, level, self._context.parametrisation, self._context.schedule)


def _halves(pair: Prediction) -> tuple[Prediction, Prediction]:
    """The predictions of the two halves of a batch."""
    x0, eps = pair.x0.chunk(2), pair.eps.chunk(2)
    first, second = (None, None) if pair.variance is None else pair.variance.chunk(2)
    return Prediction(x0[0], eps[0], first), Prediction(x0[1], eps[1], second)
