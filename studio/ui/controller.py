"""What the user's wishes do: menus, keys, buttons and drops, connected to the objects that fulfil them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFileDialog, QMessageBox

from studio import __version__, paths
from studio.errors import InvalidField, RefusedFile, StudioError
from studio.export.picture_file import Picture
from studio.job.event import Failed, JobEvent, ModelStatus, Started
from studio.job.recipe import Recipe
from studio.models.catalog import ModelCatalog
from studio.settings import Settings
from studio.ui.form_values import FormValues
from studio.ui.header import INPAINT
from studio.ui.inpaint.painting import Painting
from studio.ui.metrics import px
from studio.ui.picture_files import PictureFiles
from studio.ui.settings_store import SettingsStore
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.toast import Toast

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow


class Controller(QObject):
    """Connects the window's panes and actions. Errors go to their field if they have one, else to the banner."""

    def __init__(self, window: MainWindow, catalog: ModelCatalog, store: SettingsStore) -> None:
        super().__init__(window)
        self._window = window
        self._catalog = catalog
        self._store = store
        self.files = PictureFiles(window)
        self.banner = Banner(window.canvas.view)
        self.toast = Toast(window.canvas.view)
        self._place = (store.current.device, store.current.precision)
        self._connect_actions()
        self._connect_panes()
        self._show_model()
        if store.notices:
            self.banner.tell("warning", " ".join(store.notices))

    def generate(self) -> None:
        """Take a snapshot of the form and queue it; a refused field is marked instead and gets the keyboard."""
        window = self._window
        row = window.recipe_pane.refused()
        if row is not None:
            window.recipe_pane.reveal(row, focus=True)
            return
        if window.interpolating.is_shown:
            window.interpolating.render()
            return
        if window.inpaint.repaint.prepare():
            window.process.pausing.toggle()
            return
        notice = window.inpaint.prepare()
        try:
            recipes = window.form.recipes()
            window.inpaint.check(recipes[0])
        except InvalidField as problem:
            self._refuse_field(problem.field, problem.sentence)
            return
        self.banner.dismiss()
        if notice:
            self.banner.tell("info", notice)
        window.greeting.end()
        window.timeline.set_live(True)
        jobs = window.session.submit(recipes)
        self._store.change(form=window.form.values.as_data())
        window.recipe_pane.picture.run_accepted()
        window.process.pausing.remember(jobs)

    def escape(self) -> None:
        """End the innermost thing: what lies over the canvas, then the run."""
        if self._window.workspace.overlay_open():
            self._window.workspace.close_overlay()
        elif self.banner.isVisible():
            self.banner.dismiss()
        elif self._window.branches.escape():
            return
        else:
            self._window.session.cancel()

    def use_recipe(self, recipe: Recipe | None) -> None:
        """Bring a picture's settings back to the form."""
        if recipe is None:
            return
        window = self._window
        before, painting = window.form.values, window.inpaint.desk.painting
        window.form.load(recipe)
        undo = (self.tr("Undo"), lambda: self._put_back(before, painting))
        if recipe.pixels and window.form.values.painted is not None:
            window.workspaces.show(INPAINT)
        if recipe.model not in {entry.name for entry in self._catalog.entries()}:
            sentence = self.tr("This picture was made with the model '{model}'. Open its folder to make it again.")
            choices = [(self.tr("Open folder"), self.open_model), undo]
            self.banner.tell("warning", sentence.format(model=recipe.model), choices)
        else:
            self.toast.tell(self.tr("The settings of this picture are back."), *undo)

    def _put_back(self, values: FormValues, painting: Painting | None) -> None:
        """The form and the painting of a moment ago."""
        self._window.inpaint.restoring.set_painted(values.painted)
        self._window.form.put_back(values)
        self._window.inpaint.desk.put(painting)

    def open_model(self) -> None:
        """Let the user choose a model folder, check it, and take it."""
        chosen = QFileDialog.getExistingDirectory(self._window, self.tr("Open a model folder"))
        if chosen:
            self.add_model(Path(chosen))

    def add_model(self, folder: Path) -> None:
        """Take a model folder into the catalogue and choose it."""
        try:
            entry = self._catalog.add(folder)
        except RefusedFile as problem:
            self.banner.tell("danger", problem.sentence)
            return
        self._store.change(model_folders=[str(place) for place in self._catalog.known()])
        self._window.recipe_pane.model.refresh()
        self._window.form.set(model=entry.name, width=entry.native_size[0], height=entry.native_size[1])

    def _connect_actions(self) -> None:
        window, act, canvas = self._window, self._window.actions_of_window, self._window.canvas
        act.open.triggered.connect(self._ask_and_open)
        act.open_model.triggered.connect(self.open_model)
        act.pictures_folder.triggered.connect(lambda: self.files.open_folder(self._pictures()))
        act.settings.triggered.connect(self._open_settings)
        act.quit.triggered.connect(window.close)
        act.prompt.triggered.connect(window.recipe_pane.prompt.focus_prompt)
        act.full_screen.triggered.connect(
            lambda: window.showNormal() if window.isFullScreen() else window.showFullScreen()
        )
        act.generate.triggered.connect(self.generate)
        act.cancel.triggered.connect(window.session.cancel)
        act.escape.triggered.connect(self.escape)
        act.roll.triggered.connect(window.recipe_pane.picture.roll)
        act.live.triggered.connect(lambda: window.timeline.set_live(True))
        act.keys.triggered.connect(self._show_keys)
        window.session.status_changed.connect(lambda status: act.allow_cancel(status.running))
        window.timeline.live_changed.connect(lambda live: act.allow_live(not live))
        act.about.triggered.connect(self._about)
        canvas.copy_requested.connect(lambda: self.files.copy(canvas.mime()))
        canvas.save_copy_requested.connect(lambda: self.files.ask_and_save_copy(canvas.path()))
        canvas.show_in_folder_requested.connect(lambda: self._show_file(canvas.path()))
        canvas.use_settings_requested.connect(lambda: self.use_recipe(window.stage.recipe()))

    def _connect_panes(self) -> None:
        window, history, foot = self._window, self._window.history, self._window.recipe_pane.foot
        window.canvas.file_dropped.connect(self._open)
        window.canvas.drop_refused.connect(lambda sentence: self.banner.tell("warning", sentence))
        self.files.opened.connect(self.show_picture)
        self.files.done.connect(self.toast.tell)
        self.files.refused.connect(lambda sentence: self.banner.tell("danger", sentence))
        foot.generate.connect(self.generate)
        foot.cancel.connect(window.session.cancel)
        foot.show_file.connect(lambda: self._show_file(window.session.status.path))
        window.header.settings_requested.connect(self._open_settings)
        window.recipe_pane.model.open_requested.connect(self.open_model)
        window.form.changed.connect(lambda names: self._show_model() if "model" in names else None)
        window.session.model_status.connect(self._model_ready)
        window.session.job_event.connect(self._follow)
        self._store.trouble.connect(lambda sentence: self.banner.tell("danger", sentence))
        self._store.changed.connect(self._follow_place)
        history.selected.connect(window.greeting.end)
        history.copy_requested.connect(self._copy)
        history.show_in_folder_requested.connect(lambda job: self._show_file(self._path_of(job)))
        history.use_settings_requested.connect(lambda job: self.use_recipe(window.stage.recipe_of(job)))
        history.delete_requested.connect(self._delete)

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, Started):
            recipe = self._window.stage.recipe_of(event.job)
            if recipe is not None:
                self._window.header.show_place(recipe.model, event.device, event.dtype)
        elif isinstance(event, Failed) and not event.plugin and not self._window.session.is_quiet(event.job):
            # Failures of plugins are told with what can be done about plugins.
            self._tell_failure(event)

    def _tell_failure(self, event: Failed) -> None:
        """At its field, but without the keyboard: the user may be typing elsewhere."""
        if not (event.field and self._window.recipe_pane.mark(event.field, event.sentence)):
            self.banner.tell("danger", event.sentence)

    def _refuse_field(self, field: str, sentence: str) -> None:
        if not self._window.recipe_pane.mark(field, sentence, focus=True):
            self.banner.tell("danger", sentence)

    def _ask_and_open(self) -> None:
        path = self.files.ask(self._pictures())
        if path is not None:
            self._open(path)

    def _open(self, path: Path) -> None:
        """For its settings, or where pictures are painted on to be painted on."""
        if not self._window.inpaint.takes(path):
            self.files.open(path)

    def show_picture(self, picture: Picture, path: Path) -> None:
        """Show a picture that was opened, and take over what it says about its making."""
        self._window.greeting.end()
        self._window.stage.show_file(picture.image, picture.recipe, path)
        if picture.recipe is not None:
            self.use_recipe(picture.recipe)
        elif picture.parameters:
            before = self._window.form.values
            taken = self._window.form.load_foreign(picture.parameters)
            sentence = self.tr("{name} was made with another program. Taken over: {fields}.")
            undo = (self.tr("Undo"), lambda: self._window.form.put_back(before))
            self.banner.tell("info", sentence.format(name=path.name, fields=", ".join(taken)), [undo])
        else:
            nothing = self.tr("{name} carries no recipe, so its settings are not known.").format(name=path.name)
            self.banner.tell("info", " ".join(picture.problems) or nothing)

    def _copy(self, job: int) -> None:
        try:
            self.files.copy(self._window.history.mime(job))
        except StudioError as problem:
            self.banner.tell("danger", problem.sentence)

    def _delete(self, job: int) -> None:
        path = self._path_of(job)
        if path is None or self.files.delete(path):
            self._window.history.remove(job)

    def _path_of(self, job: int) -> Path | None:
        entry = self._window.history.entry(job)
        return entry.path if entry else None

    def _show_file(self, path: Path | None) -> None:
        if path is not None:
            self.files.show_in_folder(path)

    def _pictures(self) -> Path:
        return Path(self._store.current.pictures_folder or paths.pictures())

    def _open_settings(self) -> None:
        self._window.process.open_settings()

    def _show_model(self) -> None:
        name = self._window.form.values.model
        self._window.header.show_place(name)
        for entry in self._catalog.entries():
            if entry.name == name:
                self._window.recipe_pane.picture.set_native_size(*entry.native_size)

    def _model_ready(self, status: ModelStatus) -> None:
        if status.sentence:
            self.banner.tell("danger", status.sentence)
        elif status.model == self._window.form.values.model:
            self._window.header.show_place(status.model, status.device, status.dtype)

    def _follow_place(self, settings: Settings) -> None:
        """Another device or precision: load the model there now, so that a mistake shows at once."""
        place = (settings.device, settings.precision)
        if place != self._place:
            self._place = place
            self.banner.dismiss()
            self._window.warm_up()

    def _show_keys(self) -> None:
        window = self._window
        from studio.ui.dialogs.keys_dialog import KeysDialog, painting_keys  # not needed to open the window

        painting = painting_keys(window.canvas.editor.commands)
        KeysDialog(window.actions_of_window.all(), painting, window).open()

    def _about(self) -> None:
        text = self.tr("A studio for latent diffusion: the reverse process is the document.")
        box = QMessageBox(QMessageBox.Icon.NoIcon, self.tr("About Reverie"), "", parent=self._window)
        box.setTextFormat(Qt.TextFormat.PlainText)
        icon = QIcon(str(paths.resources() / "icons" / "reverie.svg"))
        box.setIconPixmap(icon.pixmap(QSize(px(48), px(48)), self._window.devicePixelRatioF()))
        box.setText(self.tr("Reverie {version}").format(version=__version__))
        box.setInformativeText(f"{text}\n{self.tr('Free software under the Apache License 2.0.')}")
        box.setStandardButtons(QMessageBox.StandardButton.Close)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
