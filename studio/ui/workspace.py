"""How the panes lie: recipe left, canvas over timeline, history right. They give way when the window is small."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.widgets.icon_button import IconButton

LEFT, LEFT_NARROW, LEFT_WIDE = 304, 264, 336
RIGHT, RIGHT_WIDE, RAIL = 240, 304, 40
WIDE = 1600
RAIL_BELOW = 1280
NARROW_BELOW = 1100
SMALL_CELLS_BELOW = 700
NO_CELLS_BELOW = 600
CELL, CELL_SMALL = 64, 48
MIDDLE_MINIMUM = 320


class Workspace(QWidget):
    """Arranges three panes. `cell_edge_changed(edge)` tells how large the cells of the strip may be, 0 for none.

    The right pane becomes a rail of one button below 1280 pixels; the button opens it over the canvas.
    """

    cell_edge_changed = Signal(int)

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._left, self._right = left, right
        self._cell_edge = CELL
        self._cells_hidden = False
        self._railed = False
        self._moved_by_user = False
        left.setMinimumWidth(px(LEFT_NARROW))
        middle.setMinimumWidth(px(MIDDLE_MINIMUM))
        self._dock = QWidget()
        self._dock_line = QVBoxLayout(self._dock)
        self._dock_line.setContentsMargins(0, 0, 0, 0)
        self._dock_line.addWidget(right)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        for pane in (left, middle, self._dock):
            self._splitter.addWidget(pane)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._user_moved)
        self._rail = self._make_rail()
        self._overlay = Overlay(self)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._splitter, 1)
        line.addWidget(self._rail)

    def splitter_sizes(self) -> tuple[int, ...]:
        """The widths the user gave the panes, or () while they are the usual ones."""
        return tuple(self._splitter.sizes()) if self._moved_by_user and not self._railed else ()

    def restore_sizes(self, sizes: tuple[int, ...]) -> None:
        """Bring back widths of the last start."""
        if len(sizes) == self._splitter.count():
            self._moved_by_user = True
            self._splitter.setSizes(list(sizes))

    def hide_cells(self, hidden: bool) -> None:
        """Leave the strip no room for cells, or as much as the window has."""
        self._cells_hidden = hidden
        self._arrange_cells()

    def is_railed(self) -> bool:
        """Whether the right pane is folded to a rail."""
        return self._railed

    def overlay_open(self) -> bool:
        """Whether the right pane lies over the canvas."""
        return self._overlay.isVisible()

    def open_overlay(self) -> None:
        """Show the right pane over the canvas, if it is folded to a rail."""
        if self._railed:
            self._overlay.open_over(self._rail)

    def close_overlay(self) -> None:
        """Put the right pane away again; the keyboard goes back to the button that opened it."""
        self._overlay.hide()
        self._rail_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _make_rail(self) -> QWidget:
        rail = QWidget()
        rail.setProperty("surface", "panel")
        rail.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        rail.setFixedWidth(px(RAIL))
        column = QVBoxLayout(rail)
        column.setContentsMargins(0, px(8), 0, 0)
        self._rail_button = IconButton("history", self.tr("History"))
        self._rail_button.clicked.connect(self._toggle_overlay)
        column.addWidget(self._rail_button, 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        column.addStretch(1)
        rail.hide()
        return rail

    def _user_moved(self) -> None:
        self._moved_by_user = True

    def _arrange(self) -> None:
        self._set_railed(self.width() < px(RAIL_BELOW))
        if not self._moved_by_user or self._railed:
            left = LEFT_NARROW if self.width() < px(NARROW_BELOW) else LEFT_WIDE if self.width() >= px(WIDE) else LEFT
            right = 0 if self._railed else px(RIGHT_WIDE if self.width() >= px(WIDE) else RIGHT)
            self._splitter.setSizes([px(left), self.width() - px(left) - right, right])
        self._arrange_cells()

    def _arrange_cells(self) -> None:
        height = 0 if self._cells_hidden else self.window().height()
        edge = 0 if height < px(NO_CELLS_BELOW) else CELL_SMALL if height < px(SMALL_CELLS_BELOW) else CELL
        if edge != self._cell_edge:
            self._cell_edge = edge
            self.cell_edge_changed.emit(edge)

    def _set_railed(self, railed: bool) -> None:
        if railed == self._railed:
            return
        self._railed = railed
        self._rail.setVisible(railed)
        self._dock.setVisible(not railed)
        self._overlay.hide()
        if railed:
            self._overlay.hold(self._right)
        else:
            self._dock_line.addWidget(self._right)
            self._right.show()

    def _toggle_overlay(self) -> None:
        if self._overlay.isVisible():
            self.close_overlay()
        else:
            self.open_overlay()


class Overlay(QWidget):
    """Holds the right pane over the canvas while the window is too narrow for both."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        owner.installEventFilter(self)
        self.hide()

    def hold(self, pane: QWidget) -> None:
        """Take the pane in."""
        self._column.addWidget(pane)
        pane.show()

    def open_over(self, rail: QWidget) -> None:
        """Show the pane left of the rail, over what lies there."""
        owner = self.parentWidget()
        width = px(RIGHT)
        self.setGeometry(owner.width() - rail.width() - width, 0, width, owner.height())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.hide()
        return False
