"""What the tests of this folder share."""

from __future__ import annotations

import warnings
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from studio.ui.canvas.canvas import Canvas

WHITE, BLACK = (255, 255, 255), (0, 0, 0)


def middle(canvas: Canvas) -> QPointF:
    return QRectF(canvas.view.rect()).center()


def drag_across(canvas: Canvas, button: Qt.MouseButton, start: QPoint, *ways: QPoint) -> None:
    QTest.mousePress(canvas.view, button, pos=start)
    for way in ways:
        QTest.mouseMove(canvas.view, start + way)
    QTest.mouseRelease(canvas.view, button, pos=start + ways[-1])


def files(*paths: str | Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


BUTTON = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)


def drag_over(canvas: Canvas, mime: QMimeData) -> bool:
    with warnings.catch_warnings():
        # Marked as deprecated without another constructor beside it.
        warnings.simplefilter("ignore", DeprecationWarning)
        event = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, mime, *BUTTON)
    event.ignore()
    QApplication.sendEvent(canvas, event)
    return event.isAccepted()


def drop(canvas: Canvas, mime: QMimeData) -> None:
    drag_over(canvas, mime)
    QApplication.sendEvent(canvas, QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, mime, *BUTTON))
