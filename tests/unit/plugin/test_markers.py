"""Marks of who is at work: after a kill they name the plugin, after a good end nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from studio.plugin.host import PluginHost
from studio.plugin.markers import Markers
from studio.plugin.store import PluginState
from tests.unit.plugin import kit

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import sys
from pathlib import Path
from studio.plugin.markers import Markers
markers = Markers(Path(sys.argv[1]))
with markers.working("rested"):
    pass
{work}
"""
AT_WORK = 'with markers.working("sample"):\n    print("at work", flush=True)\n    sys.stdin.read()'
AT_REST = 'print("at work", flush=True)\nsys.stdin.read()'
GOOD_END = 'print("at work", flush=True)\nsys.stdin.read()\nmarkers.close()'


def child(folder: Path, work: str) -> subprocess.Popen[str]:
    """A program that has got as far as to work."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(work=work), str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "at work\n"
    return process


def ended(process: subprocess.Popen[str], *, kill: bool) -> None:
    if kill:
        process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize(
    ("work", "kill", "found"),
    [(AT_WORK, True, ["sample"]), (AT_WORK, False, []), (AT_REST, True, []), (GOOD_END, False, [])],
)
def test_who_was_at_work_when_a_program_ended(tmp_path, work, kill, found):
    ended(child(tmp_path, work), kill=kill)
    assert Markers(tmp_path).crashed() == found
    assert list(tmp_path.iterdir()) == []
    assert Markers(tmp_path).crashed() == []


def test_a_program_that_still_works_is_left_alone(tmp_path):
    process = child(tmp_path, AT_WORK)
    try:
        assert Markers(tmp_path).crashed() == []
    finally:
        ended(process, kill=True)
    assert Markers(tmp_path).crashed() == ["sample"]


def test_killed_at_work_it_is_off_at_the_next_start(tmp_path):
    home = kit.Home(tmp_path)
    home.enabled(kit.write(tmp_path / "source"))
    ended(child(tmp_path / "at-work", AT_WORK), kill=True)
    again = kit.Home(tmp_path)
    entry = again.store.entry("sample")
    assert (entry.state, entry.sentence) == (
        PluginState.QUARANTINED,
        "The program ended while this plugin worked, so it is off.",
    )
    assert kit.Home(tmp_path).store.entry("sample").state is PluginState.QUARANTINED
    again.store.enable("sample", again.store.files("sample").digest)
    assert again.store.entry("sample").state is PluginState.ENABLED


def test_a_disk_that_says_no_keeps_no_program_from_starting(tmp_path):
    home = kit.Home(tmp_path)
    home.enabled(kit.write(tmp_path / "source"))
    ended(child(tmp_path / "at-work", AT_WORK), kill=True)
    (tmp_path / "plugins.json").unlink()
    (tmp_path / "plugins.json").mkdir()
    host = PluginHost(home.store, Markers(tmp_path / "at-work"))
    assert host.store.entry("sample").name == "Sample"


def test_inside_itself_and_in_two_threads_it_stays_at_work(tmp_path):
    markers, inside, done = Markers(tmp_path), threading.Event(), threading.Event()

    def work():
        with markers.working("sample"):
            inside.set()
            done.wait()

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait()
    (mark,) = tmp_path.iterdir()
    with markers.working("sample"), markers.working("sample"):
        pass
    assert mark.read_bytes() == b"1"
    done.set()
    thread.join()
    assert mark.read_bytes() == b"0"
    markers.close()
    assert list(tmp_path.iterdir()) == []


def test_where_nothing_can_be_marked_it_works_all_the_same(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    markers = Markers(tmp_path / "file")
    with markers.working("sample"):
        pass
    assert markers.crashed() == []
    markers.close()


def test_an_error_passes_through_and_ends_the_work(tmp_path):
    markers = Markers(tmp_path)
    with pytest.raises(ZeroDivisionError), markers.working("sample"):
        _ = 1 / 0
    (mark,) = tmp_path.iterdir()
    assert mark.read_bytes() == b"0"
    markers.close()
