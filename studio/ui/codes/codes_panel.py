"""The shelf of codes: cards that can be searched, renamed, dragged, and started from."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QStackedLayout, QVBoxLayout, QWidget

from studio.job.code import CodeFacts
from studio.job.codes import CodeCard
from studio.ui.codes.code_delegate import CodeDelegate
from studio.ui.codes.codes_actions import CodesActions
from studio.ui.codes.codes_drop import CodesDrop
from studio.ui.codes.codes_model import CARD, WHY_NOT, CodesModel
from studio.ui.codes.shelf import Shelf
from studio.ui.metrics import px
from studio.ui.panels.card_list import CardList
from studio.ui.widgets.icon_button import IconButton
from studio.ui.widgets.state import plain_tooltip

SIDE = 12


class CodesPanel(QWidget):
    """Follows the shelf. What the user wants is told by signals that carry ids of codes.

    `start_requested` is to start from a code with the words of the form, `show_requested` with its own;
    `result_requested` to see how well the code of a picture draws it;
    `combine_requested` and `remove_requested` carry all chosen ones. `actions.invert` and `actions.open` ask for files;
    pictures and codes that are dropped come from `drop`.
    """

    start_requested = Signal(str)
    show_requested = Signal(str)
    export_requested = Signal(str)
    combine_requested = Signal(object)
    remove_requested = Signal(object)
    rename_requested = Signal(str, str)
    result_requested = Signal(str)

    def __init__(self, shelf: Shelf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shelf = shelf
        self._wanted = ""
        self._no_result: Callable[[CodeCard], str] = lambda card: ""
        self._model = CodesModel(self)
        self._list = CodeList()
        self._list.setModel(self._model)
        self._search = QLineEdit()
        self._invert = IconButton("photo-down", self.tr("Invert a picture…"))
        self._open = IconButton("folder-open", self.tr("Open code file…"))
        self._empty, self._none_found = QLabel(), QLabel()
        self.actions_of_codes = CodesActions(self._list)
        self.drop = CodesDrop(self)
        self._lay_out()
        self._connect()
        self._show()

    def judge_by(self, why_not: Callable[[CodeFacts], str]) -> None:
        """Have `why_not` say which codes do not fit the model that is chosen."""
        self._model.why_not = why_not
        self._model.judge_again()

    def show_results_unless(self, no_result: Callable[[CodeCard], str]) -> None:
        """Have `no_result` say why there is nothing to show of how well a code is drawn again, or ""."""
        self._no_result = no_result

    def judge_again(self) -> None:
        """Other codes may fit now."""
        self._model.judge_again()
        self._offer()

    def choose(self, code: str) -> None:
        """Have this code chosen, now or when the shelf tells of it; it is not searched for any more."""
        self._wanted = code
        if not self._model.index_of(code).isValid():
            self._search.clear()
        self._take_wanted()

    def chosen(self) -> tuple[CodeCard, ...]:
        """The chosen codes, in the order in which they stand."""
        rows = sorted(self._list.selectedIndexes(), key=QModelIndex.row)
        return tuple(index.data(CARD) for index in rows)

    def cards(self) -> tuple[CodeCard, ...]:
        """The codes that are shown now."""
        return tuple(self._model.index(row).data(CARD) for row in range(self._model.rowCount()))

    def view(self) -> CardList:
        """The list of the cards."""
        return self._list

    def search_field(self) -> QLineEdit:
        return self._search

    def said(self) -> str:
        """What stands in the place of the cards, or ""."""
        page = self._pages.currentWidget()
        return page.text() if isinstance(page, QLabel) else ""

    def _lay_out(self) -> None:
        self._list.setAccessibleName(self.tr("Codes"))
        self._search.setPlaceholderText(self.tr("Search codes"))
        self._search.setAccessibleName(self.tr("Search codes"))
        self._search.setToolTip(plain_tooltip(self.tr("Name, prompt and origin are searched."), "Ctrl+F"))
        self._search.setAcceptDrops(False)
        self._empty.setText(self.tr("Drop a picture to invert it; Ctrl+K keeps this one's code."))
        self._pages = QStackedLayout()
        for label in (self._empty, self._none_found):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setProperty("role", "secondary")
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setWordWrap(True)
            label.setMargin(px(16))
            self._pages.addWidget(label)
        self._pages.addWidget(self._list)
        head = QHBoxLayout()
        head.setContentsMargins(px(SIDE), px(8), px(8), 0)
        head.setSpacing(px(4))
        head.addWidget(self._search, 1)
        head.addWidget(self._invert)
        head.addWidget(self._open)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(self._pages, 1)
        self.setFocusProxy(self._list)

    def _connect(self) -> None:
        actions = self.actions_of_codes
        self._shelf.changed.connect(self._show)
        self._search.textChanged.connect(self._searched)
        self._invert.clicked.connect(actions.invert.trigger)
        self._open.clicked.connect(actions.open.trigger)
        self._list.activated.connect(lambda index: self._start(index.data(CARD)))
        self._list.customContextMenuRequested.connect(self._open_menu)
        self._list.selectionModel().selectionChanged.connect(self._offer)
        self._model.renamed.connect(self.rename_requested)
        self.addAction(actions.find)
        actions.start.triggered.connect(lambda: self._ask(self.start_requested.emit))
        actions.show.triggered.connect(lambda: self._ask(self.show_requested.emit))
        actions.result.triggered.connect(lambda: self._ask(self.result_requested.emit))
        actions.export.triggered.connect(lambda: self._ask(self.export_requested.emit))
        actions.rename.triggered.connect(lambda: self._list.edit(self._list.currentIndex()))
        actions.combine.triggered.connect(lambda: self.combine_requested.emit(self._codes()))
        actions.remove.triggered.connect(lambda: self.remove_requested.emit(self._codes()))
        actions.find.triggered.connect(self._find)

    def _show(self) -> None:
        """What is on the shelf now; what was chosen stays chosen."""
        chosen, current = self._codes(), self._list.currentIndex().data(CARD)
        self._model.show(self._shelf.cards)
        self._restore(chosen, current)
        self._turn_page()
        self._take_wanted()
        self._offer()

    def _searched(self, text: str) -> None:
        chosen, current = self._codes(), self._list.currentIndex().data(CARD)
        self._model.search(text)
        self._restore(chosen, current)
        self._turn_page()
        self._offer()

    def _turn_page(self) -> None:
        text = self.tr("No code is found with '{text}' in name, prompt or origin.")
        self._none_found.setText(text.format(text=self._search.text()))
        empty = self._empty if self._model.is_empty() else self._none_found
        self._pages.setCurrentWidget(self._list if self._model.rowCount() else empty)

    def _restore(self, codes: tuple[str, ...], current: CodeCard | None) -> None:
        selection = self._list.selectionModel()
        indexes = [index for code in codes if (index := self._model.index_of(code)).isValid()]
        if current is not None and self._model.index_of(current.code).isValid():
            selection.setCurrentIndex(self._model.index_of(current.code), selection.SelectionFlag.NoUpdate)
        for index in indexes:
            selection.select(index, selection.SelectionFlag.Select)

    def _take_wanted(self) -> None:
        index = self._model.index_of(self._wanted)
        if index.isValid():
            self._wanted = ""
            # Said explicitly: a key that is still held, such as Ctrl of Ctrl+K, would choose it in addition.
            selection = self._list.selectionModel()
            selection.setCurrentIndex(index, selection.SelectionFlag.ClearAndSelect)
            self._list.scrollTo(index)

    def _codes(self) -> tuple[str, ...]:
        return tuple(card.code for card in self.chosen())

    def _ask(self, wish: Callable[[str], object]) -> None:
        card = self._list.currentIndex().data(CARD)
        if card is not None:
            wish(card.code)

    def _start(self, card: CodeCard) -> None:
        if card.facts is not None:
            self.start_requested.emit(card.code)

    def _offer(self) -> None:
        index = self._list.currentIndex()
        why_not, card = (str(index.data(WHY_NOT) or ""), index.data(CARD)) if index.isValid() else ("", None)
        self.actions_of_codes.offer(self.chosen(), why_not, self._no_result(card) if card is not None else "")

    def _open_menu(self, place: QPoint) -> None:
        self._offer()
        on_card = self._list.indexAt(place).isValid()
        menu = self.actions_of_codes.card_menu() if on_card else self.actions_of_codes.empty_menu()
        menu.popup(self._list.viewport().mapToGlobal(place))

    def _find(self) -> None:
        self._search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._search.selectAll()


class CodeList(CardList):
    """The cards. All that are chosen are dragged together; F2 renames in place."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(CodeDelegate(), lambda index: index.data(CARD).thumbnail, parent)
        self._delegate.setParent(self)
        self.setSelectionMode(CardList.SelectionMode.ExtendedSelection)
        self.setEditTriggers(CardList.EditTrigger.EditKeyPressed)

    def _dragged(self, index: QModelIndex) -> list[QModelIndex]:
        usable = [one for one in self.selectedIndexes() if one.flags() & Qt.ItemFlag.ItemIsDragEnabled]
        return sorted(usable, key=QModelIndex.row) or [index]
