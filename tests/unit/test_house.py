"""The rules of the house that no tool checks: sizes, words, names, and what importing a room may load.

Everything is read from the syntax tree, so a rule holds for code that no other test runs.
"""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("studio", "packaging", "plugins")
FILE_LINES, FUNCTION_LINES, PUBLIC_METHODS = 300, 40, 15
LOOSE_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers"}

# S-1, as words. Method calls such as `dialog.exec()` and `model.eval()` are something else.
DANGEROUS_WORDS = re.compile(
    r"(?<!safetensors\.)\btorch\.load\b|\bc?pickle\b|trust_remote_code|custom_pipeline|(?<![\w.])(eval|exec)\s*\(|shell\s*=\s*True"
)
DANGEROUS_MODULES = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
DANGEROUS_CALLS = {"eval", "exec", "os.system", "os.popen", "torch.load"}
MACHINE_PATHS = re.compile(r"(?<![\w.~}])(/(root|work)/|/(home|Users)/\w|[A-Z]:\\\\?Users\\)")
TEXT_SUFFIXES = {".py", ".md", ".toml", ".json", ".txt", ".svg", ".qss", ".ts", ".cfg", ".yml", ".yaml", ""}

PLAIN_ROOMS = ("errors", "image", "storage", "settings", "paths", "job", "export", "library", "sampling.info")
WINDOW_ROOMS = ("worker", "ui", "app")


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    line = f":{getattr(node, 'lineno', '?')}" if node else ""
    return f"{path.relative_to(ROOT)}{line}"


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def imported(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every full name that is imported, wherever in the file."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def defined(module: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every name that a file gives: classes, functions, assigned names."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node, node.id


def words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of names; empty for anything else."""
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return node.id if isinstance(node, ast.Name) else ""


def test_the_house_is_found():
    assert len(sources("studio")) > 20
    assert len(sources("packaging")) > 5


def test_files_are_short():
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in sources(*SHIPPED, "tests")}
    assert not [f"{place(path)} has {count} lines" for path, count in lines.items() if count > FILE_LINES]


def test_functions_are_short():
    assert not [
        f"{place(path, node)} {node.name} has {length(node)} lines"
        for path in sources(*SHIPPED, "tests")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and length(node) > FUNCTION_LINES
    ]


def test_classes_have_few_public_methods():
    found = []
    for path in sources(*SHIPPED):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef):
                methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
                public = {name for name in methods if not name.startswith("_")}
                if len(public) > PUBLIC_METHODS:
                    found.append(f"{place(path, node)} {node.name} has {len(public)} public methods")
    assert not found


def test_nothing_is_named_for_having_no_name():
    found = [place(path) for path in sources(*SHIPPED) if words(path.stem) & LOOSE_WORDS]
    found += [
        f"{place(path, node)} {name}"
        for path in sources(*SHIPPED)
        for node, name in defined(tree(path))
        if words(name) & LOOSE_WORDS
    ]
    assert not found


def test_no_global_changes():
    assert not [
        place(path, node) for path in sources(*SHIPPED) for node in ast.walk(tree(path)) if isinstance(node, ast.Global)
    ]


@pytest.mark.parametrize("folder", SHIPPED)
def test_no_dangerous_word(folder: str):
    assert not [
        f"{place(path)}:{number} {found[0]}"
        for path in sources(folder)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := DANGEROUS_WORDS.search(line))
    ]


@pytest.mark.parametrize("folder", SHIPPED)
def test_no_dangerous_call_or_import(folder: str):
    found = []
    for path in sources(folder):
        module = tree(path)
        found += [f"{place(path, node)} {name}" for node, name in imported(module) if dangerous_import(name)]
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and dotted(node.func) in DANGEROUS_CALLS:
                found.append(f"{place(path, node)} {dotted(node.func)}")
            if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "shell"):
                found.append(f"{place(path, node.value)} {node.arg}")
    assert not found


def dangerous_import(name: str) -> bool:
    return name.split(".")[0] in DANGEROUS_MODULES or name in DANGEROUS_CALLS


SAFE_LOADING = {"local_files_only": True, "use_safetensors": True}


def test_models_are_loaded_from_this_machine_and_as_safetensors():
    """A loading call says both itself, or takes them with `**` from a dictionary of its file that does."""
    found = []
    for path in sources("studio", "plugins"):
        nodes = list(ast.walk(tree(path)))
        shared = any(
            SAFE_LOADING.items() <= constants(node.keys, node.values) for node in nodes if isinstance(node, ast.Dict)
        )
        for node in nodes:
            if isinstance(node, ast.Call) and dotted(node.func).endswith("from_pretrained"):
                own = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
                kept = {**(SAFE_LOADING if shared and None in own else {"use_safetensors": True}), **own}
                found += [] if SAFE_LOADING.items() <= kept.items() else [place(path, node)]
    assert not found


def constants(keys: list[ast.expr | None], values: list[ast.expr]) -> set[tuple[object, object]]:
    return {
        (key.value, value.value)
        for key, value in zip(keys, values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant)
    }


def test_the_search_for_dangers_finds_them():
    bad = (
        "torch.load(p)",
        "import pickle",
        "f(trust_remote_code=x)",
        "f(custom_pipeline='x')",
        "eval (a)",
        "x = exec(a)",
        "f(shell = True)",
    )
    assert all(DANGEROUS_WORDS.search(line) for line in bad)
    assert not any(
        DANGEROUS_WORDS.search(line)
        for line in (
            "dialog.exec()",
            "retrieval(x)",
            "safetensors.torch.load(data)",
            "safetensors.torch.load_file(path)",
        )
    )
    assert dangerous_import("torch.load")
    assert dangerous_import("pickle.loads")


def test_the_worker_knows_only_the_core_of_qt():
    assert not [
        f"{place(path, node)} {name}"
        for path in sources("studio/worker")
        for node, name in imported(tree(path))
        if name.startswith("PySide6") and not name.startswith("PySide6.QtCore")
    ]


def test_bundled_text_names_no_machine():
    found = []
    for path in bundled_texts():
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if MACHINE_PATHS.search(line):
                found.append(f"{place(path)}:{number}")
    assert not found


def bundled_texts() -> list[Path]:
    texts = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXT_SUFFIXES]
    for folder in (*SHIPPED, "resources", ".ci"):
        texts += [path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in TEXT_SUFFIXES]
    return [path for path in sorted(texts) if "__pycache__" not in path.parts]


def modules(*rooms: str) -> list[str]:
    """The full names of all modules of these rooms that exist."""
    found = []
    for room in rooms:
        base = ROOT / "studio" / Path(*room.split("."))
        paths = sorted(base.rglob("*.py")) if base.is_dir() else [base.with_suffix(".py")]
        for path in paths:
            parts = path.relative_to(ROOT).with_suffix("").parts
            if path.exists():
                found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def assert_loads_none(names: list[str], forbidden: list[str]) -> None:
    """Import the modules one after the other in a fresh Python; none may bring in a forbidden package."""
    lines = ["import importlib, sys", f"for name in {names!r}:", "    importlib.import_module(name)"]
    lines += [f"    for bad in {forbidden!r}:", "        assert bad not in sys.modules, f'{name} loads {bad}'"]
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run([sys.executable, "-c", "\n".join(lines)], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def test_plain_rooms_load_no_heavy_library():
    names = modules(*PLAIN_ROOMS)
    assert "studio.sampling.info" in names
    assert_loads_none(names, ["torch", "diffusers", "transformers", "PySide6"])


def test_image_and_job_load_no_picture_library():
    assert_loads_none(modules("image", "job"), ["PIL", "torch", "PySide6"])


def test_the_window_opens_before_torch():
    if importlib.util.find_spec("PySide6") is None:
        pytest.skip("needs Qt")
    assert_loads_none(modules(*WINDOW_ROOMS), ["torch", "diffusers", "transformers", "accelerate"])


def test_the_command_line_loads_no_qt():
    assert_loads_none(modules("cli"), ["PySide6", "shiboken6", "superqt"])


def test_dependencies_have_both_bounds():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    assert not [name for name in wanted if not re.fullmatch(r"[\w.-]+>=[\d.]+,<[\d.]+", name)]


def test_the_door_and_the_project_ask_for_the_same_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    door = (ROOT / "packaging" / "bootstrap.py").read_text(encoding="utf-8")
    oldest = re.search(r"^OLDEST = \((\d+), (\d+)\)$", door, re.MULTILINE)
    assert oldest is not None
    assert project["requires-python"].startswith(f">={oldest[1]}.{oldest[2]}")
