"""What can be done while a mask is painted, each with its key. One set of actions serves tool bar, menus and keys."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from studio.ui.action_icons import ActionIcons
from studio.ui.picture_actions import allow

TENTHS = "1234567890"


class MaskActions(QObject):
    """`tools` by name, `opacities` from 10 to 100 %, and what their names say. `amount` see `set_amount`.

    The keys work while `owner`, or another widget that they are added to with `serve`, has the focus.
    """

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._add_tools()
        self.swap = self._add(self.tr("Paint or erase"), "arrows-exchange", "X")
        self.smaller = self._add(self.tr("Smaller brush"), "", "[", repeats=True)
        self.larger = self._add(self.tr("Larger brush"), "", "]", repeats=True)
        self.softer = self._add(self.tr("Softer brush"), "", "Shift+[", "{", repeats=True)
        self.harder = self._add(self.tr("Harder brush"), "", "Shift+]", "}", repeats=True)
        self.opacities = [
            self._add(self.tr("Opacity {percent} %").format(percent=10 * tenths), "", key)
            for tenths, key in enumerate(TENTHS, 1)
        ]
        self.overlay = self._add(self.tr("Show the mask"), "eye", "Q", checkable=True)
        self.grid = self._add(self.tr("Pixel grid from 800 %"), "grid-dots", checkable=True)
        self.before_after = self._add(self.tr("Before and after"), "arrows-left-right", "Y", checkable=True)
        self.invert = self._add(self.tr("Invert"), "contrast", "Ctrl+I")
        self.everything = self._add(self.tr("Mask everything"), "select-all", "Ctrl+A")
        self.clear = self._add(self.tr("Clear"), "deselect", "Ctrl+D")
        self.grow = self._add("", "arrows-maximize")
        self.shrink = self._add("", "arrows-minimize")
        self.feather = self._add("", "blur", "Shift+F6")
        self.undo = self._add(self.tr("Undo"), "arrow-back-up", "Ctrl+Z", repeats=True)
        self.redo = self._add(self.tr("Redo"), "arrow-forward-up", "Ctrl+Shift+Z", "Ctrl+Y", repeats=True)
        self.overlay.setChecked(True)
        self.grid.setChecked(True)
        ActionIcons(self, owner)
        self.set_amount(8)
        self.set_active(False)

    def serve(self, widget: QWidget) -> None:
        """Let the keys work while `widget` or a child of it has the focus too."""
        widget.addActions(self.findChildren(QAction))

    def set_active(self, active: bool) -> None:
        """Everything can be used, or nothing."""
        for action in self.findChildren(QAction):
            allow(action, "" if active else self.tr("No mask is being painted."))

    def offer(self, *, undo: str | None, redo: str | None, result: bool) -> None:
        """While a mask is painted: what would be undone and redone, and whether there is a result to look behind."""
        self.undo.setText(self.tr("Undo {name}").format(name=undo) if undo else self.tr("Undo"))
        self.redo.setText(self.tr("Redo {name}").format(name=redo) if redo else self.tr("Redo"))
        allow(self.undo, "" if undo else self.tr("There is nothing to undo."))
        allow(self.redo, "" if redo else self.tr("There is nothing to redo."))
        allow(self.before_after, "" if result else self.tr("There is no result yet."))

    def set_amount(self, pixels: int) -> None:
        """Grow, shrink and feather by so many pixels, 1 to 512."""
        self.amount = pixels
        self.grow.setText(self.tr("Grow by {pixels} px").format(pixels=pixels))
        self.shrink.setText(self.tr("Shrink by {pixels} px").format(pixels=pixels))
        self.feather.setText(self.tr("Feather by {pixels} px").format(pixels=pixels))

    def of_mask(self) -> tuple[tuple[QAction, ...], ...]:
        """The operations on the whole mask, in groups."""
        return (self.invert, self.everything, self.clear), (self.grow, self.shrink, self.feather)

    def right_click_menu(self, last: Iterable[QAction] = ()) -> QMenu:
        """A menu of the operations, which goes when it is closed."""
        menu = QMenu(self._owner)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        for group in ((self.undo, self.redo), *self.of_mask(), tuple(last)):
            menu.addActions(list(group))
            menu.addSeparator()
        return menu

    def _add_tools(self) -> None:
        named = (
            ("brush", self.tr("Brush"), "brush", "B"),
            ("eraser", self.tr("Eraser"), "eraser", "E"),
            ("rectangle", self.tr("Rectangle"), "marquee-2", "M"),
            ("ellipse", self.tr("Ellipse"), "circle-dashed", "Shift+M"),
            ("lasso", self.tr("Lasso"), "lasso", "L"),
            ("polygon", self.tr("Polygon"), "lasso-polygon", "Shift+L"),
            ("fill", self.tr("Fill"), "bucket-droplet", "G"),
            ("gradient", self.tr("Gradient"), "gradienter", "Shift+G"),
            ("frame", self.tr("Frame"), "crop", "C"),
            ("hand", self.tr("Move the view"), "hand-stop", "H"),
        )
        self.tools: dict[str, QAction] = {}
        group = QActionGroup(self)
        for name, text, icon, key in named:
            action = self._add(text, icon, key, checkable=True)
            group.addAction(action)
            self.tools[name] = action
        self.tools["brush"].setChecked(True)

    def _add(self, text: str, icon: str, *keys: str, checkable: bool = False, repeats: bool = False) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        # Only where the canvas has the focus: a letter in a text field is a letter.
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.setAutoRepeat(repeats)
        action.setCheckable(checkable)
        action.setData(icon)
        self._owner.addAction(action)
        return action
