"""What the form must say for a run that starts from a code. No Qt."""

from __future__ import annotations

from typing import Any

from studio.job.code import CodeFacts, FromCode
from studio.job.recipe import EXPLICIT
from studio.ui.form_values import FormValues

DDIM = "ddim"
# Codes that only mean something where the way back is the way up.
WALKED = ("inversion", "arithmetic")


def fitting(code: str, facts: CodeFacts, values: FormValues) -> dict[str, Any]:
    """The fields of the form that start from this code as it was made: size, steps, and where it was inverted DDIM.

    The words and their guidance stay as they are.
    """
    found: dict[str, Any] = {
        "code": FromCode(code=code),
        "start": None,
        "painted": None,
        "width": facts.width,
        "height": facts.height,
    }
    if facts.model_hash:
        found |= _grid(facts)
        if facts.origin in WALKED and not facts.timesteps:
            options = {**values.options.get(DDIM, {}), "eta": 0.0}
            found |= {"sampler": DDIM, "options": {**values.options, DDIM: options}}
    return found


def own(code: str, facts: CodeFacts, values: FormValues) -> dict[str, Any]:
    """The same with the words, the guidance and the steps that the code was made with."""
    steps = {} if facts.timesteps or not facts.steps else {"steps": facts.steps}
    return {
        **fitting(code, facts, values),
        **steps,
        **_grid(facts),
        "prompt": facts.prompt,
        "negative_prompt": facts.negative_prompt,
        "blend": facts.blend,
        "scale": facts.guidance,
        "interval_start": 0.0,
        "interval_end": 1.0,
        "rescale": 0.0,
    }


def _grid(facts: CodeFacts) -> dict[str, Any]:
    """The steps at whose first level the code lies."""
    if facts.timesteps:
        listed = ", ".join(repr(t) for t in facts.timesteps)
        return {"spacing": "explicit", "timesteps": listed, "steps": len(facts.timesteps)}
    if facts.steps and facts.spacing and facts.spacing != EXPLICIT:
        return {"spacing": facts.spacing, "steps": facts.steps}
    return {}
