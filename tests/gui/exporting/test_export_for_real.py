"""Exports of a real run through the real worker, also while another run works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from studio.export.picture_file import read_picture
from studio.job.facts import FactsRequest, TrajectoryFacts
from studio.job.view import ViewReady, ViewRequest
from studio.ui.dialogs.export_choices import ExportChoices
from studio.ui.dialogs.export_dialog import ExportDialog
from studio.worker.export_desk import ExportDesk
from studio.worker.job_queue import JobQueue
from tests.gui.studio_driver import PATIENCE_MS, Driver
from tests.unit.export.clips import frames_in, pictures_in

STEPS = 4


@pytest.fixture
def queue(studio: Driver) -> JobQueue:
    return studio.window._queue


@pytest.fixture
def desk(queue: JobQueue) -> Iterator[ExportDesk]:
    desk = ExportDesk(queue.ask, queue.view_ready)
    yield desk
    desk.shut_down()


def facts_of(qtbot: QtBot, queue: JobQueue, picture: Path) -> TrajectoryFacts:
    request = FactsRequest(picture=picture)
    with qtbot.waitSignal(
        queue.facts_ready, timeout=PATIENCE_MS, check_params_cb=lambda f: f.request == request
    ) as told:
        queue.request_facts(request)
    return told.args[0]


@pytest.fixture
def dialog(qtbot: QtBot, studio: Driver, queue: JobQueue, desk: ExportDesk) -> Iterator[ExportDialog]:
    """The dialog for a picture that was just made."""
    studio.small(STEPS)
    picture = studio.run()
    dialog = ExportDialog(desk, facts_of(qtbot, queue, picture), picture.with_suffix(""), ExportChoices("png", "x"))
    qtbot.addWidget(dialog)
    dialog.open()
    yield dialog
    dialog.close()


def export(studio: Driver, dialog: ExportDialog) -> Path:
    saved: list[Path] = []
    dialog.saved.connect(saved.append)
    dialog.export()
    studio.until(lambda: not dialog.exporting())
    assert saved, dialog.foot.text()
    return saved[0]


def test_the_last_frame_is_the_picture(qtbot: QtBot, studio: Driver, dialog: ExportDialog) -> None:
    folder = export(studio, dialog)
    frames = pictures_in(folder)
    assert len(frames) == STEPS + 1
    picture = read_picture(studio.window.session.status.path)
    assert np.array_equal(frames[-1], picture.image.pixels)
    assert read_picture(folder / "frame-0001.png").recipe == picture.recipe


@pytest.mark.parametrize(("view", "count"), [("x0", STEPS), ("guidance", STEPS), ("change", STEPS - 1)])
def test_every_view_becomes_a_clip(studio: Driver, dialog: ExportDialog, view: str, count: int) -> None:
    dialog.form.set_choices(ExportChoices("webp", view, lossless=True))
    assert len(frames_in(export(studio, dialog))) == count


def test_an_export_goes_on_while_a_run_works_and_somebody_scrubs(
    studio: Driver, dialog: ExportDialog, queue: JobQueue
) -> None:
    studio.window.form.set(steps=12)
    scrubbed: list[ViewRequest] = []

    def scrub(ready: ViewReady) -> None:
        if ready.request.kind == "x":
            scrubbed.append(replace(ready.request, kind="x0", step=len(scrubbed) % STEPS + 1))
            queue.request_view(scrubbed[-1])

    queue.view_ready.connect(scrub)
    job = queue.submit(studio.window.form.recipes()[0])
    folder = export(studio, dialog)
    studio.until(lambda: job not in queue.unfinished())
    assert len(pictures_in(folder)) == STEPS + 1
    assert len(scrubbed) >= STEPS + 1
