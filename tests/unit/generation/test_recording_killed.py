"""A program that is killed in mid-run goes on bit for bit."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.models.model import Model
from studio.trajectory import journal
from tests.unit.generation.recorded import Studio, plain

N = 5


@pytest.fixture
def studio(tiny: Callable[[str], Model], tmp_path: Path) -> Studio:
    return Studio(tiny("stable_diffusion_1"), tmp_path)


def journals(studio: Studio) -> list[Path]:
    return sorted(studio.folder.rglob(f"*{journal.SUFFIX}"))


def kept_files(studio: Studio) -> list[Path]:
    return sorted(path for path in (studio.folder / "kept").rglob("*") if path.is_file())


KILLED = """
import os, signal, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
from studio.models.device import Placement
from studio.models.loader import load_model
from studio.export.picture_file import read_picture
from studio.generation.run import run
from studio.job.cancel import CancelToken
from studio.job.event import StepDone, Decoding
from tests.unit.generation.recorded import Studio, plain
model = load_model(Path({model!r}), Placement(torch.device("cpu"), torch.float32), name="tiny")
studio = Studio(model, Path({folder!r}))
for event in run(1, plain("ddpm", {steps}), studio.services(), CancelToken()):
    if isinstance(event, StepDone) and event.step == {at} or isinstance(event, Decoding):
        os.kill(os.getpid(), signal.SIGKILL)
"""


ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_killed_in_mid_run_it_goes_on_bit_for_bit(
    tiny: Callable[[str], Model], tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from tests.references.tiny_models import stable_diffusion_1

    folder = stable_diffusion_1(tmp_path_factory.mktemp("killed") / "tiny")
    studio = Studio(tiny("stable_diffusion_1"), tmp_path)
    whole = studio.make(plain("ddpm", N), fresh=True)
    for at, done in ((3, 3), (0, N)):  # the second is killed while it decodes
        script = KILLED.format(model=str(folder), folder=str(tmp_path), steps=N, at=at)
        killed = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
        assert killed.returncode == -9, killed.stderr
        (left,) = studio.new_store().unfinished()
        assert left.trajectory.header.recipe == plain("ddpm", N)
        assert left.trajectory.done == done
    studio.store = studio.new_store()
    rest = studio.make(plain("ddpm", N))
    assert rest.first == N
    assert rest.pixels == whole.pixels
    assert studio.store.unfinished() == []
    assert not kept_files(studio)
