"""What the wishes about painting do, connected to the objects that fulfil them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt

from studio import paths
from studio.errors import StudioError
from studio.export.picture_file import Picture
from studio.image import Image, Mask
from studio.job.recipe import Recipe
from studio.library.sources import SourceStore
from studio.models.catalog import ModelCatalog
from studio.ui.background import Background
from studio.ui.header import INPAINT
from studio.ui.inpaint.desk import Desk
from studio.ui.inpaint.draft_keeper import DraftKeeper
from studio.ui.inpaint.easel_signs import EaselSigns
from studio.ui.inpaint.framing import Size
from studio.ui.inpaint.mask_sources import MaskSources
from studio.ui.inpaint.model_way import ModelWay
from studio.ui.inpaint.opening import Opening
from studio.ui.inpaint.painting import Painting
from studio.ui.inpaint.repaint_controller import RepaintController
from studio.ui.inpaint.repainting import check_branch
from studio.ui.inpaint.restoring import Restoring
from studio.ui.inpaint.showing import Showing
from studio.ui.inpaint.taking_over import taken_over
from studio.ui.inpaint.tool_memory import brush_data, overlay_data, take_up
from studio.ui.picture_actions import allow
from studio.ui.settings_store import SettingsStore
from studio.ui.titles import title
from studio.worker.job_queue import JobQueue

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow

DRAFT_NAME, BEFORE_NAME = "painting.draft", "painting-before.draft"


class InpaintController(QObject):
    """Opens pictures to paint on, hands them over with their mask, and takes results over."""

    def __init__(
        self, window: MainWindow, queue: JobQueue, catalog: ModelCatalog, store: SettingsStore, sources: SourceStore
    ) -> None:
        super().__init__(window)
        self._window, self._store, self._sources = window, store, sources
        editor = window.canvas.editor
        self.background = Background(self)
        self._model = ModelWay(window.form, catalog, window.recipe_pane.inpaint, self)
        self.desk = Desk(editor, window.form, self._native, self)
        self.showing = Showing(window.canvas, self.desk, sources, self)
        self.opening = Opening(self.background, self)
        self.masks = MaskSources(window, editor, self.desk, self.background)
        self.signs = EaselSigns(window, self.desk)
        self.keeper = DraftKeeper(paths.data() / DRAFT_NAME, sources, lambda: self.desk.painting, self)
        self.keeper_of_before = DraftKeeper(paths.data() / BEFORE_NAME, sources, lambda: self.desk.before, self)
        self.restoring = Restoring(window, self, sources)
        self.repaint = RepaintController(window, self, queue)
        window.stage.divert, window.stage.pass_over = self.showing.take, self.showing.passes_over
        take_up(editor, store.current.brush, store.current.overlay)
        self._connect_wishes()
        self._connect_painting()
        self._connect_masks()
        self._offer()

    def start(self) -> None:
        """Bring back the workspace and the painting of the last start."""
        self._window.workspaces.show(self._store.current.workspace)
        self.restoring.look_for_drafts(paths.data() / DRAFT_NAME, paths.data() / BEFORE_NAME)

    def remembered_name(self) -> str:
        """What the painting of the last start was called."""
        return self._store.current.painting_name

    def shut_down(self) -> None:
        """Keep what was painted, and end the threads."""
        editor = self._window.canvas.editor
        self._store.change(brush=brush_data(editor), overlay=overlay_data(editor))
        self.background.shut_down()
        self.keeper.shut_down()
        self.keeper_of_before.shut_down()

    def takes(self, path: Path) -> bool:
        """Open a file to be painted on, if that is what the workspace is for."""
        if self._window.workspaces.is_inpaint:
            self.opening.open(path)
        return self._window.workspaces.is_inpaint

    def paint_on(self, image: Image, name: str, path: Path | None = None, transparent: Mask | None = None) -> None:
        """Begin to paint on a picture."""
        before = self.desk.painting
        self._window.greeting.end()
        self.desk.begin(image, name, path=path, transparent=transparent)
        self.show_painting()
        if before is not None and before.document.values.any():
            text = self.tr("{name} is open. What was painted before is kept.").format(name=name)
            self._window.controller.toast.tell(text, self.tr("Back to it"), lambda: self._back_to(before))
        else:
            self._window.controller.toast.dismiss()

    def show_painting(self) -> None:
        """Have the painting on the canvas, with the keyboard."""
        self._window.workspaces.show(INPAINT)
        self.desk.show()
        self.signs.tell()
        self._window.canvas.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_back(self) -> None:
        """Open the painting again that another one took the place of."""
        if self.desk.before is not None:
            self._back_to(self.desk.before)

    def _back_to(self, painting: Painting) -> None:
        self.desk.restore(painting)
        self.show_painting()

    def prepare(self) -> str:
        """Have the form know what is painted on, as it is now. A sentence if nothing would come of it, else ""."""
        form, painting = self._window.form, self.desk.painting
        values, start = form.values, form.values.start
        if not self._window.workspaces.is_inpaint or painting is None:
            self.restoring.set_painted(values.painted if start is not None else None)
            return ""
        if self.restoring.waits or (start is not None and not self.repaint.goes_with(start.parent)):
            return ""
        self.restoring.set_painted(painting.hand_over(values, self._sources))
        if values.strength < 1.0 or painting.is_masked(values.way):
            return ""
        return self.tr("The mask is empty: the picture is returned unchanged. Paint on it, or set strength below 1.")

    def check(self, recipe: Recipe) -> None:
        """Raise `InvalidField` for a branch that does not fit the run it begins in."""
        check_branch(recipe, self._sources)

    def take_over(self) -> None:
        """Go on painting on the result that is shown."""
        outcome, painting = self.showing.outcome, self.desk.painting
        if outcome is None or painting is None:
            return
        mask = outcome.recipe.inpaint.mask if outcome.recipe.inpaint else None
        try:
            painted = self._sources.mask(mask) if mask else None
        except StudioError as problem:
            self._window.controller.banner.tell("danger", problem.sentence)
            return
        self.desk.change_picture(taken_over(painting, outcome.image, outcome.frame, painted))
        text = self.tr("The result is the picture now.")
        self._window.controller.toast.tell(text, self.tr("Undo"), lambda: self._give_back(painting))

    def _give_back(self, painting: Painting) -> None:
        self.desk.change_picture(painting)
        if self.showing.belongs(self._window.stage.recipe()):
            self._window.stage.show_again()

    def _connect_wishes(self) -> None:
        window, opening, easel = self._window, self.opening, self.signs.easel
        head, act = window.recipe_pane.inpaint.head, window.actions_of_window
        act.paste.triggered.connect(opening.paste)
        window.canvas.commands.paint.triggered.connect(self._paint_on_shown)
        act.take_over.triggered.connect(self.take_over)
        act.paint_before.triggered.connect(self.go_back)
        window.history.paint_requested.connect(self._paint_on_job)
        window.history.mask_requested.connect(self._mask_from_job)
        head.open_requested.connect(act.open.trigger)
        head.take_over_requested.connect(self.take_over)
        head.framing_chosen.connect(self.desk.frame_as)
        easel.open.connect(act.open.trigger)
        easel.paint.connect(self._paint_on_last)
        easel.back.connect(self.show_painting)
        opening.began.connect(self._opening)
        opening.opened.connect(self._opened)
        opening.refused.connect(self._refused)
        act.race.triggered.connect(self.prepare)

    def _connect_painting(self) -> None:
        window, editor, changed = self._window, self._window.canvas.editor, self.keeper.changed
        for signal in (editor.painted, editor.committed, self.desk.opened, self.desk.framed):
            signal.connect(changed)
        self.desk.opened.connect(self.keeper_of_before.changed)
        for keeper in (self.keeper, self.keeper_of_before):
            keeper.trouble.connect(lambda sentence: window.controller.banner.tell("danger", sentence))
        self.showing.changed.connect(self._offer)
        self.desk.opened.connect(self._offer)
        self.desk.opened.connect(self._remember_name)
        window.stage.shown_changed.connect(self._offer)
        window.workspaces.changed.connect(self._turn)

    def _connect_masks(self) -> None:
        window, masks = self._window, self.masks
        masks.done.connect(window.controller.toast.tell)
        masks.refused.connect(self._refused)
        masks.scaling_offered.connect(
            lambda sentence, act: window.controller.banner.tell("warning", sentence, [(self.tr("Scale it"), act)])
        )
        menu = window.paint_tools.options.mask_button.menu()
        masks.add_to(menu, menu.actions()[0])
        menu.insertSeparator(menu.actions()[3])
        masks.add_to(window.actions_of_window.mask_menu)

    def _turn(self) -> None:
        """Another workspace."""
        window, paints = self._window, self._window.workspaces.is_inpaint
        self.showing.is_on = paints
        window.greeting.hold(paints)
        window.canvas.set_invitation(self.tr("Drop to paint on this picture.") if paints else "")
        if paints:
            window.canvas.greet("")
            self.restoring.come_back()
            self.desk.show()
            if self.showing.belongs(window.stage.recipe()):
                window.stage.show_again()
            window.canvas.view.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.desk.hide()
            if not window.stage.show_again():
                window.greeting.greet_again()
        self.signs.tell()
        self._offer()

    def _opening(self, name: str) -> None:
        if self._window.workspaces.is_inpaint:
            self.signs.opening = name
            self.signs.tell()

    def _opened(self, picture: Picture, path: Path | None) -> None:
        self.signs.opening = ""
        self.signs.tell()
        controller, name = self._window.controller, path.name if path else self.tr("From the clipboard")
        if path is not None and not self._window.workspaces.is_inpaint:
            controller.show_picture(picture, path)
            return
        controller.banner.dismiss()
        self.paint_on(picture.image, name, path, picture.transparent)
        if picture.recipe is not None:
            text = self.tr("{name} carries its settings.").format(name=name)
            use = (self.tr("Use its settings"), lambda: controller.use_recipe(picture.recipe))
            controller.banner.tell("info", " ".join((text, *picture.problems)), [use])
        elif picture.problems:
            controller.banner.tell("info", " ".join(picture.problems))

    def _refused(self, sentence: str) -> None:
        self.signs.opening = ""
        self.signs.tell()
        self._window.controller.banner.tell("danger", sentence)

    def _paint_on_shown(self) -> None:
        shown = self._window.stage.finished()
        if shown is not None:
            name = shown.path.name if shown.path else shown.caption
            self.paint_on(shown.image, name, shown.path)

    def _paint_on_last(self) -> None:
        newest = self._window.history.newest()
        if self._window.stage.finished() is not None:
            self._paint_on_shown()
        elif newest is not None:
            self._paint_on_job(newest)

    def _paint_on_job(self, job: int) -> None:
        entry, image = self._window.history.entry(job), self._picture_of(job)
        if entry is not None and image is not None:
            self.paint_on(image, entry.path.name if entry.path else title(entry.recipe), entry.path)

    def _mask_from_job(self, job: int) -> None:
        image = self._picture_of(job)
        if image is not None:
            self.masks.take_brightness(image)

    def _picture_of(self, job: int) -> Image | None:
        try:
            return self._window.history.picture(job)
        except StudioError as problem:
            self._refused(problem.sentence)
            return None

    def _offer(self) -> None:
        """Say what can be done with the result and with the picture shown."""
        window = self._window
        why_not = "" if self.showing.outcome else self.tr("Show a finished result of this painting first.")
        window.recipe_pane.inpaint.head.allow_take_over(why_not)
        allow(window.actions_of_window.take_over, why_not)
        allow(
            window.actions_of_window.paint_before,
            "" if self.desk.before else self.tr("No other picture was painted on before."),
        )
        finished = window.stage.finished() is not None
        allow(window.canvas.commands.paint, "" if finished else self.tr("Show a finished picture first."))

    def _remember_name(self) -> None:
        if self.desk.painting is not None:
            self._store.change(painting_name=self.desk.painting.name)

    def _native(self) -> Size:
        entry = self._model.entry()
        return entry.native_size if entry else (self._window.form.values.width, self._window.form.values.height)
