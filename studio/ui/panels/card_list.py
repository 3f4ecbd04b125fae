"""A list of square cards in columns."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListView, QWidget

from studio.image import Image
from studio.ui.metrics import px
from studio.ui.panels.card_paint import CardDelegate
from studio.ui.panels.history_delegate import HistoryDelegate
from studio.ui.panels.history_model import ENTRY
from studio.ui.picture_mime import drag_picture
from studio.ui.qimage import to_qimage

COLUMNS, CARD, SIDE = 2, 160, 8


class CardList(QListView):
    """Two columns, more where the pane is wide. A card is dragged out with its picture at the pointer.

    `delegate` paints the cards, without one those of the history; `small` gives the picture of a card.
    """

    def __init__(
        self,
        delegate: CardDelegate | None = None,
        small: Callable[[QModelIndex], Image | None] = lambda index: index.data(ENTRY).small,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._delegate: CardDelegate = delegate or HistoryDelegate(self)
        self._small = small
        self.setItemDelegate(self._delegate)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QListView.DragDropMode.DragOnly)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.setProperty("focusInside", True)
        self._measure()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._measure()
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def startDrag(self, actions: Qt.DropAction) -> None:
        index = self.currentIndex()
        if self.model().flags(index) & Qt.ItemFlag.ItemIsDragEnabled:
            small = self._small(index)
            drag_picture(self, self.model().mimeData(self._dragged(index)), to_qimage(small) if small else None)

    def _dragged(self, index: QModelIndex) -> list[QModelIndex]:
        """What goes along with the card that is dragged: it alone."""
        return [index]

    def _measure(self) -> None:
        """The width of a card leaves room for the scroll bar, so that nothing moves when it appears."""
        self.setViewportMargins(px(SIDE), px(SIDE), 0, 0)
        # One pixel less: Qt begins a new row where the last column would only just fit.
        room = self.width() - px(SIDE) - self.verticalScrollBar().sizeHint().width() - 1
        width = max(1, room // max(COLUMNS, room // px(CARD)))
        self.setGridSize(self._delegate.set_width(width))
