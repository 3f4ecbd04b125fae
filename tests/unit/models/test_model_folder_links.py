"""Links and other strange entries in model folders, single files in their place, and the links of hub caches."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from studio import paths
from studio.errors import RefusedFile
from studio.models.model_folder import check_model_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
WEIGHTS = "unet/diffusion_pytorch_model.safetensors"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    target = tmp_path / "model"
    shutil.copytree(paths.starter_model(), target)
    return target


def moved_to(model: Path, name: str, target: Path) -> None:
    """Move a file of the model and leave a link in its place."""
    target.parent.mkdir(parents=True, exist_ok=True)
    (model / name).rename(target)
    (model / name).symlink_to(os.path.relpath(target, (model / name).parent))


def test_a_link_out_is_refused(model: Path, tmp_path: Path) -> None:
    moved_to(model, WEIGHTS, tmp_path / "elsewhere" / "weights.safetensors")
    with pytest.raises(RefusedFile, match="link out of the model folder"):
        check_model_folder(model)


def test_a_link_inside_is_fine(model: Path) -> None:
    moved_to(model, WEIGHTS, model / "store" / "weights.safetensors")
    check_model_folder(model)


@pytest.mark.parametrize("target", ["/etc/passwd", "nowhere", "..", "../..", "self"])
def test_foreign_and_dangling_links(model: Path, target: str) -> None:
    (model / "unet" / "self").symlink_to(target)
    with pytest.raises(RefusedFile, match="is a link"):
        check_model_folder(model)


def test_a_link_to_a_program(model: Path) -> None:
    (model / "notes").symlink_to("model.py")
    with pytest.raises(RefusedFile, match="is a program"):
        check_model_folder(model)


def test_a_pipe_is_refused_at_once(model: Path) -> None:
    os.mkfifo(model / "unet" / "pipe")
    with pytest.raises(RefusedFile, match="neither a file nor a folder"):
        check_model_folder(model)


def test_a_pipe_as_weights(model: Path) -> None:
    (model / WEIGHTS).unlink()
    os.mkfifo(model / WEIGHTS)
    with pytest.raises(RefusedFile, match="neither a file nor a folder"):
        check_model_folder(model)


def test_the_model_folder_itself_may_be_a_link(model: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to("model")
    folder = check_model_folder(tmp_path / "shortcut")
    assert folder.path == model.resolve()
    assert folder.name == "model"


def cached(model: Path, cache: Path) -> Path:
    """The model as the hub's cache keeps it: a snapshot of links to blobs."""
    snapshot = cache / "models--somebody--tiny-sd" / "snapshots" / "0123abcd"
    snapshot.parent.mkdir(parents=True)
    model.rename(snapshot)
    for number, file in enumerate(sorted(file for file in snapshot.rglob("*") if file.is_file())):
        moved_to(
            snapshot, str(file.relative_to(snapshot)), cache / "models--somebody--tiny-sd" / "blobs" / f"{number:x}"
        )
    return snapshot


def test_a_hub_cache(model: Path, tmp_path: Path) -> None:
    folder = check_model_folder(cached(model, tmp_path / "hub"))
    assert folder.name == "tiny-sd"
    assert folder.files["unet/config.json"].is_symlink()


def test_a_link_out_of_the_hub_cache(model: Path, tmp_path: Path) -> None:
    snapshot = cached(model, tmp_path / "hub")
    (snapshot / "more").symlink_to("../../../other")
    (tmp_path / "hub" / "other").touch()
    with pytest.raises(RefusedFile, match="link out of the model folder"):
        check_model_folder(snapshot)


def test_the_same_links_elsewhere_are_refused(model: Path, tmp_path: Path) -> None:
    snapshot = cached(model, tmp_path / "hub")
    (tmp_path / "hub" / "models--somebody--tiny-sd").rename(tmp_path / "hub" / "tiny-sd")
    with pytest.raises(RefusedFile, match="link out of the model folder"):
        check_model_folder(tmp_path / "hub" / "tiny-sd" / "snapshots" / snapshot.name)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("model.ckpt", "Only .safetensors is loaded"),
        ("model.PT", "Only .safetensors is loaded"),
        ("model.safetensors", "it is a single file"),
        ("picture.png", "it is a single file"),
    ],
)
def test_single_files(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(RefusedFile, match=words):
        check_model_folder(tmp_path / name)


def test_folders_that_are_no_model(tmp_path: Path) -> None:
    with pytest.raises(RefusedFile, match=r"does not exist.*A model folder holds"):
        check_model_folder(tmp_path / "missing")
    with pytest.raises(RefusedFile, match=r"no model_index.json.*A model folder holds"):
        check_model_folder(tmp_path)
    (tmp_path / "v1-5.ckpt").touch()
    with pytest.raises(RefusedFile, match=r"no model folder.*Convert it first"):
        check_model_folder(tmp_path)
