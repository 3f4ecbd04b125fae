"""Mixed prompts in words, such as "apple 25 %, lemon 75 %"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from studio.job.code import Weighted

PROMPT_SHOWN = 24


def blend_words(blend: Sequence[Weighted]) -> str:
    """The prompts of a blend and how much each counts; where they are one, the negative prompts that are mixed."""
    prompts = _shares(blend, "prompt")
    if len(prompts) > 1:
        return ", ".join(_share(prompt, weight) for prompt, weight in prompts.items())
    avoided = ", ".join(_share(prompt, weight) for prompt, weight in _shares(blend, "negative_prompt").items())
    return _tr("{prompt}, without: {avoided}").format(prompt=_short(next(iter(prompts), "")), avoided=avoided)


def _shares(blend: Sequence[Weighted], name: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in blend:
        words = str(getattr(part, name))
        found[words] = found.get(words, 0.0) + part.weight
    return found


def _share(prompt: str, weight: float) -> str:
    return _tr("{prompt} {percent} %").format(prompt=_short(prompt), percent=f"{100 * weight:.0f}")


def _short(prompt: str) -> str:
    words = " ".join(prompt.split()) or _tr("no prompt")
    return words if len(words) <= PROMPT_SHOWN else words[: PROMPT_SHOWN - 1] + "…"


def _tr(text: str) -> str:
    return QCoreApplication.translate("BlendWords", text)
