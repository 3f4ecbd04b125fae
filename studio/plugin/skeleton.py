"""A new plugin to begin with: it works, and has a test of its own."""

from __future__ import annotations

import re
from pathlib import Path

from studio.errors import InvalidField
from studio.plugin.manifest import API_MAJOR, API_MINOR, FILE_NAME
from studio.storage import make_folder, write_new

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

MANIFEST = """\
id = "{name}"
name = "{title}"
version = "0.1.0"
api = "{api}"
description = "What it is for, in a sentence."
authors = ["Your name"]
license = "Apache-2.0"
entry = "{name}:CONTRIBUTIONS"

[[samplers]]
name = "{name}"
title = "{title}"
description = "What is seen of it, in a sentence."

[[samplers.options]]
name = "strength"
title = "Strength"
kind = "float"
default = 1.0
minimum = 0.0
maximum = 2.0
description = "How far each step goes; 1 is Euler."
"""

MODULE = '''\
"""{title}: a sampler to begin with. It is Euler with a strength."""

from studio.plugin.api import Option, SamplerInfo, Step


class {kind}:
    info = SamplerInfo(
        name="{name}",
        title="{title}",
        description="What is seen of it, in a sentence.",
        options=(
            Option("strength", "Strength", "float", 1.0, 0.0, 2.0, description="How far each step goes; 1 is Euler."),
        ),
    )

    def step(self, x, level, next_level, denoiser, run, memory):
        pair = denoiser(x, level)
        euler = next_level.alpha * pair.x0 + next_level.sigma * pair.eps
        return Step(x + run.options["strength"] * (euler - x), pair.x0)


CONTRIBUTIONS = ({kind}(),)
'''

TEST = '''\
"""Run with: python -m pytest {name}"""

from pathlib import Path

from studio.plugin.conformance import conformance
from studio.plugin.loader import load
from studio.plugin.manifest import read_manifest

FOLDER = Path(__file__).parent


def test_it_keeps_the_protocol():
    for sampler in load(read_manifest(FOLDER), FOLDER).samplers:
        report = conformance(sampler)
        assert report.passed, [finding for finding in report.findings if not finding.good]
'''


def write_skeleton(folder: Path) -> Path:
    """Write a plugin to a new folder. Raises `InvalidField` for a name that will not do, or that is there."""
    name = folder.name
    if not NAME.fullmatch(name):
        raise InvalidField("plugin", "A plugin's name has small letters, digits and _, and begins with a letter.")
    if folder.exists():
        raise InvalidField("plugin", f"{folder} is there already. Choose another name.")
    title = name.replace("_", " ").capitalize()
    words = {
        "name": name,
        "title": title,
        "kind": "".join(part.capitalize() for part in name.split("_")),
        "api": f"{API_MAJOR}.{API_MINOR}",
    }
    make_folder(folder)
    for file, text in ((FILE_NAME, MANIFEST), (f"{name}.py", MODULE), (f"test_{name}.py", TEST)):
        write_new(folder, [file], text.format(**words).encode())
    return folder
