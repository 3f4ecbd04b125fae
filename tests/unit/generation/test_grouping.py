"""Which frames of a walk go together follows from its recipes alone."""

from __future__ import annotations

from studio.generation.frames import frames
from studio.generation.grouping import Grouping, lies_between
from studio.job.code import FromCode, FromSeed
from studio.job.inpaint import FromImage
from studio.job.track import Key
from tests.unit.generation.grouped import APPLE, GRAPES, LEMON, track
from tests.unit.generation.runs import small


def test_where_a_frame_goes_follows_from_the_walk_alone():
    wanted = frames(track(APPLE, LEMON, GRAPES, each=4))
    grouping = Grouping(wanted, lambda recipe: False)
    assert [grouping.group_of(number, 4) for number in range(9)] == [
        (), *[(1, 2, 3, 5)] * 3, (), (1, 2, 3, 5), *[(6, 7)] * 2, ()
    ]  # fmt: skip
    assert not Grouping(wanted, lambda recipe: True).group_of(1, 4)


def test_what_is_not_alike_goes_apart():
    key, other = Key(FromSeed(seed=1), "apple", "", 1.0), Key(FromSeed(seed=2), "lemon", "", 1.0)
    unguided, guided = frames(track(key, other)), frames(track(APPLE, LEMON))
    longer = frames(track(APPLE, LEMON, base=small(steps=3)))
    grouping = Grouping((*unguided, *guided, *longer), lambda recipe: False)
    assert [grouping.group_of(number, 4) for number in (1, 5, 9)] == [(1, 2), (5, 6), (9, 10)]


def test_only_what_lies_between_is_made_together():
    code = FromCode(code="ab" * 32)
    blend = ({"prompt": "a", "weight": 0.5}, {"prompt": "b", "weight": 0.5})
    assert not lies_between(small())
    assert not lies_between(small(start=code))
    assert lies_between(small(start=code, blend=blend))
    assert lies_between(small(blend=blend))
    assert not lies_between(small(start=FromImage(image="ab" * 32, strength=0.5), blend=blend))
