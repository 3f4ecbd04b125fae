"""The plugins window with real files, a real check in a process of its own, and real runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QMessageBox, QPushButton

from studio.job.event import Failed
from studio.plugin.home import plugin_host
from studio.plugin.store import PluginEntry, PluginState
from studio.ui.plugins.plugins_controller import PluginsController
from studio.ui.plugins.plugins_model import ENTRY
from studio.ui.plugins.plugins_window import PluginsWindow
from tests.gui.studio_driver import Driver
from tests.unit.plugin import kit

BROKEN = "return Step(x[:, :, 1:] * 1, x)"


class Manager:
    """The window for plugins, used with mouse and keys."""

    def __init__(self, driver: Driver, root: Path) -> None:
        self.driver, self.root = driver, root
        driver.press(Qt.Key.Key_F9)
        self.controller: PluginsController = driver.window.plugins
        assert self.controller.plugins_window is not None
        self.window: PluginsWindow = self.controller.plugins_window

    def drop(self, name: str, step: str = kit.GOOD_STEP, **changes: str) -> None:
        """Drop the zip of a plugin, and wait until it is looked at."""
        folder = kit.write(self.root / "source", name, step, **changes)
        self.drop_file(kit.zipped(folder, self.root / f"{name}.zip"))
        self.driver.until(lambda: self.window.current() == name)

    def drop_file(self, path: Path) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        given = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(QPoint(40, 200), *given)
        QApplication.sendEvent(self.window, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(self.window, QDropEvent(QPointF(40, 200), *given))

    def tick(self, part: str) -> None:
        box = next(box for box in self.window.findChildren(QCheckBox) if part in box.text() and box.isVisible())
        QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
        assert box.isChecked()

    def button(self, text: str) -> QAbstractButton:
        return next(b for b in self.window.findChildren(QPushButton) if b.text() == text and b.isVisible())

    def press(self, text: str) -> None:
        assert self.button(text).isEnabled()
        QTest.mouseClick(self.button(text), Qt.MouseButton.LeftButton)

    def state(self, plugin: str) -> PluginState:
        return plugin_host().store.entry(plugin).state

    def enable(self, *ticks: str) -> None:
        """Tick and press Enable, and wait for the check that follows."""
        plugin = self.window.current()
        for part in ticks or ("I have read this",):
            self.tick(part)
        self.press("Enable")
        self.driver.until(lambda: self.controller.check_of(plugin) is not None)

    def shown(self) -> list[PluginEntry]:
        model = self.window.model
        return [model.index(row).data(ENTRY) for row in range(model.rowCount())]

    def samplers(self) -> tuple[str, ...]:
        row = self.driver.row("sampler")
        return row.values()  # type: ignore[attr-defined,no-any-return]


@pytest.fixture
def manager(studio: Driver, tmp_path: Path) -> Iterator[Manager]:
    manager = Manager(studio, tmp_path)
    yield manager
    manager.window.close()


def test_a_zip_is_dropped_read_enabled_drawn_with_and_removed(manager: Manager) -> None:
    driver = manager.driver
    manager.drop("wobble", description='"Made for a test."', authors='["A. Author"]', license='"MIT"')
    assert manager.state("wobble") is PluginState.FOUND
    assert "wobble" not in manager.samplers()
    said = manager.window.page.words()
    assert "A. Author, MIT" in said
    assert "It is not used before you enable it." in said
    assert plugin_host().store.files("wobble").digest in said
    assert "wobble.py" in said
    assert not manager.button("Enable").isEnabled()
    assert "tick" in manager.button("Enable").toolTip()
    manager.enable()
    assert manager.state("wobble") is PluginState.ENABLED
    assert "Keeps its promises" in manager.window.page.report.words()
    assert "Order 1.0" in manager.window.page.report.words()
    assert "wobble" in manager.samplers()
    driver.small()
    driver.window.form.set(sampler="wobble")
    driver.window.controller.generate()
    driver.rest()
    assert driver.window.session.status.path is not None
    manager.press("Remove")
    box = driver.window.findChild(QMessageBox) or manager.window.findChild(QMessageBox)
    assert box is not None
    QTest.mouseClick(next(b for b in box.buttons() if b.text() == "Remove"), Qt.MouseButton.LeftButton)
    driver.until(lambda: "wobble" not in manager.samplers())
    assert manager.window.current() != "wobble"
    assert not (plugin_host().store.entries()[0].folder.parent / "wobble").exists()


def test_what_breaks_a_promise_stays_off_until_the_user_knows_and_then_fails_with_a_way_on(manager: Manager) -> None:
    driver = manager.driver
    manager.drop("shaky", BROKEN)
    manager.enable()
    assert manager.state("shaky") is PluginState.FAILED
    assert "Breaks a promise" in manager.window.page.report.words()
    assert not manager.button("Enable").isEnabled()
    manager.tick("I know that it breaks")
    manager.press("Enable")
    driver.until(lambda: manager.state("shaky") is PluginState.ENABLED and not manager.controller.is_checking)
    assert manager.state("shaky") is PluginState.ENABLED
    driver.small()
    driver.window.form.set(sampler="shaky")
    driver.window.controller.generate()
    driver.rest()
    failed = next(event for event in driver.events if isinstance(event, Failed))
    assert failed.plugin == "shaky"
    banner = driver.window.controller.banner
    assert "Shaky stopped at step 1: wrong shape" in banner.text().replace("Shaky of the plugin ", "")
    assert manager.state("shaky") is PluginState.FAILED
    assert "shaky" not in manager.samplers()
    (log, safely) = [button for button in banner.findChildren(QPushButton) if button.isVisible()]
    QTest.mouseClick(log, Qt.MouseButton.LeftButton)
    assert "wrong shape" in manager.window.page.words()
    QTest.mouseClick(safely, Qt.MouseButton.LeftButton)
    driver.rest()
    assert driver.window.form.values.sampler == "ddim"
    assert driver.window.session.status.path is not None


def test_one_of_another_interface_cannot_be_enabled_and_says_why(manager: Manager) -> None:
    manager.drop("future", api='"2.0"')
    assert "plugin interface 2.0, and this program has 1.0" in manager.window.page.said()
    assert not manager.button("Enable").isEnabled()
    assert not [box for box in manager.window.findChildren(QCheckBox) if box.isVisible()]


def test_a_hostile_zip_is_refused_in_the_window(manager: Manager) -> None:
    before = [entry.id for entry in plugin_host().store.entries()]
    path = manager.root / "no.zip"
    path.write_bytes(b"PK\x03\x04 not a zip at all")
    manager.drop_file(path)
    manager.driver.until(lambda: manager.window.banner.text() != "")
    assert [entry.id for entry in plugin_host().store.entries()] == before
    QTest.keyClick(manager.window, Qt.Key.Key_Escape)
    assert manager.window.banner.text() == ""
    assert manager.window.isVisible()


def test_a_bundled_one_is_switched_off_and_on_without_a_tick(manager: Manager) -> None:
    manager.window.choose("heun")
    assert not manager.button("Remove").isEnabled()
    manager.press("Disable")
    assert "heun" not in manager.samplers()
    manager.press("Enable")
    manager.driver.until(lambda: "heun" in manager.samplers())
    manager.driver.until(lambda: manager.controller.check_of("heun") is not None)
    assert manager.state("heun") is PluginState.ENABLED


def test_its_author_changes_it_and_reloads(manager: Manager) -> None:
    folder = kit.write(manager.root / "source", "mine")
    manager.drop_file(folder)
    manager.driver.until(lambda: manager.window.current() == "mine")
    manager.enable()
    (folder / "mine.py").write_text(kit.code("mine", BROKEN))
    manager.press("Reload")
    manager.driver.until(lambda: manager.state("mine") is PluginState.FAILED)
    (folder / "mine.py").write_text(kit.code("mine"))
    manager.press("Reload")
    manager.driver.until(lambda: manager.controller.check_of("mine") is not None)
    assert manager.state("mine") is PluginState.ENABLED


def test_the_list_is_searched(manager: Manager) -> None:
    manager.window.search.setText("ancestral nobody")
    assert manager.window.model.rowCount() == 0
    manager.window.search.setText("euler ancestral")
    assert "euler_ancestral" in [entry.id for entry in manager.shown()]
    assert all("ancestral" in str(entry.manifest).casefold() for entry in manager.shown())
    manager.window.search.clear()
    assert manager.window.model.rowCount() > 5


def test_one_that_ends_the_program_fails_its_check_and_the_window_lives(manager: Manager) -> None:
    manager.drop("crash", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    manager.enable()
    assert manager.state("crash") in (PluginState.FAILED, PluginState.QUARANTINED)
    assert "ended with a crash" in manager.window.page.report.words()
    assert manager.driver.window.isVisible()


def test_nothing_is_reloaded_that_was_not_agreed_to(manager: Manager) -> None:
    manager.drop_file(kit.write(manager.root / "source", "mine"))
    manager.driver.until(lambda: manager.window.current() == "mine")
    assert not manager.button("Reload").isEnabled()
    manager.enable()
    assert manager.button("Reload").isEnabled()
    (plugin_host().store.entry("mine").folder / "mine.py").write_text(kit.code("mine") + "\n")
    manager.controller.refresh()
    assert "not those that you agreed to" in manager.window.page.said()
    assert not manager.button("Reload").isEnabled()
    assert not manager.button("Enable").isEnabled()


def test_checks_wait_for_each_other_and_none_is_given_up(manager: Manager) -> None:
    for name, step in (("wrong", BROKEN), ("right", kit.GOOD_STEP)):
        manager.drop(name, step)
        manager.tick("I have read this")
        manager.press("Enable")
    manager.driver.until(lambda: manager.controller.check_of("right") is not None)
    assert manager.state("wrong") is PluginState.FAILED
    assert manager.state("right") is PluginState.ENABLED


def test_what_was_not_tried_to_the_end_is_off_at_the_next_start(manager: Manager) -> None:
    manager.drop("hasty")
    manager.tick("I have read this")
    manager.press("Enable")
    manager.controller.shut_down()
    assert manager.state("hasty") is PluginState.FAILED
    assert "check was not finished" in plugin_host().store.entry("hasty").sentence


def test_one_that_is_removed_meanwhile_breaks_nothing(manager: Manager) -> None:
    manager.drop("gone")
    manager.tick("I have read this")
    manager.press("Enable")
    plugin_host().store.remove("gone")
    manager.window.choose("heun")
    manager.window.choose("gone")
    assert "There is no plugin 'gone'" in manager.window.banner.text()
    manager.driver.until(lambda: not manager.controller.is_checking)
    assert manager.window.current() != "gone"
