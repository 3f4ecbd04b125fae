"""However the program ends, its thread ends first and the settings are kept."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from studio import app, paths
from studio.plugin.home import plugin_host
from studio.plugin.store import PluginState
from studio.ui.theme import Theme

ROOT = Path(__file__).parents[2]
# Ends itself as another program would end it: a moment after its window was painted, in the middle of a run.
PROGRAM = """
import os, signal, sys
from PySide6.QtCore import QTimer
from studio import app

application, window = app.open_studio()
window.form.set(prompt="owl", steps=1000)
window.controller.generate()
QTimer.singleShot(1500, lambda: os.kill(os.getpid(), int(sys.argv[1])))
with app.closing_on_signals(window):
    code = application.exec()
print("closed")
sys.exit(code)
"""


# Its sampler hears nothing: neither a cancel nor an interruption.
DEAF = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from studio import app
from studio.plugin.home import plugin_host
from tests.unit.plugin import kit

step = "import time\\nwhile True:\\n    try:\\n        time.sleep(0.01)\\n    except BaseException:\\n        pass"
store = plugin_host().store
entry = store.install(kit.write(Path(sys.argv[1]), "deaf", step))
store.enable("deaf", store.files("deaf").digest)
application, window = app.open_studio()
window.form.set(prompt="owl", sampler="deaf", steps=3)
window.controller.generate()
looking = QTimer()
looking.timeout.connect(lambda: window.close() if plugin_host().overseer.at_work() else None)
looking.start(100)
sys.argv[1:] = []
print("ends", flush=True)
app.end(application.exec())
"""


def test_a_plugin_that_comes_to_no_end_does_not_keep_the_program_from_ending(own_home: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DEAF, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    assert "QThread" not in done.stderr
    assert '"prompt": "owl"' in paths.settings_file().read_text()
    entry = plugin_host().store.entry("deaf")
    assert entry.state is PluginState.QUARANTINED
    assert "did not stop when it was asked to" in entry.sentence


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl+C", "end of session"])
def test_a_signal_closes_the_window_as_the_user_would(number: int, own_home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(int(number))],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "closed\n"
    assert '"prompt": "owl"' in paths.settings_file().read_text()


def test_a_window_that_cannot_be_built_says_why_and_leaves_no_thread(
    theme: Theme, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*parts: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr(app, "MainWindow", broken)
    with pytest.raises(RuntimeError, match="a defect"):
        app.build(qapp)
