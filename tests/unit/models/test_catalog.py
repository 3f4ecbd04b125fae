"""The catalogue: names, folders from earlier sessions, folders the user gives, and strings from strangers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import InvalidField, RefusedFile
from studio.job.recipe import recipe
from studio.models.catalog import NAMES_SHOWN, ModelCatalog
from studio.models.native_size import native_size
from studio.paths import starter_model


@pytest.fixture
def copied(tiny_model, tmp_path):
    """Copies of tiny models under names of the test's choice."""

    def copy(name, *place):
        target = tmp_path.joinpath(*place or (name,))
        shutil.copytree(tiny_model(name), target)
        return target

    return copy


def test_the_starter_is_there_by_itself():
    catalog = ModelCatalog(starter_model())
    (starter,) = catalog.entries()
    assert (starter.name, starter.title, starter.builtin) == ("starter", "Starter", True)
    assert (starter.native_size, starter.parametrisation, starter.has_vocabulary) == ((128, 128), "v", True)
    assert starter.folder == starter_model().resolve()
    assert catalog.get("starter") is catalog.get("Starter") is starter
    assert catalog.known() == catalog.unusable() == ()


@pytest.mark.parametrize(
    ("name", "size", "parametrisation"),
    [
        ("stable_diffusion_1", (64, 64), "eps"),
        ("stable_diffusion_2", (64, 64), "v"),
        ("one_file_tokenizer", (64, 64), "eps"),
        ("learned_variance", (64, 64), "eps"),
        ("wide", (96, 64), "eps"),
        ("large", (192, 192), "eps"),
        ("five_channels", (64, 64), "eps"),
        ("zero_terminal_snr", (64, 64), "v"),
    ],
)
def test_facts_of_added_folders(tiny_model, name, size, parametrisation):
    catalog = ModelCatalog(starter_model())
    entry = catalog.add(tiny_model(name))
    assert (entry.name, entry.builtin, entry.has_vocabulary) == (name, False, False)
    assert (entry.native_size, entry.parametrisation) == (size, parametrisation)
    assert catalog.entries()[1:] == (entry,)
    assert catalog.known() == (entry.folder,)


def test_native_sizes_are_those_of_diffusers(tiny_model):
    from diffusers import StableDiffusionPipeline

    for name in ("stable_diffusion_1", "wide", "large"):
        pipeline = StableDiffusionPipeline.from_pretrained(tiny_model(name), local_files_only=True)
        side = pipeline.unet.config.sample_size
        height, width = (side, side) if isinstance(side, int) else side
        entry = ModelCatalog(starter_model()).add(tiny_model(name))
        assert entry.native_size == (width * pipeline.vae_scale_factor, height * pipeline.vae_scale_factor)


def test_a_folder_of_a_taken_name_gets_a_number(copied):
    first, second = (copied("stable_diffusion_1", place, "Starter") for place in ("a", "b"))
    catalog = ModelCatalog(starter_model())
    assert [catalog.add(folder).name for folder in (first, second)] == ["Starter-2", "Starter-3"]
    assert catalog.get("starter").builtin
    assert catalog.get("starter-3").folder == second.resolve()


def test_adding_twice_is_adding_once(copied, tmp_path, monkeypatch):
    folder = copied("stable_diffusion_1")
    catalog = ModelCatalog(starter_model())
    entry = catalog.add(folder)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for path in ("stable_diffusion_1", "./stable_diffusion_1/", "~/stable_diffusion_1", str(folder)):
        assert catalog.get(path, allow_path=True) is entry
    assert catalog.add(starter_model()).builtin
    assert len(catalog.entries()) == 2


def test_known_folders_come_back_with_their_names(copied):
    folders = [copied("stable_diffusion_1", place, "mine") for place in ("a", "b", "c")]
    catalog = ModelCatalog(starter_model())
    before = [catalog.add(folder) for folder in folders]
    again = ModelCatalog(starter_model(), [*catalog.known(), starter_model(), folders[0]])
    assert list(again.entries()[1:]) == before


def test_a_folder_that_is_gone_keeps_its_name_and_is_remembered(copied):
    folders = [copied("stable_diffusion_1", place, "mine") for place in ("a", "b", "c")]
    away = folders[1].rename(folders[1].parent / "away")
    catalog = ModelCatalog(starter_model(), folders)
    assert [entry.name for entry in catalog.entries()] == ["starter", "mine", "mine-3"]
    (gone,) = catalog.unusable()
    assert (gone.name, gone.folder) == ("mine-2", folders[1].resolve())
    assert catalog.known() == tuple(folder.resolve() for folder in folders)
    with pytest.raises(InvalidField) as caught:
        catalog.get("mine-2")
    assert caught.value.sentence == gone.sentence
    away.rename(folders[1])
    assert catalog.add(folders[1]).name == "mine-2"
    assert [entry.name for entry in catalog.entries()] == ["starter", "mine", "mine-2", "mine-3"]


@pytest.mark.parametrize("damage", ["unet/config.json", "vae/config.json", "scheduler/scheduler_config.json"])
@pytest.mark.parametrize("content", ["{", "[]", None])
def test_known_folders_that_are_damaged_stop_nothing(copied, damage, content):
    folder = copied("stable_diffusion_1")
    (folder / damage).unlink()
    if content is not None:
        (folder / damage).write_text(content)
    catalog = ModelCatalog(starter_model(), [folder])
    assert [entry.name for entry in catalog.entries()] == ["starter"]
    assert os.path.basename(damage) in catalog.unusable()[0].sentence


def test_a_snapshot_in_a_hub_cache_has_the_name_of_its_repository(copied):
    folder = copied("stable_diffusion_1", "models--someone--emoji", "snapshots", "0" * 40)
    assert ModelCatalog(starter_model(), [folder]).entries()[1].name == "emoji"
    assert ModelCatalog(starter_model()).add(folder).name == "emoji"


def test_only_adding_checks_the_weights(copied):
    """The start looks at configurations alone; the check that reads headers comes before a folder is used."""
    folder = copied("stable_diffusion_1")
    (folder / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"no weights")
    assert len(ModelCatalog(starter_model(), [folder]).entries()) == 2
    with pytest.raises(RefusedFile):
        ModelCatalog(starter_model()).add(folder)


def test_a_folder_with_a_program_is_refused_and_nothing_is_added(copied):
    folder = copied("stable_diffusion_1")
    (folder / "unet" / "attention.py").write_text("print('hello')")
    catalog = ModelCatalog(starter_model())
    with pytest.raises(RefusedFile, match="program"):
        catalog.add(folder)
    with pytest.raises(InvalidField, match="program") as caught:
        catalog.get(str(folder), allow_path=True)
    assert caught.value.field == "model"
    assert len(catalog.entries()) == 1


@pytest.mark.parametrize("allow_path", [True, False])
def test_an_unknown_name_says_what_there_is(allow_path):
    with pytest.raises(InvalidField, match=r"no model named 'sdxl'\. Use one of: starter; or .*folder") as caught:
        ModelCatalog(starter_model()).get("sdxl", allow_path=allow_path)
    assert caught.value.field == "model"


@pytest.mark.parametrize("text", ["/no/such/folder", "./none", "~/none", "", "a\0b", "x" * 5000, "/" + "x" * 5000])
def test_a_path_to_nothing_marks_the_field(text):
    with pytest.raises(InvalidField) as caught:
        ModelCatalog(starter_model()).get(text, allow_path=True)
    assert caught.value.field == "model"
    assert "\0" not in caught.value.sentence


def test_many_models_are_not_all_listed(copied):
    first = copied("stable_diffusion_1", "m0")
    folders = [first]
    for number in range(1, NAMES_SHOWN + 2):
        folders.append(first.parent / f"m{number}")
        shutil.copytree(first, folders[-1])
    with pytest.raises(InvalidField, match=f"m{NAMES_SHOWN - 2}, …; or"):
        ModelCatalog(starter_model(), folders).get("other")


def _forbidden(*args, **kwargs):
    raise AssertionError("the disk was touched")


@given(st.text(max_size=20) | st.sampled_from(["/etc", "../..", "~root", "\\\\host\\share", "starter/../..", "C:\\"]))
def test_a_strangers_name_never_becomes_a_path(text):
    catalog = ModelCatalog(starter_model())
    with pytest.MonkeyPatch.context() as patch:
        for name in ("stat", "lstat", "scandir", "open", "readlink"):
            patch.setattr(os, name, _forbidden)
        patch.setattr("builtins.open", _forbidden)
        with pytest.raises(InvalidField):
            catalog.get(text)


def test_a_real_folder_is_not_taken_from_a_strangers_name(tiny_model):
    catalog = ModelCatalog(starter_model())
    with pytest.raises(InvalidField):
        catalog.get(str(tiny_model("stable_diffusion_1")))
    assert len(catalog.entries()) == 1


def test_odd_folder_names_are_cleaned(copied):
    entry = ModelCatalog(starter_model()).add(copied("stable_diffusion_1", "a\u202eb"))
    assert entry.name == "ab"


def test_a_damaged_builtin_model_says_so(copied):
    folder = copied("stable_diffusion_1")
    (folder / "unet" / "config.json").write_text("")
    with pytest.raises(RefusedFile, match=r"config\.json"):
        ModelCatalog(folder)


def test_the_catalogue_needs_no_torch():
    code = (
        "import sys; from studio.models.catalog import ModelCatalog; from studio.paths import starter_model; "
        "ModelCatalog(starter_model()).add(starter_model()); "
        "print([name for name in ('torch', 'transformers', 'diffusers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


VAE = {"block_out_channels": [8, 8, 8, 8]}


@pytest.mark.parametrize(
    ("unet", "size"),
    [
        ({"sample_size": 64}, (512, 512)),
        ({"sample_size": [96, 64]}, (512, 768)),
        ({}, (512, 512)),
        ({"sample_size": "64"}, (512, 512)),
        ({"sample_size": True}, (512, 512)),
        ({"sample_size": 1}, (64, 64)),
        ({"sample_size": 10**9}, (4096, 4096)),
        ({"sample_size": [64]}, (512, 512)),
        ({"sample_size": 32, "_diffusers_version": "0.8.1"}, (512, 512)),
        ({"sample_size": 96, "_diffusers_version": "0.8.1"}, (768, 768)),
        ({"sample_size": 32, "_diffusers_version": "0.9.0"}, (256, 256)),
        ({"sample_size": 32, "_diffusers_version": ["0.8"]}, (256, 256)),
    ],
)
def test_native_size(unet, size):
    assert native_size(unet, VAE) == size


def test_native_size_of_odd_autoencoders():
    assert native_size({"sample_size": 33}, {"block_out_channels": [8, 8, 8]}) == (136, 136)
    assert native_size({"sample_size": 64}, {"block_out_channels": "many"}) == (64, 64)
    assert native_size({"sample_size": 64}, {"block_out_channels": [8] * 1000}) == (4096, 4096)


KEYS = st.sampled_from(["sample_size", "_diffusers_version", "block_out_channels"])
VALUES = st.none() | st.text() | st.integers() | st.lists(st.integers() | st.none(), max_size=3)


@given(st.dictionaries(KEYS, VALUES))
def test_every_native_size_is_one_that_a_recipe_accepts(config):
    width, height = native_size(config, config)
    assert recipe(width=width, height=height).width == width
