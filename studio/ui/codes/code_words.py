"""What is said of a code: where it came from, what it needs, how well it draws its picture again."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from studio.job.code import CodeFacts, Origin
from studio.job.codes import CodeCard
from studio.ui.codes.blend_words import blend_words

PROMPT_SHOWN = 200
SPARSE = 8
"""Up to so many timesteps are listed."""


def origin_word(origin: Origin) -> str:
    """Where a code came from, in a word."""
    words: dict[Origin, str] = {
        "seed": _tr("Seed"),
        "inversion": _tr("Inversion"),
        "interpolation": _tr("Interpolation"),
        "step": _tr("Step"),
        "arithmetic": _tr("Arithmetic"),
    }
    return words[origin]


def summary(facts: CodeFacts) -> str:
    """One short line, such as "Inversion, 31.2 dB"."""
    word = origin_word(facts.origin)
    return word if facts.round_trip is None else f"{word}, {decibels(facts.round_trip.psnr)}"


def decibels(value: float) -> str:
    """A PSNR as it is written."""
    return _tr("{value} dB").format(value=f"{value:.1f}")


def name_of(card: CodeCard) -> str:
    """What a card is called; a damaged one by the beginning of its id."""
    return card.facts.name if card.facts is not None else card.code[:10]


def all_words(card: CodeCard, why_not: str) -> str:
    """All that is known of a code, a line each, for tooltip and screen reader. `why_not` says why it does not fit."""
    facts = card.facts
    if facts is None:
        return "\n".join((_tr("{name}: damaged").format(name=name_of(card)), card.sentence))
    return "\n".join(line for line in (facts.name, why_not, *_lines(facts)) if line)


def matches(card: CodeCard, text: str) -> bool:
    """Whether every word of `text` is found in name, prompt or origin."""
    facts = card.facts
    if facts is None:
        return all(word in card.code for word in text.casefold().split())
    mixed = " ".join(part.prompt for part in facts.blend)
    held = f"{facts.name} {facts.prompt} {mixed} {facts.told} {origin_word(facts.origin)}"
    return all(word in held.casefold() for word in text.casefold().split())


def _lines(facts: CodeFacts) -> Iterator[str]:
    origin = origin_word(facts.origin)
    yield f"{origin}: {facts.told}" if facts.told else origin
    size = _tr("{width} by {height} pixels").format(width=facts.width, height=facts.height)
    yield _tr("{size}, for every model").format(size=size) if not facts.model_hash else f"{size}, {facts.model}"
    yield _grid(facts)
    if facts.blend:
        yield _tr("Prompts: {prompts}").format(prompts=blend_words(facts.blend))
    elif facts.prompt:
        prompt = " ".join(facts.prompt.split())
        shown = prompt if len(prompt) <= PROMPT_SHOWN else prompt[: PROMPT_SHOWN - 1] + "…"
        yield _tr("Prompt: {prompt}").format(prompt=shown)
    if facts.round_trip is not None:
        text = _tr("Drawn again: {psnr}, of {best} that the autoencoder allows")
        yield text.format(psnr=decibels(facts.round_trip.psnr), best=decibels(facts.round_trip.autoencoder))


def _grid(facts: CodeFacts) -> str:
    """At which level it lies and how a run goes on from there."""
    if not facts.model_hash:
        return ""
    level = _tr("Level t {timestep}").format(timestep=f"{facts.timestep:g}")
    if facts.timesteps:
        listed = ", ".join(f"{t:g}" for t in facts.timesteps[:SPARSE]) + (
            ", …" if len(facts.timesteps) > SPARSE else ""
        )
        return _tr("{level}, goes on at {timesteps}").format(level=level, timesteps=listed)
    if not facts.steps:
        return level
    text = _tr("{level}, {steps} steps, spacing {spacing}")
    return text.format(level=level, steps=facts.steps, spacing=facts.spacing or _tr("unknown"))


def _tr(text: str) -> str:
    return QCoreApplication.translate("CodeWords", text)
