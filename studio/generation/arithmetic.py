"""Arithmetic with codes: a new code of codes that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from torch import Tensor

from studio.errors import InvalidField
from studio.generation.code_start import apart
from studio.generation.reverse_process import start_deviation
from studio.generation.services import Codes
from studio.job.arithmetic import Arithmetic
from studio.job.code import CodeFacts
from studio.sampling.arithmetic import analogy, difference, mean
from studio.sampling.schedule import NoiseLevel
from studio.trajectory.code_file import Code

TOLD_MAXIMUM = 200
NAME_SHOWN = 48


def combined(work: Arithmetic, codes: Codes) -> Code:
    """The code that the arithmetic gives. It is not kept.

    Codes of one model and one level give a code of these. The noise of seeds belongs to no model: beside such a code
    it is taken as the state that a run would begin with there, and seeds alone give noise that fits every model. Raises
    `InvalidField` for codes that cannot be put together, `RefusedFile` for one that is not here.
    """
    given = [codes.find(code) for code in work.codes]
    facts = [code.facts for code in given]
    base = next((known for known in facts if not known.any_schedule), facts[0])
    for known in facts:
        _check(base, known)
    x = _result(work, [_state(code, base) for code in given]).contiguous()
    found = base.model_copy(
        update={
            "name": work.name,
            "origin": "arithmetic",
            "told": _formula(work, [known.name for known in facts]),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "round_trip": None,
        }
    )
    return Code(found, x)


def _result(work: Arithmetic, xs: Sequence[Tensor]) -> Tensor:
    if work.kind == "mean":
        return mean(xs)
    if work.kind == "difference":
        return difference(xs[0], xs[1])
    return analogy(xs[0], xs[1], xs[2], work.amount)


def _state(code: Code, base: CodeFacts) -> Tensor:
    """The values of a code at the level of `base`."""
    if base.any_schedule or not code.facts.any_schedule:
        return code.x
    return code.x * start_deviation(_level(base))


def _check(base: CodeFacts, other: CodeFacts) -> None:
    """Raise `InvalidField` for two codes that cannot be put together."""
    both = f"'{base.name[:NAME_SHOWN]}' and '{other.name[:NAME_SHOWN]}'"
    if base.shape != other.shape:
        sizes = f"{base.width} by {base.height} and {other.width} by {other.height} pixels"
        raise InvalidField("codes", f"The codes {both} are of {sizes}. Choose codes of one size.")
    if other.any_schedule:
        if base.timesteps:
            raise InvalidField(
                "codes",
                f"The code '{base.name[:NAME_SHOWN]}' is a state on the way of a run and '{other.name[:NAME_SHOWN]}' "
                "the noise before it. Choose codes of one level.",
            )
        return
    if base.model_hash and other.model_hash and base.model_hash != other.model_hash:
        raise InvalidField("codes", f"The codes {both} are of different models. Choose codes of one model.")
    if apart(base.alpha, base.sigma, _level(other)):
        raise InvalidField(
            "codes",
            f"The codes {both} lie at different levels, {base.timestep:g} and {other.timestep:g}. Invert their "
            "pictures with the same steps and spacing.",
        )


def _level(facts: CodeFacts) -> NoiseLevel:
    return NoiseLevel(facts.timestep, facts.alpha, facts.sigma)


def _formula(work: Arithmetic, names: Sequence[str]) -> str:
    """What was put together, in words that fit."""
    short = [name if len(name) <= NAME_SHOWN else f"{name[: NAME_SHOWN - 1]}…" for name in names]
    if work.kind == "difference":
        return f"{short[0]} - {short[1]}"
    if work.kind == "analogy":
        sign = "-" if work.amount < 0 else "+"
        return f"{short[0]} {sign} {abs(work.amount):g} ({short[1]} - {short[2]})"
    told = f"mean of {', '.join(short)}"
    for shown in range(len(short) - 1, 0, -1):
        if len(told) <= TOLD_MAXIMUM:
            break
        told = f"mean of {', '.join(short[:shown])} and {len(short) - shown} more"
    return told
