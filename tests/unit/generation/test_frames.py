"""From keys to recipes: key frames are plain, those between are mixed, a sheet's corners are plain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField
from studio.generation.frames import frames, places, recipe_at, sheet
from studio.job.code import Between, FromCode, FromSeed, Weighted
from studio.job.recipe import Guidance, Noise, Recipe, Sampling, recipe
from studio.job.track import Key, Segment, Track

BASE = recipe(
    prompt="none of the keys",
    seed=3,
    sampling=Sampling(sampler="ddim", options={"eta": 0.5}, steps=4),
    guidance=Guidance(interval=(0.1, 0.9), rescale=0.2),
)
APPLE = Key(FromSeed(seed=7), "red apple", "blurry", 5.0)
LEMON = Key(FromSeed(seed=8), "lemon", "blurry", 3.0)
CODE = Key(FromCode(code="ab" * 32), "red apple", "blurry", 5.0)


def track(*keys: Key, counts: tuple[int, ...] = (), **more: object) -> Track:
    counts = counts or (4,) * (len(keys) - 1 + bool(more.get("loop")))
    return Track(BASE, keys, tuple(map(Segment, counts)), **more)


def plain(key: Key) -> Recipe:
    """What somebody would ask for who wants the key's picture alone."""
    seed = key.end.seed if isinstance(key.end, FromSeed) else BASE.seed
    return recipe(
        prompt=key.prompt,
        negative_prompt=key.negative_prompt,
        seed=seed,
        start=key.end if isinstance(key.end, FromCode) else Noise(),
        sampling=BASE.sampling,
        guidance=Guidance(scale=key.scale, interval=(0.1, 0.9), rescale=0.2),
    )


def test_the_frames_of_keys_are_plain():
    made = frames(track(APPLE, LEMON, CODE, counts=(3, 2)))
    assert len(made) == 6
    assert [made[0], made[3], made[5]] == [plain(APPLE), plain(LEMON), plain(CODE)]


def test_a_frame_between_is_mixed():
    made = frames(track(APPLE, LEMON))[1]
    assert made.start == Between(first=APPLE.end, second=LEMON.end, fraction=0.25)
    assert made.blend == (
        Weighted(prompt="red apple", negative_prompt="blurry", weight=0.75),
        Weighted(prompt="lemon", negative_prompt="blurry", weight=0.25),
    )
    assert made.guidance.scale == pytest.approx(4.5)
    assert (made.seed, made.prompt) == (7, "red apple")
    assert frames(track(APPLE, LEMON))[3].prompt == "lemon"
    assert made.sampling == BASE.sampling


def test_where_the_prompts_agree_nothing_is_blended():
    made = frames(track(APPLE, CODE))[2]
    assert made.blend == ()
    assert (made.prompt, made.negative_prompt, made.guidance.scale) == ("red apple", "blurry", 5.0)
    assert made.start == Between(first=APPLE.end, second=CODE.end, fraction=0.5)


def test_a_key_that_is_a_code_draws_with_the_seed_of_the_base():
    made = frames(track(CODE, LEMON))
    assert [made[0].seed, made[1].seed, made[4].seed] == [3, 3, 8]


def test_one_code_with_two_prompts_starts_there_all_the_way():
    other = Key(APPLE.end, "lemon")
    assert {made.start.kind for made in frames(track(APPLE, other))} == {"noise"}
    assert {made.seed for made in frames(track(APPLE, other))} == {7}


def test_a_loop_comes_back_without_repeating_the_first():
    made = frames(track(APPLE, LEMON, counts=(2, 4), loop=True))
    assert len(made) == 6
    assert (made[0], made[2]) == (plain(APPLE), plain(LEMON))
    assert made[5].start == Between(first=LEMON.end, second=APPLE.end, fraction=0.75)
    assert made.count(made[0]) == 1


def test_the_method_and_the_easing_are_those_of_the_track():
    walk = Track(BASE, (APPLE, LEMON), (Segment(4, "smooth"),), "linear")
    starts = [made.start for made in frames(walk)[1:4]]
    assert [start.method for start in starts] == ["linear"] * 3
    assert [start.fraction for start in starts] == pytest.approx([0.15625, 0.5, 0.84375])


def test_an_easing_that_is_not_known_is_named():
    with pytest.raises(InvalidField, match="Easing 'wild' is not known"):
        places(Track(BASE, (APPLE, LEMON), (Segment(4, "wild"),)))


def test_places_that_are_given_are_used():
    walk = track(APPLE, LEMON, CODE, counts=(2, 1), places=(0.0, 0.9, 1.0, 2.0))
    made = frames(walk)
    assert made[1].start.fraction == 0.9
    assert (made[0], made[2], made[3]) == (plain(APPLE), plain(LEMON), plain(CODE))


@given(st.floats(0.0, 3.0), st.booleans())
def test_every_place_has_a_recipe_that_reads_back(place: float, linear: bool):
    walk = track(APPLE, LEMON, CODE, loop=True, method="linear" if linear else "slerp")
    made = recipe_at(walk, place)
    assert Recipe.read(made.text()) == made
    assert made.blend == () or sum(part.weight for part in made.blend) == pytest.approx(1.0)
    assert 3.0 <= made.guidance.scale <= 5.0


MIXED = Key(
    FromSeed(seed=9),
    "apple",
    scale=4.0,
    blend=(Weighted(prompt="apple", weight=0.75), Weighted(prompt="rose", negative_prompt="flat", weight=0.25)),
)


def test_a_key_keeps_the_words_that_it_mixes():
    made = frames(track(APPLE, MIXED))
    assert made[4].blend == MIXED.blend
    assert (made[4].prompt, made[4].seed) == ("apple", 9)
    assert [(part.prompt, part.weight) for part in made[2].blend] == [
        ("red apple", 0.5), ("apple", 0.375), ("rose", 0.125),
    ]  # fmt: skip


def test_words_that_both_keys_mix_are_counted_once():
    other = Key(FromSeed(seed=8), "apple", blend=MIXED.blend[::-1])
    made = frames(track(MIXED, other))[2]
    assert [(part.prompt, part.weight) for part in made.blend] == [("apple", 0.75), ("rose", 0.25)]


def test_more_words_than_can_be_mixed_are_refused():
    many = [tuple(Weighted(prompt=f"{name} {n}", weight=0.1) for n in range(10)) for name in ("a", "b")]
    keys = [Key(FromSeed(seed=1), "x", blend=blend) for blend in many]
    with pytest.raises(InvalidField, match="At most 16 prompts are mixed, not 20"):
        frames(track(*keys))


CORNERS = tuple(Key(FromSeed(seed=seed), f"prompt {seed}", "", float(seed)) for seed in (1, 2, 3, 4))


def test_the_corners_of_a_sheet_are_plain():
    made = sheet(BASE, CORNERS, 3, 4)
    assert len(made) == 12
    assert [made[0], made[3], made[8], made[11]] == [plain(key) for key in CORNERS]


def test_within_a_sheet_all_four_corners_count():
    made = sheet(BASE, CORNERS, 3, 5)[1 * 5 + 1]
    ends = [corner.end for corner in CORNERS]
    above = Between(first=ends[0], second=ends[1], fraction=0.25)
    below = Between(first=ends[2], second=ends[3], fraction=0.25)
    assert made.start == Between(first=above, second=below, fraction=0.5)
    assert [part.weight for part in made.blend] == pytest.approx([0.375, 0.125, 0.375, 0.125])
    assert made.guidance.scale == pytest.approx(0.375 * 1 + 0.125 * 2 + 0.375 * 3 + 0.125 * 4)


def test_the_edges_of_a_sheet_are_ways_between_their_corners():
    made = sheet(BASE, CORNERS, 3, 3)
    ends = [corner.end for corner in CORNERS]
    edges = {1: (ends[0], ends[1]), 3: (ends[0], ends[2]), 5: (ends[1], ends[3]), 7: (ends[2], ends[3])}
    for number, (first, second) in edges.items():
        assert made[number].start == Between(first=first, second=second, fraction=0.5)
        assert len(made[number].blend) == 2


@pytest.mark.parametrize(("count", "rows", "columns"), [(3, 3, 3), (4, 1, 3), (4, 3, 51)])
def test_a_sheet_that_cannot_be_is_refused(count: int, rows: int, columns: int):
    with pytest.raises(InvalidField):
        sheet(BASE, CORNERS[:count], rows, columns)
