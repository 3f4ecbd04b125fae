"""What a model folder may be, checked before any library sees it. No torch, no diffusers, no transformers.

A model folder has diffusers' Stable Diffusion layout: `model_index.json` names the parts, each part has a folder of its
name with its configuration and, for the three networks, weights in `.safetensors` files.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from studio.errors import RefusedFile
from studio.models.json_file import read_json_object
from studio.models.safetensors_header import check_safetensors
from studio.models.scheduler_config import SCHEDULER_CLASSES

PIPELINES = ("StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline", "StableDiffusionInpaintPipeline")
PARTS: Mapping[str, tuple[str, frozenset[str]]] = {
    "unet": ("diffusers", frozenset({"UNet2DConditionModel"})),
    "vae": ("diffusers", frozenset({"AutoencoderKL"})),
    "text_encoder": ("transformers", frozenset({"CLIPTextModel"})),
    "tokenizer": ("transformers", frozenset({"CLIPTokenizer", "CLIPTokenizerFast"})),
    "scheduler": ("diffusers", frozenset(SCHEDULER_CLASSES)),
}
IGNORED_PARTS = ("safety_checker", "feature_extractor", "image_encoder")
CONFIGS = {
    "unet": "config.json",
    "vae": "config.json",
    "text_encoder": "config.json",
    "tokenizer": "tokenizer_config.json",
    "scheduler": "scheduler_config.json",
}
WEIGHT_NAMES = {"unet": "diffusion_pytorch_model", "vae": "diffusion_pytorch_model", "text_encoder": "model"}
TOKENIZER_FILES = ("tokenizer.json", "vocab.json", "merges.txt", "special_tokens_map.json", "added_tokens.json")
# With these a configuration makes the libraries load something else than the files that are checked here.
FORBIDDEN_KEYS = ("auto_map", "quantization_config", "transformers_weights")
ATTENTION_KEYS = ("attn_implementation", "_attn_implementation", "_attn_implementation_internal")
FORBIDDEN_FILES = ("adapter_config.json",)
PROGRAM_SUFFIXES = (".py", ".pyw", ".pyc", ".pyd")
PICKLE_SUFFIXES = (".ckpt", ".pt", ".pth", ".bin", ".pkl")
CONFIG_MAXIMUM = 1_000_000
INDEX_MAXIMUM = 8_000_000
ENTRIES_MAXIMUM = 10_000
SHARDS_MAXIMUM = 1_000

ONLY_SAFETENSORS = "Only .safetensors is loaded; .ckpt can hide programs. Convert it first."
_LAYOUT = "A model folder holds model_index.json and the folders unet, vae, text_encoder, tokenizer and scheduler."


@dataclass(frozen=True)
class ModelFolder:
    """A folder that was checked: `path` is absolute and without links.

    `components`: the class of each part. `configs`: the parsed configuration of each part. `weights`: the weight files
    of each network. `variants`: "fp16" where only such a file is there, else None. `files`: all files that decide what
    the model computes, by their name in the folder.
    """

    path: Path
    name: str
    pipeline: str
    components: Mapping[str, str]
    configs: Mapping[str, dict[str, object]]
    weights: Mapping[str, tuple[Path, ...]]
    variants: Mapping[str, str | None]
    files: Mapping[str, Path]


def check_model_folder(path: Path) -> ModelFolder:
    """The model in the folder at `path`. Reads configurations and headers of weight files, changes nothing.

    Raises `RefusedFile`: no model folder, programs or foreign links inside, unknown classes, weights that are no
    `.safetensors`, damaged files.
    """
    root = Path(os.path.realpath(path))
    try:
        _check_is_folder(root)
        _check_tree(root)
    except OSError as problem:
        raise RefusedFile(f"The folder {root} cannot be read: {problem.strerror or problem}.") from None
    pipeline, components = _read_index(root)
    configs = {part: _read_config(root, part, name) for part, name in components.items()}
    variants, weights = {}, {}
    for part in WEIGHT_NAMES:
        variants[part], weights[part] = _find_weights(root / part, WEIGHT_NAMES[part])
    files = {file.relative_to(root).as_posix(): file for file in _deciding_files(root, weights)}
    return ModelFolder(root, model_name(root), pipeline, components, configs, weights, variants, files)


def model_name(root: Path) -> str:
    """The folder's name; for a snapshot in a hub cache, the name of its repository."""
    cached = _hub_cache(root)
    return cached.name.rpartition("--")[2] if cached else root.name


def _hub_cache(root: Path) -> Path | None:
    """The folder `models--…` if `root` is one of its snapshots: there, links to the blobs beside are meant."""
    cache = root.parent.parent
    return cache if root.parent.name == "snapshots" and cache.name.startswith("models--") else None


def _check_is_folder(root: Path) -> None:
    if root.is_dir():
        if (root / "model_index.json").exists():
            return
        if any(entry.suffix.lower() in PICKLE_SUFFIXES for entry in _some_entries(root)):
            raise RefusedFile(f"{root} is no model folder. {ONLY_SAFETENSORS}")
        raise RefusedFile(f"{root} is no model folder: it has no model_index.json. {_LAYOUT}")
    if root.suffix.lower() in PICKLE_SUFFIXES:
        raise RefusedFile(f"{root.name} is not loaded. {ONLY_SAFETENSORS}")
    reason = "it is a single file" if root.exists() else "it does not exist"
    raise RefusedFile(f"{root} is no model folder: {reason}. {_LAYOUT}")


def _some_entries(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry, _ in zip(entries, range(ENTRIES_MAXIMUM), strict=False):
            yield Path(entry.path)


def _check_tree(root: Path) -> None:
    """Look at every name below `root`: no programs, no links out, nothing but files and folders."""
    boundary = _hub_cache(root) or root
    folders, count = [str(root)], 0
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                count += 1
                if count > ENTRIES_MAXIMUM:
                    raise RefusedFile(f"{root} holds more than {ENTRIES_MAXIMUM:,} files. {_LAYOUT}")
                if _check_entry(entry, boundary):
                    folders.append(entry.path)


def _check_entry(entry: os.DirEntry[str], boundary: Path) -> bool:
    """Refuse one name, or say whether it is a folder to look into."""
    name = Path(entry.path)
    real = Path(os.path.realpath(entry.path)) if _may_lead_elsewhere(entry) else name
    if any(_suffix(place) in PROGRAM_SUFFIXES for place in (name, real)):
        raise RefusedFile(f"{name} is a program. A model folder with programs inside is not loaded.")
    if not real.is_relative_to(boundary) or not real.exists():
        raise RefusedFile(f"{name} is a link out of the model folder. Copy the file it means to its place.")
    if real.is_dir():
        if real != name:
            raise RefusedFile(f"{name} is a link to a folder. Copy the folder to its place.")
        return True
    if not real.is_file():
        raise RefusedFile(f"{name} is neither a file nor a folder. A model folder with such things is not loaded.")
    return False


def _suffix(path: Path) -> str:
    """The suffix as Windows reads it, which drops dots and spaces at the end of a name."""
    return os.path.splitext(path.name.rstrip(". "))[1].lower()


def _may_lead_elsewhere(entry: os.DirEntry[str]) -> bool:
    """Whether it is a link or, on Windows, a junction."""
    attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    return entry.is_symlink() or bool(attributes & 0x400)


def _read_index(root: Path) -> tuple[str, dict[str, str]]:
    """The pipeline's class, and the class of each part."""
    index = read_json_object(root / "model_index.json", CONFIG_MAXIMUM)
    pipeline = index.get("_class_name")
    if not isinstance(pipeline, str) or pipeline not in PIPELINES:
        raise RefusedFile(
            f"The model in {root} is made for {_shown(pipeline)}, which is not supported. "
            "Choose a Stable Diffusion 1.x or 2.x model that makes pictures from text."
        )
    for part, entry in index.items():
        if (
            isinstance(entry, (list, dict))
            and part not in PARTS
            and part not in IGNORED_PARTS
            and entry != [None, None]
        ):
            raise RefusedFile(f"The model in {root} has the part {_shown(part)}, which is not supported.")
    return pipeline, {part: _class_of(root, part, index.get(part)) for part in PARTS}


def _class_of(root: Path, part: str, entry: object) -> str:
    library, classes = PARTS[part]
    if entry in (None, [None, None]):
        raise RefusedFile(f"The model in {root} has no {part}. {_LAYOUT}")
    if not isinstance(entry, list) or len(entry) != 2 or not all(isinstance(value, str) for value in entry):
        raise RefusedFile(f"The file {root / 'model_index.json'} is damaged at '{part}'.")
    if entry[0] != library or entry[1] not in classes:
        raise RefusedFile(
            f"The {part} of the model in {root} is {_shown('.'.join(entry))}, which is not supported. "
            f"Supported: {', '.join(sorted(classes))}."
        )
    return str(entry[1])


def _shown(value: object) -> str:
    """A stranger's word, short enough to show."""
    return repr(value)[:60]


def _read_config(root: Path, part: str, class_name: str) -> dict[str, object]:
    folder = root / part
    if not folder.is_dir():
        raise RefusedFile(f"The folder '{part}' is missing in {root}. {_LAYOUT}")
    if part == "tokenizer":
        _check_tokenizer(folder)
        if not (folder / CONFIGS[part]).exists():  # CLIP's own settings then hold
            return {}
    config = read_json_object(folder / CONFIGS[part], CONFIG_MAXIMUM)
    for name in forbidden_settings(folder, config):
        raise RefusedFile(f"The {part} in {root} asks for '{name}', which is not supported.")
    said = config.get("_class_name", class_name)
    if part in ("unet", "vae") and said != class_name:
        raise RefusedFile(f"The {part} in {root} is {_shown(said)}, but model_index.json says {class_name}.")
    return config


def forbidden_settings(folder: Path, config: Mapping[str, object]) -> Iterator[str]:
    """What would make a library load other files or other programs than those that are checked here."""
    yield from (key for key in FORBIDDEN_KEYS if config.get(key))
    yield from (key for key in ATTENTION_KEYS if "/" in str(config.get(key)))
    yield from (name for name in FORBIDDEN_FILES if (folder / name).exists())


def _check_tokenizer(folder: Path) -> None:
    whole = (folder / "tokenizer.json").is_file()
    if not whole and not all((folder / name).is_file() for name in ("vocab.json", "merges.txt")):
        raise RefusedFile(f"{folder} holds no tokenizer: tokenizer.json is missing, or vocab.json and merges.txt are.")


def _find_weights(folder: Path, stem: str) -> tuple[str | None, tuple[Path, ...]]:
    """The variant and the weight files of one network, each with a checked header. Full precision goes before fp16."""
    for variant, middle in ((None, ""), ("fp16", ".fp16")):
        whole = folder / f"{stem}{middle}.safetensors"
        index = folder / f"{stem}.safetensors.index{middle}.json"
        if whole.exists() and index.exists():
            raise RefusedFile(f"{folder} holds both {whole.name} and {index.name}. Remove one of them.")
        if whole.exists():
            check_safetensors(whole)
            return variant, (whole,)
        if index.exists():
            return variant, _shards(folder, index)
    if any(entry.suffix.lower() in PICKLE_SUFFIXES for entry in _some_entries(folder)):
        raise RefusedFile(f"{folder} holds no .safetensors file. {ONLY_SAFETENSORS}")
    raise RefusedFile(f"The weights are missing: {folder / stem}.safetensors.")


def _shards(folder: Path, index: Path) -> tuple[Path, ...]:
    """The files that an index spreads the weights over, each with a checked header and the tensors promised."""
    read = read_json_object(index, INDEX_MAXIMUM)
    places = read.get("weight_map")
    if not isinstance(places, dict) or not isinstance(read.get("metadata"), dict) or not places:
        raise RefusedFile(f"The file {index} is damaged: it has no weight_map or no metadata.")
    names = set(map(str, places.values()))
    if len(names) > SHARDS_MAXIMUM:
        raise RefusedFile(f"The file {index} names {len(names):,} weight files; {SHARDS_MAXIMUM:,} are allowed.")
    for name in sorted(names):
        if not name.endswith(".safetensors") or set(name) & set("/\\:\0") or name.startswith("."):
            raise RefusedFile(f"The file {index} names {_shown(name)}, which is no weight file beside it.")
    held = {name: check_safetensors(folder / name) for name in sorted(names)}
    for tensor, name in places.items():
        if tensor not in held[name]:
            raise RefusedFile(f"The tensor {_shown(tensor)} is missing in {folder / name}. Get the model again.")
    return tuple(folder / name for name in held)


def _deciding_files(root: Path, weights: Mapping[str, tuple[Path, ...]]) -> list[Path]:
    files = [root / part / name for part, name in CONFIGS.items()]
    files += [root / "tokenizer" / name for name in TOKENIZER_FILES]
    files += [file for part in weights.values() for file in part]
    return sorted(file for file in files if file.is_file())
