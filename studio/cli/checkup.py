"""What `reverie doctor` looks at. Each check tells in plain words what it found and never raises."""

from __future__ import annotations

import importlib.util
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import psutil

from studio import __version__, storage
from studio.cli.display import display_problem
from studio.errors import StorageError, StudioError
from studio.job.cancel import CancelToken
from studio.job.event import Failed, ImageReady
from studio.job.preview import PreviewSettings
from studio.job.recipe import recipe

if TYPE_CHECKING:
    from studio.cli.workplace import Workplace
    from studio.models.device import Placement

Outcome = Literal["good", "note", "bad"]

LIBRARIES = ("torch", "diffusers", "transformers", "PySide6-Essentials", "numpy", "Pillow")
# Below this a model of Stable Diffusion's size does not fit.
LOW_MEMORY = 4 * 2**30
WINDOW_SECONDS = 60.0
_OPEN_WINDOW = "from PySide6.QtWidgets import QApplication; QApplication([])"


@dataclass(frozen=True)
class Finding:
    """What one check found: `bad` means that no picture can be made until it is mended."""

    check: str
    outcome: Outcome
    sentence: str


def versions() -> Finding:
    """The program, Python, the system and the libraries, as installed."""
    missing = [name for name in LIBRARIES if _version(name) is None and name != "PySide6-Essentials"]
    found = ", ".join(f"{name} {_version(name)}" for name in LIBRARIES if _version(name) is not None)
    system = f"Reverie {__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"
    if missing:
        return Finding("Versions", "bad", f"{system}. Missing: {', '.join(missing)}. Install Reverie again.")
    return Finding("Versions", "good", f"{system}, {found}.")


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def memory() -> Finding:
    """The machine's memory."""
    seen = psutil.virtual_memory()
    sentence = f"{_gigabytes(seen.available)} of {_gigabytes(seen.total)} free."
    if seen.available < LOW_MEMORY:
        return Finding("Memory", "note", f"{sentence} Large models may not fit; close other programs for those.")
    return Finding("Memory", "good", sentence)


def device(placement: Placement) -> Finding:
    """Where pictures would be computed, and how much room there is."""
    from studio.models.device import available_devices, device_title, graphics_memory

    sentence = f"{device_title(placement.device)}, in {placement.precision}"
    room = graphics_memory(placement.device)
    if room is not None:
        sentence += f", {_gigabytes(room[0])} of {_gigabytes(room[1])} graphics memory free"
    others = [name for name in available_devices() if name != placement.device.type]
    sentence += f" (also here: {', '.join(others)})." if others else "."
    if shutil.which("nvidia-smi") and "cuda" not in available_devices():
        unused = "There seems to be an NVIDIA card, but this build of torch cannot use it: install torch for CUDA."
        return Finding("Device", "note", f"{sentence} {unused}")
    return Finding("Device", "good", sentence)


def pictures_folder(folder: Path) -> Finding:
    """Whether pictures can be saved. A folder that does not exist yet is made when it is needed, not now."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        storage.check_writable(place)
    except StorageError as problem:
        return Finding("Pictures", "bad", problem.sentence)
    return Finding("Pictures", "good", f"saved in {folder}{'' if place == folder else ', which is made when needed'}.")


def window() -> Finding:
    """Whether the window could open: found out by opening and closing Qt's display connection in another process."""
    if importlib.util.find_spec("PySide6") is None:
        return Finding(
            "Window", "note", "PySide6 is not installed, so there is no window. The commands work without it."
        )
    problem = display_problem()
    if problem is not None:
        return Finding("Window", "note", problem)
    if getattr(sys, "frozen", False):  # a bundle has no Python to ask
        return Finding("Window", "good", "a display is there.")
    try:
        asked = subprocess.run(
            [sys.executable, "-c", _OPEN_WINDOW], capture_output=True, timeout=WINDOW_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return Finding("Window", "bad", "Qt does not answer. Start Reverie again in a desktop session.")
    if asked.returncode == 0:
        return Finding("Window", "good", "Qt and its libraries work, and a display is there.")
    said = [line for line in asked.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    why = said[-1].strip()[:300] if said else f"it ended with code {asked.returncode}"
    return Finding("Window", "bad", f"Qt cannot open a window: {why}")


def proof(workplace: Workplace, placement: Placement) -> Finding:
    """One step of the starter model with guidance, and a full decode: the real thing, only short."""
    from studio.generation.run import run

    entry = workplace.catalog.entries()[0]
    width, height = entry.native_size
    wanted = recipe(model=entry.name, prompt="red apple", width=width, height=height, sampling={"steps": 1})
    services = workplace.services(placement, PreviewSettings("off"))
    began = time.perf_counter()
    for event in run(1, wanted, services, CancelToken()):
        if isinstance(event, Failed):
            return Finding("Proof", "bad", event.sentence)
        if isinstance(event, ImageReady):
            loading = time.perf_counter() - began - event.generated.seconds
            return Finding(
                "Proof", "good",
                f"one step of the model {entry.name} and its picture took {event.generated.seconds:.2f} s, "
                f"loading {loading:.1f} s.",
            )  # fmt: skip
    return Finding("Proof", "bad", "The one-step run ended without a picture. Install Reverie again.")


def guarded(name: str, check: Callable[[], Finding]) -> Finding:
    """The finding of a check; whatever it raises is one as well. Broken installations raise many things."""
    try:
        return check()
    except StudioError as problem:
        return Finding(name, "bad", problem.sentence)
    except Exception as problem:
        return Finding(name, "bad", f"{type(problem).__name__}: {str(problem)[:300]}. Install Reverie again.")


def findings(workplace: Workplace, choose: Callable[[], Placement]) -> Iterator[Finding]:
    """All checks, one after another. `choose` says where to compute."""
    yield guarded("Versions", versions)
    yield guarded("Memory", memory)
    yield guarded("Pictures", lambda: pictures_folder(workplace.pictures))
    yield guarded("Window", window)
    yield guarded("Device", lambda: device(choose()))
    yield guarded("Proof", lambda: proof(workplace, choose()))


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.1f} GB"
