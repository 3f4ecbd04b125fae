"""The options of samplers and guidance rules as flags: each has one, made from how its owners describe it."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Mapping

from studio.cli import values
from studio.sampling.info import GuidanceInfo, Option, SamplerInfo

Info = SamplerInfo | GuidanceInfo

_PLACE = "option_"


def add_option_flags(parser: ArgumentParser, title: str, infos: Iterable[Info], prefix: str = "") -> None:
    """A group of flags. `prefix` goes before the names of options that are not a sampler's."""
    group = parser.add_argument_group(f"{title} (at its default an option is taken with any of them)")
    for name, owners in _owners(infos).items():
        told = "; ".join(f"{info.name}: {option_summary(option)}" for info, option in owners).replace("%", "%%")
        group.add_argument(option_flag(prefix + name), dest=_PLACE + prefix + name, metavar="VALUE", help=told)


def given_options(flags: Namespace, info: Info, infos: Iterable[Info], prefix: str = "") -> dict[str, object]:
    """The options that were given. At its default an option asks for nothing, so methods without it pass it over."""
    given: dict[str, object] = {}
    own = {option.name: option for option in info.options}
    for name, owners in _owners(infos).items():
        text = getattr(flags, _PLACE + prefix + name)
        if text is None:
            continue
        if name in own:
            given[name] = values.option_value(own[name], text)
        elif values.option_value(owners[0][1], text) != owners[0][1].default:  # that of the built-in one comes first
            given[name] = text  # refused by the method, in its own words
    return given


def option_flag(name: str) -> str:
    """How the option of that name is given."""
    return "--" + name.replace("_", "-")


def option_summary(option: Option) -> str:
    """What is allowed for an option, and its default, in a few words."""
    if option.kind == "choice":
        allowed = ", ".join(value for value, _ in option.choices)
    elif option.kind == "bool":
        allowed = "true or false"
    else:
        allowed = f"{option.minimum:g} to {option.maximum:g}"
    default = str(option.default).lower() if option.kind == "bool" else f"{option.default}"
    return f"{allowed}; default: {default}"


def _owners(infos: Iterable[Info]) -> Mapping[str, list[tuple[Info, Option]]]:
    """Every option's name with the methods that have it."""
    owners: dict[str, list[tuple[Info, Option]]] = {}
    for info in infos:
        for option in info.options:
            owners.setdefault(option.name, []).append((info, option))
    return owners
