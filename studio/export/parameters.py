"""The `parameters` text that AUTOMATIC1111's web UI puts into pictures, and that many tools read.

The prompt, then a line "Negative prompt: …", then one line of settings "Steps: 30, Sampler: DDIM, …". Values with a
comma, a colon or a line break are written as JSON strings. Reading is tolerant: what is not understood is left out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from studio.job.event import GeneratedImage
from studio.job.inpaint import FromImage
from studio.job.recipe import (
    PROMPT_MAXIMUM,
    SCALE_MAXIMUM,
    SEED_MAXIMUM,
    SIZE_MAXIMUM,
    SIZE_MINIMUM,
    SIZE_STEP,
    STEPS_MAXIMUM,
    Recipe,
)

TEXT_MAXIMUM = 64_000
SETTINGS_LINE_MAXIMUM = 8_000
NEGATIVE = "Negative prompt:"
HASH_DIGITS = 10
SAMPLER_TITLES = {"ddim": "DDIM", "ddpm": "DDPM", "euler": "Euler"}
SCHEDULE_TITLES = {"karras": "Karras", "exponential": "Exponential"}

_SETTING = re.compile(r' {0,3}([A-Za-z][\w /-]{0,40}): {0,3}("(?:\\.|[^\\"]){0,2000}"|[^,]*)(?:,|$)')
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def parameters_text(generated: GeneratedImage) -> str:
    """The text for a picture of ours."""
    recipe = generated.recipe
    spacing = SCHEDULE_TITLES.get(recipe.sampling.spacing)
    settings = {
        "Steps": recipe.sampling.steps,
        "Sampler": SAMPLER_TITLES.get(recipe.sampling.sampler, recipe.sampling.sampler),
        **({"Schedule type": spacing} if spacing else {}),
        "CFG scale": f"{recipe.guidance.scale:g}",
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}",
        **_painted(recipe),
        "Model": re.split(r"[/\\]", recipe.model)[-1] or recipe.model,
        "Model hash": generated.model_hash[:HASH_DIGITS],
        "Version": f"Reverie {generated.versions.get('reverie', '')}".strip(),
    }
    lines = [_plain(recipe.prompt)]
    if recipe.negative_prompt:
        lines.append(f"{NEGATIVE} {_plain(recipe.negative_prompt)}")
    lines.append(", ".join(f"{key}: {_quoted(str(value))}" for key, value in settings.items()))
    return "\n".join(lines)


def _painted(recipe: Recipe) -> dict[str, str]:
    """What other programs say of a picture that was made from another one."""
    if isinstance(recipe.start, FromImage):
        return {"Denoising strength": f"{recipe.start.strength:g}"}
    return {"Denoising strength": "1"} if recipe.inpaint is not None else {}


def _plain(text: str) -> str:
    return _CONTROL.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if re.search(r'[,:\n"]', value) else value


def from_parameters(text: str) -> dict[str, Any]:
    """What can be understood of such a text, under the names of the form's fields; values out of range are left out.

    Possible keys: prompt, negative_prompt, steps, sampler, spacing, scale, seed, width, height, model.
    """
    lines = _plain(text[:TEXT_MAXIMUM]).strip().split("\n")
    settings = _settings(lines[-1])
    if len(settings) >= 3:  # fewer are a prompt that happens to have a colon
        del lines[-1]
    else:
        settings = {}
    found: dict[str, Any] = _prompts(lines)
    for key, read in _READERS.items():
        if key in settings:
            found |= read(settings[key].strip())
    return found


def _settings(line: str) -> dict[str, str]:
    pairs = _SETTING.findall(line[-SETTINGS_LINE_MAXIMUM:])
    return {key.strip(): _unquoted(value) for key, value in pairs}


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        return str(json.loads(value))
    except ValueError:
        return value


def _prompts(lines: list[str]) -> dict[str, Any]:
    starts = [number for number, line in enumerate(lines) if line.lstrip().startswith(NEGATIVE)]
    end = starts[0] if starts else len(lines)
    negative = "\n".join(lines[end:]).strip().removeprefix(NEGATIVE).strip()
    found = {"prompt": "\n".join(lines[:end]).strip()[:PROMPT_MAXIMUM], "negative_prompt": negative[:PROMPT_MAXIMUM]}
    return {key: value for key, value in found.items() if value}


def _whole(name: str, minimum: int, maximum: int) -> Callable[[str], dict[str, Any]]:
    def read(value: str) -> dict[str, Any]:
        good = re.fullmatch(r"[0-9]{1,19}", value) and minimum <= int(value) <= maximum
        return {name: int(value)} if good else {}

    return read


def _scale(value: str) -> dict[str, Any]:
    good = re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", value) and float(value) <= SCALE_MAXIMUM
    return {"scale": float(value)} if good else {}


def _size(value: str) -> dict[str, Any]:
    sides = re.fullmatch(r"([0-9]{1,5})x([0-9]{1,5})", value)
    numbers = [int(side) for side in sides.groups()] if sides else []
    if not numbers or any(n % SIZE_STEP or not SIZE_MINIMUM <= n <= SIZE_MAXIMUM for n in numbers):
        return {}
    return {"width": numbers[0], "height": numbers[1]}


def _title(name: str, titles: Mapping[str, str]) -> Callable[[str], dict[str, Any]]:
    values = {title.lower(): value for value, title in titles.items()}
    return lambda title: {name: values[title.lower()]} if title.lower() in values else {}


_READERS: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "Steps": _whole("steps", 1, STEPS_MAXIMUM),
    "Sampler": _title("sampler", SAMPLER_TITLES),
    "Schedule type": _title("spacing", SCHEDULE_TITLES),
    "CFG scale": _scale,
    "Seed": _whole("seed", 0, SEED_MAXIMUM),
    "Size": _size,
    "Model": lambda value: {"model": value[:255]} if value else {},
}
