"""The column of tools at the left of the canvas."""

from __future__ import annotations

from studio.ui.canvas.tool_bar import ActionButton, ToolBar


def button(bar: ToolBar, name: str) -> ActionButton:
    return next(part for part in bar.findChildren(ActionButton) if part.accessibleName() == name)


class TestToolBar:
    def test_each_button_takes_its_tool_and_shows_it(self, desk, bar):
        for name, action in desk.editor.commands.tools.items():
            button(bar, action.text()).click()
            assert desk.editor.tool == name
            pressed = [part.accessibleName() for part in bar.findChildren(ActionButton) if part.isChecked()]
            assert pressed == [action.text()]

    def test_it_follows_keys(self, desk, bar):
        desk.editor.set_tool("lasso")
        assert button(bar, "Lasso").isChecked()

    def test_a_tool_can_not_be_put_down_without_another(self, desk, bar):
        button(bar, "Brush").click()
        assert button(bar, "Brush").isChecked()
        assert desk.editor.tool == "brush"

    def test_undo_and_redo_say_what_they_would_do(self, desk, bar):
        desk.click((50, 50))
        undo = button(bar, "Undo Brush")
        assert undo.isEnabled()
        undo.click()
        assert not desk.values.any()
        assert not button(bar, "Undo").isEnabled()
        assert "There is nothing to undo." in button(bar, "Undo").toolTip()
        button(bar, "Redo Brush").click()
        assert desk.values.any()

    def test_its_tooltips_name_the_keys(self, bar):
        assert "(B)" in button(bar, "Brush").toolTip()
        assert "(Shift+M)" in button(bar, "Ellipse").toolTip()

    def test_it_fits_into_the_lowest_window(self, bar):
        # 540 pixels, less menus, header, options, transport and the line below the picture.
        assert bar.sizeHint().height() <= 380
        assert bar.width() == 40
