"""What the wishes about walks do, connected to the objects that fulfil them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.ui.header import INTERPOLATE
from studio.ui.interpolate.frame_actions import FrameActions
from studio.ui.interpolate.key_sources import KeySources
from studio.ui.interpolate.track_state import TrackState
from studio.ui.interpolate.walk_frames import WalkFrames, sheet_of
from studio.ui.interpolate.walk_keys import WalkKeys
from studio.ui.interpolate.walk_player import WalkPlayer
from studio.ui.interpolate.walk_runner import WalkRunner
from studio.ui.settings_store import SettingsStore

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

REMEMBER_MS = 500


class InterpolateController(QObject):
    """Keeps the track, has it looked over and rendered, and shows its frames on the canvas."""

    def __init__(self, window: MainWindow, state: TrackState, store: SettingsStore) -> None:
        super().__init__(window)
        self._window, self._store, self._state = window, store, state
        self._bench = window.bench
        self.runner = WalkRunner(window.session, lambda: window.form.recipes()[0], self)
        self.player = WalkPlayer(self)
        self._shown: WalkFrames | None = None
        self._looked_at = -1
        self._complaint = ""
        self.keys = KeySources(window, state, self)
        self.frame_actions = FrameActions(window, state, self)
        WalkKeys(window, self)
        self._remember = QTimer(self)
        self._remember.setSingleShot(True)
        self._remember.setInterval(REMEMBER_MS)
        self._remember.timeout.connect(lambda: store.change(track=state.plan.data()))
        self._connect_track()
        self._connect_frames()
        self._refresh_frames()

    @property
    def is_shown(self) -> bool:
        """Whether this is the workspace of the moment."""
        return self._window.workspaces.name == INTERPOLATE

    def shut_down(self) -> None:
        """Remember the track as it is."""
        self._remember.stop()
        self._store.change(track=self._state.plan.data())

    def render(self) -> None:
        """Make all frames."""
        if not self._state.plan.ready:
            self._tell(self._needs())
            return
        self._window.greeting.end()
        self.runner.render()

    def toggle_play(self) -> None:
        """Play the frames that are there, or stop."""
        if self._shown is not None and self._shown.done > 1:
            seconds_a_frame = self._state.plan.frames / max(1, len(self._shown))
            self.player.toggle(len(self._shown), self._bench.strip.current(), self._state.plan.fps / seconds_a_frame)

    def look_at(self, number: int) -> None:
        """Show a frame on the canvas."""
        frames = self._shown
        image = frames.whole(number) if frames is not None and number < len(frames) else None
        self._bench.strip.set_current(number)
        if frames is None or image is None:
            return
        self._looked_at = number
        self._window.greeting.end()
        caption = self.tr("Frame {frame} of {frames}").format(
            frame=frames.numbers[number] + 1, frames=self._state.plan.frames
        )
        if frames is self.runner.quick:
            quick = self.tr("{caption}, quick look") + self._few_steps(frames)
            caption = quick.format(caption=caption)
        self._window.stage.show_frame(image, caption, frames.recipes[number], frames.path(number))

    def _connect_track(self) -> None:
        window, state, bench = self._window, self._state, self._bench
        state.changed.connect(self._track_changed)
        state.chosen_changed.connect(self._cursor_moved)
        bench.track.key_wanted.connect(self.keys.add_at)
        bench.track.key_removed.connect(self._removed)
        bench.add_wanted.connect(self.keys.add_shown)
        window.form.changed.connect(lambda _: self._follow())
        window.workspaces.changed.connect(self._workspace_changed)
        for target in (bench, window.key_panel):
            self.keys.take_drops_of(target)

    def _connect_frames(self) -> None:
        window, bench, runner = self._window, self._bench, self.runner
        runner.frames_changed.connect(self._refresh_frames)
        runner.state_changed.connect(self._offer)
        runner.told.connect(lambda sentence, danger: bench.tell(sentence, danger=danger))
        runner.render_failed.connect(self._render_failed)
        runner.rendered_at.connect(self._rendered)
        bench.strip.chosen.connect(self._choose_frame)
        bench.strip.menu_wanted.connect(lambda number, place: self.frame_actions.open(self._shown, number, place))
        bench.play_wanted.connect(self.toggle_play)
        bench.render_wanted.connect(self.render)
        bench.export_wanted.connect(self._export)
        self.player.frame_wanted.connect(self.look_at)
        self.player.changed.connect(bench.show_playing)
        window.session.status_changed.connect(lambda _: self._offer())

    def _workspace_changed(self, name: str) -> None:
        shown = name == INTERPOLATE
        foot = self._window.recipe_pane.foot
        if shown:
            foot.name_generate(self.tr("Render"), self.tr("Make all frames of the walk"))
            self._window.greeting.say_instead(
                self.tr("Drop two codes or pictures on the track."), self.tr("Or press Add key to begin with the form.")
            )
            self.keys.take_history()
            self.runner.follow(self._state.plan)
        else:
            self.player.stop()
            foot.name_generate(self.tr("Generate"), self.tr("Make the picture"))
            foot.allow()
            self._window.greeting.say_instead()
        self.runner.set_active(shown)
        self._offer()

    def _track_changed(self) -> None:
        self.player.stop()
        self._remember.start()
        self._follow()

    def _follow(self) -> None:
        """The track is another one, or what it is drawn with; what was told of a render may not be true any more."""
        if not self.is_shown:
            return
        banner = self._window.controller.banner
        if self._complaint and banner.text() == self._complaint:
            banner.dismiss()
        self._complaint = ""
        self.runner.follow(self._state.plan)
        self._offer()

    def _cursor_moved(self) -> None:
        """Look at the frame nearest to the cursor."""
        frames = self._shown
        if frames is not None and len(frames) and not self.player.playing:
            cursor = self._state.cursor
            near = min(range(len(frames)), key=lambda number: abs(frames.numbers[number] - cursor))
            if near != self._bench.strip.current():
                self.look_at(near)

    def _choose_frame(self, number: int) -> None:
        self.player.stop()
        self.look_at(number)
        if self._shown is not None and not self._state.plan.as_sheet:
            self._state.move_cursor(self._shown.numbers[number])

    def _refresh_frames(self) -> None:
        runner, plan = self.runner, self._state.plan
        frames = runner.rendered or runner.quick
        if frames is not self._shown:
            self._shown, self._looked_at = frames, -1
        self._bench.strip.show_frames(frames)
        stretches = frames.changes() if frames is not None and not plan.as_sheet else ()
        self._bench.curve.show_stretches(stretches, self._few_steps(frames) if frames is runner.quick else "")
        if self.is_shown and frames is not None and frames.done:
            if plan.as_sheet:
                page = sheet_of(frames, plan.columns)
                if page is not None and self._looked_at < 0:
                    self._window.greeting.end()
                    self._window.stage.show_frame(page, self.tr("The sheet of four keys"), None)
            elif self._looked_at != (wanted := self._bench.strip.current()) and frames.small(wanted) is not None:
                self.look_at(wanted)
        self._offer()

    def _offer(self) -> None:
        runner, plan = self.runner, self._state.plan
        works = self.tr("The frames are being made.") if runner.rendering else ""
        render = works or ("" if plan.ready else self._needs())
        if self.is_shown:
            self._window.recipe_pane.foot.allow(generate=render, more=render)
        done = runner.rendered is not None and runner.rendered.complete and not runner.rendering
        self._bench.allow(
            play=self._shown is not None and self._shown.done > 1 and not plan.as_sheet,
            render=render,
            export="" if done else works or self.tr("Render the frames first."),
        )

    def _needs(self) -> str:
        few = self.tr("A walk takes two keys or more.")
        return self.tr("A sheet takes four keys.") if self._state.plan.as_sheet else few

    def _few_steps(self, frames: WalkFrames | None) -> str:
        """What makes a quick look another thing than the render, to be put behind its name."""
        steps = self._window.form.values.steps
        few = frames.recipes[0].sampling.steps if frames is not None else steps
        if few == steps:
            return ""
        return self.tr(", {few} of {steps} steps").format(few=few, steps=steps)

    def _rendered(self, folder: Path | None, notices: tuple[str, ...]) -> None:
        controller = self._window.controller
        if notices:
            controller.banner.tell("info", " ".join(notices))
        if folder is not None:
            now = self.tr("The frames are in {name}.")
            before = self.tr("The frames of the track as it was are in {name}.")
            text = now if self.runner.rendered is not None else before
            show = self.tr("Show")
            controller.toast.tell(text.format(name=folder.name), show, lambda: controller.files.open_folder(folder))

    def _render_failed(self, sentence: str) -> None:
        self._complaint = sentence

    def _export(self) -> None:
        rendered, plan = self.runner.rendered, self._state.plan
        if rendered is not None and rendered.folder is not None and rendered.complete:
            columns = plan.columns if plan.as_sheet else None
            self._window.exports.exporting.open_walk(rendered.recipes, rendered.folder, plan.fps, columns)

    def _removed(self, number: int) -> None:
        text = self.tr("Key {number} is removed.").format(number=number + 1)
        self._window.controller.toast.tell(text, self.tr("Undo"), self._state.undo)

    def _tell(self, sentence: str) -> None:
        self._window.controller.toast.tell(sentence)
