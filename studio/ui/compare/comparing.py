"""Chooses what is compared, and brings the steps of both as the user scrubs."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from studio.errors import StudioError
from studio.image import Image
from studio.job.recipe import FromStep
from studio.job.view import ViewReady, ViewRequest
from studio.ui.compare.compare_pane import ComparePane, Letter
from studio.ui.compare.compare_tools import Way
from studio.ui.compare.exhibit import Exhibit

KEYS: dict[int, Way] = {Qt.Key.Key_Y: "a", Qt.Key.Key_A: "blink", Qt.Key.Key_D: "difference"}
WAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
FAR = 5
KEPT_MAXIMUM = 200


class Comparing(QObject):
    """`find(key)` gives the picture of a file or job and raises a `StudioError`; `shown()` the one on the canvas, or
    None; `parent_of(exhibit)` the key of the picture it is a branch of, or None.

    `view_wanted(ViewRequest)` goes to the worker, `take` takes its answers. `letters_changed(dict)` names what is
    compared; `refused(sentence)` says why nothing is.
    """

    view_wanted = Signal(object)
    letters_changed = Signal(object)
    refused = Signal(str)

    def __init__(
        self,
        pane: ComparePane,
        find: Callable[[Hashable], Exhibit],
        shown: Callable[[], Exhibit | None],
        parent_of: Callable[[Exhibit], Hashable],
    ) -> None:
        super().__init__(pane)
        self._pane, self._find, self._shown, self._parent_of = pane, find, shown, parent_of
        self._step = 0
        self._views: dict[ViewRequest, Image] = {}
        self._missing: dict[ViewRequest, str] = {}
        self._asked: ViewRequest | None = None
        pane.step_wanted.connect(self._go_to)
        pane.closed.connect(self._closed)
        pane.view.installEventFilter(self)
        pane.view.grip.installEventFilter(self)

    def watch(self, widget: QWidget) -> None:
        """Answer Y, A and D while `widget` has the focus: for a branch they compare it with its parent."""
        widget.installEventFilter(self)

    def is_open(self) -> bool:
        return self._pane.pair is not None

    def close(self) -> None:
        """Go back to the canvas."""
        self._pane.close_comparison()

    def compare(self, first: Hashable, second: Hashable) -> None:
        """Compare two pictures; None stands for the one on the canvas, which then is A."""
        try:
            one = self._find(first)
            other = self._shown() if second is None else self._find(second)
        except StudioError as problem:
            self.refused.emit(problem.sentence)
            return
        if other is None:
            self.refused.emit(self.tr("There is no picture on the canvas to compare with."))
        elif second is None and one.key == other.key:
            self.refused.emit(self.tr("This picture is the one shown. Choose another to compare it with."))
        elif second is None:
            self._open(other, one)
        else:
            self._open(one, other)

    def take(self, ready: ViewReady) -> None:
        """An answer of the worker."""
        request = ready.request
        if request != self._asked or not isinstance(request, ViewRequest):
            return
        self._asked = None
        if ready.image is not None:
            while len(self._views) >= KEPT_MAXIMUM:
                self._views.pop(next(iter(self._views)))
            self._views[request] = ready.image
        else:
            self._missing[request] = ready.sentence
        self._bring()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in KEYS and not plain:
            return self._way(KEYS[event.key()])
        if not self.is_open() or watched is self._pane.view.grip or plain & ~Qt.KeyboardModifier.ShiftModifier:
            return False
        if event.key() in WAYS:
            self._pane.tools.move_by(WAYS[Qt.Key(event.key())] * (FAR if plain else 1))
            return True
        if event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            far = self._pane.tools.steps()
            self._pane.tools.move_by(far if event.key() == Qt.Key.Key_End else -far)
            return True
        return False

    def _way(self, way: Way) -> bool:
        if self.is_open():
            self._pane.toggle(way)
            return True
        shown = self._shown()
        if shown is None or shown.recipe is None or not isinstance(shown.recipe.start, FromStep):
            return False
        parent = self._parent_of(shown)
        if parent is None:
            self.refused.emit(self.tr("The picture that this one is a branch of is not here any more."))
            return True
        try:
            self._open(self._find(parent), shown)
        except StudioError as problem:
            self.refused.emit(problem.sentence)
        else:
            self._pane.choose(way)
        return True

    def _open(self, first: Exhibit, second: Exhibit) -> None:
        self._step, self._asked = 0, None
        self._missing.clear()
        steps = max(first.steps if first.trajectory else 0, second.steps if second.trajectory else 0)
        self._pane.open(first, second, steps)
        self.letters_changed.emit({first.key: "A", second.key: "B"})

    def _closed(self) -> None:
        self._asked = None
        self.letters_changed.emit({})

    def _go_to(self, step: int) -> None:
        self._step = step
        self._bring()

    def _bring(self) -> None:
        """Show what is there of the step, and ask for what is not: one view at a time, the last wish counts."""
        if self._pane.pair is None:
            return
        images: dict[Letter, Image] = {}
        lacking: list[str] = []
        letters: tuple[Letter, Letter] = ("A", "B")
        for letter, one in zip(letters, self._pane.pair, strict=True):
            request = self._request(one)
            if request is None:
                images[letter] = one.image
            elif request in self._views:
                images[letter] = self._views[request]
            elif request in self._missing:
                lacking.append(self.tr("No steps of {letter} are kept.").format(letter=letter))
                images[letter] = one.image
            elif self._asked is None:
                self._asked = request
                self.view_wanted.emit(request)
        self._pane.show_step(self._step, images, " ".join(lacking))

    def _request(self, one: Exhibit) -> ViewRequest | None:
        """The view of the step that is looked at; None where the finished picture stands for it."""
        if not self._step or self._step >= one.steps or not one.trajectory:
            return None
        return ViewRequest(one.trajectory, self._step, "x0")
