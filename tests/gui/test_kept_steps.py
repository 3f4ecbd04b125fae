"""Steps that were dropped come back, and steps that are pinned are told so."""

from __future__ import annotations

from collections.abc import Callable

from studio.job.event import Finished
from studio.trajectory.sealed import beside
from tests.gui.studio_driver import Driver


def test_steps_come_back_without_a_new_picture(start: Callable[..., Driver]) -> None:
    studio = start()
    studio.small()
    path = studio.run()
    assert path is not None
    record = beside(path)
    studio.until(record.exists)
    record.unlink()
    keeping = studio.window.kept_steps
    keeping.refresh()
    assert keeping.record_again.isEnabled()
    keeping.record_again.trigger()
    studio.until(lambda: record.exists() and not studio.window.session.status.running)
    assert [place.name for place in path.parent.glob("*.png")] == [path.name]
    ended = [event for event in studio.events if isinstance(event, Finished)][-1]
    assert ended.trajectory == record
    assert ended.notices == ()


def test_pinning_is_told_and_kept(start: Callable[..., Driver]) -> None:
    studio = start()
    studio.small()
    studio.run()
    keeping = studio.window.kept_steps
    keeping.refresh()
    keeping.pin.trigger()
    studio.until(lambda: "kept whatever the limit" in studio.toast())
    keeping.refresh()
    assert keeping.pin.isChecked()
    keeping.pin.trigger()
    studio.until(lambda: "may go when space is needed" in studio.toast())
    keeping.refresh()
    assert not keeping.pin.isChecked()


def test_without_a_picture_there_is_nothing_to_keep(start: Callable[..., Driver]) -> None:
    keeping = start().window.kept_steps
    assert not keeping.record_again.isEnabled()
    assert not keeping.pin.isEnabled()
