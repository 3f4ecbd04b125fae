"""The form of a sampler's options, and the section that folds."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.sampling.info import Option
from studio.ui.metrics import REDUCE_MOTION
from studio.ui.widgets.check_row import CheckRow
from studio.ui.widgets.choice_row import ChoiceRow
from studio.ui.widgets.number import NumberRange
from studio.ui.widgets.number_row import NumberRow
from studio.ui.widgets.options_form import OptionsForm
from studio.ui.widgets.row import Row, first_refused
from studio.ui.widgets.section import Section

Show = Callable[..., QWidget]

ETA = Option("eta", "Eta", "float", 0.0, 0.0, 1.0, description="Fresh noise in each step.")
ORDER = Option("order", "Order", "int", 2, 1, 3)
CLIP = Option("clip", "Clip x0", "bool", False)
VARIANCE = Option("variance", "Variance", "choice", "small", choices=(("small", "Small"), ("large", "Large")))
RHO = Option("rho", "Rho", "float", 7.0, 1.0, 10.0)
ALL = (ETA, ORDER, CLIP, VARIANCE, RHO)


@pytest.fixture
def form(shown: Show) -> OptionsForm:
    form = OptionsForm()
    form.show_options("many", ALL)
    shown(form)
    return form


def test_a_row_for_each_kind(form: OptionsForm) -> None:
    kinds = [type(form.row(option.name)) for option in ALL]
    assert kinds == [NumberRow, NumberRow, CheckRow, ChoiceRow, NumberRow]
    assert form.row("nothing") is None


def test_values_are_the_defaults_in_their_own_types(form: OptionsForm) -> None:
    values = form.values()
    assert values == {option.name: option.default for option in ALL}
    assert [type(value) for value in values.values()] == [float, int, bool, str, float]


def test_the_fifth_option_waits_under_more(qtbot: QtBot, form: OptionsForm) -> None:
    more = form.findChild(Section)
    assert [form.row(option.name).isVisible() for option in ALL] == [True, True, True, True, False]
    qtbot.mouseClick(more.header(), Qt.MouseButton.LeftButton)
    assert form.row("rho").isVisible()


def test_four_options_need_no_more(shown: Show) -> None:
    form = OptionsForm()
    form.show_options("few", ALL[:4])
    assert form.findChild(Section) is None


def test_a_sampler_without_options(form: OptionsForm) -> None:
    form.show_options("none", ())
    assert form.values() == {}
    assert form.is_valid()


def test_edits_are_told(qtbot: QtBot, form: OptionsForm) -> None:
    with qtbot.waitSignal(form.changed):
        qtbot.keyClick(form.row("eta").field(), Qt.Key.Key_Up)
    assert form.values()["eta"] == 0.01
    with qtbot.waitSignal(form.changed):
        qtbot.mouseClick(form.row("clip").field(), Qt.MouseButton.LeftButton)
    assert form.values()["clip"] is True


def test_setting_is_not_told(qtbot: QtBot, form: OptionsForm) -> None:
    with qtbot.assertNotEmitted(form.changed):
        form.set_values({"eta": 0.5, "variance": "large", "unknown": 3})
    assert form.values() == {"eta": 0.5, "order": 2, "clip": False, "variance": "large", "rho": 7.0}


def test_values_are_kept_for_each_sampler(form: OptionsForm) -> None:
    form.set_values({"eta": 0.5, "rho": 3.0})
    form.show_options("other", (ETA,))
    assert form.values() == {"eta": 0.0}
    form.set_values({"eta": 0.25})
    form.show_options("many", ALL)
    assert form.owner() == "many"
    assert form.values()["eta"] == 0.5
    assert form.values()["rho"] == 3.0
    form.show_options("other", (ETA,))
    assert form.values() == {"eta": 0.25}


@pytest.mark.parametrize("value", [2.0, "x", True])
def test_a_bad_value_is_marked_in_the_option_s_words(form: OptionsForm, value: object) -> None:
    form.set_values({"eta": value})
    assert not form.is_valid()
    assert form.row("eta").problem() == f"Eta {value} is out of range. Use a number from 0 to 1."
    assert form.values()["eta"] == 0.0


def test_a_row_of_a_sampler_that_went_is_no_longer_asked(form: OptionsForm) -> None:
    form.row("eta").field().setText("9")
    assert isinstance(first_refused(form), NumberRow)
    form.show_options("other", (ORDER,))
    assert first_refused(form) is None


def test_a_refused_row_opens_its_section(form: OptionsForm) -> None:
    rho = form.row("rho")
    assert not rho.isVisible()
    rho.set_value(99.0)
    assert rho.isVisible()


@pytest.fixture
def section(shown: Show) -> Section:
    section = Section("Process")
    section.add(NumberRow("Steps", NumberRange(1, 10), 5))
    shown(section)
    return section


@pytest.mark.parametrize("key", [Qt.Key.Key_Space])
def test_a_key_folds(qtbot: QtBot, section: Section, key: Qt.Key) -> None:
    section.header().setFocus()
    with qtbot.waitSignal(section.folded_changed) as told:
        qtbot.keyClick(section.header(), key)
    assert told.args == [True]
    assert section.is_folded()
    assert not section.findChild(Row).isVisible()
    qtbot.keyClick(section.header(), key)
    assert section.findChild(Row).isVisible()


def test_folding_by_code_before_the_window_is_shown(shown: Show) -> None:
    section = Section("Process", folded=True)
    row = NumberRow("Steps", NumberRange(1, 10), 5)
    section.add(row)
    shown(section)
    assert not row.isVisible()
    folded = section.height()
    section.set_folded(False)
    section.window().layout().activate()
    assert row.isVisible()
    assert section.height() > folded


def test_the_motion_ends_where_no_motion_ends(qtbot: QtBot, section: Section, qapp: QApplication) -> None:
    qapp.setProperty(REDUCE_MOTION, True)
    section.window().layout().activate()
    at_rest = section.height()
    qapp.setProperty(REDUCE_MOTION, False)
    section.set_folded(True)
    qtbot.waitUntil(lambda: not section._clip.isVisible() and section.height() < at_rest)
    section.set_folded(False)
    # Layouts follow the last frame of a motion with the next turn of the event loop.
    qtbot.waitUntil(lambda: section._motion.state() == section._motion.State.Stopped and section.height() == at_rest)


def test_folding_back_and_forth_quickly_ends_as_told(qtbot: QtBot, section: Section, qapp: QApplication) -> None:
    qapp.setProperty(REDUCE_MOTION, False)
    for folded in (True, False, True, False, True):
        section.set_folded(folded)
    qtbot.waitUntil(lambda: not section._clip.isVisible())
    section.set_folded(False)
    section.set_folded(True)
    section.set_folded(False)
    qtbot.waitUntil(lambda: section._motion.state() == section._motion.State.Stopped)
    assert section._clip.isVisible()


def test_the_header_tells_its_note(section: Section) -> None:
    section.set_note("2 changed")
    assert section.header().accessibleDescription() == "2 changed"
    assert section.header().accessibleName() == "Process"
