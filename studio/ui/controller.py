"""What the user's wishes do: menus, keys, buttons and drops, connected to the objects that fulfil them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QMessageBox

from studio import __version__, paths
from studio.errors import InvalidField, RefusedFile
from studio.export.picture_file import Picture
from studio.job.event import Failed, Finished, JobEvent, ModelStatus, Started
from studio.job.recipe import Recipe
from studio.models.catalog import ModelCatalog
from studio.ui.dialogs.keys_dialog import KeysDialog
from studio.ui.dialogs.settings_dialog import SettingsDialog
from studio.ui.picture_files import PictureFiles, load_image
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
        self._connect_actions()
        self._connect_panes()
        self._show_model()
        self._greet()
        for notice in store.notices:
            self.banner.tell("warning", notice)

    def generate(self) -> None:
        """Take a snapshot of the form and queue it; a refused field is marked instead."""
        window = self._window
        row = window.recipe_pane.refused()
        if row is not None:
            window.recipe_pane.reveal(row)
            return
        try:
            recipes = window.form.recipes()
        except InvalidField as problem:
            self._refuse_field(problem.field, problem.sentence)
            return
        self.banner.dismiss()
        window.timeline.set_live(True)
        window.session.submit(recipes)
        window.recipe_pane.picture.run_accepted()

    def escape(self) -> None:
        """End the innermost thing: what lies over the canvas, then the run."""
        if self._window.workspace.overlay_open():
            self._window.workspace.close_overlay()
        elif self.banner.isVisible():
            self.banner.dismiss()
        else:
            self._window.session.cancel()

    def use_recipe(self, recipe: Recipe | None) -> None:
        """Bring a picture's settings back to the form."""
        if recipe is None:
            return
        self._window.form.load(recipe)
        if recipe.model not in {entry.name for entry in self._catalog.entries()}:
            sentence = self.tr("This picture was made with the model '{model}'. Open its folder to make it again.")
            self.banner.tell(
                "warning", sentence.format(model=recipe.model), [(self.tr("Open folder"), self.open_model)]
            )
        else:
            self.toast.tell(self.tr("The settings of this picture are back."))

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
        act.open.triggered.connect(lambda: self.files.ask_and_open(self._pictures()))
        act.open_model.triggered.connect(self.open_model)
        act.pictures_folder.triggered.connect(lambda: self.files.open_folder(self._pictures()))
        act.settings.triggered.connect(self._open_settings)
        act.quit.triggered.connect(window.close)
        act.prompt.triggered.connect(window.recipe_pane.prompt.focus_prompt)
        act.full_screen.triggered.connect(
            lambda: window.showNormal() if window.isFullScreen() else window.showFullScreen()
        )
        act.generate.triggered.connect(self.generate)
        act.cancel.triggered.connect(self.escape)
        act.roll.triggered.connect(window.recipe_pane.picture.roll)
        act.live.triggered.connect(lambda: window.timeline.set_live(True))
        act.keys.triggered.connect(lambda: KeysDialog(act.all(), window).open())
        act.about.triggered.connect(self._about)
        canvas.copy_requested.connect(lambda: self.files.copy(canvas.mime()))
        canvas.save_copy_requested.connect(lambda: self.files.ask_and_save_copy(canvas.path()))
        canvas.show_in_folder_requested.connect(lambda: self._show_file(canvas.path()))
        canvas.use_settings_requested.connect(lambda: self.use_recipe(window.stage.recipe()))

    def _connect_panes(self) -> None:
        window, history, foot = self._window, self._window.history, self._window.recipe_pane.foot
        window.canvas.file_dropped.connect(self.files.open)
        window.canvas.drop_refused.connect(lambda sentence: self.banner.tell("warning", sentence))
        self.files.opened.connect(self._opened)
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
        history.copy_requested.connect(lambda job: self.files.copy(history.mime(job)))
        history.show_in_folder_requested.connect(lambda job: self._show_file(self._path_of(job)))
        history.use_settings_requested.connect(lambda job: self.use_recipe(window.stage.recipe_of(job)))
        history.delete_requested.connect(self._delete)

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, Started):
            self._window.header.show_place(self._window.form.values.model, event.device, event.dtype)
        elif isinstance(event, Failed):
            if not (event.field and self._window.recipe_pane.mark(event.field, event.sentence)):
                self.banner.tell("danger", event.sentence)
        elif isinstance(event, Finished) and event.path is not None:
            path = event.path
            text = self.tr("Saved as {name}.").format(name=path.name)
            self.toast.tell(text, self.tr("Show"), lambda: self._show_file(path))

    def _refuse_field(self, field: str, sentence: str) -> None:
        if not self._window.recipe_pane.mark(field, sentence):
            self.banner.tell("danger", sentence)

    def _opened(self, picture: Picture, path: Path) -> None:
        self._window.stage.show_file(picture.image, picture.recipe, path)
        if picture.recipe is not None:
            self.use_recipe(picture.recipe)
        elif picture.parameters:
            taken = self._window.form.load_foreign(picture.parameters)
            sentence = self.tr("{name} was made with another program. Taken over: {fields}.")
            self.banner.tell("info", sentence.format(name=path.name, fields=", ".join(taken)))
        else:
            nothing = self.tr("{name} carries no recipe, so its settings are not known.").format(name=path.name)
            self.banner.tell("info", " ".join(picture.problems) or nothing)

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
        SettingsDialog(self._store, self._window).open()

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

    def _greet(self) -> None:
        """The first minute: the noise that the picture will come from."""
        values = self._window.form.values
        picture = paths.resources() / "first" / "noise-7.png"
        if (values.seed, values.width, values.height, values.model) == (7, 128, 128, "starter") and picture.is_file():
            caption = self.tr("Step 0 of {steps}, x").format(steps=values.steps)
            self._window.canvas.show_image(load_image(picture), caption)
        first = self.tr("Step 0 of {steps}: the noise of seed {seed}. Press Generate to watch it become a picture.")
        self._window.canvas.greet(
            first.format(steps=values.steps, seed=values.seed),
            self.tr("The starter model is built in. Nothing is downloaded.") if values.model == "starter" else "",
        )

    def _about(self) -> None:
        text = self.tr("Reverie {version}\n\nA studio for latent diffusion: the reverse process is the document.")
        QMessageBox.about(self._window, self.tr("About Reverie"), text.format(version=__version__))
