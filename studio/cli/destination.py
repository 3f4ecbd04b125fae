"""Where pictures go: a folder in which each gets a name of its own, or a file that the user named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from studio import storage
from studio.errors import InvalidField
from studio.export.picture_file import write_new_picture, write_new_preview
from studio.image import Image
from studio.job.event import GeneratedImage
from studio.job.recipe import Recipe
from studio.library.naming import SUFFIX, clean_name, picture_names

STEP_DIGITS = 4


@dataclass(frozen=True)
class Destination:
    """Saves in `folder`. `stem` and `suffix` are those of the file that the user named; without them names are found.

    Nothing is ever replaced: a name that is taken gets a number.
    """

    folder: Path
    stem: str | None = None
    suffix: str = SUFFIX

    def prepare(self) -> None:
        """Make the folder and find out whether it can be written to. Raises `StorageError`."""
        storage.make_folder(self.folder)
        storage.check_writable(self.folder)

    def names(self, recipe: Recipe) -> Iterator[str]:
        """Names for the picture of a recipe, best first."""
        if self.stem is None:
            return picture_names(recipe if _is_file_name(recipe.prompt) else recipe.model_copy(update={"prompt": ""}))
        numbered = (f"{self.stem}-{number}{self.suffix}" for number in count(2))
        return chain([f"{self.stem}{self.suffix}"], numbered)

    def save(self, generated: GeneratedImage) -> Path:
        """Save a finished picture and say where. Raises `StorageError`."""
        return write_new_picture(self.folder, self.names(generated.recipe), generated)

    def expected_stem(self, recipe: Recipe) -> str:
        """The name, without its suffix, that the picture of a recipe would get now."""
        return next(Path(name).stem for name in self.names(recipe) if not os.path.lexists(self.folder / name))

    def save_preview(self, stem: str, step: int, image: Image) -> Path:
        """Save the preview after a step beside the picture of that name, and say where. Raises `StorageError`."""
        first = f"-step-{step:0{STEP_DIGITS}}"
        ends = chain([first], (f"{first}-{number}" for number in count(2)))
        return write_new_preview(self.folder, (clean_name(stem, f"{end}{SUFFIX}") for end in ends), image)


def read_destination(out: str | None, pictures: Path) -> Destination:
    """What the user means by `--out`; without it, the folder `pictures`. Looks at the disk and changes nothing.

    A folder that exists, a name without a suffix, and a name with a slash at its end are folders. A name that ends in
    .png is a file. Raises `InvalidField` ("out") for all others.
    """
    if out is None:
        return Destination(pictures)
    if not out or "\0" in out:
        raise InvalidField("out", "Out is empty. Give a folder, or a file name that ends in .png.")
    path = Path(os.path.abspath(os.path.expanduser(out)))
    if path.is_dir() or out.endswith(("/", os.sep)) or not path.suffix:
        _refuse_file(path)
        return Destination(path)
    if path.suffix.lower() == SUFFIX:
        return Destination(path.parent, path.stem, path.suffix)
    raise InvalidField(
        "out", f"Out '{path.name[:60]}' ends in '{path.suffix[:20]}', but pictures are saved as PNG. "
        "Use a name that ends in .png, or write a slash behind the name of a folder.",
    )  # fmt: skip


def _refuse_file(path: Path) -> None:
    if os.path.lexists(path) and not path.is_dir():
        raise InvalidField("out", f"Out '{path}' is there already and is no folder. Choose another name.")


def _is_file_name(text: str) -> bool:
    """Whether this system's names of files can hold the characters of a text. Nearly always; not in an odd locale."""
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True
