"""The row of options above the canvas, and what opens from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QLineEdit

from studio.painting.brush import Brush
from studio.painting.frame import Frame
from studio.ui.canvas.layers.mask_overlay import HATCH
from studio.ui.canvas.tool_options import released_at

Key = Qt.Key


def enter(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Key.Key_Return)


class TestNumbers:
    def test_they_change_the_brush(self, desk, options):
        enter(options.brush_size.field(), "77")
        enter(options.hardness.field(), "30")
        enter(options.opacity.field(), "45")
        brush = desk.editor.brush
        assert (brush.size, brush.hardness, brush.opacity) == (77, 0.3, 0.45)

    def test_they_follow_the_brush(self, desk, options):
        desk.editor.set_brush(Brush(size=123.4, hardness=0.25, opacity=0.5))
        assert options.brush_size.field().text() == "123"
        assert (options.hardness.value(), options.opacity.value()) == (25, 50)
        # A shown number that was rounded does not change the brush.
        assert desk.editor.brush.size == 123.4

    @pytest.mark.parametrize("text", ["0", "2001", "much"])
    def test_what_is_out_of_range_is_refused_with_a_sentence_and_taken_back_by_esc(self, desk, options, text):
        before = desk.editor.brush
        enter(options.brush_size.field(), text)
        assert desk.editor.brush == before
        assert "Use 1 to 2,000." in options.brush_size.problem()
        assert options.brush_size.field().text() == text
        QTest.keyClick(options.brush_size.field(), Key.Key_Escape)
        assert options.brush_size.problem() == ""
        assert options.brush_size.field().text() == "20"

    def test_the_slider_gives_small_brushes_more_room(self, desk, options):
        slider = options.brush_size.slider()
        slider.dragged.emit(slider.maximum() // 2)
        assert 200 < desk.editor.brush.size < 300
        for position in (0, slider.maximum()):
            slider.dragged.emit(position)
        assert desk.editor.brush.size == 2000

    def test_every_size_has_its_place_on_the_slider(self, desk, options):
        for size in (1.0, 7.0, 40.0, 333.0, 2000.0):
            desk.editor.set_brush(replace(desk.editor.brush, size=size))
            slider = options.brush_size.slider()
            slider.dragged.emit(slider.value())
            assert desk.editor.brush.size == pytest.approx(size, rel=0.03, abs=0.5)

    def test_arrows_step_by_one(self, desk, options):
        field = options.brush_size.field()
        field.setFocus()
        QTest.keyClick(field, Key.Key_Up)
        assert desk.editor.brush.size == 21

    def test_in_the_soft_way_the_opacity_is_a_step(self, desk, options):
        desk.editor.set_steps(30)
        assert options.opacity.title() == "From step 0 of 30"
        desk.editor.set_brush(replace(desk.editor.brush, opacity=0.6))
        assert options.opacity.title() == f"From step {released_at(0.6, 30)} of 30"
        desk.editor.set_steps(None)
        assert options.opacity.title() == "Opacity"

    @pytest.mark.parametrize("steps", [1, 4, 30, 1000])
    def test_a_grey_is_released_at_the_first_step_that_does_not_keep_it(self, steps):
        for percent in range(101):
            grey = round(255 * percent / 100) / 255
            step = released_at(percent / 100, steps)
            assert grey >= 1 - step / steps - 1e-9
            assert step == 0 or grey < 1 - (step - 1) / steps + 1e-9


class TestModes:
    def test_add_and_erase_are_brush_and_eraser(self, desk, options):
        options.erases.click()
        assert desk.editor.tool == "eraser"
        assert options.erases.isChecked()
        desk.key(Key.Key_X)
        assert options.adds.isChecked()
        assert not options.erases.isChecked()

    def test_they_are_the_mode_of_shapes(self, desk, options):
        desk.editor.set_tool("ellipse")
        options.erases.click()
        assert desk.editor.easel.erasing
        assert desk.editor.tool == "ellipse"

    @pytest.mark.parametrize(
        ("tool", "shown"),
        [
            ("brush", {"brush_size", "hardness", "opacity", "adds", "erases", "more"}),
            ("eraser", {"brush_size", "hardness", "opacity", "adds", "erases", "more"}),
            ("lasso", {"opacity", "adds", "erases"}),
            ("fill", {"opacity", "tolerance", "adds", "erases"}),
            ("frame", set()),
            ("hand", set()),
        ],
    )
    def test_a_tool_shows_what_it_uses(self, desk, options, tool, shown):
        desk.editor.set_tool(tool)
        parts = ("brush_size", "hardness", "opacity", "tolerance", "adds", "erases", "more")
        assert {name for name in parts if getattr(options, name).isVisible()} == shown

    def test_tolerance_is_what_fill_uses(self, desk, options):
        desk.editor.set_tool("fill")
        enter(options.tolerance.field(), "7")
        assert desk.editor.easel.tolerance == 7

    def test_the_frame_tells_its_size(self, desk, options):
        desk.editor.set_tool("frame")
        desk.editor.set_frame(Frame(0, 0, 64, 48))
        assert options.hint.text().startswith("64 × 48.")


class TestPanels:
    def test_more_of_the_brush(self, desk, options):
        options.more.click()
        popup = options._brush_popup
        assert popup.isVisible()
        enter(popup.spacing.field(), "25")
        enter(popup.smoothing.field(), "60")
        popup.pressure_size.field().click()
        popup.pressure_opacity.field().click()
        brush = desk.editor.brush
        assert (brush.spacing, brush.smoothing) == (0.25, 0.6)
        assert (brush.pressure_size, brush.pressure_opacity) == (False, True)
        assert brush.size == 20
        QTest.keyClick(popup, Key.Key_Escape)
        assert not popup.isVisible()

    def test_the_look_of_the_mask(self, desk, options):
        popup = options._overlay_popup
        options.look.click()
        assert popup.isVisible()
        swatches = {part.accessibleName(): part for part in popup.colour.findChildren(QAbstractButton)}
        swatches["Hatch"].click()
        enter(popup.opacity.field(), "80")
        overlay = desk.editor.layers.overlay
        assert (overlay.colour, overlay.opacity) == (HATCH, 0.8)
        popup.shown.field().click()
        popup.grid.field().click()
        assert not overlay.shown
        assert not desk.editor.layers.grid.shown
        popup.colour.reset()
        assert overlay.colour == "#56B4E9"
        popup.close()

    def test_it_follows_keys_and_others(self, desk, options):
        popup = options._overlay_popup
        desk.key(Key.Key_Q)
        assert not popup.shown.value()
        desk.editor.set_overlay("#F0E442", 0.3, True)
        assert (popup.colour.value(), popup.opacity.value(), popup.shown.value()) == ("#F0E442", 30, True)
        desk.editor.commands.grid.trigger()
        assert not popup.grid.value()

    def test_the_menu_of_the_mask_has_an_amount(self, desk, options):
        menu = options.mask_button.menu()
        assert desk.editor.commands.invert in menu.actions()
        menu.actions()[-1].trigger()
        popup = options._amount_popup
        assert popup.isVisible()
        enter(popup.amount.field(), "3")
        popup.close()
        assert desk.editor.commands.grow.text() == "Grow by 3 px"
        desk.click((100, 75))
        before = int((desk.values > 0).sum())
        desk.editor.commands.grow.trigger()
        assert int((desk.values > 0).sum()) > before

    def test_a_popup_stays_on_the_screen(self, desk, options):
        options.window().move(3000, 3000)
        options.look.click()
        room = options.screen().availableGeometry()
        # This platform gives even a popup a frame of two pixels.
        assert room.adjusted(0, 0, 2, 2).contains(options._overlay_popup.geometry())
        options._overlay_popup.close()


class TestAccess:
    def test_everything_has_a_name(self, tools):
        for widget in tools:
            for kind in (QAbstractButton, QAbstractSlider, QLineEdit):
                unnamed = [part for part in widget.findChildren(kind) if not part.accessibleName()]
                # A button or box with words says them itself.
                assert all(isinstance(part, QAbstractButton) and part.text() for part in unnamed)

    def test_letters_work_while_a_slider_has_the_focus(self, desk, options):
        slider = options.brush_size.slider()
        slider.setFocus()
        QTest.keyClick(slider, Key.Key_E)
        assert desk.editor.tool == "eraser"

    def test_nothing_is_cut_in_the_narrowest_window(self, desk, options):
        for tool in desk.editor.commands.tools:
            desk.editor.set_tool(tool)
            options.layout().activate()
            assert options.minimumSizeHint().width() <= 616
            visible = [part for part in options.findChildren(QAbstractButton) if part.isVisible()]
            assert max(part.geometry().right() for part in visible if part.parent() is options) <= options.width()

    def test_it_grows_with_the_scale_of_the_interface(self, desk, tools, theme):
        before = [widget.sizeHint() for widget in tools]
        theme.apply("dark", 1.5)
        assert tools[0].width() == 60
        assert tools[1].height() == 54
        theme.apply("dark", 1.0)
        assert [widget.sizeHint() for widget in tools] == before
