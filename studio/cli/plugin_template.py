"""The plugin that `reverie plugins new` writes: small, working, and with a test that says whether it still works."""

from __future__ import annotations

import os
import re
from pathlib import Path

from studio.errors import InvalidField, RefusedFile
from studio.plugin.manifest import API_MAJOR, API_MINOR, FILE_NAME
from studio.storage import make_folder, write_durably

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

MANIFEST = """\
id = "{name}"
name = "{title}"
version = "0.1.0"
api = "{api}"
description = "A sampler of my own."
authors = []
license = ""
entry = "{name}:CONTRIBUTIONS"

[[samplers]]
name = "{name}"
title = "{title}"
description = "Euler with steps that reach a little too far or not far enough."

[[samplers.options]]
name = "reach"
title = "Reach"
kind = "float"
default = 1.0
minimum = 0.8
maximum = 1.2
description = "1 is Euler; less keeps some noise, more takes away too much."
"""

CODE = '''\
"""A sampler to begin with: Euler, whose steps may reach a little too far.

With x = alpha x0 + sigma eps an Euler step is x' = alpha' x0 + sigma' eps. Change it, and run the test beside it.
"""

from studio.plugin.api import Option, SamplerInfo, Step


class Sampler:
    info = SamplerInfo(
        name="{name}",
        title="{title}",
        description="Euler with steps that reach a little too far or not far enough.",
        options=(
            Option(
                "reach", "Reach", "float", 1.0, 0.8, 1.2,
                description="1 is Euler; less keeps some noise, more takes away too much.",
            ),
        ),
    )

    def step(self, x, level, next_level, denoiser, run, memory):
        pair = denoiser(x, level)
        sigma = level.sigma + run.options["reach"] * (next_level.sigma - level.sigma)
        return Step(next_level.alpha * pair.x0 + max(sigma, 0.0) * pair.eps, pair.x0)


CONTRIBUTIONS = (Sampler(),)
'''

TEST = '''\
"""Whether the sampler keeps what samplers promise. Run it with pytest, in the environment that Reverie is in."""

from pathlib import Path

from studio.plugin.conformance import conformance_of


def test_promises():
    for report in conformance_of(Path(__file__).parent):
        assert report.passed, [finding for finding in report.findings if not finding.good]


def test_order():
    (report,) = conformance_of(Path(__file__).parent)
    assert abs(report.order - 1.0) < 0.1  # the error halves with twice the steps, as Euler's does
'''


def write_plugin(name: str, place: Path) -> Path:
    """Write the folder `name` into `place`. Raises `InvalidField`, `RefusedFile` where it is there, `StorageError`."""
    if not _NAME.fullmatch(name):
        raise InvalidField("plugin", f"'{name[:40]}' is no name for a plugin. Use small letters, digits and _.")
    folder = place / name
    if os.path.lexists(folder):
        raise RefusedFile(f"{folder} is there already, and nothing was written. Choose another name.")
    make_folder(folder)
    title = name.replace("_", " ").capitalize()
    words = {"name": name, "title": title, "api": f"{API_MAJOR}.{API_MINOR}"}
    for file, text in ((FILE_NAME, MANIFEST), (f"{name}.py", CODE), (f"test_{name}.py", TEST)):
        write_durably(folder / file, text.format(**words).encode())
    return folder
