"""What the window has remembered and the commands use as well: models, folders, what was painted on, the device."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from studio import paths
from studio.cli.console import Console
from studio.export.metadata import Made
from studio.job.recording import RecordSettings
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.settings import load

if TYPE_CHECKING:
    from studio.generation.services import Services
    from studio.job.event import GeneratedImage
    from studio.job.preview import PreviewSettings
    from studio.models.device import Placement
    from studio.trajectory.code_store import CodeStore
    from studio.trajectory.store import TrajectoryStore


class Workplace:
    """The user's settings and models. Reading them changes nothing; notices about damage go to the console."""

    def __init__(self, console: Console) -> None:
        self.settings, notices = load(paths.settings_file())
        for notice in notices:
            console.note(notice)
        self.catalog = ModelCatalog(paths.starter_model(), [Path(folder) for folder in self.settings.model_folders])
        self.sources = SourceStore(paths.data() / "sources")

    @property
    def pictures(self) -> Path:
        """Where pictures go if nobody says otherwise."""
        chosen = self.settings.pictures_folder
        return paths.pictures() if chosen is None else Path(chosen)

    def placement(self, flags: Namespace) -> Placement:
        """Where to compute, from the flags or else the settings. Raises `InvalidField`. Imports torch."""
        from studio.models.device import choose_placement

        return choose_placement(flags.device or self.settings.device, flags.precision or self.settings.precision)

    def placement_like(self, made: Made | None, flags: Namespace) -> Placement:
        """Where a picture was made, if this machine has it and the flags ask for nothing else."""
        from studio.models.device import PRECISIONS, available_devices

        then = made or Made()
        device = then.device.partition(":")[0]
        wanted = Namespace(
            device=flags.device or (device if device in available_devices() else None),
            precision=flags.precision or (then.dtype if then.dtype in PRECISIONS else None),
        )
        return self.placement(wanted)

    def trajectories(self, folder: Path, *, record: bool) -> TrajectoryStore:
        """Finds steps beside the pictures in `folder`, and keeps those of runs if `record`. Imports torch."""
        from studio.trajectory.store import TrajectoryStore

        settings = RecordSettings("all" if record else "none")
        return TrajectoryStore(paths.data() / "trajectories", lambda: folder, lambda: settings)

    def codes(self) -> CodeStore:
        """The codes that are kept here. Imports torch."""
        from studio.trajectory.code_store import CodeStore

        return CodeStore(paths.codes())

    def services(
        self,
        placement: Placement,
        preview: PreviewSettings,
        save: Callable[[GeneratedImage], Path] | None = None,
    ) -> Services:
        """What runs need: models on this placement, methods, previews as wanted, what is painted on. Imports torch."""
        from studio.generation.services import Services
        from studio.models.loader import ModelCache
        from studio.plugin.home import known_methods

        models = ModelCache(self.catalog, lambda: placement)
        return Services(models, known_methods(), lambda: preview, save, sources=self.sources, codes=self.codes())


def add_placement_flags(parser: ArgumentParser, default: str = "as the window is set, usually auto") -> None:
    """The flags for where to compute."""
    parser.add_argument("--device", metavar="NAME", help=f"auto, cpu, cuda or mps; default: {default}")
    parser.add_argument("--precision", metavar="NAME", help=f"auto, float32, float16 or bfloat16; default: {default}")
