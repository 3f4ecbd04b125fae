"""What can be done with a plugin, and what must be ticked before it is enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from studio.plugin.store import PluginEntry, PluginState
from studio.ui.metrics import px
from studio.ui.widgets.state import plain_tooltip, set_state

if TYPE_CHECKING:
    from studio.ui.plugins.plugin_page import PluginView

UNUSABLE = (PluginState.INCOMPATIBLE,)


class PluginFoot(QWidget):
    """`enable(i_know)`, `disable`, `remove`, `reload` and `check` are the user's wishes."""

    enable = Signal(bool)
    disable = Signal()
    remove = Signal()
    reload = Signal()
    check = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read = QCheckBox(self.tr("I have read this. A plugin can do what Reverie can, with all my files."))
        self._know = QCheckBox(self.tr("I know that it breaks a promise, and want it all the same."))
        self._remove = self._button(self.tr("Remove"), self.remove.emit)
        self._check = self._button(self.tr("Check"), self.check.emit)
        self._reload = self._button(self.tr("Reload"), self.reload.emit)
        self._switch = self._button(self.tr("Enable"), self._switched)
        self._switch.setDefault(True)
        self._view: PluginView | None = None
        self._lay_out()
        for box in (self._read, self._know):
            box.toggled.connect(lambda _: self._offer())

    def show_plugin(self, view: PluginView) -> None:
        """Offer what can be done with it. What was ticked is ticked for these files alone."""
        before = self._view
        if before is None or (before.entry.id, before.files) != (view.entry.id, view.files):
            self._read.setChecked(False)
            self._know.setChecked(False)
        self._view = view
        self._offer()

    def _switched(self) -> None:
        if self._view is not None and self._view.entry.state is PluginState.ENABLED and not self._view.changed:
            self.disable.emit()
        else:
            self.enable.emit(self._know.isChecked())

    def _offer(self) -> None:
        view = self._view
        if view is None:
            return
        on = view.entry.state is PluginState.ENABLED and not view.changed
        broken = view.checked is not None and not view.checked.passed and not on
        usable = view.entry.manifest is not None and view.entry.state not in UNUSABLE and view.files is not None
        self._read.setVisible(usable and not on and not view.entry.bundled)
        self._know.setVisible(usable and broken)
        self._switch.setText(self.tr("Disable") if on else self.tr("Enable"))
        set_state(self._switch, "kind", "" if on else "primary")
        why = self._why_not_switch(view, on=on, broken=broken) if usable else view.sentence
        self._allow(self._switch, why or ("" if usable else self.tr("It cannot be read.")))
        self._allow(self._remove, self._why_not_remove(view.entry))
        self._allow(self._check, "" if on and not view.checking else self.tr("Only an enabled plugin is tried."))
        # Reload asks nothing, so it is only for what was agreed to once, and not for files that somebody changed since.
        known = view.agreed and not view.changed
        self._allow(self._reload, "" if known else self.tr("It was not enabled yet."))

    def _why_not_switch(self, view: PluginView, *, on: bool, broken: bool) -> str:
        if on:
            return ""
        if not view.entry.bundled and not self._read.isChecked():
            return self.tr("Read what it is first, and tick that you did.")
        if broken and not self._know.isChecked():
            return self.tr("It breaks a promise: see its report. Tick that you know.")
        return ""

    def _why_not_remove(self, entry: PluginEntry) -> str:
        if entry.removable:
            return ""
        if entry.bundled:
            return self.tr("It comes with Reverie. It can be disabled.")
        return self.tr("It belongs to an installed package. It can be disabled.")

    def _allow(self, button: QPushButton, why_not: str) -> None:
        button.setEnabled(not why_not)
        button.setToolTip(plain_tooltip(why_not))

    def _button(self, text: str, act: object) -> QPushButton:
        button = QPushButton(text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda _=False: act())  # type: ignore[operator]
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(px(8))
        line.addWidget(self._remove, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addStretch(1)
        for button in (self._check, self._reload, self._switch):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, px(8), 0, 0)
        column.setSpacing(px(8))
        column.addWidget(self._read, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._know, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(line)
