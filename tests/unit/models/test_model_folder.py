"""Model folders: the good ones pass whatever their layout, hostile and broken ones are refused before any import."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studio import paths
from studio.errors import RefusedFile
from studio.models.model_folder import ENTRIES_MAXIMUM, PARTS, check_model_folder
from studio.models.scheduler_config import SCHEDULER_CLASSES

UNET, CLIP = "unet/diffusion_pytorch_model", "text_encoder/model"


def edit(file: Path, **changes: Any) -> None:
    data = json.loads(file.read_text())
    file.write_text(json.dumps({**data, **changes}))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the starter model whose weight files are links' worth of space: hard links."""
    target = tmp_path / "my model"
    shutil.copytree(paths.starter_model(), target, copy_function=_copy)
    return target


def _copy(source: str, target: str) -> None:
    if source.endswith(".safetensors"):
        try:
            os.link(source, target)
            return
        except OSError:
            pass  # another disk
    shutil.copy(source, target)


def rename(model: Path, old: str, new: str) -> None:
    (model / old).rename(model / new)


def shard(model: Path, **changes: Any) -> Path:
    """Turn the text encoder's file into one that an index spreads over two names."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(model / f"{CLIP}.safetensors")
    (model / f"{CLIP}.safetensors").unlink()
    places: dict[str, str] = {}
    for number, names in enumerate((sorted(tensors)[::2], sorted(tensors)[1::2]), 1):
        name = f"model-0000{number}-of-00002.safetensors"
        save_file({key: tensors[key] for key in names}, model / "text_encoder" / name)
        places |= dict.fromkeys(names, name)
    index = model / f"{CLIP}.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places} | changes))
    return index


def test_the_starter_model() -> None:
    folder = check_model_folder(paths.starter_model())
    assert folder.name == "starter"
    assert folder.pipeline == "StableDiffusionPipeline"
    assert folder.components.keys() == PARTS.keys()
    assert folder.configs["scheduler"]["prediction_type"] == "v_prediction"
    assert set(folder.variants.values()) == {None}
    assert folder.weights["vae"] == (folder.path / "vae" / "diffusion_pytorch_model.safetensors",)
    assert "reference_statistics.safetensors" not in folder.files
    assert all(folder.path / name == file and file.is_file() for name, file in folder.files.items())


def test_checking_imports_no_library() -> None:
    script = (
        "import sys; from pathlib import Path; from studio import paths\n"
        "from studio.models.model_folder import check_model_folder\n"
        "from studio.models.model_hash import model_hash\n"
        "model_hash(check_model_folder(paths.starter_model()))\n"
        "print({'torch', 'diffusers', 'transformers', 'safetensors'} & set(sys.modules))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_only_half_precision_is_there(model: Path) -> None:
    rename(model, f"{UNET}.safetensors", f"{UNET}.fp16.safetensors")
    folder = check_model_folder(model)
    assert folder.variants == {"unet": "fp16", "vae": None, "text_encoder": None}
    assert [file.name for file in folder.weights["unet"]] == ["diffusion_pytorch_model.fp16.safetensors"]


def test_full_precision_goes_first(model: Path) -> None:
    shutil.copy(model / f"{UNET}.safetensors", model / f"{UNET}.fp16.safetensors")
    assert check_model_folder(model).variants["unet"] is None


def test_weights_in_several_files(model: Path) -> None:
    index = shard(model)
    assert [file.name[:11] for file in check_model_folder(model).weights["text_encoder"]] == [
        "model-00001",
        "model-00002",
    ]
    index.rename(model / f"{CLIP}.safetensors.index.fp16.json")
    assert check_model_folder(model).variants["text_encoder"] == "fp16"


@pytest.mark.parametrize("scheduler", SCHEDULER_CLASSES)
def test_every_scheduler_that_can_be_read(model: Path, scheduler: str) -> None:
    edit(model / "model_index.json", scheduler=["diffusers", scheduler])
    assert check_model_folder(model).components["scheduler"] == scheduler


def test_what_is_ignored(model: Path) -> None:
    checker = ["stable_diffusion", "StableDiffusionSafetyChecker"]
    extractor = ["transformers", "CLIPFeatureExtractor"]
    edit(model / "model_index.json", safety_checker=checker, feature_extractor=extractor, _diffusers_version="0.6")
    (model / "safety_checker").mkdir()
    (model / "safety_checker" / "pytorch_model.bin").write_bytes(b"pickle")
    (model / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"pickle")
    check_model_folder(model)


def test_a_tokenizer_of_two_files_without_settings(model: Path) -> None:
    (model / "tokenizer" / "tokenizer.json").unlink()
    (model / "tokenizer" / "tokenizer_config.json").unlink()
    for name in ("vocab.json", "merges.txt"):
        (model / "tokenizer" / name).write_text("{}")
    folder = check_model_folder(model)
    assert folder.configs["tokenizer"] == {}
    assert {"tokenizer/vocab.json", "tokenizer/merges.txt"} <= folder.files.keys()


def in_index(**changes: Any) -> Callable[[Path], object]:
    return lambda model: edit(model / "model_index.json", **changes)


def in_config(part: str, **changes: Any) -> Callable[[Path], object]:
    return lambda model: edit(model / part / "config.json", **changes)


def written(name: str, text: str = "") -> Callable[[Path], object]:
    return lambda model: (model / name).write_text(text)


def removed(name: str) -> Callable[[Path], object]:
    return lambda model: shutil.rmtree(model / name) if (model / name).is_dir() else (model / name).unlink()


def as_pickle(model: Path) -> None:
    rename(model, f"{UNET}.safetensors", f"{UNET}.bin")


def many_files(model: Path) -> None:
    (model / "many").mkdir()
    for number in range(ENTRIES_MAXIMUM):
        os.link(model / "model_index.json", model / "many" / str(number))


def cut_weights(model: Path) -> None:
    file = model / f"{UNET}.safetensors"
    data = file.read_bytes()
    file.unlink()
    file.write_bytes(data[:-1])


def folder_as_weights(model: Path) -> None:
    (model / f"{UNET}.safetensors").unlink()
    (model / f"{UNET}.safetensors").mkdir()


def lost_tensor(model: Path) -> None:
    index = shard(model)
    places = json.loads(index.read_text())["weight_map"]
    edit(index, weight_map={**places, "new.weight": next(iter(places.values()))})


def shard_named(name: Any) -> Callable[[Path], object]:
    return lambda model: shard(model, weight_map={"a": name})


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "no index": (removed("model_index.json"), "no model_index.json"),
    "index no JSON": (written("model_index.json", "{"), "not readable as JSON"),
    "index a list": (written("model_index.json", "[]"), "not a JSON object"),
    "index too large": (written("model_index.json", " " * 1_000_001), "larger than"),
    "index too deep": (written("model_index.json", '{"a":' + "[" * 100_000), "not readable as JSON"),
    "program": (written("pipeline.py"), "is a program"),
    "program below": (written("unet/Model.PY"), "is a program"),
    "program in disguise": (written("unet/model.py. "), "is a program"),
    "compiled program": (written("unet/model.pyc"), "is a program"),
    "other pipeline": (in_index(_class_name="StableDiffusionXLPipeline"), "XLPipeline.*not supported"),
    "pipeline of its own": (in_index(_class_name=["pipeline", "Mine"]), "not supported"),
    "no pipeline": (in_index(_class_name=None), "not supported"),
    "other class": (in_index(unet=["diffusers", "FluxTransformer2DModel"]), "Flux.*not supported"),
    "other library": (in_index(unet=["os", "UNet2DConditionModel"]), "os.UNet.*not supported"),
    "other scheduler": (in_index(scheduler=["diffusers", "FlowMatchEulerDiscreteScheduler"]), "Flow.*not supported"),
    "no unet": (in_index(unet=[None, None]), "has no unet"),
    "part no pair": (in_index(vae=["diffusers"]), "damaged at 'vae'"),
    "part of numbers": (in_index(vae=[1, 2]), "damaged at 'vae'"),
    "one part more": (in_index(text_encoder_2=["transformers", "CLIPTextModel"]), "text_encoder_2.*not supported"),
    "part as object": (in_index(extra={"a": 1}), "extra.*not supported"),
    "no folder": (removed("vae"), "folder 'vae' is missing"),
    "no config": (removed("unet/config.json"), "config.json.*missing"),
    "config damaged": (written("unet/config.json", '{"a":'), "not readable as JSON"),
    "config no text": (lambda model: (model / "vae/config.json").write_bytes(b"\xff\xfe"), "not readable as JSON"),
    "code on the hub": (in_config("text_encoder", auto_map={"AutoModel": "mine.Model"}), "auto_map"),
    "other weights": (in_config("text_encoder", transformers_weights="adapter_model.bin"), "transformers_weights"),
    "quantised": (in_config("unet", quantization_config={"quant_method": "bitsandbytes"}), "quantization_config"),
    "kernel": (in_config("text_encoder", _attn_implementation="somebody/kernel"), "_attn_implementation"),
    "adapter": (written("text_encoder/adapter_config.json", "{}"), "adapter_config"),
    "config of another class": (in_config("unet", _class_name="UNet3D"), "UNet3D.*model_index"),
    "no tokenizer": (removed("tokenizer/tokenizer.json"), "holds no tokenizer"),
    "pickle": (as_pickle, r"Only \.safetensors is loaded; \.ckpt can hide programs\. Convert it first\."),
    "no weights": (removed(f"{UNET}.safetensors"), "weights are missing"),
    "weights cut": (cut_weights, "bytes of data"),
    "weights a folder": (folder_as_weights, "missing or no file"),
    "whole and in parts": (
        lambda model: (model / f"{UNET}.safetensors.index.json").write_text("{}"),
        "holds both",
    ),
    "shard outside": (shard_named("../unet/diffusion_pytorch_model.safetensors"), "no weight file beside it"),
    "shard absolute": (shard_named("/etc/model.safetensors"), "no weight file beside it"),
    "shard on a drive": (shard_named("C:model.safetensors"), "no weight file beside it"),
    "shard behind": (shard_named("..\\model.safetensors"), "no weight file beside it"),
    "shard pickle": (shard_named("model.bin"), "no weight file beside it"),
    "shard no name": (shard_named(["a"]), "no weight file beside it"),
    "shard missing": (shard_named("other.safetensors"), "missing or no file"),
    "shards empty": (lambda model: shard(model, weight_map={}), "no weight_map"),
    "shards without metadata": (lambda model: shard(model, metadata=None), "no metadata"),
    "tensor missing": (lost_tensor, "new.weight.*missing"),
    "too many files": (many_files, "holds more than 10,000"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_folders_are_refused(model: Path, name: str) -> None:
    spoil, words = HOSTILE[name]
    spoil(model)
    before = sorted(model.rglob("*"))
    with pytest.raises(RefusedFile, match=words) as caught:
        check_model_folder(model)
    assert len(caught.value.sentence) < 600
    assert sorted(model.rglob("*")) == before
