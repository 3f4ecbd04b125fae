"""The durable writer when its process is killed at every operation and at any moment, and when many write at once."""

from __future__ import annotations

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio import storage

OLD, NEW = b"old" * 50_000, b"new" * 70_000
ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills and locks of POSIX")


CHILD = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from studio import storage
from tests.unit.faulty_os import FaultyOs
folder, at, links, after = Path({folder!r}), {at}, {links}, {after}
def die(name, real, arguments):
    try:
        if after:
            real(*arguments)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
storage.os = FaultyOs(at, die, links)
{act}
print("done")
"""
REPLACE = "storage.write_durably(folder / 'file.bin', b'new' * 70_000)"
PLACE = "storage.write_new(folder, ['file.bin', 'file-2.bin', 'file-3.bin'], b'new' * 70_000)"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.bin"


def run_child(script: str) -> str:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.stdout


@pytest.mark.parametrize(("act", "links"), [(REPLACE, True), (PLACE, True), (PLACE, False)])
@pytest.mark.parametrize("after", [False, True])
def test_killed_at_every_operation(path: Path, act: str, links: bool, after: bool) -> None:
    folder, whole = path.parent, {OLD, NEW}
    for at in itertools.count():
        path.write_bytes(OLD)
        said = run_child(CHILD.format(root=str(ROOT), folder=str(folder), at=at, links=links, after=after, act=act))
        assert all(found.read_bytes() in whole for found in folder.glob("file*"))
        if act == PLACE:
            assert path.read_bytes() == OLD
            for left in folder.glob("file-*"):
                left.unlink()
        storage.write_durably(folder / "next", b"")
        assert not list(folder.glob(".reverie-*"))
        if "done" in said:
            break
    assert at > 10


WRITER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from studio import storage
print("ready", flush=True)
while True:
    for letter in (b"a", b"b"):
        storage.write_durably(Path({path!r}), letter * 400_000)
"""


def test_killed_at_random_moments(tmp_path: Path) -> None:
    path, chance = tmp_path / "file", random.Random(7)
    storage.write_durably(path, b"a" * 400_000)
    for _ in range(15):
        script = WRITER.format(root=str(ROOT), path=str(path))
        with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0.0, 0.03))
            child.kill()
        data = path.read_bytes()
        assert data in (b"a" * 400_000, b"b" * 400_000)
    storage.write_durably(path, b"c")
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


CROWD = """
import itertools, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from studio import storage
from tests.unit.faulty_os import FaultyOs
storage.os = FaultyOs(-1, None, {links})
for k in range({count}):
    names = (f"picture-{{n}}" for n in itertools.count())
    storage.write_new(Path({folder!r}), names, b"{mark} %d" % k)
"""


@pytest.mark.parametrize("links", [True, False])
def test_many_writers_never_take_the_same_name(tmp_path: Path, links: bool) -> None:
    marks, count = ("north", "south", "west"), 30
    children = []
    for mark in marks:
        script = CROWD.format(root=str(ROOT), folder=str(tmp_path), links=links, mark=mark, count=count)
        children.append(subprocess.Popen([sys.executable, "-c", script], cwd=ROOT))
    assert [child.wait() for child in children] == [0, 0, 0]
    found = sorted(file.read_bytes() for file in tmp_path.iterdir())
    assert found == sorted(b"%s %d" % (mark.encode(), k) for mark in marks for k in range(count))
