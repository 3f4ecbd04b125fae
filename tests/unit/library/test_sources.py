"""What recipes paint on is kept once, under the name of its pixels; nothing else is ever handed out under that name."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from studio import storage
from studio.errors import RefusedFile, StorageError
from studio.image import Image, Mask
from studio.library import sources
from studio.library.sources import REMEMBERED, SourceStore
from tests.unit.faulty_os import FAULTS, FaultyOs, failing, no_fault

ROOT = Path(__file__).resolve().parents[3]


def picture(seed: int = 0, width: int = 9, height: int = 7) -> Image:
    return Image(np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8))


def painted(seed: int = 0, width: int = 9, height: int = 7) -> Mask:
    return Mask(np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8))


def kept(folder: Path, pixels: Image | Mask) -> str:
    """The name of pixels that a store has put on the disk."""
    store = SourceStore(folder)
    store.secure([store.offer(pixels)])
    return pixels.id


def files(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir()) if folder.exists() else []


def test_what_is_offered_is_there_before_anything_is_written(tmp_path: Path) -> None:
    store, image, mask = SourceStore(tmp_path / "sources"), picture(), painted()
    names = store.offer(image), store.offer(mask)
    assert names == (image.id, mask.id)
    assert store.image(image.id) is image
    assert store.mask(mask.id) is mask
    assert store.has(image.id)
    assert files(tmp_path / "sources") == []


@pytest.mark.parametrize(("width", "height"), [(1, 1), (9, 7), (300, 2)])
def test_what_is_secured_is_there_after_a_restart(tmp_path: Path, width: int, height: int) -> None:
    image, mask = picture(1, width, height), painted(1, width, height)
    kept(tmp_path, image)
    kept(tmp_path, mask)
    again = SourceStore(tmp_path)
    assert np.array_equal(again.image(image.id).pixels, image.pixels)
    assert np.array_equal(again.mask(mask.id).values, mask.values)
    assert files(tmp_path) == sorted([f"{image.id}.png", f"{mask.id}.png"])


def test_equal_pixels_are_kept_once(tmp_path: Path) -> None:
    kept(tmp_path, picture(3))
    before = (tmp_path / f"{picture(3).id}.png").stat()
    kept(tmp_path, Image(picture(3).pixels.copy()))
    assert files(tmp_path) == [f"{picture(3).id}.png"]
    assert (tmp_path / f"{picture(3).id}.png").stat().st_mtime_ns == before.st_mtime_ns


def test_a_grey_picture_and_a_mask_of_the_same_values_are_two(tmp_path: Path) -> None:
    mask = painted()
    image = Image(np.repeat(mask.values[..., None], 3, axis=2))
    kept(tmp_path, mask)
    kept(tmp_path, image)
    store = SourceStore(tmp_path)
    assert np.array_equal(store.image(image.id).pixels[..., 0], store.mask(mask.id).values)


def test_a_mask_is_no_picture(tmp_path: Path) -> None:
    store = SourceStore(tmp_path)
    for name in (store.offer(painted()), kept(tmp_path, painted(1))):
        with pytest.raises(RefusedFile, match="names a mask where a picture is needed"):
            store.image(name)
    for name in (store.offer(picture()), kept(tmp_path, picture(1))):
        with pytest.raises(RefusedFile, match="names a picture where a mask is needed"):
            store.mask(name)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    store = SourceStore(tmp_path / "never")
    assert not store.has(picture().id)
    for ask in (store.image, store.mask):
        with pytest.raises(RefusedFile, match="is not on this computer"):
            ask(picture().id)
    store.secure([picture().id])
    assert files(tmp_path) == []


@pytest.mark.parametrize("left", [0, 1, 40, -30])
def test_a_damaged_file_is_refused_and_mended_by_the_same_picture(tmp_path: Path, left: int) -> None:
    image = picture(2, 40, 40)
    file = tmp_path / f"{kept(tmp_path, image)}.png"
    file.write_bytes(file.read_bytes()[:left])
    with pytest.raises(RefusedFile, match="is damaged"):
        SourceStore(tmp_path).image(image.id)
    kept(tmp_path, image)
    assert np.array_equal(SourceStore(tmp_path).image(image.id).pixels, image.pixels)


def test_every_flipped_byte_is_found_or_harmless(tmp_path: Path) -> None:
    image = picture(4)
    file = tmp_path / f"{kept(tmp_path, image)}.png"
    good, refused = file.read_bytes(), 0
    for place in range(len(good)):
        file.write_bytes(good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :])
        try:
            assert np.array_equal(SourceStore(tmp_path).image(image.id).pixels, image.pixels)
        except RefusedFile:
            refused += 1
    assert refused > len(good) // 2


def test_a_foreign_file_under_a_good_name_is_never_used(tmp_path: Path) -> None:
    wanted = picture(5)
    file = tmp_path / f"{wanted.id}.png"
    for pixels in (picture(6).pixels, painted(5).values, 255 - wanted.pixels):
        PIL.Image.fromarray(pixels).save(file)
        with pytest.raises(RefusedFile, match="was changed since it was kept"):
            SourceStore(tmp_path).image(wanted.id)
    PIL.Image.fromarray(wanted.pixels).convert("RGBA").save(file)
    with pytest.raises(RefusedFile, match="is no picture that was kept here"):
        SourceStore(tmp_path).image(wanted.id)
    PIL.Image.fromarray(wanted.pixels).save(file, "BMP")
    with pytest.raises(RefusedFile, match="is damaged"):
        SourceStore(tmp_path).image(wanted.id)


def test_a_bomb_under_a_good_name_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PIXELS_MAXIMUM", 62)
    name = kept(tmp_path, picture())
    with pytest.raises(RefusedFile, match="is no picture that was kept here"):
        SourceStore(tmp_path).image(name)


def test_a_file_that_vanished_meanwhile_is_written_again(tmp_path: Path) -> None:
    store = SourceStore(tmp_path)
    store.secure([store.offer(picture())])
    (tmp_path / f"{picture().id}.png").unlink()
    store.secure([store.offer(picture())])
    assert np.array_equal(SourceStore(tmp_path).image(picture().id).pixels, picture().pixels)


def test_only_the_last_ones_stay_in_memory(tmp_path: Path) -> None:
    store = SourceStore(tmp_path)
    images = [picture(seed) for seed in range(REMEMBERED + 1)]
    for image in images:
        store.secure([store.offer(image)])
    assert store.image(images[-1].id) is images[-1]
    found = store.image(images[0].id)
    assert found is not images[0]
    assert np.array_equal(found.pixels, images[0].pixels)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_fails_keeps_the_offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    image, refused = picture(7), 0
    for at in itertools.count():
        folder = tmp_path / str(at)
        store, broken = SourceStore(folder), FaultyOs(at, FAULTS[fault])
        store.offer(image)
        with monkeypatch.context() as patch:
            patch.setattr(storage, "os", broken)
            try:
                store.secure([image.id])
            except StorageError:
                refused += 1
                assert store.image(image.id) is image
                assert not list(folder.glob(".reverie-*"))
        store.secure([image.id])
        assert np.array_equal(SourceStore(folder).image(image.id).pixels, image.pixels)
        if len(broken.log) <= at:
            break
    assert refused > 0 or fault == "short write"


def test_no_space_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, probe = SourceStore(tmp_path), FaultyOs(-1, no_fault)
    with monkeypatch.context() as patch:
        patch.setattr(storage, "os", probe)
        store.secure([store.offer(picture())])
    first_write = probe.log.index("write")
    monkeypatch.setattr(storage, "os", FaultyOs(first_write, failing(errno.ENOSPC)))
    with pytest.raises(StorageError, match="there is no space left on the disk"):
        store.secure([store.offer(picture(1))])
    assert files(tmp_path) == [f"{picture().id}.png"]


def test_two_threads_at_once(tmp_path: Path) -> None:
    store, images = SourceStore(tmp_path), [picture(seed, 60, 60) for seed in range(24)]
    problems: list[BaseException] = []
    start = threading.Barrier(2)

    def work() -> None:
        try:
            start.wait()
            for image in images:
                store.offer(image)
                store.secure([image.id])
                assert np.array_equal(store.image(image.id).pixels, image.pixels)
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert files(tmp_path) == sorted(f"{image.id}.png" for image in images)


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from studio import storage
from studio.library.sources import SourceStore
from tests.unit.faulty_os import FaultyOs
from tests.unit.library.test_sources import picture
def die(name, real, arguments):
    os.kill(os.getpid(), signal.SIGKILL)
storage.os = FaultyOs({at}, die)
store = SourceStore(Path({folder!r}))
store.secure([store.offer(picture(8))])
print("done")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills of POSIX")
@pytest.mark.parametrize("damaged", [False, True])
def test_a_kill_between_writing_and_renaming_leaves_old_or_new(tmp_path: Path, damaged: bool) -> None:
    image, probe = picture(8), FaultyOs(-1, no_fault)
    file, old = tmp_path / f"{image.id}.png", b"old" if damaged else None

    def begin() -> None:
        file.unlink(missing_ok=True)
        if old is not None:
            file.write_bytes(old)

    begin()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage, "os", probe)
        kept(tmp_path, image)
    renaming = probe.log.index("replace")
    for at in range(renaming - 2, renaming + 2):
        begin()
        script = CHILD.format(root=str(ROOT), at=at, folder=str(tmp_path))
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
        assert done.returncode == -signal.SIGKILL, done.stderr
        if at <= renaming:
            assert (file.read_bytes() if file.exists() else None) == old
        else:
            assert np.array_equal(SourceStore(tmp_path).image(image.id).pixels, image.pixels)
        kept(tmp_path, image)
        assert files(tmp_path) == [file.name]
