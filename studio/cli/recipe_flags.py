"""The flags that describe a picture, and how they become recipes: one for each picture, seeds counted up."""

from __future__ import annotations

import secrets
from argparse import ArgumentParser, Namespace

from studio.cli import values
from studio.cli.option_flags import add_option_flags, given_options
from studio.errors import InvalidField
from studio.job.recipe import SEED_MAXIMUM, Guidance, Recipe, Sampling, checked, recipe
from studio.plugin.manifest import RULE_PREFIX
from studio.sampling.registry import GuidanceRegistry, Methods

COUNT_MAXIMUM = 10_000
# Seeds that are drawn are short enough to be copied by hand.
DRAWN_SEEDS = 2**32


def add_recipe_flags(parser: ArgumentParser, methods: Methods, *, prompt_required: bool = True) -> None:
    """The flags of a recipe. Every option of every sampler and guidance rule has a flag of its own."""
    parser.add_argument(
        "--prompt", type=values.text("prompt", "Prompt"), required=prompt_required, metavar="TEXT",
        help="what to draw; may be empty",
    )  # fmt: skip
    _add_walk_flags(parser, methods)
    parser.add_argument(
        "--seed", type=values.whole_number("seed", "Seed"), metavar="N", help="0 to 2^63-1; drawn and told if absent"
    )
    parser.add_argument(
        "--count", type=values.bounded("count", "Count", 1, COUNT_MAXIMUM), default=1, metavar="N",
        help="how many pictures, with the seeds N, N+1, ...; default: 1",
    )  # fmt: skip
    parser.add_argument("--size", type=values.size, metavar="WxH", help="in pixels; default: the model's own size")
    _add_method_flags(parser, methods)


def add_change_flags(parser: ArgumentParser, methods: Methods) -> None:
    """The flags of what a branch may change. What is not given stays as it was."""
    parser.add_argument(
        "--prompt", type=values.text("prompt", "Prompt"), metavar="TEXT", help="what to draw from here on"
    )
    _add_walk_flags(parser, methods)
    parser.add_argument(
        "--seed", type=values.whole_number("seed", "Seed"), metavar="N",
        help="draw the noise of later steps anew, from this seed; else it goes on as recorded",
    )  # fmt: skip
    _add_method_flags(parser, methods)
    changeable = ("negative", "sampler", "spacing", "rule", "guidance", "guidance_interval", "guidance_rescale")
    parser.set_defaults(**dict.fromkeys(changeable))


def _add_walk_flags(parser: ArgumentParser, methods: Methods) -> None:
    usual, guidance = Sampling(), Guidance()
    parser.add_argument(
        "--negative", type=values.text("negative_prompt", "Negative prompt"), default="", metavar="TEXT",
        help="what to keep away from",
    )  # fmt: skip
    parser.add_argument("--sampler", default=usual.sampler, metavar="NAME", help=f"default: {usual.sampler}")
    parser.add_argument(
        "--steps", type=values.whole_number("steps", "Steps"), metavar="N", help=f"default: {usual.steps}"
    )
    parser.add_argument(
        "--spacing", type=values.spacing, default=usual.spacing, metavar="NAME|LIST",
        help=f"{', '.join(methods.spacings.by_name())}, or timesteps such as 999,750,500; default: {usual.spacing}",
    )  # fmt: skip
    parser.add_argument(
        "--guidance", type=values.number("scale", "Guidance"), default=guidance.scale, metavar="S",
        help=f"guidance scale; 1 is none; default: {guidance.scale:g}",
    )  # fmt: skip
    rules = ", ".join(methods.guidance.by_name())
    parser.add_argument(
        "--rule", default=guidance.rule, metavar="NAME", help=f"how guidance works: {rules}; default: {guidance.rule}"
    )
    parser.add_argument(
        "--guidance-interval", type=values.interval, default=guidance.interval, metavar="A,B",
        help="guide only while t/T is between these; default: 0,1",
    )  # fmt: skip
    parser.add_argument(
        "--guidance-rescale", type=values.number("rescale", "Guidance rescale", 0.0, 1.0), default=guidance.rescale,
        metavar="PHI", help="0 to 1, against pictures that are burnt by strong guidance; default: 0",
    )  # fmt: skip


def _add_method_flags(parser: ArgumentParser, methods: Methods) -> None:
    add_option_flags(parser, "options of single samplers", methods.samplers.infos())
    add_option_flags(parser, "options of guidance rules", methods.guidance.infos(), RULE_PREFIX)


def recipes(flags: Namespace, methods: Methods, model: str, native_size: tuple[int, int]) -> tuple[Recipe, ...]:
    """One recipe a picture. Raises `InvalidField` for the first flag that is not allowed."""
    width, height = flags.size or native_size
    first = _first_seed(flags)
    usual = recipe(
        model=model,
        prompt=flags.prompt,
        negative_prompt=flags.negative,
        width=width,
        height=height,
        seed=first,
        sampling=_sampling(flags, methods),
        guidance=checked(Guidance, **_guidance(Guidance(), flags, methods.guidance)),
    )
    return tuple(usual.model_copy(update={"seed": first + number}) for number in range(flags.count))


def changed(parent: Recipe, flags: Namespace, methods: Methods) -> dict[str, object]:
    """The fields of a branch of `parent` that differ from it. Raises `InvalidField`."""
    fields = {"prompt": flags.prompt, "negative_prompt": flags.negative, "seed": flags.seed}
    return {
        **{name: value for name, value in fields.items() if value is not None},
        "sampling": _changed_sampling(parent.sampling, flags, methods),
        "guidance": checked(Guidance, **_guidance(parent.guidance, flags, methods.guidance)),
    }


def _guidance(before: Guidance, flags: Namespace, rules: GuidanceRegistry) -> dict[str, object]:
    """The fields of a guidance after `before`. What is not given stays, a rule's options as long as the rule does."""
    info = rules.get(flags.rule or before.rule).info
    kept = before.options if info.name == before.rule else {}
    given = {"scale": flags.guidance, "interval": flags.guidance_interval, "rescale": flags.guidance_rescale}
    return {
        **dict(before),
        **{name: value for name, value in given.items() if value is not None},
        "rule": info.name,
        "options": info.resolve({**kept, **given_options(flags, info, rules.infos(), RULE_PREFIX)}),
    }


def _changed_sampling(before: Sampling, flags: Namespace, methods: Methods) -> Sampling:
    samplers = methods.samplers
    info = samplers.get(flags.sampler or before.sampler).info
    kept = before.options if info.name == before.sampler else {}
    explicit = flags.spacing if isinstance(flags.spacing, tuple) else None
    same_grid = flags.spacing is None and flags.steps is None
    timesteps = before.timesteps if same_grid else explicit
    spacing = flags.spacing if isinstance(flags.spacing, str) else "explicit" if timesteps else before.spacing
    return checked(
        Sampling,
        sampler=info.name,
        options=info.resolve({**kept, **given_options(flags, info, samplers.infos())}),
        steps=flags.steps or (len(timesteps) if timesteps else before.steps),
        spacing=spacing,
        timesteps=timesteps,
    )


def _first_seed(flags: Namespace) -> int:
    if flags.seed is None:
        return secrets.randbelow(DRAWN_SEEDS)
    seed = int(flags.seed)
    if seed <= SEED_MAXIMUM < seed + flags.count - 1:
        last = SEED_MAXIMUM - flags.count + 1
        raise InvalidField("seed", f"Seed {seed} leaves no room for {flags.count} pictures. Use 0 to {last}.")
    return seed


def _sampling(flags: Namespace, methods: Methods) -> Sampling:
    samplers = methods.samplers
    info = samplers.get(flags.sampler).info
    explicit = None if isinstance(flags.spacing, str) else flags.spacing
    steps = flags.steps if flags.steps is not None else Sampling().steps if explicit is None else len(explicit)
    return checked(
        Sampling,
        sampler=info.name,
        options=info.resolve(given_options(flags, info, samplers.infos())),
        steps=steps,
        spacing=flags.spacing if explicit is None else "explicit",
        timesteps=explicit,
    )
