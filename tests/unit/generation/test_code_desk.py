"""The shelf: what is kept there is told, renamed, taken away and brought back, and damage is told, never hidden."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from studio.export.picture_file import write_new_picture
from studio.generation.code_desk import CodeDesk
from studio.generation.frames import frames, recipe_at
from studio.image import Image
from studio.job.code import Between, FromCode, FromSeed
from studio.job.codes import CodesRequest, GiveCode, KeepCode, RemoveCode, RenameCode, TakeCode
from studio.job.event import ImageReady, Started
from studio.job.inpaint import FromImage
from studio.job.recipe import FromStep, Recipe
from studio.job.recording import RecordSettings
from studio.job.shelf import Answer
from studio.job.track import Key, Segment, Track
from studio.library.pictures import PictureFolder
from studio.library.sources import SourceStore
from studio.models.model import Model
from studio.trajectory.code_file import read_code
from studio.trajectory.code_store import CodeStore
from studio.trajectory.store import TrajectoryStore
from tests.unit.generation.runs import events, services, small


class Shop:
    """A desk with a real store, and a folder where runs are recorded."""

    def __init__(self, model: Any, folder: Path) -> None:
        self.folder, pictures = folder, folder / "pictures"
        self.store = CodeStore(folder / "codes")
        self.sources = SourceStore(folder / "sources")
        self.trajectories = TrajectoryStore(folder / "kept", lambda: pictures, lambda: RecordSettings("all"))
        self.services = services(
            model,
            codes=self.store,
            sources=self.sources,
            trajectories=self.trajectories,
            save=PictureFolder(pictures, write_new_picture).save,
        )
        self.desk = CodeDesk(self.store, self.services)

    def ask(self, question: Any) -> Answer:
        answer = self.desk.answer(question)
        assert answer.question is question
        return answer

    def kept(self, recipe: Recipe, trajectory: str = "", step: int = 0, name: str = "") -> str:
        answer = self.ask(KeepCode(recipe, trajectory, step, name))
        assert answer.sentence == ""
        assert answer.code in {card.code for card in answer.cards}
        return answer.code

    def pixels(self, recipe: Recipe) -> np.ndarray[Any, Any]:
        (ready,) = [event for event in events(recipe, self.services) if isinstance(event, ImageReady)]
        return ready.generated.image.pixels

    def trajectory(self) -> str:
        (path,) = (self.folder / "pictures").glob("*.trajectory.safetensors")
        return self.trajectories.open(path).header.id


@pytest.fixture
def shop(tiny: Callable[[str], Model], tmp_path: Path) -> Shop:
    return Shop(tiny("stable_diffusion_1"), tmp_path)


def from_code(recipe: Recipe, code: str) -> Recipe:
    return recipe.model_copy(update={"start": FromCode(code=code)})


def test_an_empty_shelf_says_so(shop: Shop) -> None:
    assert shop.ask(CodesRequest()).cards == ()


@pytest.mark.parametrize("sampler", ["ddim", "ddpm", "euler"])
def test_the_code_of_a_seed_draws_what_the_seed_draws(shop: Shop, sampler: str) -> None:
    recipe = small(sampler, seed=11)
    code = shop.kept(recipe)
    assert np.array_equal(shop.pixels(from_code(recipe, code)), shop.pixels(recipe))


def test_the_code_of_a_mixture_draws_what_the_mixture_draws(shop: Shop) -> None:
    recipe = small(start=Between(first=FromSeed(seed=1), second=FromSeed(seed=2), fraction=0.25))
    code = shop.kept(recipe)
    facts = shop.store.find(code).facts
    assert (facts.origin, facts.told) == ("interpolation", "25 % of the way")
    assert np.array_equal(shop.pixels(from_code(recipe, code)), shop.pixels(recipe))


def test_a_frame_between_two_prompts_is_drawn_from_its_code(shop: Shop, tmp_path: Path) -> None:
    """Through a file and a shelf that begins anew, too: the words are mixed as they were."""
    keys = (Key(FromSeed(seed=1), "apple", "", 5.0), Key(FromSeed(seed=2), "lemon", "blurry", 3.0))
    frame = frames(Track(small(), keys, (Segment(3),)))[1]
    code, file = shop.kept(frame), tmp_path / "frame.code.safetensors"
    assert shop.ask(GiveCode(code, file)).sentence == ""
    other = Shop(shop.services.models.get(""), tmp_path / "other")
    assert other.ask(TakeCode(file)).code == code
    facts = other.store.find(code).facts
    assert (facts.blend, facts.guidance) == (frame.blend, frame.guidance.scale)
    key = Key(FromCode(code=code), facts.prompt, facts.negative_prompt, facts.guidance, facts.blend)
    alone = recipe_at(Track(small(), (key, keys[1]), (Segment(1),)), 0.0)
    assert np.array_equal(other.pixels(alone), shop.pixels(frame))


def test_the_code_of_a_frame_between_seeds_fits_any_schedule(shop: Shop) -> None:
    between = Between(first=FromSeed(seed=1), second=FromSeed(seed=2), fraction=0.5)
    code = shop.kept(small(steps=3, start=between))
    facts = shop.store.find(code).facts
    assert facts.any_schedule
    assert (facts.origin, facts.model, facts.model_hash, facts.steps) == ("interpolation", "", "", 3)
    for steps in (3, 4):
        notices = [
            event.notices for event in events(from_code(small(steps=steps), code), shop.services)
            if isinstance(event, Started)
        ]  # fmt: skip
        assert notices == [()]
        expected = shop.pixels(small(steps=steps, start=between))
        assert np.array_equal(shop.pixels(from_code(small(steps=steps), code)), expected)


def test_a_frame_beside_a_code_that_is_bound_is_bound(shop: Shop) -> None:
    recipe = small(steps=4)
    shop.pixels(recipe)
    bound = shop.kept(recipe, shop.trajectory(), 2)
    frame = small(start=Between(first=FromSeed(seed=1), second=FromCode(code=bound), fraction=0.5))
    assert not shop.store.find(shop.kept(frame)).facts.any_schedule


def test_the_code_of_a_picture_from_a_code_is_that_code(shop: Shop) -> None:
    first = shop.kept(small(seed=3), name="mine")
    assert shop.kept(from_code(small(seed=4), first), name="yours") == first
    assert shop.store.find(first).facts.name == "mine"


def test_the_code_of_a_branch_is_that_of_the_run_it_came_from(shop: Shop) -> None:
    parent = small(seed=5)
    branch = small(seed=6, start=FromStep(trajectory="0" * 32, step=1, noise="reseeded", parent=parent))
    assert shop.kept(branch) == shop.kept(parent)


def test_the_state_of_a_step_goes_on_where_the_run_was(shop: Shop) -> None:
    recipe = small(steps=4)
    whole = shop.pixels(recipe)
    code = shop.kept(recipe, shop.trajectory(), 2)
    facts = shop.store.find(code).facts
    assert (facts.origin, facts.told, facts.steps, len(facts.timesteps)) == ("step", "step 2 of 4", 2, 2)
    sampling = {"sampler": "ddim", "steps": 2, "spacing": "explicit", "timesteps": facts.timesteps}
    rest = small(start=FromCode(code=code), sampling=sampling)
    assert np.array_equal(shop.pixels(rest), whole)


def test_a_run_from_a_picture_keeps_the_state_it_began_with(shop: Shop) -> None:
    image = Image(np.full((64, 64, 3), 90, np.uint8))
    shop.sources.offer(image)
    recipe = small(steps=4, start=FromImage(image=image.id, strength=0.5))
    shop.pixels(recipe)
    code = shop.store.find(shop.kept(recipe, shop.trajectory()))
    assert (code.facts.origin, code.facts.steps) == ("step", 2)
    assert shop.ask(KeepCode(recipe)).sentence.startswith("The steps of this picture are not kept")


def test_a_thumbnail_is_small_and_shown(shop: Shop) -> None:
    answer = shop.ask(KeepCode(small(), thumbnail=Image(np.zeros((64, 256, 3), np.uint8))))
    (card,) = answer.cards
    assert card.thumbnail is not None
    assert (card.thumbnail.width, card.thumbnail.height) == (128, 32)


def test_a_new_name_is_told_and_changes_nothing_else(shop: Shop) -> None:
    code = shop.kept(small())
    before = shop.store.find(code)
    (card,) = shop.ask(RenameCode(code, "the good one")).cards
    assert card.facts is not None
    assert (card.code, card.facts.name) == (code, "the good one")
    again = CodeStore(shop.store.folder).find(code)
    assert torch.equal(again.x, before.x)
    assert again.facts == before.facts.model_copy(update={"name": "the good one"})


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_a_name_that_will_not_do_is_refused(shop: Shop, name: str) -> None:
    code = shop.kept(small())
    answer = shop.ask(RenameCode(code, name))
    assert answer.sentence
    assert shop.store.find(code).facts.name == "seed 7"


def test_what_is_removed_comes_back_until_the_next_start(shop: Shop) -> None:
    code = shop.kept(small())
    assert shop.ask(RemoveCode(code)).cards == ()
    (card,) = shop.ask(RemoveCode(code, removed=False)).cards
    assert card.code == code
    shop.ask(RemoveCode(code))
    again = CodeDesk(CodeStore(shop.store.folder), shop.services)
    assert again.answer(RemoveCode(code, removed=False)).sentence
    assert list(shop.store.folder.iterdir()) == []


def test_a_code_goes_out_as_a_file_and_comes_in_again(shop: Shop, tmp_path: Path) -> None:
    code = shop.kept(small(), name="traveller")
    target = tmp_path / "out.code.safetensors"
    assert shop.ask(GiveCode(code, target)).sentence == ""
    shop.ask(RemoveCode(code))
    answer = shop.ask(TakeCode(target))
    assert answer.code == code
    assert [card.facts.name for card in answer.cards if card.facts] == ["traveller"]


def test_no_file_is_replaced_by_a_code(shop: Shop, tmp_path: Path) -> None:
    code, taken = shop.kept(small()), tmp_path / "out.code.safetensors"
    taken.write_text("precious")
    for name in ("out", taken.name):
        answer = shop.ask(GiveCode(code, tmp_path / name))
        assert answer.path is not None
        assert read_code(answer.path).id == code
    assert answer.path == tmp_path / "out-3.code.safetensors"
    assert taken.read_text() == "precious"


def test_a_file_that_is_none_is_told(shop: Shop, tmp_path: Path) -> None:
    bad = tmp_path / "bad.code.safetensors"
    bad.write_bytes(b"nothing")
    answer = shop.ask(TakeCode(bad))
    assert "damaged" in answer.sentence
    assert answer.cards == ()


def test_a_damaged_code_stays_on_the_shelf_and_says_so(shop: Shop) -> None:
    good, bad = shop.kept(small(seed=1)), shop.kept(small(seed=2))
    path = shop.store.path(bad)
    path.write_bytes(path.read_bytes()[:-1])
    cards = {card.code: card for card in shop.ask(CodesRequest()).cards}
    assert cards[good].sentence == ""
    assert cards[bad].facts is None
    assert "damaged" in cards[bad].sentence


def test_a_code_that_is_kept_again_heals_what_is_damaged_and_keeps_its_name(shop: Shop) -> None:
    code = shop.kept(small())
    assert shop.ask(RenameCode(code, "mine")).sentence == ""
    shop.kept(small(), name="yours")
    assert shop.store.find(code).facts.name == "mine"
    shop.store.path(code).write_bytes(b"nothing")
    shop.kept(small(), name="yours")
    assert CodeStore(shop.store.folder).find(code).facts.name == "yours"


def test_a_code_under_a_wrong_name_is_not_used(shop: Shop) -> None:
    code = shop.kept(small())
    path = shop.store.path(code)
    path.rename(path.with_name("0" * 64 + ".code.safetensors"))
    (card,) = shop.ask(CodesRequest()).cards
    assert "changed" in card.sentence


def test_the_newest_comes_first(shop: Shop) -> None:
    codes = [shop.kept(small(seed=seed)) for seed in (1, 2, 3)]
    assert [card.code for card in shop.ask(CodesRequest()).cards] == codes[::-1]
