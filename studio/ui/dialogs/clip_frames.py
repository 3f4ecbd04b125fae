"""The frames of a clip for its preview: views are asked for one after another, quick ones of all steps first.

Exact ones follow where they are cheap, or where somebody else has asked for them.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from studio.export.caption import Dresser
from studio.export.frame_look import Enlargement, FrameLook
from studio.export.order import ExportOrder
from studio.export.sheet_page import SheetPage
from studio.job.view import ViewKind, ViewReady, ViewRequest
from studio.ui.qimage import to_qimage

VIEWS_BYTES = 128 * 1024 * 1024
"""How much memory decoded views may take; beyond it the quick ones have to do."""

SIDE = 768
"""Frames of the preview are enlarged no further than this many pixels on a side."""

CHEAP_SECONDS = 0.25
"""A view that takes longer to decode is not decoded for a preview alone: quick ones have to do."""

DRESSED_MAXIMUM = 64
SHEET_PIXELS = 1_500_000


class ClipFrames(QObject):
    """`changed(step)` follows each view that comes. `look` has a view decoded; its answer comes to `take`."""

    changed = Signal(int)

    def __init__(self, look: Callable[[ViewRequest], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._look = look
        self._order: ExportOrder | None = None
        self._views: dict[tuple[ViewKind, int], ViewReady] = {}
        self._refused: set[ViewRequest] = set()
        self._bytes = 0
        self._asked: ViewRequest | None = None
        self._asked_at = 0.0
        self._cheap = True
        self._dressed: OrderedDict[int, QImage] = OrderedDict()
        self._sheet: QImage | None = None
        self._dresser: Dresser | None = None

    def show_order(self, order: ExportOrder) -> None:
        """From now on frames are those of this order."""
        self._order = order
        self._dressed.clear()
        self._sheet = None
        size = (order.recipe.width, order.recipe.height)
        steps = [frame.step for frame in order.plan.frames]
        self._dresser = Dresser(_smaller(order.look, size), size, order.view, steps, order.facts.levels)
        self._ask()

    def stop(self) -> None:
        """Ask for nothing more."""
        self._order = None

    def frame(self, step: int) -> QImage | None:
        """The frame of that step as it would be exported, perhaps smaller; None as long as nothing of it came."""
        if step in self._dressed:
            self._dressed.move_to_end(step)
            return self._dressed[step]
        shown = self._view(step)
        if shown is None or self._dresser is None:
            return None
        frame = self._dressed[step] = to_qimage(self._dresser.frame(shown, step))
        if len(self._dressed) > DRESSED_MAXIMUM:
            self._dressed.popitem(last=False)
        return frame

    def sheet(self) -> QImage | None:
        """The contact sheet as far as its views have come, smaller than it will be."""
        if self._sheet is None and self._order is not None:
            page = SheetPage(self._order, SHEET_PIXELS)
            for number, step in enumerate(page.steps):
                shown = self._view(step)
                if shown is not None:
                    page.put(number, self._order.dresser.frame(shown, step), shown.gain)
            self._sheet = to_qimage(page.image)
        return self._sheet

    @Slot(object)
    def take(self, ready: ViewReady) -> None:
        """Keep a view, whoever asked for it."""
        order, request = self._order, ready.request
        if order is None or not isinstance(request, ViewRequest) or request.trajectory != order.facts.trajectory:
            return
        if request == self._asked:
            self._asked = None
            self._cheap = not request.exact or time.monotonic() - self._asked_at < CHEAP_SECONDS
        if ready.image is None:
            self._refused.add(request)
        else:
            self._keep(request, ready)
        self._ask()

    def _keep(self, request: ViewRequest, ready: ViewReady) -> None:
        key = (request.kind, request.step)
        before = self._views.get(key)
        if before is not None and isinstance(before.request, ViewRequest) and before.request.exact:
            return
        self._bytes += _bytes(ready) - (_bytes(before) if before else 0)
        self._views[key] = ready
        self._dressed.pop(request.step, None)
        self._sheet = None
        if self._order is not None and request.kind == self._order.view:
            self.changed.emit(request.step)

    def _view(self, step: int) -> ViewReady | None:
        return self._views.get((self._order.view, step)) if self._order else None

    def _ask(self) -> None:
        """Ask for the next view, unless one is on its way."""
        if self._asked is None and self._order is not None:
            self._asked = next(self._wishes(self._order), None)
            if self._asked is not None:
                self._asked_at = time.monotonic()
                self._look(self._asked)

    def _wishes(self, order: ExportOrder) -> Iterator[ViewRequest]:
        steps = list(OrderedDict.fromkeys(frame.step for frame in order.plan.frames))
        for exact in (False, True):
            if exact and (self._bytes > VIEWS_BYTES or not self._cheap):
                return
            for step in _spread(steps):
                request = ViewRequest(order.facts.trajectory, step, order.view, exact=exact)
                if request not in self._refused and not self._has(request):
                    yield request

    def _has(self, request: ViewRequest) -> bool:
        """Whether this view is there, or a better one."""
        known = self._views.get((request.kind, request.step))
        if known is None or not isinstance(known.request, ViewRequest):
            return False
        return known.request.exact or not request.exact


def _spread(steps: Sequence[int]) -> Iterator[int]:
    """The last step, then the others in their order: it is what the eye looks for."""
    yield from steps[-1:]
    yield from steps[:-1]


def _bytes(ready: ViewReady) -> int:
    return 0 if ready.image is None else ready.image.pixels.nbytes


def _smaller(look: FrameLook, size: tuple[int, int]) -> FrameLook:
    """The look with an enlargement that is quick to make and large enough to see."""
    part = (look.crop.width, look.crop.height) if look.crop else size
    made = look.enlargement.size_of(part)
    factor = max(1, SIDE // max(part))
    if max(made) <= max(SIDE, *part):
        return look
    return FrameLook(look.crop, Enlargement(factor, method=look.enlargement.method), look.captions)
