"""Two pictures compared, over the canvas: split, blinking, or as their difference, scrubbed together."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from studio.image import Image
from studio.ui.compare.compare_tools import CompareTools, Way
from studio.ui.compare.compare_view import CompareView
from studio.ui.compare.comparison import Comparison, compared
from studio.ui.compare.exhibit import Exhibit
from studio.ui.compare.reasons import reasons
from studio.ui.compare.why_card import WhyCard
from studio.ui.metrics import px
from studio.ui.qimage import to_qimage
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton

BLINK_MS = 500
"""How long each picture stands: one change of both a second, half of what is still harmless."""

Letter = Literal["A", "B"]


class ComparePane(QWidget):
    """Covers `pane` while it is open. `step_wanted(step)` asks for the pictures of a step, 0 for the finished ones;
    `closed` follows the end.
    """

    step_wanted = Signal(int)
    closed = Signal()

    def __init__(self, pane: QWidget) -> None:
        super().__init__(pane)
        self._pane = pane
        self._pair: tuple[Exhibit, Exhibit] | None = None
        self._images: dict[Letter, Image] = {}
        self._steps = 0
        self.comparison: Comparison | None = None
        self.view = CompareView()
        self.tools = CompareTools()
        self._names: dict[Letter, ElidedLabel] = {"A": ElidedLabel(), "B": ElidedLabel()}
        self._close = IconButton("x", self.tr("Close the comparison"))
        self._told = ElidedLabel()
        self._why = WhyCard(self.view)
        self._blink = QTimer(self)
        self._blink.setInterval(BLINK_MS)
        self._lay_out()
        self._connect()
        pane.installEventFilter(self)
        self.hide()

    @property
    def pair(self) -> tuple[Exhibit, Exhibit] | None:
        """What is compared, None while the pane is closed."""
        return self._pair

    @property
    def is_blinking(self) -> bool:
        return self._blink.isActive()

    def open(self, first: Exhibit, second: Exhibit, steps: int) -> None:
        """Compare two pictures; `steps` > 0 says that their steps can be scrubbed, up to that many."""
        self._pair = (first, second)
        self._steps = steps
        self._images = {"A": first.image, "B": second.image}
        self._names["A"].setText(first.words)
        self._names["B"].setText(second.words)
        self.tools.set_steps(steps)
        self._why.close()
        self._refresh()
        self.choose("split")
        self.setGeometry(self._pane.rect())
        self.show()
        # Below banner, toast and drop frame, which are its siblings.
        self.lower()
        self.view.fit()
        self.view.setFocus()

    def close_comparison(self) -> None:
        """Go back to the canvas."""
        if self._pair is None:
            return
        self._pair = None
        self._blink.stop()
        self._why.close()
        self.hide()
        self.closed.emit()

    def show_step(self, step: int, images: dict[Letter, Image], missing: str = "") -> None:
        """Show these pictures of a step, or with 0 the finished ones; `missing` says which are not to be had."""
        with QSignalBlocker(self.tools):
            self.tools.set_step(step, missing)
        self._images.update(images)
        self._refresh()

    def choose(self, way: Way) -> None:
        """Compare in another way."""
        self._blink.stop()
        if way == "blink":
            self._blink.start()
            self.view.set_mode("a")
        else:
            self.view.set_mode(way)
        self.tools.show_way(way)
        self._tell()

    def toggle(self, way: Way) -> None:
        """Compare in that way, or split again if it is so already. "a" goes to and fro between both."""
        now = self.tools.way()
        if way == "a":
            self.choose("b" if now == "a" else "a")
        else:
            self.choose("split" if now == way else way)

    def explain(self) -> None:
        """Say why they are different, or put that away again."""
        if self._why.isVisible() or self._pair is None:
            self._why.close()
        else:
            first, second = self._pair
            self._why.tell(reasons(first, second, compared(first.image, second.image)))

    def why(self) -> list[str]:
        """The reasons that are shown, none while the card is closed."""
        return self._why.lines()

    def told(self) -> str:
        """What is said of the difference."""
        return self._told.text()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self._pair is not None:
            self.setGeometry(self._pane.rect())
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Nothing goes on to the canvas below, whose keys would change what is under the comparison.
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _lay_out(self) -> None:
        self._head, self._head_line = QWidget(), QHBoxLayout()
        self._head.setLayout(self._head_line)
        for letter, label in self._names.items():
            mark = QLabel(letter)
            mark.setProperty("role", "heading")
            self._head_line.addWidget(mark)
            self._head_line.addWidget(label, 1)
        self._head_line.addWidget(self._close)
        self._told.setProperty("role", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self._head, self.view, self.tools, self._told):
            column.addWidget(part, 1 if part is self.view else 0)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.view.setAccessibleName(self.tr("Comparison"))
        self._measure()

    def _measure(self) -> None:
        self._head.setFixedHeight(px(36))
        self._head_line.setContentsMargins(px(12), 0, px(8), 0)
        self._head_line.setSpacing(px(8))
        self._told.setFixedHeight(px(24))
        self._told.setContentsMargins(px(12), 0, px(12), px(4))

    def _connect(self) -> None:
        self._close.clicked.connect(self.close_comparison)
        self.tools.way_chosen.connect(self.choose)
        self.tools.why.connect(self.explain)
        self.tools.step_chosen.connect(self.step_wanted)
        self._blink.timeout.connect(lambda: self.view.set_mode("b" if self.view.mode() == "a" else "a"))

    def _refresh(self) -> None:
        first, second = self._images["A"], self._images["B"]
        self.comparison = compared(first, second)
        apart = to_qimage(self.comparison.picture) if self.comparison else None
        one = to_qimage(first)
        self.view.show_pair(one, to_qimage(second), apart, one.size())
        self._tell()

    def _tell(self) -> None:
        self._told.setText(self._sentence())
        self.view.setAccessibleDescription(self._told.text())

    def _sentence(self) -> str:
        apart = self.comparison
        if apart is None:
            return self.tr("The pictures have different sizes, so there is no difference to show.")
        if apart.same:
            return self.tr("The pictures are the same, pixel by pixel.")
        text = self.tr("Largest difference {largest} of 255, mean {mean}.")
        told = text.format(largest=apart.largest, mean=f"{apart.mean:.2f}")
        if self.view.mode() != "difference":
            return told
        shown = self.tr("Shown {factor} times as strong.") if apart.factor > 1 else self.tr("Shown as it is.")
        return f"{told} {shown.format(factor=apart.factor)}"
