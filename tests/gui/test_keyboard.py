"""The whole window by keyboard, and for those who hear it: keys, the way of Tab, names."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)

from studio.ui.widgets.banner import Banner
from studio.ui.widgets.toast import Toast
from tests.gui.studio_driver import Driver

WINDOW_WIDE = (Qt.ShortcutContext.WindowShortcut, Qt.ShortcutContext.ApplicationShortcut)
INTERACTIVE = (QAbstractButton, QAbstractItemView, QAbstractSlider, QComboBox, QLineEdit, QPlainTextEdit)
# Those of the stage, which canvas and timeline answer themselves.
STAGE_KEYS = ("Left", "Right", "Shift+Left", "Shift+Right", "Home", "End", "V", "Shift+V", "Space")


def actions(studio: Driver) -> set[QAction]:
    found = set(studio.window.findChildren(QAction)) | set(studio.window.actions())
    for widget in studio.window.findChildren(QWidget):
        found |= set(widget.actions())
    return found


class TestKeys:
    def test_no_two_actions_share_a_key(self, studio: Driver) -> None:
        keys = [key.toString() for action in actions(studio) for key in action.shortcuts() if wide(action)]
        assert "Ctrl+Return" in keys
        assert not [key for key, times in Counter(keys).items() if times > 1]

    def test_keys_of_one_pane_are_not_those_of_the_window(self, studio: Driver) -> None:
        window = {key.toString() for action in actions(studio) if wide(action) for key in action.shortcuts()}
        panes = {key.toString() for action in actions(studio) if not wide(action) for key in action.shortcuts()}
        assert "Ctrl+C" in panes
        assert not window & panes
        assert not (window | panes) & set(STAGE_KEYS)

    def test_no_key_takes_what_a_text_field_needs(self, studio: Driver) -> None:
        window = {key for action in actions(studio) if wide(action) for key in action.shortcuts()}
        standard = QKeySequence.StandardKey
        for needed in (standard.Copy, standard.Cut, standard.Paste, standard.Undo, standard.SelectAll):
            assert not window & set(QKeySequence.keyBindings(needed))

    def test_menus_have_their_own_letters(self, studio: Driver) -> None:
        letters = [QKeySequence.mnemonic(menu.text()).toString() for menu in studio.window.menuBar().actions()]
        assert all(letters)
        assert len(set(letters)) == len(letters)

    @pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
    def test_both_enter_keys_generate_from_wherever_the_keyboard_is(self, studio: Driver, key: Qt.Key) -> None:
        studio.small(steps=1)
        for count, place in enumerate((studio.window.canvas.view, studio.row("steps").field()), start=1):
            place.setFocus()
            studio.press(key, Qt.KeyboardModifier.ControlModifier)
            assert len(studio.window.history.jobs()) == count
        studio.rest()

    def test_every_key_of_an_action_is_on_the_page_of_keys(self, studio: Driver) -> None:
        studio.press(Qt.Key.Key_F1)
        page = dialog(studio)
        words = {label.text() for label in page.findChildren(QLabel)}
        for action in studio.window.actions_of_window.all():
            for key in action.shortcuts()[:1]:
                assert key.toString(QKeySequence.SequenceFormat.NativeText) in words
        assert "Left, Right" in words
        page.close()

    def test_settings_open_and_close_by_key(self, studio: Driver) -> None:
        studio.press(Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
        page = dialog(studio)
        studio.until(page.isActiveWindow)
        studio.press(Qt.Key.Key_Escape)
        assert not page.isVisible()


class TestTab:
    def test_it_goes_from_pane_to_pane_and_down_each_of_them(self, studio: Driver) -> None:
        way = tab_way(studio)
        window = studio.window
        panes = (window.header, window.recipe_pane, window.canvas, window.timeline, window.history)
        # The rail, which a narrow window has, comes last.
        visited = [next((n for n, pane in enumerate(panes) if pane.isAncestorOf(part)), len(panes)) for part in way]
        assert visited == sorted(visited), [type(part).__name__ for part in way]
        assert set(visited) >= {1, 2, 3}
        rows = [part.mapTo(window, QPoint()).y() for part in way if window.recipe_pane.isAncestorOf(part)]
        assert rows == sorted(rows)

    def test_the_prompt_lets_go_of_it(self, studio: Driver) -> None:
        studio.window.recipe_pane.prompt.focus_prompt()
        studio.press(Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is not studio.window.recipe_pane.prompt.editor()
        assert "\t" not in studio.window.form.values.prompt

    def test_the_focus_is_seen(self, studio: Driver) -> None:
        studio.window.recipe_pane.prompt.focus_prompt()
        for _ in range(6):
            studio.press(Qt.Key.Key_Tab)
            assert studio.window._ring.isVisible()
            assert studio.window._ring.target() is QApplication.focusWidget()


class TestNames:
    def test_everything_that_can_be_operated_has_a_name(self, studio: Driver) -> None:
        studio.window.controller.banner.tell("info", "Something to know.", [("Act", lambda: None)])
        studio.window.controller.toast.tell("Something happened.")
        nameless = [place(part) for part in operable(studio.window) if not name(part)]
        assert not nameless

    def test_so_do_the_settings(self, studio: Driver) -> None:
        studio.window.actions_of_window.settings.trigger()
        page = dialog(studio)
        assert not [place(part) for part in operable(page) if not name(part)]
        page.close()

    def test_a_number_says_what_it_means(self, studio: Driver) -> None:
        assert name(studio.row("scale").field()) == "Guidance scale, 5.0, 0 to 100"


def wide(action: QAction) -> bool:
    return action.shortcutContext() in WINDOW_WIDE


def dialog(studio: Driver) -> QDialog:
    (found,) = [page for page in studio.window.findChildren(QDialog) if page.isVisible()]
    return found


def tab_way(studio: Driver) -> list[QWidget]:
    """What Tab visits, from the first widget of the window around to it again."""
    way: list[QWidget] = []
    part = studio.window.nextInFocusChain()
    while part is not studio.window:
        takes = bool(part.focusPolicy() & Qt.FocusPolicy.TabFocus) and part.focusProxy() is None
        if takes and part.isVisible() and part.isEnabled() and part.window() is studio.window:
            way.append(part)
        part = part.nextInFocusChain()
    return way


def operable(root: QWidget) -> list[QWidget]:
    """What a person can operate, shown now or not. Parts that Qt builds inside others speak through those."""
    return [
        part
        for part in root.findChildren(QWidget)
        if isinstance(part, INTERACTIVE)
        and not isinstance(part, QScrollBar)
        and not part.objectName().startswith("qt_")
        and not inside(part, (QComboBox, QAbstractItemView, QMenu))
        and not (isinstance(part.parent(), (Banner, Toast)) and part.isHidden())
    ]


def inside(part: QWidget, kinds: tuple[type[QWidget], ...]) -> bool:
    above = part.parentWidget()
    while above is not None and not isinstance(above, kinds):
        above = above.parentWidget()
    return above is not None


def name(part: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(part)
    return interface.text(QAccessible.Text.Name) if interface else ""


def place(part: QWidget) -> str:
    names = []
    above: QWidget | None = part
    while above is not None:
        names.append(type(above).__name__)
        above = above.parentWidget()
    return " < ".join(names[:5])
