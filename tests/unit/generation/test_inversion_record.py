"""The way up of an inversion is a process like any other: kept, looked at, and never mistaken for a picture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import PIL.Image
import pytest
import torch

from studio.errors import InvalidField
from studio.export.export_event import Exported
from studio.export.order import ExportOrder
from studio.export.picture_file import write_new_picture
from studio.export.run_export import run_export
from studio.generation.answers import answer
from studio.generation.facts import FactsBook
from studio.generation.inversion import invert
from studio.generation.run import run
from studio.generation.views import view
from studio.job.cancel import CancelToken
from studio.job.event import Failed
from studio.job.facts import FactsRequest
from studio.job.inversion import Inverted
from studio.job.recipe import FromStep, Recipe, recipe
from studio.job.recording import RecordSettings
from studio.job.shelf import UnfinishedRequest
from studio.job.view import ViewRequest
from studio.library.pictures import PictureFolder
from studio.models.model import Model
from studio.trajectory.store import TrajectoryStore
from studio.trajectory.views import quantity
from tests.unit.generation.inpainting.painted import photograph
from tests.unit.generation.inverting import Desk


@pytest.fixture
def desk(tiny: Callable[[str], Model], tmp_path: Path) -> Desk:
    return Desk(tiny("stable_diffusion_1"), tmp_path)


def test_the_way_up_is_recorded_as_a_process_of_its_own(desk: Desk) -> None:
    pictures = desk.folder / "pictures"
    store = TrajectoryStore(desk.folder / "kept", lambda: pictures, lambda: RecordSettings("all"))
    save = PictureFolder(pictures, write_new_picture).save
    wanted = desk.wanted(photograph(64, 64))
    event = next(e for e in desk.events(wanted, save=save, trajectories=store) if isinstance(e, Inverted))
    way = TrajectoryStore(desk.folder / "kept", lambda: pictures).find(event.way)
    assert way is not None
    levels = [level.ratio for level in way.header.levels]
    assert levels == sorted(levels)
    assert sorted(way.states) == [0, 1, 2, 3]
    assert torch.equal(way.states[3].x, desk.codes.find(event.code).x)
    # Each state is made of the prediction that is kept with it and the state before, and of nothing else.
    for step in (1, 2, 3):
        level, x0 = way.header.levels[step], quantity(way, step, "x0")
        again = level.alpha * x0 + level.sigma * quantity(way, step, "eps")
        assert torch.allclose(way.states[step].x, again, atol=1e-4)
    assert answer(UnfinishedRequest(), desk.services(trajectories=store)).runs == ()


def test_who_keeps_no_steps_keeps_none_of_an_inversion(desk: Desk) -> None:
    pictures = desk.folder / "pictures"
    store = TrajectoryStore(desk.folder / "kept", lambda: pictures, lambda: RecordSettings("none"))
    save = PictureFolder(pictures, write_new_picture).save
    events = desk.events(desk.wanted(photograph(64, 64)), save=save, trajectories=store)
    (event,) = [e for e in events if isinstance(e, Inverted)]
    assert event.way == ""
    assert not list((desk.folder / "kept").rglob("*.safetensors"))


def test_nothing_starts_from_the_way_up(desk: Desk) -> None:
    way = desk.wanted(photograph(64, 64)).way
    assert Recipe.read(way.text()) == way
    with pytest.raises(InvalidField, match="Start from its code"):
        recipe(start=FromStep(trajectory="0" * 32, step=1, parent=way), width=64, height=64)
    *_, end = run(1, way, desk.services(), CancelToken())
    assert isinstance(end, Failed)
    assert end.sentence == "This is the way from a picture to its code. Invert the picture instead."


def test_the_way_up_is_told_looked_at_and_exported_like_any_process(desk: Desk) -> None:
    pictures = desk.folder / "pictures"
    store = TrajectoryStore(desk.folder / "kept", lambda: pictures, lambda: RecordSettings("all"))
    given = desk.services(trajectories=store, save=PictureFolder(pictures, write_new_picture).save)
    told = list(invert(1, desk.wanted(photograph(64, 64)), given, CancelToken()))
    (event,) = [e for e in told if isinstance(e, Inverted)]
    facts = FactsBook(given).facts(FactsRequest(trajectory=event.way))
    assert facts.sentence == ""
    assert [level.timestep for level in facts.levels] == sorted(level.timestep for level in facts.levels)
    assert all(text.startswith("x' = ") for text in facts.equations)
    order = ExportOrder(facts, desk.folder / "way.gif", "gif", "x")
    *_, end = run_export(1, order, lambda step: view(ViewRequest(event.way, step, "x"), given), CancelToken())
    assert isinstance(end, Exported)
    with PIL.Image.open(end.path) as clip:
        assert clip.n_frames >= 3  # type: ignore[attr-defined]
