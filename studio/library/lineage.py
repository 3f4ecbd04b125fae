"""Which picture is a branch of which: a forest told from the recipes alone, laid out as rows with lanes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from studio.job.recipe import FromStep, Recipe


@dataclass(frozen=True)
class Relative:
    """One picture. `key` names it, `trajectory` is the id of its steps if known, `born` orders: later is larger."""

    key: Hashable
    recipe: Recipe
    trajectory: str = ""
    born: float = 0.0


@dataclass(frozen=True)
class TreeRow:
    """One line of the tree, its families one below the other, parents before their branches.

    `key` is None for a parent that is not here any more: its branches still know its recipe. `parent` is the row of
    the parent. The row's dot stands in `lane`, and a line joins it to `joins`, the lane of its parent. `rails` are the
    lanes of lines that only pass by; `goes_on` says that a line leaves the dot downwards.
    """

    key: Hashable | None
    recipe: Recipe
    parent: int | None
    lane: int
    joins: int | None
    rails: tuple[int, ...]
    goes_on: bool

    @property
    def step(self) -> int | None:
        """The step of its parent at which it begins; None for what is no branch."""
        return self.recipe.start.step if isinstance(self.recipe.start, FromStep) else None


@dataclass
class _Node:
    recipe: Recipe
    key: Hashable | None = None
    trajectory: str = ""
    born: float = 0.0
    children: list[_Node] = field(default_factory=list)

    @property
    def newest(self) -> float:
        return max([self.born, *(child.newest for child in self.children)])

    @property
    def step(self) -> int:
        return self.recipe.start.step if isinstance(self.recipe.start, FromStep) else 0


def family_tree(relatives: Iterable[Relative]) -> tuple[TreeRow, ...]:
    """The families with a branch in them, the one that grew last first. Branches stand in the order of their step."""
    nodes = [_Node(one.recipe, one.key, one.trajectory, one.born) for one in relatives]
    roots = _joined(nodes)
    rows: list[TreeRow] = []
    for root in sorted(roots, key=lambda node: node.newest, reverse=True):
        _lay_out(root, rows, None, 0, ())
    return tuple(rows)


def _joined(nodes: Sequence[_Node]) -> list[_Node]:
    """Hang every branch under its parent; the roots that have branches."""
    known: dict[str, list[_Node]] = defaultdict(list)
    for node in nodes:
        known[node.recipe.text()].append(node)
    waiting = list(nodes)
    roots: list[_Node] = []
    while waiting:
        node = waiting.pop()
        start = node.recipe.start
        if not isinstance(start, FromStep):
            roots.append(node)
            continue
        text = start.parent.text()
        if text not in known:
            gone = _Node(start.parent, trajectory=start.trajectory)
            known[text].append(gone)
            waiting.append(gone)
        _parent(known[text], start.trajectory).children.append(node)
    return [root for root in roots if root.children]


def _parent(candidates: Sequence[_Node], trajectory: str) -> _Node:
    """The same recipe may have been run twice: the run whose steps were taken, or else the first one."""
    return min(candidates, key=lambda node: (node.trajectory != trajectory, node.born))


def _lay_out(node: _Node, rows: list[TreeRow], parent: int | None, lane: int, rails: tuple[int, ...]) -> None:
    """Append the rows of a family. The last branch goes straight on; those before it turn off to the right."""
    joins = None if parent is None else rows[parent].lane
    rows.append(TreeRow(node.key, node.recipe, parent, lane, joins, rails, bool(node.children)))
    own = len(rows) - 1
    children = sorted(node.children, key=lambda child: (child.step, child.born))
    for child in children[:-1]:
        _lay_out(child, rows, own, lane + 1, (*rails, lane))
    if children:
        _lay_out(children[-1], rows, own, lane, rails)
