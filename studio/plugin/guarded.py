"""What stands in the registries for the methods of plugins: described by the manifest, checked with every call.

Whatever a plugin does, the failure names it, it is off from then on, and nothing else is harmed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from studio.errors import NotFinite, PluginFailure
from studio.plugin.levels import what_is_wrong_with_levels
from studio.plugin.loader import Loaded
from studio.plugin.manifest import Manifest
from studio.plugin.overseer import INTERRUPTED, Overseer, PluginInterrupted
from studio.sampling.grid import Spacing
from studio.sampling.guidance_rule import GuidanceContext
from studio.sampling.info import GuidanceInfo, SamplerInfo, SpacingInfo
from studio.sampling.sampler import Memory, Run, Step
from studio.sampling.schedule import NoiseLevel, NoiseSchedule

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from torch import Tensor

    from studio.sampling.denoiser import Denoiser, Prediction


class Host(Protocol):
    """What a method needs of the host of its plugin."""

    overseer: Overseer

    def loaded(self, plugin: str) -> Loaded: ...

    def failed(self, plugin: str, problem: PluginFailure) -> None: ...

    def watched(self, plugin: str, name: str) -> AbstractContextManager[None]: ...

    def note(self, plugin: str, text: str) -> None: ...


@dataclass(frozen=True)
class _Guard:
    """The plugin of a method, and what happens when it fails. `title` is what the user calls the method."""

    title: str
    manifest: Manifest
    host: Host

    @contextmanager
    def working(self, place: str, raised: Callable[[], BaseException | None] = lambda: None) -> Iterator[_Found]:
        """Code of the plugin runs in here, at that `place` of a run, and what it does wrong raises `PluginFailure`.

        `raised` gives what the network raised meanwhile, which is not its fault: a cancel, memory that is full.
        """
        from studio.plugin.watching import is_nobodys_fault, kept_random_state, saying_who

        found = _Found()
        try:
            # The watch ends first: an interruption must not hit what puts things back.
            with (
                saying_who(self.manifest.name, lambda line: self.host.note(self.manifest.id, line)),
                kept_random_state() as state,
                self.host.watched(self.manifest.id, self.manifest.name),
            ):
                yield found
            found.problem = found.problem or state.problem
        except PluginInterrupted:
            raise self._failure(place, INTERRUPTED) from None
        except BaseException as problem:
            theirs = raised()
            if theirs is not None:
                raise theirs from None
            if is_nobodys_fault(problem):
                raise
            detail = "".join(traceback.format_exception(problem))
            raise self._failure(place, f"{type(problem).__name__}: {str(problem)[:200]}", detail) from None
        theirs = raised()
        if theirs is not None:  # a plugin that goes on after a cancel does not keep it from happening
            raise theirs
        if found.problem:
            raise self._failure(place, found.problem)

    def method(self, kind: str, methods: Callable[[Loaded], Sequence[Any]], name: str) -> Any:
        """The plugin's own method, loaded if it is not yet. Raises `PluginFailure`."""
        found = {one.info.name: one for one in methods(self.host.loaded(self.manifest.id))}
        if name not in found:
            sentence = f"{self.manifest.name} has no {kind} '{name}' any more. Start again."
            raise PluginFailure(self.manifest.id, sentence)
        return found[name]

    def not_finite(self, place: str) -> NotFinite:
        """It may be the precision, so the plugin stays on."""
        return NotFinite(
            f"{self.title} of the plugin {self.manifest.name} gave values that are no numbers at {place}, though the "
            "model did not, so the run was stopped and nothing was saved. Try another precision or another method."
        )

    def _failure(self, place: str, why: str, detail: str = "") -> PluginFailure:
        sentence = f"{self.title} of the plugin {self.manifest.name} stopped at {place}: {why}."
        problem = PluginFailure(self.manifest.id, f"{sentence} It is off.", detail)
        self.host.failed(self.manifest.id, problem)
        return problem


@dataclass
class _Found:
    """`problem` says what is wrong with what the plugin gave, "" if nothing is."""

    problem: str = ""


class GuardedSampler:
    """A sampler of a plugin, as the program sees it."""

    def __init__(self, info: SamplerInfo, manifest: Manifest, host: Host) -> None:
        self.info = info
        self._guard = _Guard(info.title, manifest, host)

    def step(
        self, x: Tensor, level: NoiseLevel, next_level: NoiseLevel, denoiser: Denoiser, run: Run, memory: Memory | None
    ) -> Step:
        """One step of the plugin's sampler.

        Raises `PluginFailure` for whatever it does wrong, and `NotFinite` for values that are no numbers.
        """
        from studio.plugin.watching import Watched, is_finite, what_is_wrong

        sampler = self._guard.method("sampler", lambda loaded: loaded.samplers, self.info.name)
        given, watched = x.clone(), Watched(denoiser, x, self._guard.host.overseer)
        with self._guard.working(f"step {run.index + 1}", lambda: watched.raised) as work:
            found = sampler.step(given, level, next_level, watched, run, memory)
            work.problem = what_is_wrong(found, x, given)
        if not is_finite(found.x) and is_finite(x, *watched.seen):
            raise self._guard.not_finite(f"step {run.index + 1} of {run.grid.steps}")
        step: Step = found
        return step


class GuardedRule:
    """A guidance rule of a plugin, as the program sees it."""

    def __init__(self, info: GuidanceInfo, manifest: Manifest, host: Host) -> None:
        self.info = info
        self._guard = _Guard(info.title, manifest, host)

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
        """What the plugin's rule makes of two predictions. Raises as `GuardedSampler.step`."""
        from studio.plugin.watching import WatchedCall, is_finite, what_is_wrong_with_guidance

        rule = self._guard.method("guidance rule", lambda loaded: loaded.guidance, self.info.name)
        wordless = None if context.wordless is None else WatchedCall(context.wordless, self._guard.host.overseer)
        given, place = x.clone(), f"timestep {level.timestep:g}"
        with self._guard.working(place, lambda: wordless.raised if wordless else None) as work:
            found = rule.combine(given, level, cond, uncond, scale, replace(context, wordless=wordless), memory)
            work.problem = what_is_wrong_with_guidance(found, x)
        pair: Prediction = found[0]
        if not is_finite(pair.x0, pair.eps) and is_finite(x, cond.x0, cond.eps, uncond.x0, uncond.eps):
            raise self._guard.not_finite(place)
        return pair, found[1]


def guarded_spacing(info: SpacingInfo, manifest: Manifest, host: Host) -> Spacing:
    """A spacing of a plugin, as the program sees it. It raises `PluginFailure` for levels that make no grid."""
    guard = _Guard(info.title, manifest, host)

    def levels(schedule: NoiseSchedule, n: int, fractional: bool) -> list[NoiseLevel]:
        spacing = guard.method("spacing", lambda loaded: loaded.spacings, info.name)
        with guard.working(f"{n} steps") as work:
            found = [*spacing.levels(schedule, n, fractional)]
            work.problem = what_is_wrong_with_levels(found, schedule, n)
        return found

    return Spacing(info, levels)
