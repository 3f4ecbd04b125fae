"""Toast, banner, labels and icon buttons."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QEnterEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.theme import Theme
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.elided_label import ElidedLabel
from studio.ui.widgets.icon_button import IconButton, IconLabel
from studio.ui.widgets.state import plain_tooltip, set_state
from studio.ui.widgets.toast import Toast

Show = Callable[..., QWidget]


@pytest.fixture
def pane(shown: Show) -> QWidget:
    pane = QWidget()
    pane.setMinimumSize(600, 360)
    field = QLineEdit()
    shown(pane, field, width=600)
    field.setFocus()
    return pane


class TestToast:
    @pytest.fixture
    def toast(self, pane: QWidget) -> Toast:
        toast = Toast(pane)
        toast._timer.setInterval(60)
        return toast

    def test_goes_by_itself(self, qtbot: QtBot, toast: Toast) -> None:
        toast.tell("Saved as a.png.")
        assert toast.isVisible()
        assert toast.text() == "Saved as a.png."
        qtbot.waitUntil(lambda: not toast.isVisible())
        assert toast.text() == ""

    def test_rests_at_the_bottom_right_and_follows_the_pane(self, toast: Toast, pane: QWidget) -> None:
        toast.tell("Saved as a.png.")
        for size in ((600, 360), (700, 420)):
            pane.setMinimumSize(*size)
            pane.window().resize(size[0], size[1] + 40)
            pane.window().layout().activate()
            assert toast.geometry().right() == pane.width() - 17
            assert toast.geometry().bottom() == pane.height() - 17

    def test_a_short_text_stands_in_one_line(self, toast: Toast) -> None:
        toast.tell("Saved as red-apple-7.png.", "Show", lambda: None)
        label = toast.findChild(QLabel)
        assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
        assert toast.height() < 50

    def test_a_long_text_wraps_and_stays_inside(self, toast: Toast, pane: QWidget) -> None:
        toast.tell("A sentence that goes on. " * 20)
        label = toast.findChild(QLabel)
        assert pane.rect().contains(toast.geometry())
        assert label.height() >= label.heightForWidth(label.width())

    def test_stays_under_the_pointer(self, qtbot: QtBot, toast: Toast) -> None:
        toast.tell("Saved.")
        middle = QPointF(toast.rect().center())
        toast.enterEvent(QEnterEvent(middle, middle, middle))
        qtbot.wait(150)
        assert toast.isVisible()
        toast.leaveEvent(QEvent(QEvent.Type.Leave))
        qtbot.waitUntil(lambda: not toast.isVisible())

    def test_stays_while_its_button_has_the_focus(self, qtbot: QtBot, toast: Toast, pane: QWidget) -> None:
        toast.tell("Moved to the bin.", "Undo", lambda: None)
        toast._action.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.wait(150)
        assert toast.isVisible()
        pane.window().findChildren(QLineEdit)[-1].setFocus()
        qtbot.waitUntil(lambda: not toast.isVisible())

    def test_the_button_acts_and_the_toast_goes(self, qtbot: QtBot, toast: Toast) -> None:
        done: list[str] = []
        toast.tell("Moved to the bin.", "Undo", lambda: done.append("undo"))
        qtbot.mouseClick(toast._action, Qt.MouseButton.LeftButton)
        assert done == ["undo"]
        assert not toast.isVisible()

    def test_an_act_may_tell_the_next(self, qtbot: QtBot, toast: Toast) -> None:
        toast.tell("Moved.", "Undo", lambda: toast.tell("Back again."))
        qtbot.mouseClick(toast._action, Qt.MouseButton.LeftButton)
        assert toast.text() == "Back again."
        assert not toast._action.isVisible()

    def test_a_new_message_starts_the_time_again(self, qtbot: QtBot, toast: Toast) -> None:
        toast._timer.setInterval(200)
        toast.tell("One.")
        qtbot.wait(120)
        toast.tell("Two.")
        assert toast._timer.remainingTime() > 150
        assert toast.text() == "Two."

    def test_text_is_never_markup(self, toast: Toast) -> None:
        toast.tell("<b>x</b>.png")
        label = toast.findChild(QLabel)
        assert label.textFormat() == Qt.TextFormat.PlainText


class TestBanner:
    def test_shows_up_to_two_actions(self, qtbot: QtBot, pane: QWidget) -> None:
        banner = Banner(pane)
        done: list[str] = []
        tiles, cpu = ("Decode in tiles", lambda: done.append("tiles")), ("On the CPU", lambda: done.append("cpu"))
        banner.tell("danger", "Out of memory while decoding. The steps are kept.", [tiles, cpu])
        buttons = [one for one in banner.findChildren(QPushButton) if one.isVisible()]
        assert [one.text() for one in buttons] == ["Decode in tiles", "On the CPU"]
        qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
        assert done == ["cpu"]
        assert banner.text() == ""
        with pytest.raises(ValueError, match="up to 2"):
            banner.tell("info", "x", [tiles, cpu, tiles])

    def test_replaces_and_closes(self, qtbot: QtBot, pane: QWidget) -> None:
        banner = Banner(pane)
        banner.tell("info", "One.", [("Act", lambda: None)])
        banner.tell("danger", "Two.")
        assert banner.text() == "Two."
        assert not any(one.isVisible() for one in banner.findChildren(QPushButton))
        with qtbot.waitSignal(banner.closed):
            qtbot.mouseClick(banner.findChild(IconButton), Qt.MouseButton.LeftButton)
        assert not banner.isVisible()

    def test_dismissing_by_code_is_no_close(self, qtbot: QtBot, pane: QWidget) -> None:
        banner = Banner(pane)
        banner.tell("info", "One.")
        with qtbot.assertNotEmitted(banner.closed):
            banner.dismiss()

    @pytest.mark.parametrize("tone", ["danger", "warning", "info", "success"])
    def test_the_icon_has_the_tone(self, theme: Theme, pane: QWidget, tone: str) -> None:
        banner = Banner(pane)
        banner.tell(tone, "Something.")
        icon = banner.findChild(IconLabel)
        assert icon.palette().windowText().color() == QColor(getattr(theme.tokens, tone))

    def test_a_long_sentence_is_whole_in_a_narrow_pane(self, pane: QWidget) -> None:
        banner = Banner(pane)
        sentence = "Disk full. 18 of 31 frames are whole. " * 4
        banner.tell("danger", sentence, [("Choose folder", lambda: None), ("Go on", lambda: None)])
        label = banner.findChild(QLabel)
        assert label.height() >= label.heightForWidth(label.width())
        assert pane.rect().contains(banner.geometry())


class TestElidedLabel:
    def test_cuts_what_does_not_fit_and_tells_it_in_the_tooltip(self, shown: Show) -> None:
        label = ElidedLabel("a-very-long-name-of-a-picture-that-does-not-fit-at-all.png")
        shown(label, width=120)
        assert label.is_cut()
        assert label.text().endswith("at-all.png")
        assert "a-very-long-name" in label.toolTip()
        assert label.minimumSizeHint().width() < 30

    def test_what_fits_needs_no_tooltip(self, shown: Show) -> None:
        label = ElidedLabel("short")
        shown(label, width=300)
        assert not label.is_cut()
        assert label.toolTip() == ""
        label.explain("What it is <really>.")
        assert "&lt;really&gt;" in label.toolTip()

    def test_paints_its_text(self, shown: Show) -> None:
        label, empty = ElidedLabel("text"), ElidedLabel("")
        shown(label, empty)
        assert label.grab().toImage() != empty.grab().toImage()


class TestIconButton:
    def test_name_tooltip_and_target(self, shown: Show) -> None:
        button = IconButton("x", "Close <now>", keys="Ctrl+W")
        shown(button)
        assert button.accessibleName() == "Close <now>"
        assert "Close &lt;now&gt; (Ctrl+W)" in button.toolTip()
        assert min(button.width(), button.height()) >= 24

    def test_follows_the_theme(self, theme: Theme, shown: Show) -> None:
        button = IconButton("plus", "Add")
        shown(button)
        assert darkest_and_lightest(button)[1] > 150
        theme.apply("light")
        assert darkest_and_lightest(button)[1] < 120
        assert button.icon().actualSize(button.iconSize()).width() == 16

    def test_follows_the_scale(self, theme: Theme, shown: Show) -> None:
        button = IconButton("plus", "Add")
        shown(button)
        theme.apply("dark", 1.5)
        assert button.iconSize().width() == 24
        assert button.width() == 36

    def test_another_icon(self, shown: Show) -> None:
        button = IconButton("plus", "Add")
        shown(button)
        before = button.grab().toImage()
        button.set_icon("minus")
        assert button.icon_name() == "minus"
        assert button.grab().toImage() != before

    def test_an_icon_that_is_not_there(self, theme: Theme) -> None:
        with pytest.raises(FileNotFoundError, match="nothing"):
            IconButton("nothing", "Nothing")


def darkest_and_lightest(button: IconButton) -> tuple[int, int]:
    """Lightness of the opaque pixels of the button's icon."""
    image = button.icon().pixmap(button.iconSize(), 1.0).toImage()
    points = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    solid = [colour.lightness() for colour in points if colour.alpha() > 200]
    return min(solid), max(solid)


def test_tooltips_show_what_they_are_given() -> None:
    assert plain_tooltip("") == ""
    assert "&lt;img src=x&gt; &amp; more" in plain_tooltip("<img src=x> & more")
    assert plain_tooltip("word " * 40).count("<br>") >= 2
    assert plain_tooltip("short").startswith("<span")


def test_a_state_reaches_the_style(theme: Theme, shown: Show, qapp: QApplication) -> None:
    label = QLabel("x")
    shown(label)
    set_state(label, "tone", "danger")
    assert label.palette().windowText().color() == QColor(theme.tokens.danger)
    set_state(label, "tone", "success")
    assert label.palette().windowText().color() == QColor(theme.tokens.success)
    assert label.mapTo(label.window(), QPoint()).x() == 0
