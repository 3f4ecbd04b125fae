"""The tree: it grows with the session, and after a restart out of the files alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio import paths
from studio.job.event import Started
from studio.ui.panels.tree_model import LEAF
from tests.gui.branches.family import STEPS, branch_at, first_run
from tests.gui.studio_driver import Driver


def lines(studio: Driver) -> list[tuple[str, str]]:
    """What the tree says, from top to bottom."""
    model = studio.window.tree._model
    leaves = [model.index(row).data(LEAF) for row in range(model.rowCount())]
    return [(leaf.heading, leaf.detail) for leaf in leaves]


def open_tree(studio: Driver) -> None:
    """The right pane lies open only in a wide window."""
    studio.window.resize(1400, 800)
    studio.until(lambda: not studio.window.workspace.is_railed())
    studio.window.side.setCurrentWidget(studio.window.tree)
    studio.until(lambda: not studio.window.tree._scan.is_busy())


EXPECTED = [
    ("red apple, 3d style, seed 7", f"{STEPS} steps, ddim"),
    (f"Step 1 of {STEPS}", "nothing changed"),
    (f"Step 2 of {STEPS}", "guid 5 > 9"),
]


@pytest.fixture
def grown(start: Callable[..., Driver]) -> Driver:
    """A picture with two branches."""
    studio = start()
    first_run(studio)
    branch_at(studio, 1)
    studio.run()
    studio.window.history.selected.emit(1)
    studio.until(lambda: len(studio.window.timeline.projector.film.kept("x0")) == STEPS)
    branch_at(studio, 2)
    studio.enter("scale", "9")
    studio.run()
    return studio


def test_an_empty_tree_says_how_it_grows(studio: Driver) -> None:
    open_tree(studio)
    assert studio.window.tree._empty.isVisible()
    assert studio.window.tree._empty.text() == "Branch from a step and the tree grows here."


def test_it_grows_and_comes_back_after_a_restart_from_the_files_alone(
    grown: Driver, start: Callable[..., Driver]
) -> None:
    open_tree(grown)
    assert lines(grown) == EXPECTED
    recorded = {event.trajectory for event in grown.events if isinstance(event, Started)}
    assert len(recorded) == 3
    grown.close()
    for place in (paths.data(), paths.config(), paths.cache()):
        shutil.rmtree(place, ignore_errors=True)
    later = start()
    open_tree(later)
    later.until(lambda: lines(later) == EXPECTED)
    assert {relative.trajectory for relative in later.window.tree.relatives()} == recorded
    later.until(lambda: later.window.tree._model.index(2).data(LEAF).small is not None)


def test_keys_go_through_it_and_show_a_picture(grown: Driver) -> None:
    open_tree(grown)
    tree = grown.window.tree._list
    tree.setFocus()
    tree.setCurrentIndex(tree.model().index(2))
    QTest.keyClick(tree, Qt.Key.Key_Left)
    assert tree.currentIndex().row() == 0
    QTest.keyClick(tree, Qt.Key.Key_Right)
    assert tree.currentIndex().row() == 1
    QTest.keyClick(tree, Qt.Key.Key_Down)
    QTest.keyClick(tree, Qt.Key.Key_Return)
    key = tree.model().index(2).data(LEAF).row.key
    assert grown.window.canvas.path() == key
    assert grown.window.tree._shown == key
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(tree.model().index(0)).center())
    assert grown.window.canvas.path() == tree.model().index(0).data(LEAF).row.key


def test_a_deleted_parent_stays_as_what_its_branches_know(grown: Driver) -> None:
    open_tree(grown)
    root = grown.window.tree._model.index(0).data(LEAF).row.key
    root.unlink()
    grown.window.tree.refresh()
    grown.until(lambda: lines(grown)[0][1] == "not here any more")
    assert lines(grown)[1:] == EXPECTED[1:]


def test_branch_from_a_picture_of_the_tree_begins_in_its_middle(grown: Driver) -> None:
    open_tree(grown)
    tree = grown.window.tree
    tree._list.setCurrentIndex(tree._model.index(0))
    tree._branch.trigger()
    assert grown.window.form.values.start.step == STEPS // 2
    tree._list.clearSelection()
    tree._list.setCurrentIndex(tree._model.index(2))
    tree._branch.trigger()
    assert grown.window.form.recipes()[0].depth == 2


def test_two_chosen_with_control_are_compared(grown: Driver) -> None:
    open_tree(grown)
    tree = grown.window.tree._list
    places = [tree.visualRect(tree.model().index(row)).center() for row in (0, 2)]
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=places[0])
    QTest.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, pos=places[1])
    assert grown.window.tree._compare.text() == "Compare"
    grown.window.tree._compare.trigger()
    pair = grown.window.branches.pane.pair
    assert pair is not None
    assert [one.key for one in pair] == [tree.model().index(row).data(LEAF).row.key for row in (0, 2)]
    assert list(grown.window.tree._letters.values()) == ["A", "B"]
