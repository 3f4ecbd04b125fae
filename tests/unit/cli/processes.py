"""The program as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_SECONDS = 200.0


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "studio.cli.main", *map(str, words)]


def environment(home: Path, changes: Mapping[str, str] | None = None) -> dict[str, str]:
    """A small environment without a display: one thread, no network, nothing of the user's."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP") if name in os.environ}
    fixed = {"REVERIE_HOME": str(home), "HOME": str(home), "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"}
    return {**kept, **fixed, "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1", **(changes or {})}


def usual_signals() -> None:
    """A test run in the background may ignore Ctrl+C, and its children would inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def ask(
    home: Path,
    *words: object,
    environ: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the program to its end. `before` runs in the child."""
    return subprocess.run(
        command(*words), env=environment(home, environ), capture_output=True, encoding="utf-8", errors="replace",
        timeout=PATIENCE_SECONDS, check=False, preexec_fn=before,
    )  # fmt: skip


def start(home: Path, *words: object) -> subprocess.Popen[str]:
    """Start the program; its lines can be read while it runs."""
    return subprocess.Popen(
        command(*words), env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
        preexec_fn=usual_signals,
    )  # fmt: skip
