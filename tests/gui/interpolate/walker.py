"""Uses the interpolation workspace as a person does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from studio.job.code import FromSeed
from studio.job.track import FrameReady, Key
from studio.ui.header import INTERPOLATE
from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.interpolate.walk_frames import WalkFrames
from tests.gui.studio_driver import Driver

NONE, ALT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier


class Walker:
    """A studio whose walks have few frames of few steps."""

    def __init__(self, studio: Driver) -> None:
        self.studio, self.window = studio, studio.window
        self.bench, self.state = self.window.bench, self.window.track_state
        self.runner = self.window.interpolating.runner
        studio.small(steps=2)
        self.window.workspaces.show(INTERPOLATE)

    @property
    def plan(self) -> TrackPlan:
        return self.state.plan

    def keys(self, *seeds: int, frames: int = 4) -> None:
        """A track of these seeds with so many frames."""
        for seed in seeds:
            self.window.interpolating.keys.add(Key(FromSeed(seed=seed), "red apple, 3d style", "", 3.0))
        self.state.change(self.plan.with_frames(frames))

    def looked_over(self) -> WalkFrames:
        """Wait for the quick look at the track as it is."""
        self.studio.until(lambda: self.runner.quick is not None and self.runner.quick.complete)
        self.studio.rest()
        assert self.runner.quick is not None
        return self.runner.quick

    def rendered(self) -> WalkFrames:
        """Render, and wait for the end."""
        self.studio.generate()
        self.studio.until(lambda: not self.runner.rendering and self.runner.rendered is not None)
        assert self.runner.rendered is not None
        return self.runner.rendered

    def press(
        self, widget: QWidget, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        widget.setFocus()
        QTest.keyClick(widget, key, modifier)

    def made(self) -> list[int]:
        """The numbers of the frames that were made, in order."""
        return [event.frame for event in self.studio.events if isinstance(event, FrameReady)]

    def files(self, folder: Path | None) -> list[str]:
        assert folder is not None
        return sorted(path.name for path in folder.iterdir())
