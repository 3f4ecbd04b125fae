"""What the wishes about walks do, connected to the objects that fulfil them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.errors import InvalidField, StudioError
from studio.export.picture_file import read_picture
from studio.job.code import FromCode, FromSeed
from studio.job.codes import TakeCode
from studio.job.event import JobEvent
from studio.job.inversion import Inverted
from studio.job.recipe import Recipe
from studio.job.track import Key
from studio.ui.codes.code_drop import CodeDrop
from studio.ui.header import INTERPOLATE
from studio.ui.interpolate.frame_actions import FrameActions
from studio.ui.interpolate.track_plan import TrackPlan, key_of
from studio.ui.interpolate.track_state import TrackState
from studio.ui.interpolate.walk_frames import WalkFrames, sheet_of
from studio.ui.interpolate.walk_keys import WalkKeys
from studio.ui.interpolate.walk_player import WalkPlayer
from studio.ui.interpolate.walk_runner import WalkRunner
from studio.ui.settings_store import SettingsStore
from studio.ui.widgets.seed_row import draw

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

REMEMBER_MS = 500
# What changes the form says of a walk; words and seeds are those of its keys.
SHARED = frozenset({"model", "sampler", "options", "spacing", "timesteps", "steps", "width", "height",
                    "interval_start", "interval_end", "rescale"})  # fmt: skip


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
        self._inverts = False
        self._frame_actions = FrameActions(window, state, self)
        self._keys = WalkKeys(window, self)
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
        self._window.greeting.end()
        self.runner.render()

    def add_key(self, key: Key | None, frame: int | None = None) -> None:
        """Put a key on the track."""
        if key is None:
            sentence = self.tr("This picture starts from neither a seed nor a code. Keep its code first: Ctrl+K.")
            self._window.controller.toast.tell(sentence)
            return
        try:
            plan = self._state.plan.with_key(key, frame)
        except InvalidField as problem:
            self._window.controller.toast.tell(problem.sentence)
            return
        self._state.change(plan)
        self._state.choose(plan.keys.index(key))

    def take_history(self) -> None:
        """The pictures that are chosen in the history become the keys, if there are two or more."""
        jobs = self._window.history.chosen()
        keys = [key for job in jobs if (recipe := self._window.stage.recipe_of(job)) and (key := key_of(recipe))]
        if len(keys) < 2:
            return
        plan = TrackPlan()
        for key in keys:
            plan = plan.with_key(key)
        if plan.keys != self._state.plan.keys:
            self._state.change(plan)
            self._state.choose(0)
            text = self.tr("The pictures chosen in the history are the keys.")
            self._window.controller.toast.tell(text, self.tr("Undo"), self._state.undo)

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
            caption = self.tr("{caption}, quick look").format(caption=caption)
        self._window.stage.show_frame(image, caption, frames.recipes[number], frames.path(number))

    def _connect_track(self) -> None:
        window, state, bench = self._window, self._state, self._bench
        state.changed.connect(self._track_changed)
        state.chosen_changed.connect(self._cursor_moved)
        bench.track.key_wanted.connect(self._add_at)
        bench.track.key_removed.connect(self._removed)
        bench.add_wanted.connect(self._add_shown)
        window.form.changed.connect(lambda names: self._track_changed() if names & SHARED else None)
        window.workspaces.changed.connect(self._workspace_changed)
        window.session.job_event.connect(self._inverted)
        for target in (bench, window.key_panel):
            drop = CodeDrop(target)
            drop.dropped.connect(self._take_codes)
            drop.picture_dropped.connect(self._take_picture)
            drop.file_dropped.connect(lambda path: window.shelf.ask(TakeCode(path)))
            drop.refused.connect(self._tell)

    def _connect_frames(self) -> None:
        window, bench, runner = self._window, self._bench, self.runner
        runner.frames_changed.connect(self._refresh_frames)
        runner.state_changed.connect(self._offer)
        runner.told.connect(lambda sentence: bench.tell(sentence, danger=bool(sentence)))
        runner.failed.connect(lambda sentence: bench.tell(sentence, danger=True))
        runner.rendered_at.connect(self._rendered)
        bench.strip.chosen.connect(self._choose_frame)
        bench.strip.menu_wanted.connect(lambda number, place: self._frame_actions.open(self._shown, number, place))
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
            self.take_history()
            self.runner.follow(self._state.plan)
        else:
            self.player.stop()
            foot.name_generate(self.tr("Generate"), self.tr("Make the picture"))
        self.runner.set_active(shown)

    def _track_changed(self) -> None:
        self.player.stop()
        self._remember.start()
        if self.is_shown:
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
        self._bench.curve.show_stretches(frames.changes() if frames is not None and not plan.as_sheet else ())
        if self.is_shown and frames is not None and frames.done:
            if plan.as_sheet:
                page = sheet_of(frames, plan.columns)
                if page is not None and self._looked_at < 0:
                    self._window.greeting.end()
                    self._window.stage.show_frame(page, self.tr("The sheet of four keys"), None)
            elif self._looked_at < 0 and frames.small(0) is not None:
                self.look_at(0)
        self._offer()

    def _offer(self) -> None:
        runner, plan = self.runner, self._state.plan
        needs = self.tr("A sheet takes four keys.") if plan.as_sheet else self.tr("A walk takes two keys or more.")
        works = self.tr("The frames are being made.") if runner.rendering else ""
        done = runner.rendered is not None and runner.rendered.complete and not runner.rendering
        self._bench.allow(
            play=self._shown is not None and self._shown.done > 1 and not plan.as_sheet,
            render=works or ("" if plan.ready else needs),
            export="" if done else works or self.tr("Render the frames first."),
        )

    def _rendered(self, folder: Path | None) -> None:
        if folder is not None:
            files = self._window.controller.files
            text = self.tr("The frames are in {name}.").format(name=folder.name)
            self._window.controller.toast.tell(text, self.tr("Show"), lambda: files.open_folder(folder))

    def _export(self) -> None:
        rendered, plan = self.runner.rendered, self._state.plan
        if rendered is not None and rendered.folder is not None and rendered.complete:
            columns = plan.columns if plan.as_sheet else None
            self._window.exports.exporting.open_walk(rendered.recipes, rendered.folder, plan.fps, columns)

    def _add_shown(self) -> None:
        """The picture on the canvas as a key, else what the form says."""
        recipe = self._window.stage.recipe()
        key = key_of(recipe) if recipe is not None else None
        self.add_key(key or self._key_of_form())

    def _add_at(self, frame: int) -> None:
        """A key where the cursor is: the frame that is there, if it is known, else another seed."""
        plan = self._state.plan
        if plan.keys and frame in plan.places:
            return
        try:
            recipe = self.runner.recipes()[frame] if plan.ready else None
        except (InvalidField, IndexError):
            recipe = None
        if recipe is not None:
            self._frame_actions.make_key(recipe, frame)
        else:
            self.add_key(self._key_of_form(draw()), None)

    def _key_of_form(self, seed: int | None = None) -> Key:
        """A key as the form says; with another seed it has the words of the chosen key."""
        values, known = self._window.form.values, self._state.chosen
        if seed is not None and known is not None:
            return replace(known, end=FromSeed(seed=seed))
        start = values.code if isinstance(values.code, FromCode) else FromSeed(seed=seed or values.seed)
        return Key(start, values.prompt, values.negative_prompt, values.scale, values.blend)

    def _take_codes(self, codes: tuple[str, ...]) -> None:
        for code in codes:
            card = self._window.shelf.card(code)
            if card is not None and card.facts is not None:
                facts = card.facts
                own = facts.origin in ("inversion", "interpolation")
                scale = facts.guidance if own else self._window.form.values.scale
                words = facts.prompt or self._window.form.values.prompt
                self.add_key(Key(FromCode(code=code), words, facts.negative_prompt, scale, facts.blend))

    def _take_picture(self, path: Path) -> None:
        """A picture that says how it was made is a key; any other one is inverted first."""
        try:
            recipe: Recipe | None = read_picture(path).recipe
        except StudioError as problem:
            self._tell(problem.sentence)
            return
        key = key_of(recipe) if recipe is not None else None
        if key is not None:
            self.add_key(key)
        else:
            self._inverts = True
            self._window.codes.inverting.open(path)

    def _inverted(self, event: JobEvent) -> None:
        """The picture that was dropped on the track has a code now."""
        if self._inverts and isinstance(event, Inverted):
            self._inverts = False
            facts = event.facts
            self.add_key(Key(FromCode(code=event.code), facts.prompt, facts.negative_prompt, facts.guidance))

    def _removed(self, number: int) -> None:
        text = self.tr("Key {number} is removed.").format(number=number + 1)
        self._window.controller.toast.tell(text, self.tr("Undo"), self._state.undo)

    def _tell(self, sentence: str) -> None:
        self._window.controller.toast.tell(sentence)
