"""What is kept of a run is chosen where its cost is told."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from studio import paths
from studio.job.shelf import Answer, Usage, UsageRequest
from studio.ui.dialogs.recording_section import RecordingSection, size_text
from studio.ui.dialogs.settings_dialog import SettingsDialog
from studio.ui.widgets.number_row import NumberRow
from tests.gui.studio_driver import Driver

STEPS = 4


def leave(studio: Driver, section: RecordingSection) -> None:
    """Close the dialog: keys go to the window again."""
    section.window().hide()
    studio.window.activateWindow()
    studio.until(studio.window.isActiveWindow)


def section_of(studio: Driver) -> RecordingSection:
    studio.window.process.open_settings()
    dialogs = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, SettingsDialog)]
    return dialogs[-1].recording


def test_estimate_and_measured_space_agree(studio: Driver) -> None:
    studio.small(steps=STEPS)
    path = studio.run()
    section = section_of(studio)
    studio.until(lambda: "The steps of 1 picture take" in section.usage())
    record = next(paths.pictures().glob(f"{path.stem}*.safetensors"))
    told = studio.window.process._bytes_of(studio.window._store.record())
    assert abs(told - record.stat().st_size) < 0.25 * record.stat().st_size
    assert f"About {size_text(told)} a picture" in section.usage()
    assert f"take {size_text(record.stat().st_size)}." in section.usage()


def test_every_kth_step_keeps_only_those(studio: Driver) -> None:
    section = section_of(studio)
    section._mode.field().setCurrentIndex(1)
    section._every.value_changed.emit(2)
    assert studio.window._store.record().mode == "every"
    leave(studio, section)
    studio.small(steps=STEPS)
    studio.run()
    projector = studio.window.timeline.projector
    studio.until(lambda: projector.film.facts is not None and projector.film.facts.kept == (0, 2, 4))
    assert projector.film.recorded == {2, 4}


def test_none_records_nothing(studio: Driver) -> None:
    section = section_of(studio)
    section._mode.field().setCurrentIndex(2)
    assert "About 0 MB a picture" in section.usage()
    leave(studio, section)
    studio.small(steps=STEPS)
    studio.run()
    assert list(paths.pictures().glob("*.safetensors")) == []


def test_rows_that_come_later_are_not_squeezed(studio: Driver) -> None:
    section = section_of(studio)
    dialog = section.window()
    section.take(Answer(UsageRequest(), usage=Usage(3_600_000, 12, 10**10)))
    section._mode.field().setCurrentIndex(1)
    studio.until(lambda: section.height() == section.heightForWidth(section.width()))
    assert all(row.height() >= row.sizeHint().height() for row in section.findChildren(NumberRow))
    assert dialog.height() < QApplication.primaryScreen().availableGeometry().height()


def test_sizes_are_written_in_decimal_units():
    assert [size_text(n) for n in (0, 900, 42_000, 640_000, 12_340_000, 3_000_000_000)] == [
        "0 MB",
        "1 kB",
        "42 kB",
        "0.6 MB",
        "12.3 MB",
        "3.0 GB",
    ]
