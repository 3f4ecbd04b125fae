"""What is painted on: its name and size, how it is framed, and what can be done with the picture as a whole."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from studio.ui.metrics import px
from studio.ui.tokens import GUTTER
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.note import Note
from studio.ui.widgets.state import plain_tooltip, set_state


class PictureHead(QWidget):
    """`open_requested` and `take_over_requested` are clicks, `framing_chosen(framing)` one of "fit crop actual"."""

    open_requested = Signal()
    take_over_requested = Signal()
    framing_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ElidedLabel(self.tr("No picture is open."), mode=Qt.TextElideMode.ElideMiddle)
        self._open = IconButton("folder-open", self.tr("Open a picture to paint on"), keys="Ctrl+O")
        self._note = Note()
        self._take_over = QPushButton(self.tr("Use as the picture"))
        self.framing = ChoiceRow(self.tr("Frame"), self._framings(dragged=False), "fit")
        self._lay_out()
        self._open.clicked.connect(self.open_requested)
        self._take_over.clicked.connect(self.take_over_requested)
        self.framing.value_changed.connect(self.framing_chosen)
        self.show_picture("", "")
        self.allow_take_over(self.tr("Show a finished result of this painting first."))

    def show_picture(self, name: str, note: str) -> None:
        """Name the picture that is open, "" for none, and say how it is worked on."""
        self._name.setText(name or self.tr("No picture is open."))
        set_state(self._name, "tone", "" if name else "quiet")
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def note(self) -> str:
        """What is said about the picture."""
        return self._note.text()

    def name(self) -> str:
        """What the picture is called."""
        return self._name.text()

    def show_framing(self, framing: str) -> None:
        """Show which one it is; "own" is there only while the frame is as it was dragged."""
        self.framing.set_choices(self._framings(dragged=framing == "own"), "fit")
        self.framing.set_value(framing)

    def allow_take_over(self, why_not: str) -> None:
        """Offer to go on painting on the result, or say why there is nothing to offer."""
        self._take_over.setEnabled(not why_not)
        can = self.tr("Go on painting on the result; the picture before comes back with Undo")
        self._take_over.setToolTip(plain_tooltip(why_not or can))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._measure()

    def _framings(self, *, dragged: bool) -> list[tuple[str, str, str]]:
        choices = [
            ("fit", self.tr("Fit"), self.tr("All of the picture. What is beyond it is painted anew.")),
            ("crop", self.tr("Crop"), self.tr("As much as fills the size. Drag the frame to choose the part.")),
            ("actual", self.tr("1:1"), self.tr("Pixel by pixel: what is kept stays as it is, to the bit.")),
        ]
        if dragged:
            choices.append(("own", self.tr("As dragged"), self.tr("The frame is where you have dragged it.")))
        return choices

    def _lay_out(self) -> None:
        self._head = QHBoxLayout()
        self._head.addWidget(self._name, 1)
        self._head.addWidget(self._open)
        self._text = QVBoxLayout()
        self._text.addLayout(self._head)
        self._text.addWidget(self._note)
        self._text.addWidget(self._take_over)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._text)
        self._column.addWidget(self.framing)
        self._measure()

    def _measure(self) -> None:
        self._column.setContentsMargins(0, px(8), 0, px(4))
        self._column.setSpacing(px(4))
        self._text.setContentsMargins(px(GUTTER), 0, px(GUTTER), 0)
        self._text.setSpacing(px(4))
        self._head.setSpacing(px(4))
