"""A code on the disk: one small `.safetensors` with its values, what is known of it, and a picture of it.

The header is checked before the library reads, and the values against the name they were kept under.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, count
from pathlib import Path

import numpy as np
import torch
from pydantic import ValidationError
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_tensors
from torch import Tensor

from studio.errors import RefusedFile
from studio.image import Image
from studio.job.code import CODE_VERSION, SUFFIX, CodeFacts
from studio.models.safetensors_header import check_safetensors
from studio.storage import write_new

FILE_MAXIMUM = 300_000_000
THUMBNAIL_MAXIMUM = 512


@dataclass(frozen=True, eq=False)
class Code:
    """A latent at the noisiest level: `x` has shape (1, C, h, w), float32, on the CPU, with the facts about it."""

    facts: CodeFacts
    x: Tensor
    thumbnail: Image | None = None

    def __post_init__(self) -> None:
        if tuple(self.x.shape) != (1, *self.facts.shape) or self.x.dtype != torch.float32:
            raise ValueError(f"a code of shape {self.facts.shape} is float32 (1, C, h, w), not {tuple(self.x.shape)}")

    @cached_property
    def id(self) -> str:
        """The name of its values: the SHA-256 of shape, level and values."""
        facts = self.facts
        digest = hashlib.sha256(f"code {facts.shape} {facts.alpha!r} {facts.sigma!r}\n".encode())
        digest.update(self.x.contiguous().numpy().tobytes())
        return digest.hexdigest()


def code_bytes(code: Code) -> bytes:
    """The file of a code."""
    tensors = {"x": code.x.contiguous()}
    if code.thumbnail is not None:
        tensors["thumbnail"] = torch.from_numpy(np.array(code.thumbnail.pixels))
    facts = code.facts.model_dump_json()
    metadata = {"format": "reverie.code", "facts": facts, "id": code.id, "checksum": checksum(facts, tensors)}
    return save_tensors(tensors, metadata=metadata)


def write_code(path: Path, code: Code) -> Path:
    """Write a code to the file `path`, or beside what is there already under a number, and say where.

    A suffix that is missing is added. Raises `StorageError`.
    """
    stem = path.name.removesuffix(SUFFIX)
    numbered = (f"{stem}-{number}{SUFFIX}" for number in count(2))
    return write_new(path.parent, chain([f"{stem}{SUFFIX}"], numbered), code_bytes(code))


def read_code(path: Path) -> Code:
    """The code in a file. Raises `RefusedFile` for what is damaged, foreign, newer, or was changed since."""
    damaged = f"The code {path.name} is damaged, so it is not used. Make it again."
    if not path.is_file():
        raise RefusedFile(f"The code {path.name} is not there.")
    if path.stat().st_size > FILE_MAXIMUM:
        raise RefusedFile(f"{path.name} is too large for a code.")
    try:
        check_safetensors(path)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    except (RefusedFile, OSError, SafetensorError, ValueError, TypeError, RuntimeError, KeyError, AttributeError):
        raise RefusedFile(damaged) from None
    if metadata.get("format") != "reverie.code":
        raise RefusedFile(f"{path.name} holds no code of Reverie.")
    facts = read_facts(metadata.get("facts", ""), path.name)
    try:
        code = Code(facts, tensors["x"], _thumbnail(tensors.get("thumbnail")))
    except (KeyError, ValueError):
        raise RefusedFile(damaged) from None
    whole = metadata.get("checksum") == checksum(metadata.get("facts", ""), tensors)
    if not whole or metadata.get("id") != code.id or not bool(torch.isfinite(code.x).all()):
        raise RefusedFile(damaged)
    return code


def read_facts(text: str, name: str) -> CodeFacts:
    """The facts as a file of that name tells them. Raises `RefusedFile`."""
    try:
        return CodeFacts.model_validate_json(text)
    except ValidationError as problem:
        if any(error["loc"] == ("version",) for error in problem.errors(include_url=False)):
            raise RefusedFile(
                f"The code {name} was made by a newer version; this program reads up to {CODE_VERSION}. Update Reverie."
            ) from None
        raise RefusedFile(f"The code {name} is damaged, so it is not used. Make it again.") from None


def checksum(facts: str, tensors: dict[str, Tensor]) -> str:
    """SHA-256 of the facts and of every tensor with its name and shape."""
    digest = hashlib.sha256(facts.encode())
    for name in sorted(tensors):
        digest.update(f"{name} {tensors[name].dtype} {tuple(tensors[name].shape)}\n".encode())
        digest.update(tensors[name].contiguous().numpy().tobytes())
    return digest.hexdigest()


def _thumbnail(pixels: Tensor | None) -> Image | None:
    if pixels is None:
        return None
    if pixels.dtype != torch.uint8 or pixels.ndim != 3 or max(pixels.shape[:2]) > THUMBNAIL_MAXIMUM:
        raise ValueError("no picture")
    return Image(pixels.numpy())
