"""The order in which frames and steps of the mask are undone, against a list that simply remembers everything."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from studio.painting.frame import Frame
from studio.ui.canvas.frame_steps import FrameStep, FrameSteps

Deeds = st.lists(st.sampled_from(["mask", "frame", "undo", "redo"]), max_size=40)


class Story:
    """A mask that is only a number of steps, and a frame that is only a place."""

    def __init__(self) -> None:
        self.steps = FrameSteps()
        self.depth = self.undone = self.place = 0

    def frame(self) -> Frame:
        return Frame(self.place, 0, 1, 1)

    def mask_step(self) -> None:
        self.depth, self.undone = self.depth + 1, 0
        self.steps.mask_went_on()

    def frame_step(self) -> None:
        before = self.frame()
        self.place += 1
        self.steps.note(FrameStep(self.depth, before, self.frame()))

    def undo(self) -> None:
        if self.steps.last(self.depth):
            self.place = self.steps.undo().x
        elif self.depth:
            self.depth, self.undone = self.depth - 1, self.undone + 1

    def redo(self) -> None:
        if self.steps.next(self.depth):
            self.place = self.steps.redo().x
        elif self.undone:
            self.depth, self.undone = self.depth + 1, self.undone - 1


@given(Deeds)
def test_all_undone_is_the_beginning_and_all_redone_the_end(deeds: list[str]) -> None:
    story = Story()
    for deed in deeds:
        {"mask": story.mask_step, "frame": story.frame_step, "undo": story.undo, "redo": story.redo}[deed]()
    for _ in deeds:
        story.redo()
    end = (story.depth, story.place)
    for _ in deeds:
        story.undo()
    assert (story.depth, story.place) == (0, 0)
    for _ in deeds:
        story.redo()
    assert (story.depth, story.place) == end


@given(st.lists(st.sampled_from(["mask", "frame"]), max_size=20))
def test_each_undo_goes_back_by_one_deed(deeds: list[str]) -> None:
    story = Story()
    states = [(0, 0)]
    for deed in deeds:
        (story.mask_step if deed == "mask" else story.frame_step)()
        states.append((story.depth, story.place))
    for state in states[-2::-1]:
        story.undo()
        assert (story.depth, story.place) == state
    for state in states[1:]:
        story.redo()
        assert (story.depth, story.place) == state
