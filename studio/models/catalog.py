"""The models that can be chosen: the built-in one and the folders that the user has added. No torch.

Names come from folders and are unique. A recipe out of a stranger's picture holds only such a name; it is looked up
here and never used as a path.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from studio.errors import InvalidField, RefusedFile
from studio.models.json_file import read_json_object
from studio.models.model_folder import CONFIG_MAXIMUM, CONFIGS, check_model_folder, model_name
from studio.models.native_size import native_size
from studio.models.network_channels import reads_a_mask
from studio.models.scheduler_config import schedule_from_config
from studio.models.vocabulary import FILE_NAME as VOCABULARY

if TYPE_CHECKING:
    from studio.sampling.denoiser import Parametrisation

NAME_MAXIMUM = 100
NAMES_SHOWN = 10


@dataclass(frozen=True)
class ModelEntry:
    """One model. `folder` is absolute and without links; `native_size` is (width, height) in pixels.

    `inpainting`: its network reads a mask and the masked picture.
    """

    name: str
    folder: Path
    builtin: bool
    title: str
    native_size: tuple[int, int]
    has_vocabulary: bool
    parametrisation: Parametrisation
    inpainting: bool = False


@dataclass(frozen=True)
class Unusable:
    """A folder that was added once and cannot be used now, and the sentence that says why."""

    name: str
    folder: Path
    sentence: str


class ModelCatalog:
    """Looks at configurations only: nothing is hashed and no weights are opened until a folder is added or loaded.

    What it holds is replaced as a whole when a folder is added, so other threads may read it at any time.
    """

    def __init__(self, builtin: Path, known: Sequence[Path] = ()) -> None:
        """`known` are the folders of earlier sessions, as `known()` gave them.

        Raises `RefusedFile` if the built-in model is damaged; known folders that are go to `unusable()`.
        """
        first = _real(builtin)
        self._places: tuple[ModelEntry | Unusable, ...] = (_entry(first, _name(first, ()), builtin=True),)
        for folder in dict.fromkeys(map(_real, known)):
            if folder != first:
                self._places = (*self._places, self._look_at(folder))

    def entries(self) -> tuple[ModelEntry, ...]:
        """All models that can be used, the built-in one first."""
        return tuple(place for place in self._places if isinstance(place, ModelEntry))

    def unusable(self) -> tuple[Unusable, ...]:
        """Known folders that are gone or damaged. They keep their names for when the folders come back."""
        return tuple(place for place in self._places if isinstance(place, Unusable))

    def known(self) -> tuple[Path, ...]:
        """The folders to remember for the next session, whether they can be used now or not."""
        return tuple(place.folder for place in self._places[1:])

    def get(self, name_or_path: str, *, allow_path: bool = False) -> ModelEntry:
        """The model of that name. With `allow_path`, for words of the user's own, a folder is added and taken as well.

        Without it the disk is not touched. Raises `InvalidField` for the field "model" that says what there is.
        """
        wanted = name_or_path.casefold()
        found = next((place for place in self._places if place.name.casefold() == wanted), None)
        if isinstance(found, ModelEntry):
            return found
        if found is not None:
            raise InvalidField("model", found.sentence)
        if allow_path and _is_path(name_or_path):
            try:
                return self.add(Path(name_or_path))
            except RefusedFile as problem:
                raise InvalidField("model", problem.sentence) from None
        raise InvalidField("model", self._unknown(name_or_path, allow_path))

    def add(self, path: Path) -> ModelEntry:
        """The model in the folder at `path`, after the whole check of `check_model_folder`.

        A folder that is known already keeps its name. Raises `RefusedFile` for one that is not accepted.
        """
        folder = check_model_folder(Path(os.path.expanduser(path))).path
        found = next((place for place in self._places if place.folder == folder), None)
        if isinstance(found, ModelEntry):
            return found
        if found is not None:
            entry = _entry(folder, found.name, builtin=False)
            self._places = tuple(entry if place is found else place for place in self._places)
        else:
            entry = _entry(folder, self._free_name(folder), builtin=False)
            self._places = (*self._places, entry)
        return entry

    def _look_at(self, folder: Path) -> ModelEntry | Unusable:
        name = self._free_name(folder)
        try:
            return _entry(folder, name, builtin=False)
        except RefusedFile as problem:
            return Unusable(name, folder, problem.sentence)

    def _free_name(self, folder: Path) -> str:
        return _name(folder, [place.name for place in self._places])

    def _unknown(self, name: str, allow_path: bool) -> str:
        entries = self.entries()
        names = ", ".join(entry.name for entry in entries[:NAMES_SHOWN]) + (", …" if len(entries) > NAMES_SHOWN else "")
        remedy = "or give the folder of a diffusers model" if allow_path else "or open the folder of the model"
        return f"There is no model named '{_clean(name)[:60]}'. Use one of: {names}; {remedy}."


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _is_path(text: str) -> bool:
    """Whether the user means a folder: it is written like one, or there is one."""
    if not text or "\0" in text:
        return False
    return any(sign in text for sign in (os.sep, "/", "~")) or os.path.exists(text)


def _clean(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()


def _name(folder: Path, taken: Iterable[str]) -> str:
    """The folder's name, with a number behind it where it is taken."""
    base = _clean(model_name(folder))[:NAME_MAXIMUM] or "model"
    lower = {name.casefold() for name in taken}
    name, number = base, 1
    while name.casefold() in lower:
        number += 1
        name = f"{base}-{number}"
    return name


def _entry(folder: Path, name: str, *, builtin: bool) -> ModelEntry:
    """The facts of a model that its configurations tell. Raises `RefusedFile`."""
    unet, vae, scheduler = (
        read_json_object(folder / part / CONFIGS[part], CONFIG_MAXIMUM) for part in ("unet", "vae", "scheduler")
    )
    return ModelEntry(
        name=name,
        folder=folder,
        builtin=builtin,
        title=name[:1].upper() + name[1:],
        native_size=native_size(unet, vae),
        has_vocabulary=(folder / VOCABULARY).is_file(),
        parametrisation=schedule_from_config(scheduler)[1],
        inpainting=reads_a_mask(unet, vae),
    )
