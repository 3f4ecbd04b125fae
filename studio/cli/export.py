"""`reverie export PICTURE`: the recorded steps of a picture as a video, an animation, a sequence or a sheet."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.command import Command, Session
from studio.cli.export_flags import add_export_flags, read_order
from studio.cli.export_reporter import ExportReporter
from studio.cli.workplace import Workplace, add_placement_flags
from studio.errors import InvalidField, RefusedFile
from studio.export.export_event import ExportEvent
from studio.export.metadata import Made
from studio.export.order import ExportOrder
from studio.export.picture_file import Picture, read_picture
from studio.export.run_export import run_export
from studio.job.cancel import CancelToken
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.preview import PreviewSettings
from studio.job.recording import trajectory_id
from studio.job.view import ViewReady, ViewRequest

if TYPE_CHECKING:
    from studio.generation.services import ModelSource, Services
    from studio.models.model import Model
    from studio.trajectory.record import Trajectory
    from studio.trajectory.store import TrajectoryStore

EPILOG = """\
Nothing is sampled again: the frames are the recorded steps, decoded. --timing step shows each recorded step once;
sigma and logsnr show as many frames, evenly spaced in sigma or in the logarithm of signal to noise.

--format png makes --out a folder that holds exactly the frames; it must be new, empty, or hold a part of the same
export. All others make a file; no file is ever replaced, a name that is taken gets a number. Without --out the
export goes beside the picture. MP4 needs even sizes: an odd one is filled up with a copy of its last row or column.

Ctrl+C cancels and keeps the frames that are whole; the same command again goes on with them.
Exit codes: 0 done, 1 failed, 2 bad input, 130 cancelled.

examples:
  reverie export apples/red-apple-7.png --view x0 --format mp4 --hold --captions --enlarge 4 --enlarge-with lanczos
  reverie export apples/red-apple-7.png --view x --timing logsnr --boomerang --out apple.gif"""


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("picture", metavar="PICTURE", type=Path, help="a PNG that Reverie saved, its steps beside it")
    add_export_flags(parser)
    parser.add_argument("--model", metavar="FOLDER", help="the model's folder, if it is not known by its name here")
    add_placement_flags(parser, default="as the picture was made, where this machine can")
    parser.add_argument("--json", action="store_true", help="one event a line, as JSON, and nothing else")


def _run(flags: Namespace, session: Session) -> int:
    picture = read_picture(flags.picture)
    workplace = Workplace(session.console)
    store = workplace.trajectories(flags.picture.absolute().parent, record=False)
    known = _trajectory(flags.picture, picture, store)
    with session.interruptions.cancelling() as token:
        placement = workplace.placement_like(picture.made, flags)
        services = replace(workplace.services(placement, PreviewSettings("off")), trajectories=store)
        name = _model_name(flags, known.header.recipe.model, workplace)
        services = replace(services, models=_OneModel(services.models, name))
        order = read_order(flags, _facts(known.header.id, services))
        reporter = ExportReporter(session, as_json=flags.json)
        try:
            return reporter.tell_all(order, _events(order, services, token))
        finally:
            reporter.close()


def _trajectory(path: Path, picture: Picture, store: TrajectoryStore) -> Trajectory:
    """The steps beside a picture, or those of its recipe in the same folder. Raises `RefusedFile`."""
    from studio.trajectory.sealed import beside

    if beside(path).is_file():
        found = store.beside(path)
        if picture.recipe not in (None, found.header.recipe):
            raise RefusedFile(f"The steps in {beside(path).name} are those of another picture.")
        return found
    made = picture.made or Made()
    if picture.recipe is not None:
        id_ = trajectory_id(picture.recipe, made.model_hash, made.device, made.dtype)
        known = store.find(id_)
        if known is not None:
            return known
    raise RefusedFile(
        f"The steps of {path.name} are not kept. Make the picture again with 'reverie generate ... --record': the same "
        f"settings give the same picture, and 'reverie info {path.name}' shows them. Then export that one."
    )


def _model_name(flags: Namespace, recorded: str, workplace: Workplace) -> str:
    """The model that the steps were recorded with, or the one that the user names instead. Raises `InvalidField`."""
    if flags.model is not None:
        return workplace.catalog.get(flags.model, allow_path=True).name
    try:
        return workplace.catalog.get(recorded).name
    except InvalidField:
        raise InvalidField(
            "model",
            f"The picture was made with the model '{recorded[:60]}', which is not known here. "
            "Give its folder with --model FOLDER.",
        ) from None


@dataclass(frozen=True)
class _OneModel:
    """The models of an export: whatever name was recorded, it is this one."""

    models: ModelSource
    name: str

    def is_loaded(self, name: str) -> bool:
        return self.models.is_loaded(self.name)

    def get(self, name: str) -> Model:
        return self.models.get(self.name)


def _facts(trajectory: str, services: Services) -> TrajectoryFacts:
    from studio.generation.facts import FactsBook

    return FactsBook(services).facts(FactsRequest(trajectory))


def _events(order: ExportOrder, services: Services, token: CancelToken) -> Iterator[ExportEvent]:
    from studio.generation.views import view

    def source(step: int) -> ViewReady:
        return view(ViewRequest(order.facts.trajectory, step, order.view), services)

    return run_export(1, order, source, token)


COMMAND = Command(
    "Export the recorded steps of a picture, without sampling again: as a video, an animation, a sequence or a sheet.",
    _configure,
    _run,
    EPILOG,
)
