"""Plugins that tests write: a folder with a sampler that works, or whose step is any text, or one of each kind."""

from __future__ import annotations

import textwrap
import zipfile
from pathlib import Path

from studio.plugin.host import PluginHost
from studio.plugin.ledger import Ledger
from studio.plugin.markers import Markers
from studio.plugin.store import PluginStore

GOOD_STEP = """
pair = denoiser(x, level)
return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0)
"""

THREE_MANIFEST = """\
id = "three"
name = "Three"
version = "1.0.0"
api = "1.0"
entry = "three:CONTRIBUTIONS"
samplers = [{ name = "firm", title = "Firm" }]
spacings = [{ name = "late", title = "Late" }]
guidance = [{ name = "plain", title = "Plain" }]
"""
THREE_CODE = """\
from studio.plugin.api import GuidanceInfo, Prediction, SamplerInfo, Spacing, SpacingInfo, Step

class Sampler:
    info = SamplerInfo("firm", "Firm", "")
    def step(self, x, level, next_level, denoiser, run, memory):
        pair = denoiser(x, level)
        return Step(next_level.alpha * pair.x0 + next_level.sigma * pair.eps, pair.x0)

class Rule:
    info = GuidanceInfo("plain", "Plain")
    def combine(self, x, level, cond, uncond, scale, context, memory):
        return cond, memory

def late(schedule, n, fractional):
    return [schedule.level(i * (len(schedule) // n)) for i in reversed(range(n))]

CONTRIBUTIONS = (Rule(), Sampler(), Spacing(SpacingInfo("late", "Late"), late))
"""


def manifest(plugin: str = "sample", **changes: str) -> str:
    """The text of a manifest; `changes` replace whole values, written as TOML, or with "" leave the line out."""
    lines = {
        "id": f'"{plugin}"',
        "name": f'"{plugin.capitalize()}"',
        "version": '"1.0.0"',
        "api": '"1.0"',
        "authors": '["Somebody"]',
        "entry": f'"{plugin}:CONTRIBUTIONS"',
        **changes,
    }
    top = "\n".join(f"{name} = {value}" for name, value in lines.items() if value)
    return f'{top}\n\n[[samplers]]\nname = "{plugin}"\ntitle = "{plugin.capitalize()}"\n'


def code(plugin: str = "sample", step: str = GOOD_STEP, before: str = "") -> str:
    """The module of a plugin."""
    head = "from studio.plugin.api import SamplerInfo, Step\n" + textwrap.dedent(before)
    body = textwrap.indent(textwrap.dedent(step).strip(), "        ")
    return (
        f"{head}\n\nclass Sampler:\n"
        f'    info = SamplerInfo("{plugin}", "{plugin.capitalize()}", "")\n'
        f"    def step(self, x, level, next_level, denoiser, run, memory):\n{body}\n\n"
        "CONTRIBUTIONS = (Sampler(),)\n"
    )


def write(place: Path, plugin: str = "sample", step: str = GOOD_STEP, before: str = "", **changes: str) -> Path:
    """A plugin's folder in `place`."""
    folder = place / plugin
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(manifest(plugin, **changes), encoding="utf-8")
    (folder / f"{plugin}.py").write_text(code(plugin, step, before), encoding="utf-8")
    return folder


def write_three(place: Path, rule: str = "return cond, memory", levels: str = "reversed(range(n))") -> Path:
    """A plugin with one contribution of each kind: what its rule does, which levels its spacing takes."""
    folder = place / "three"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(THREE_MANIFEST, encoding="utf-8")
    code = THREE_CODE.replace("return cond, memory", rule).replace("reversed(range(n))", levels)
    (folder / "three.py").write_text(code, encoding="utf-8")
    return folder


def zipped(folder: Path, archive: Path, top: str = "") -> Path:
    """All files of a folder as a zip, below the folder `top` of it."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.rglob("*")):
            file.write(path, top + path.relative_to(folder).as_posix())
    return archive


class Home:
    """A store with its host, as a start of the program makes them."""

    def __init__(self, root: Path, *, safe: bool = False) -> None:
        self.root, self.own, self.bundled = root, root / "plugins", root / "bundled"
        self.ledger = Ledger(root / "plugins.json")
        self.store = PluginStore(self.bundled, self.own, self.ledger, safe=safe)
        self.host = PluginHost(self.store, Markers(root / "at-work"))

    def enabled(self, source: Path) -> str:
        """Install and enable; the id."""
        entry = self.store.install(source)
        self.store.enable(entry.id, self.store.files(entry.id).digest)
        return entry.id


def all_below(place: Path) -> set[str]:
    return {path.relative_to(place).as_posix() for path in place.rglob("*")}
