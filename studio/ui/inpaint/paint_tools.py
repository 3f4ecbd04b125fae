"""The canvas with what a painter needs around it: options of the tool above, tools at the left."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from studio.ui.canvas.canvas import Canvas
from studio.ui.canvas.tool_bar import ToolBar
from studio.ui.canvas.tool_options import ToolOptions


class PaintTools(QWidget):
    """Holds `canvas`; the rest is there while something is painted."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.options = ToolOptions(canvas.editor)
        self.bar = ToolBar(canvas.editor)
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.bar)
        line.addWidget(canvas, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.options)
        column.addLayout(line, 1)
        self.show_tools(False)

    def show_tools(self, shown: bool) -> None:
        """Show the tools, or the canvas alone."""
        for part in (self.options, self.bar):
            part.setVisible(shown)
