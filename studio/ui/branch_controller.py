"""What the wishes about branches do: Branch here, the tree, and comparing, connected to the rest of the window."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from studio.errors import StudioError
from studio.export.picture_file import read_picture
from studio.job.event import JobEvent
from studio.ui.branching import Branching, Moment
from studio.ui.compare.compare_pane import ComparePane
from studio.ui.compare.comparing import Comparing
from studio.ui.compare.exhibits import Exhibits
from studio.ui.panels.folder_scan import made_id
from studio.ui.picture_actions import allow
from studio.ui.widgets.state import plain_tooltip
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class BranchController(QObject):
    """Connects branching, tree and comparison. Sentences go to the banner of the window's controller."""

    def __init__(self, window: MainWindow, queue: JobQueue) -> None:
        super().__init__(window)
        self._window = window
        self.branching = Branching(window.form, self._moment, self)
        self._exhibits = Exhibits(window.history, window.tree, window.stage, window.canvas)
        self.pane = ComparePane(window.canvas.view)
        self.comparing = Comparing(self.pane, self._exhibits.find, self._exhibits.shown, self._exhibits.parent_of)
        self.action = window.canvas.commands.branch
        # Once the stage has followed an event, too. A timer of one's own is gone with the window, whatever waits.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._offer)
        self._connect_queue(queue)
        self._connect_branching()
        self._connect_comparing()

    def escape(self) -> bool:
        """End the comparison; False if there is none."""
        if not self.comparing.is_open():
            return False
        self.comparing.close()
        return True

    def _connect_queue(self, queue: JobQueue) -> None:
        tree = self._window.tree
        queue.job_event.connect(self._follow)
        queue.preview.connect(tree.preview)
        queue.view_ready.connect(self.comparing.take)
        self.comparing.view_wanted.connect(queue.request_view)

    def _connect_branching(self) -> None:
        window, branching, tree, history = self._window, self.branching, self._window.tree, self._window.history
        self.action.triggered.connect(self.branch_here)
        window.timeline.branch_button.clicked.connect(self.branch_here)
        window.timeline.filmstrip.branch_requested.connect(self.branch_here)
        history.branch_requested.connect(self._branch_from)
        tree.branch_requested.connect(self._branch_from)
        tree.selected.connect(self._show)
        tree.use_settings_requested.connect(self._use_settings)
        branching.begun.connect(self._begun)
        window.form.changed.connect(lambda names: self._offer() if "start" in names else None)
        branching.refused.connect(lambda sentence: window.controller.toast.tell(sentence))
        window.stage.shown_changed.connect(self._offer)
        window.timeline.step_selected.connect(lambda _: self._offer())
        self._offer()

    def _connect_comparing(self) -> None:
        window, comparing = self._window, self.comparing
        for asker in (window.history, window.tree):
            asker.compare_requested.connect(comparing.compare)
        comparing.letters_changed.connect(window.tree.show_letters)
        comparing.letters_changed.connect(lambda letters: window.canvas.show_band(not letters))
        comparing.refused.connect(lambda sentence: window.controller.toast.tell(sentence))
        for widget in (window.canvas.view, window.timeline.filmstrip):
            comparing.watch(widget)
        # Whoever chooses another picture wants to see it.
        window.history.selected.connect(comparing.close)
        window.timeline.step_selected.connect(comparing.close)
        window.controller.files.opened.connect(comparing.close)

    def branch_here(self) -> None:
        """Branch from the step that is shown, or from the middle of a picture whose steps are not."""
        recipe = self._window.stage.recipe()
        if self._moment() is None and recipe is not None:
            self.branching.branch_from_picture(recipe, self._trajectory_of(self._window.canvas.path()))
        else:
            self.branching.branch_here()

    def _moment(self) -> Moment | None:
        """The step on the canvas, if the strip shows the run that it belongs to."""
        recipe, timeline = self._window.stage.recipe(), self._window.timeline
        film = timeline.projector.film
        if recipe is None or film.noised or film.recipe != recipe or len(film.kept("x0")) <= 1:
            return None
        step = timeline.filmstrip.value() or film.done
        return Moment(recipe, step, film.steps, film.trajectory)

    def _follow(self, event: JobEvent) -> None:
        self.branching.follow(event)
        self._window.tree.follow(event)
        self._later.start()

    def _offer(self) -> None:
        """Say whether there is something to branch from."""
        window = self._window
        why_not = self.branching.why_not()
        if self._moment() is None and window.stage.recipe() is not None:
            why_not = ""
        allow(self.action, why_not)
        button = window.timeline.branch_button
        button.setEnabled(not why_not)
        button.setToolTip(plain_tooltip(why_not or self.tr("Change the picture from this step on"), "Ctrl+B"))
        window.tree.show_mark(self._shown_key())
        start = window.form.values.start
        parent = start is not None and window.timeline.projector.film.recipe == start.parent
        window.timeline.filmstrip.mark_branch(start.step if start and parent else 0)

    def _shown_key(self) -> Hashable:
        """The name of the picture on the canvas, or of the run that a step on it belongs to."""
        window = self._window
        path = window.canvas.path()
        if path is not None:
            return path
        recipe = window.stage.recipe()
        entries = (window.history.entry(job) for job in window.history.jobs())
        entry = next((entry for entry in entries if entry and recipe is not None and entry.recipe is recipe), None)
        return (entry.path or entry.job) if entry else None

    def _branch_from(self, key: Hashable) -> None:
        relative = self._window.tree.relative(self._name(key))
        if relative is not None:
            self._show(self._name(key))
            self.branching.branch_from_picture(relative.recipe, relative.trajectory)

    def _name(self, key: Hashable) -> Hashable:
        """Jobs that are saved go by the name of their file."""
        entry = self._window.history.entry(key) if isinstance(key, int) else None
        return entry.path if entry and entry.path else key

    def _trajectory_of(self, path: Path | None) -> str:
        if path is None:
            return ""
        try:
            picture = read_picture(path)
        except StudioError:
            return ""
        return made_id(picture.recipe, picture.made) if picture.recipe else ""

    def _show(self, key: Hashable) -> None:
        """Show a picture of the tree: by its job if it is of this session, else from its file."""
        window = self._window
        self.comparing.close()
        window.greeting.end()
        entries = (window.history.entry(job) for job in window.history.jobs())
        job = next((entry.job for entry in entries if entry and key in (entry.path, entry.job)), None)
        if job is not None:
            window.stage.show_job(job)
        elif isinstance(key, Path):
            self._show_file(key)
        self._offer()

    def _show_file(self, path: Path) -> None:
        try:
            picture = read_picture(path)
        except StudioError as problem:
            self._window.controller.banner.tell("danger", problem.sentence)
        else:
            self._window.stage.show_file(picture.image, picture.recipe, path)

    def _use_settings(self, key: Hashable) -> None:
        relative = self._window.tree.relative(key)
        if relative is not None:
            self._window.controller.use_recipe(relative.recipe)

    def _begun(self, moment: Moment) -> None:
        waits = self._window.session.paused is not None
        generate = self.tr("Branch from step {step}: change something, then press Generate.")
        go_on = self.tr("Branch from step {step}: change something, then go on.")
        sentence = go_on if waits else generate
        self._window.controller.toast.tell(sentence.format(step=moment.step))
