"""New codes of those that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from torch import Tensor

from studio.errors import InvalidField
from studio.generation.code_start import same_level
from studio.generation.services import Codes
from studio.job.arithmetic import Arithmetic
from studio.job.code import NAME_MAXIMUM, CodeFacts
from studio.sampling.arithmetic import analogy, difference, mean
from studio.trajectory.code_file import Code

TOLD_MAXIMUM = 200


def combined(work: Arithmetic, codes: Codes) -> Code:
    """The code that the work describes; it is not kept yet.

    Raises `InvalidField` for codes that do not go together, `RefusedFile` for one that is not here.
    """
    parts = [codes.find(code) for code in work.codes]
    leading = next((code.facts for code in parts if code.facts.origin != "seed"), parts[0].facts)
    for code in parts:
        _check(code.facts, leading)
    x = _result(work, [_state(code, leading) for code in parts])
    told = _told(work, [code.facts.name for code in parts])
    facts = leading.model_copy(
        update={
            "name": work.name[:NAME_MAXIMUM],
            # Of seeds alone it is noise of deviation 1 again, which belongs to no model and fits every schedule.
            "origin": "seed" if leading.origin == "seed" else "arithmetic",
            "told": told,
            "round_trip": None,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )
    return Code(facts, x.contiguous())


def _check(facts: CodeFacts, leading: CodeFacts) -> None:
    if facts.shape != leading.shape:
        raise InvalidField(
            "codes",
            f"'{facts.name}' is of {facts.width} by {facts.height} pixels and '{leading.name}' of {leading.width} by "
            f"{leading.height}. Only codes of one size can be mixed.",
        )
    if facts.model_hash and leading.model_hash and facts.model_hash != leading.model_hash:
        raise InvalidField("codes", f"'{facts.name}' and '{leading.name}' are of different models.")
    if facts.origin != "seed" and not same_level(facts, leading):
        raise InvalidField(
            "codes",
            f"'{facts.name}' lies at level {facts.timestep:g} and '{leading.name}' at {leading.timestep:g}. Only codes "
            "of one level can be mixed: invert with the same number of steps.",
        )


def _state(code: Code, leading: CodeFacts) -> Tensor:
    """A seed's noise has deviation 1 whatever the schedule; beside others it is as large as noise is at their level."""
    scale = (leading.alpha**2 + leading.sigma**2) ** 0.5
    return code.x * scale if code.facts.origin == "seed" and leading.origin != "seed" else code.x


def _result(work: Arithmetic, states: Sequence[Tensor]) -> Tensor:
    if work.kind == "mean":
        return mean(states)
    if work.kind == "difference":
        return difference(states[0], states[1])
    return analogy(states[0], states[1], states[2], work.amount)


def _told(work: Arithmetic, names: Sequence[str]) -> str:
    if work.kind == "mean":
        text = f"mean of {', '.join(names)}"
    elif work.kind == "difference":
        text = f"{names[0]} - {names[1]}"
    else:
        text = f"{names[0]} + {work.amount:g} ({names[1]} - {names[2]})"
    return text[:TOLD_MAXIMUM]
