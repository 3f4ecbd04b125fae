"""Painting by keyboard: workspaces, tools, the way of Tab; letters stay letters where text is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.gui.inpaint.paint_kit import Painter
from tests.gui.studio_driver import CONTROL
from tests.gui.test_keyboard import STAGE_KEYS, actions, name, operable, place, tab_way, wide


def test_workspaces_by_key_and_tab(begin: Callable[[], Painter]) -> None:
    studio = begin()
    assert (studio.window.header.workspace(), studio.editor.active) == ("generate", False)
    studio.inpaint()
    assert studio.window.header.workspace() == "inpaint"
    assert studio.window.recipe_pane.inpaint.isVisible()
    assert studio.window.paint_tools.bar.isVisible()
    assert not studio.window.timeline.filmstrip.isVisible()
    assert studio.window.canvas.view.hasFocus()
    studio.window.header.workspace_chosen.emit("generate")
    assert not studio.window.recipe_pane.inpaint.isVisible()
    assert not studio.window.paint_tools.bar.isVisible()
    assert studio.window.timeline.filmstrip.isVisible()


def test_the_prompt_stays_where_it_is(begin: Callable[[], Painter]) -> None:
    studio = begin()
    editor = studio.window.recipe_pane.prompt.editor()
    before = editor.mapTo(studio.window, QPoint())
    studio.inpaint()
    QApplication.processEvents()
    assert editor.mapTo(studio.window, QPoint()) == before


def test_keys_do_not_collide_while_something_is_painted(painter: Painter, photo: Path) -> None:
    painter.opened(photo)
    keys = {wideness: Counter() for wideness in (True, False)}
    for action in actions(painter):
        keys[wide(action)].update(key.toString() for key in action.shortcuts())
    assert not [key for key, times in keys[True].items() if times > 1]
    assert not set(keys[True]) & set(keys[False])
    assert not (set(keys[True]) | set(keys[False])) & set(STAGE_KEYS)
    # The same letter for two tools would serve neither.
    commands = painter.editor.commands
    own = Counter(key.toString() for action in commands.findChildren(type(commands.undo)) for key in action.shortcuts())
    assert set("BEMLGX[]Q") <= set(own)
    assert not [key for key, times in own.items() if times > 1]


def test_tools_by_letter_on_the_canvas_and_letters_in_the_prompt(painter: Painter, photo: Path) -> None:
    painter.opened(photo)
    painter.press(Qt.Key.Key_E)
    assert painter.editor.tool == "eraser"
    painter.prompt("be maxing")
    assert painter.editor.tool == "eraser"
    assert painter.window.form.values.prompt == "be maxing"


def test_undo_and_paste_are_those_of_the_field_that_has_the_keyboard(painter: Painter, photo: Path) -> None:
    painter.opened(photo)
    painter.stroke((20, 20), (50, 50))
    mask = painter.mask.copy()
    mime = QMimeData()
    mime.setText("an owl")
    QGuiApplication.clipboard().setMimeData(mime)
    painter.window.recipe_pane.prompt.focus_prompt()
    painter.press(Qt.Key.Key_V, CONTROL)
    assert painter.window.form.values.prompt == "an owl"
    painter.press(Qt.Key.Key_Z, CONTROL)
    assert painter.window.form.values.prompt != "an owl"
    assert np.array_equal(painter.mask, mask)
    assert painter.banner() == ""


def test_tab_goes_from_the_panel_over_the_tools_to_the_canvas(painter: Painter, photo: Path) -> None:
    painter.opened(photo)
    window = painter.window
    tools = window.paint_tools
    panes: tuple[QWidget, ...] = (
        window.header,
        window.recipe_pane,
        tools.options,
        tools.bar,
        window.canvas,
        window.timeline,
        window.side,
    )
    way = tab_way(painter)
    visited = [next((n for n, pane in enumerate(panes) if pane.isAncestorOf(part)), len(panes)) for part in way]
    assert visited == sorted(visited), [place(part) for part in way]
    assert set(visited) >= {1, 2, 3, 4, 5}
    rows = [part.mapTo(window, QPoint()).y() for part in way if window.recipe_pane._sheet.isAncestorOf(part)]
    assert rows == sorted(rows)


def test_everything_has_a_name(painter: Painter, photo: Path) -> None:
    painter.window.controller.banner.tell("info", "Something to know.", [("Act", print), ("Undo", print)])
    painter.window.controller.toast.tell("Something happened.", "Undo", print)
    assert not [place(part) for part in operable(painter.window) if not name(part)]
    painter.opened(photo)
    painter.window.controller.banner.tell("info", "Something to know.", [("Act", print), ("Undo", print)])
    painter.window.form.set(fill="colour", strength=0.5)
    assert not [place(part) for part in operable(painter.window) if not name(part)]


def test_what_a_way_does_not_look_at_says_why(painter: Painter) -> None:
    panel = painter.window.recipe_pane.inpaint
    rows = panel.rows()
    assert not rows["padding"].isEnabled()
    assert "masked part" in rows["padding"].toolTip()
    assert "starts from noise" in rows["fill"].toolTip()
    painter.window.form.set(way="crop", strength=0.5, repeats=2)
    assert all(row.isEnabled() for row in rows.values())
    painter.window.form.set(way="soft")
    assert not rows["repeats"].isEnabled()
    assert not rows["jump_length"].isEnabled()
    assert not panel.way.button("model").isEnabled()
    assert "nine channels" in panel.way.line("model")


def test_escape_ends_the_innermost_thing_first(painter: Painter, photo: Path) -> None:
    painter.opened(photo)
    painter.window.form.set(steps=400)
    painter.generate()
    painter.window.controller.banner.tell("info", "Something.")
    painter.press(Qt.Key.Key_Escape)
    assert painter.banner() == ""
    assert painter.window.session.status.running
    QTest.keyClick(painter.window.canvas.view, Qt.Key.Key_Escape)
    painter.rest()
    assert painter.editor.active
