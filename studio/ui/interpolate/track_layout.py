"""Where the parts of the track lie in its view. No painting."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF

from studio.ui.interpolate.track_plan import TrackPlan
from studio.ui.metrics import px
from studio.ui.tokens import GUTTER

DIAMOND, LINE_AT = 14, 30
GLYPH_WIDTH, LABEL_WIDTH, LABEL_HEIGHT, LABEL_MINIMUM = 64, 160, 16, 28
REACH = 12


def length_of(plan: TrackPlan) -> int:
    """How many frames the line is long: with a loop it shows the way back to the first key, too."""
    return plan.frames + (1 if plan.loop else 0)


class TrackLayout:
    """The places of a plan in a view of that width. `length` is how many frames the line shows.

    The keys of a sheet have no frames: they stand side by side.
    """

    def __init__(self, plan: TrackPlan, width: float, length: int) -> None:
        self._plan, self._width, self._last = plan, width, max(1, length - 1)
        # The points of the first and the last diamond are where everything else begins and ends.
        self._left = px(GUTTER) + px(DIAMOND) / 2
        self._right = max(self._left + 1, width - self._left)

    def place_of(self, frame: float) -> float:
        """Where a frame lies, in pixels from the left."""
        return self._left + (self._right - self._left) * frame / self._last

    def frame_at(self, x: float) -> int:
        """The frame nearest to a place, or the first one."""
        return max(0, round((x - self._left) / (self._right - self._left) * self._last))

    def key_places(self) -> list[float]:
        """Where each key lies."""
        if not self._plan.as_sheet:
            return [self.place_of(frame) for frame in self._plan.places]
        apart = (self._right - self._left) / max(1, len(self._plan.keys) - 1)
        return [self._left + number * apart for number in range(len(self._plan.keys))]

    def key_at(self, point: QPointF) -> int | None:
        """The key that is pointed at."""
        if abs(point.y() - px(LINE_AT)) > px(REACH):
            return None
        near = min(((abs(place - point.x()), number) for number, place in enumerate(self.key_places())), default=None)
        return near[1] if near is not None and near[0] <= px(REACH) else None

    def glyphs(self) -> list[QRectF | None]:
        """Where the name of each easing stands; None where there is no room, or where it does nothing."""
        plan = self._plan
        if plan.as_sheet or plan.even:
            return [None] * len(plan.used)
        ends = [*plan.places, length_of(plan) - 1]
        found: list[QRectF | None] = []
        for number in range(len(plan.used)):
            left, right = self.place_of(ends[number]), self.place_of(ends[number + 1])
            width = min(px(GLYPH_WIDTH), right - left - px(DIAMOND) - px(8))
            box = QRectF((left + right - width) / 2, px(LINE_AT) - px(12), width, px(24))
            found.append(box if width >= px(24) else None)
        return found

    def segment_at(self, point: QPointF) -> int | None:
        """The segment whose easing is pointed at."""
        boxes = enumerate(self.glyphs())
        return next((number for number, box in boxes if box is not None and box.contains(point)), None)

    def labels(self, widths: Sequence[float], chosen: int) -> list[QRectF | None]:
        """Where labels of these widths stand; None where there is no room. That of the chosen key goes first."""
        places = self.key_places()
        middles = [(a + b) / 2 for a, b in pairwise(places)]
        bounds = [float(px(GUTTER)), *middles, float(self._width - px(GUTTER))]
        wished = [self._wished(place, width) for place, width in zip(places, widths, strict=True)]
        found: list[QRectF | None] = []
        for number, box in enumerate(wished):
            left, right = max(box.left(), bounds[number]), min(box.right(), bounds[number + 1])
            if number < chosen:
                right = min(right, wished[chosen].left() - px(8))
            elif number > chosen:
                left = max(left, wished[chosen].right() + px(8))
            if number == chosen:
                found.append(box)
            else:
                # Room between two neighbours is shared; a gap of it stays free.
                left, right = left + px(2), right - px(2)
                room = right - left >= min(px(LABEL_MINIMUM), box.width() - px(4))
                found.append(QRectF(left, 0, right - left, px(LABEL_HEIGHT)) if room else None)
        return found

    def _wished(self, place: float, width: float) -> QRectF:
        """A label over its key, moved so far that it is whole in the view."""
        width = min(width + px(4), px(LABEL_WIDTH))
        left = min(max(place - width / 2, px(GUTTER)), max(px(GUTTER), self._width - px(GUTTER) - width))
        return QRectF(left, 0, width, px(LABEL_HEIGHT))
