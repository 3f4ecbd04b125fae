"""Joins the plugins window to the store and the host, and tells of plugins that failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from studio.errors import PluginFailure, StudioError
from studio.job.event import Failed, JobEvent
from studio.plugin.files import PluginFiles
from studio.plugin.host import PluginHost
from studio.plugin.store import CHANGED, PluginEntry, PluginState
from studio.sampling.registry import Methods
from studio.ui.background import Background
from studio.worker.plugin_watch import PluginWatch

if TYPE_CHECKING:
    from studio.ui.main_window import MainWindow
    from studio.ui.plugins.conformance_check import Checked, ConformanceCheck
    from studio.ui.plugins.plugin_page import PluginView
    from studio.ui.plugins.plugins_window import PluginsWindow

SAFE_SAMPLER = "ddim"


class PluginsController(QObject):
    """Makes the plugins window when it is first asked for. `watch` looks after plugins at work."""

    def __init__(self, window: MainWindow, host: PluginHost, methods: Methods, watch: PluginWatch) -> None:
        super().__init__(window)
        self._window, self._host, self._methods, self.watch = window, host, methods, watch
        self._checked: dict[str, Checked] = {}
        # Enabled, but their first check is not over: what it was not seen to keep is not kept enabled.
        self._unproven: set[str] = set()
        self._check: ConformanceCheck | None = None
        self._background = Background(self)
        self.plugins_window: PluginsWindow | None = None
        window.actions_of_window.plugins.triggered.connect(lambda: self.open())
        watch.trouble.connect(self._tell_trouble)
        watch.slow.connect(self._tell_slow)
        window.session.job_event.connect(self._follow)

    def open(self, plugin: str = "", *, log: bool = False) -> None:
        """Show the window, with a plugin looked at and perhaps its log."""
        shown = self._shown()
        self.refresh()
        if plugin:
            shown.choose(plugin)
            if log:
                from studio.ui.plugins.plugin_page import LOG

                shown.page.turn_to(LOG)
        shown.show()
        shown.raise_()
        shown.activateWindow()

    def refresh(self) -> None:
        """Bring window and methods up to date with what there is."""
        self._host.store.look_again()
        self._host.look_for_crashes()
        self._take_methods()
        if self.plugins_window is not None:
            self.plugins_window.show_entries(self._host.store.entries())
            self._show(self.plugins_window.current())

    def install(self, path: Path) -> None:
        """Take in a zip or a folder. Nothing of it is run."""
        self._background.run(lambda: self._host.store.install(path), self._installed, self._refuse)

    def enable(self, plugin: str, files: PluginFiles | None, i_know: bool) -> None:
        """Use a plugin, whose files the user saw, and try it; what breaks a promise stays off unless `i_know`."""
        if files is None:
            return
        if self._do(lambda: self._host.store.enable(plugin, files.digest, i_know=i_know)):
            self._prove(plugin)

    def disable(self, plugin: str) -> None:
        """Use it no longer."""
        self._do(lambda: self._host.store.disable(plugin))

    def remove(self, plugin: str) -> None:
        """Ask, and take it off the disk."""
        entry, shown = self._host.store.entry(plugin), self._shown()
        box = QMessageBox(QMessageBox.Icon.NoIcon, self.tr("Remove a plugin"), "", parent=shown)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(self.tr("Remove {name}?").format(name=entry.name))
        box.setInformativeText(self.tr("Its folder is deleted: {folder}").format(folder=entry.folder))
        yes = box.addButton(self.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(self.tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        yes.clicked.connect(lambda: self._remove(plugin))
        box.open()

    def reload(self, plugin: str) -> None:
        """Take over what its author changed, and try it."""
        if self._do(lambda: self._host.store.reload(plugin)):
            self._prove(plugin)

    def check(self, plugin: str) -> None:
        """Try it anew."""
        self._begin_check(plugin)

    def check_of(self, plugin: str) -> Checked | None:
        """What its check came to, None as long as there is none."""
        return self._checked.get(plugin)

    @property
    def is_checking(self) -> bool:
        return self._check is not None and bool(self._check.plugin)

    def shut_down(self) -> None:
        """Nothing is installed or tried any more."""
        self._background.shut_down()
        if self._check is not None:
            self._check.cancel()
        for plugin in self._unproven:
            sentence = self.tr("Its check was not finished, so it is off. Enable it again.")
            self._host.failed(plugin, PluginFailure(plugin, sentence))

    def _shown(self) -> PluginsWindow:
        if self.plugins_window is None:
            from studio.ui.plugins.conformance_check import ConformanceCheck
            from studio.ui.plugins.plugins_window import PluginsWindow

            self.plugins_window = shown = PluginsWindow(self._window)
            self._check = ConformanceCheck(self)
            self._check.ended.connect(self._ended)
            shown.chosen.connect(self._show)
            shown.install_requested.connect(self.install)
            shown.install_file.connect(self._ask_file)
            shown.install_folder.connect(self._ask_folder)
            shown.page.open_folder_requested.connect(self._open_folder)
            foot = shown.page.foot
            foot.enable.connect(lambda i_know: self.enable(shown.current(), self._files(shown.current()), i_know))
            foot.disable.connect(lambda: self.disable(shown.current()))
            foot.remove.connect(lambda: self.remove(shown.current()))
            foot.reload.connect(lambda: self.reload(shown.current()))
            foot.check.connect(lambda: self.check(shown.current()))
        return self.plugins_window

    def _show(self, plugin: str) -> None:
        if self.plugins_window is None or not plugin:
            return
        try:
            view = self._view(plugin)
        except StudioError as problem:  # another program removed it
            self._refuse(problem.sentence)
            self.plugins_window.show_entries(self._host.store.entries())
            return
        self.plugins_window.show_plugin(view)

    def _view(self, plugin: str) -> PluginView:
        from studio.ui.plugins.plugin_page import PluginView

        store, entry = self._host.store, self._host.store.entry(plugin)
        files = self._files(plugin)
        on = entry.state is PluginState.ENABLED
        changed = on and not entry.bundled and files is not None and files.digest != store.agreed(plugin)
        checking = self._check is not None and self._check.plugin == plugin
        checked, log = self._checked.get(plugin), self._host.log(plugin)
        sentence = CHANGED if changed else entry.sentence
        source, agreed = store.source(plugin) is not None, bool(store.agreed(plugin)) or entry.bundled
        return PluginView(entry, files, sentence, changed, source, agreed, checking, checked, log)

    def _files(self, plugin: str) -> PluginFiles | None:
        try:
            return self._host.store.files(plugin)
        except StudioError:
            return None

    def _do(self, act: Callable[[], PluginEntry]) -> bool:
        """Do it, have its code read again with the next use, and show what came of it."""
        try:
            entry = act()
        except StudioError as problem:
            self._refuse(problem.sentence)
            return False
        self._host.forget(entry.id)
        self._checked.pop(entry.id, None)
        self.refresh()
        return entry.state is PluginState.ENABLED

    def _installed(self, entry: PluginEntry) -> None:
        self._host.forget(entry.id)
        self._checked.pop(entry.id, None)
        self.refresh()
        self._shown().banner.dismiss()
        self._shown().search.clear()
        self._shown().choose(entry.id)

    def _remove(self, plugin: str) -> None:
        try:
            if self._check is not None:
                self._check.drop(plugin)
            self._unproven.discard(plugin)
            self._host.store.remove(plugin)
        except StudioError as problem:
            self._refuse(problem.sentence)
            return
        self._host.forget(plugin)
        self._checked.pop(plugin, None)
        self.refresh()

    def _prove(self, plugin: str) -> None:
        """Its first check: only what comes with the program, or is known to break a promise, stays on without."""
        if not self._host.store.i_know(plugin) and not self._host.store.entry(plugin).bundled:
            self._unproven.add(plugin)
        self._begin_check(plugin)

    def _begin_check(self, plugin: str) -> None:
        if self._check is not None:
            from studio.ui.plugins.plugin_page import REPORT

            self._check.start(plugin)
            self._show(plugin)
            self._shown().page.turn_to(REPORT)

    def _ended(self, checked: Checked) -> None:
        self._checked[checked.plugin] = checked
        self._unproven.discard(checked.plugin)
        self._host.store.look_again()
        if checked.plugin not in {entry.id for entry in self._host.store.entries()}:
            return
        if checked.printed:
            self._host.note(checked.plugin, checked.printed)
        entry = self._host.store.entry(checked.plugin)
        if entry.state is PluginState.ENABLED and not checked.passed and not self._host.store.i_know(entry.id):
            why = checked.sentence or self.tr("It breaks a promise: see its report.")
            sentence = self.tr("{name} stays off. {why}").format(name=entry.name, why=why)
            self._host.failed(entry.id, PluginFailure(entry.id, sentence))
        self.refresh()

    def _take_methods(self) -> None:
        """Offer in the form what is there now."""
        if self._methods.take_over(self._host.methods()):
            self._window.form.methods_changed.emit()

    def _follow(self, event: JobEvent) -> None:
        if isinstance(event, Failed) and event.plugin:
            self._tell_failure(event.plugin, event.sentence)

    def _tell_trouble(self, plugin: str, sentence: str) -> None:
        self._tell_failure(plugin, sentence)

    def _tell_failure(self, plugin: str, sentence: str) -> None:
        actions = [
            (self.tr("Log"), lambda: self.open(plugin, log=True)),
            (self.tr("Run with DDIM"), self._run_safely),
        ]
        self.refresh()
        self._window.controller.banner.tell("danger", sentence, actions)

    def _tell_slow(self, sentence: str) -> None:
        if sentence:
            self._window.controller.toast.tell(sentence)

    def _run_safely(self) -> None:
        """Draw the same with what comes with the program."""
        self._window.controller.banner.dismiss()
        values = self._window.form.values
        rules, spacings = self._methods.guidance.by_name(), self._methods.spacings.by_name()
        self._window.form.set(
            sampler=SAFE_SAMPLER,
            rule=values.rule if values.rule in rules else "classifier_free",
            spacing=values.spacing if values.spacing in (*spacings, "explicit") else "leading",
        )
        self._window.controller.generate()

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self._shown(), self.tr("Install a plugin"), "", self.tr("Plugins (*.zip)")
        )
        if name:
            self.install(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self._shown(), self.tr("Install a plugin from its folder"))
        if name:
            self.install(Path(name))

    def _open_folder(self) -> None:
        shown = self._shown()
        shown.page.open_folder(str(self._host.store.entry(shown.current()).folder))

    def _refuse(self, sentence: str) -> None:
        self._shown().banner.tell("danger", sentence)
