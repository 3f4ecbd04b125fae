"""Families of pictures are told from their recipes alone, and laid out without crossing lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.job.recipe import FromStep, Recipe, recipe
from studio.library.lineage import Relative, family_tree

ROOT = recipe(prompt="red apple", seed=7)
ID = "0" * 32


def branch(parent: Recipe, step: int, trajectory: str = ID, **changes: object) -> Recipe:
    start = FromStep(trajectory=trajectory, step=step, parent=parent)
    return recipe(**{**dict(parent), "start": start, **changes})


def test_pictures_without_branches_are_no_tree():
    assert family_tree([Relative("a", ROOT), Relative("b", recipe(seed=8))]) == ()


def test_a_branch_hangs_under_its_parent():
    child = branch(ROOT, 12, prompt="green apple")
    rows = family_tree([Relative("child", child), Relative("root", ROOT)])
    assert [(row.key, row.parent, row.step) for row in rows] == [("root", None, None), ("child", 0, 12)]


def test_earlier_branches_turn_off_and_the_last_goes_straight_on():
    first, last = branch(ROOT, 5), branch(ROOT, 20)
    grandchild = branch(first, 9)
    rows = family_tree(
        [Relative("root", ROOT), Relative("last", last), Relative("first", first), Relative("g", grandchild)]
    )
    assert [row.key for row in rows] == ["root", "first", "g", "last"]
    assert [row.lane for row in rows] == [0, 1, 1, 0]
    assert [row.joins for row in rows] == [None, 0, 1, 0]
    assert [row.rails for row in rows] == [(), (0,), (0,), ()]
    assert [row.goes_on for row in rows] == [True, True, False, False]


def test_a_parent_that_is_gone_still_joins_its_branches():
    lost = branch(ROOT, 3)
    rows = family_tree([Relative("x", branch(lost, 4)), Relative("y", branch(lost, 6))])
    assert [row.key for row in rows] == [None, None, "x", "y"]
    assert [row.parent for row in rows] == [None, 0, 1, 1]
    assert rows[1].recipe == lost


def test_of_two_runs_of_one_recipe_the_one_whose_steps_were_taken_is_the_parent():
    other = "1" * 32
    twice = [Relative("old", ROOT, ID, born=1), Relative("new", ROOT, other, born=2)]
    rows = family_tree([*twice, Relative("child", branch(ROOT, 2, trajectory=other), born=3)])
    assert [row.key for row in rows] == ["new", "child"]
    unknown = family_tree([*twice, Relative("child", branch(ROOT, 2, trajectory="2" * 32), born=3)])
    assert [row.key for row in unknown] == ["old", "child"]


def test_the_family_that_grew_last_stands_first():
    other = recipe(prompt="lemon")
    rows = family_tree([Relative("a", ROOT, born=9), Relative("b", branch(ROOT, 1), born=2),
                        Relative("c", other, born=1), Relative("d", branch(other, 1), born=10)])  # fmt: skip
    assert [row.key for row in rows] == ["c", "d", "a", "b"]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 20)), max_size=25))
def test_every_line_is_drawn_without_a_gap(plan: list[tuple[int, int]]):
    """Between a branch and its parent each row carries the line of the parent's lane, or continues it by its own."""
    made = [ROOT]
    for number, (parent, step) in enumerate(plan):
        chosen = made[parent % len(made)]
        if chosen.depth < 6:
            made.append(branch(chosen, step, seed=number + 100))
    rows = family_tree([Relative(number, one) for number, one in enumerate(made)])
    assert len(rows) in (0, len(made))
    for number, row in enumerate(rows):
        if row.parent is None:
            assert row.joins is None
            continue
        parent = rows[row.parent]
        assert row.parent < number
        assert row.joins == parent.lane
        assert parent.goes_on
        assert row.lane in (parent.lane, parent.lane + 1)
        for between in rows[row.parent + 1 : number]:
            assert parent.lane in between.rails
