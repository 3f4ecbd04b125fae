"""A program that is killed in mid-run loses nothing: the next start offers to go on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest

from studio import paths
from studio.export.metadata import pixel_hash
from studio.export.picture_file import read_picture
from studio.job.event import Started
from studio.job.recipe import Recipe, Sampling, recipe
from tests.gui.studio_driver import Driver

STEPS, KILLED_AFTER = 5, 3
RECIPE = recipe(
    prompt="red apple, 3d style", width=64, height=64, seed=21, sampling=Sampling(sampler="ddpm", steps=STEPS)
)

# The engine of the desktop program, in a process of its own, killed without a warning.
PROGRAM = """
import os, signal, sys
from studio import paths
from studio.generation.run import run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import StepDone
from studio.job.preview import PreviewSettings
from studio.job.recipe import Recipe
from studio.models.catalog import ModelCatalog
from studio.models.device import choose_placement
from studio.models.loader import ModelCache
from studio.sampling.registry import builtin_methods
from studio.trajectory.store import TrajectoryStore

models = ModelCache(ModelCatalog(paths.starter_model()), lambda: choose_placement("cpu"))
store = TrajectoryStore(paths.data() / "trajectories", paths.pictures)
services = Services(models, builtin_methods(), lambda: PreviewSettings("off"), None, store)
for event in run(1, Recipe.read(sys.argv[1]), services, CancelToken()):
    if isinstance(event, StepDone) and event.step == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
"""


def crash(wanted: Recipe) -> None:
    command = [sys.executable, "-c", PROGRAM, wanted.text(), str(KILLED_AFTER)]
    ended = subprocess.run(command, env=dict(os.environ), check=False, capture_output=True, text=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


@pytest.fixture
def crashed(start: Callable[..., Driver]) -> Driver:
    crash(RECIPE)
    studio = start()
    studio.window.warm_up()
    studio.until(lambda: "stopped after step" in studio.banner())
    return studio


def test_the_next_start_goes_on_and_the_picture_is_the_same(crashed: Driver) -> None:
    assert f"step {KILLED_AFTER} of {STEPS}" in crashed.banner()
    crashed.window.recovery._go_on()
    crashed.rest()
    path = crashed.window.session.status.path
    assert path is not None
    (started,) = [event for event in crashed.events if isinstance(event, Started)]
    assert started.first_step == KILLED_AFTER
    resumed = pixel_hash(read_picture(path).image)
    # The same recipe once more, from its beginning.
    for place in paths.data().rglob("*.safetensors"):
        place.unlink()
    for place in paths.pictures().glob("*.trajectory.safetensors"):
        place.unlink()
    crashed.window.form.set(seed=RECIPE.seed)
    again = crashed.run()
    assert again is not None
    assert [event.first_step for event in crashed.events if isinstance(event, Started)] == [KILLED_AFTER, 0]
    assert pixel_hash(read_picture(again).image) == resumed


def test_a_run_that_is_forgotten_is_not_offered_again(crashed: Driver, start: Callable[..., Driver]) -> None:
    crashed.window.recovery._forget()
    crashed.until(lambda: not list((paths.data() / "trajectories").glob("*.journal")))
    crashed.window.close()
    later = start()
    later.window.warm_up()
    later.until(lambda: later.foot() == "Ready")
    assert "stopped after step" not in later.banner()
