"""Loading: all that a manifest promises, or nothing; and each plugin in a room of its own."""

from __future__ import annotations

import py_compile
import sys

import pytest

from studio.errors import PluginFailure
from studio.plugin.loader import PREFIX, load, unload
from studio.plugin.manifest import read_manifest
from tests.unit.plugin import kit


@pytest.fixture(autouse=True)
def nothing_stays():
    yield
    for name in [name for name in sys.modules if name.startswith(f"{PREFIX}.")]:
        del sys.modules[name]


def loaded(folder):
    return load(read_manifest(folder), folder)


def modules() -> set[str]:
    return {name for name in sys.modules if name.startswith(f"{PREFIX}.")}


def failure(folder) -> PluginFailure:
    """What loading raises; and nothing is left of it."""
    path = list(sys.path)
    with pytest.raises(PluginFailure) as problem:
        loaded(folder)
    assert modules() == set()
    assert sys.path == path
    assert problem.value.plugin == "sample"
    assert problem.value.sentence.startswith("Sample could not be loaded: ")
    assert problem.value.sentence.endswith("It is off.")
    return problem.value


def test_what_is_listed_is_given(tmp_path):
    found = loaded(kit.write(tmp_path))
    assert [sampler.info.name for sampler in found.samplers] == ["sample"]
    assert (found.spacings, found.guidance) == ((), ())


SPACING = """
from studio.plugin.api import GuidanceInfo, Spacing, SpacingInfo
class Rule:
    info = GuidanceInfo("none", "N")
    def combine(self, x, level, cond, uncond, scale, context, memory):
        return cond, memory
def levels(schedule, n, fractional):
    return [schedule.level(n - i - 1) for i in range(n)]
MORE = (Spacing(SpacingInfo("even", "E"), levels), Rule())
"""


def test_all_three_kinds(tmp_path):
    folder = kit.write(tmp_path, before=SPACING)
    with (folder / "plugin.toml").open("a") as file:
        file.write('[[spacings]]\nname = "even"\ntitle = "E"\n[[guidance]]\nname = "none"\ntitle = "N"\n')
    with (folder / "sample.py").open("a") as file:
        file.write("CONTRIBUTIONS += MORE\n")
    found = loaded(folder)
    assert [len(part) for part in (found.samplers, found.spacings, found.guidance)] == [1, 1, 1]


BROKEN = {
    "an exception": ("raise RuntimeError('at import')", "RuntimeError: at import"),
    "the end of the program": ("import sys\nsys.exit(3)", "SystemExit: 3"),
    "no such module": ("import nothing_of_this_name", "No module named 'nothing_of_this_name'"),
    "an own kind of error": ("class Mine(BaseException): pass\nraise Mine('x')", "Mine: x"),
    "a slip": ("def (", "SyntaxError"),
    "for ever deeper": ("def deeper(): deeper()\ndeeper()", "RecursionError"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_code_that_breaks_while_it_is_read(tmp_path, case):
    before, says = BROKEN[case]
    problem = failure(kit.write(tmp_path, before=before))
    assert says in problem.sentence
    assert "Traceback" in problem.detail


def test_ctrl_c_is_for_the_program(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        loaded(kit.write(tmp_path, before="raise KeyboardInterrupt"))
    assert modules() == set()


DISAGREEING = {
    "another name": ("CONTRIBUTIONS[0].info = SamplerInfo('other', 'Sample', '')", "its code other"),
    "another title": ("CONTRIBUTIONS[0].info = SamplerInfo('sample', 'Other', '')", "title of 'sample' is not what"),
    "other calls": (
        "CONTRIBUTIONS[0].info = SamplerInfo('sample', 'Sample', '', calls_per_step=2)",
        "calls_per_step of 'sample'",
    ),
    "nothing": ("CONTRIBUTIONS = ()", "its code none"),
    "twice": ("CONTRIBUTIONS *= 2", "its code sample, sample"),
    "no list": ("del CONTRIBUTIONS", "AttributeError"),
    "a number": ("CONTRIBUTIONS = (1,)", "it lists int, which is no sampler"),
    "no step": ("CONTRIBUTIONS[0].step = None", "it lists Sampler, which is no sampler"),
    "no info": ("CONTRIBUTIONS[0].info = 1", "it lists Sampler, which is no sampler"),
}


@pytest.mark.parametrize("case", DISAGREEING)
def test_code_that_is_not_what_the_manifest_says(tmp_path, case):
    after, says = DISAGREEING[case]
    folder = kit.write(tmp_path)
    with (folder / "sample.py").open("a") as file:
        file.write(after)
    assert says in failure(folder).sentence


def test_an_entry_that_is_not_there(tmp_path):
    assert "No module named" in failure(kit.write(tmp_path, entry='"other:CONTRIBUTIONS"')).sentence


def with_solver(place, name: str, value: int):
    before = f"from .solver import VALUE\nfrom reverie_plugins.{name}.solver import VALUE as AGAIN\n"
    folder = kit.write(place, name, before=before)
    (folder / "solver.py").write_text(f"VALUE = {value}\n")
    return folder


def test_two_plugins_may_have_a_module_of_the_same_name(tmp_path):
    for name, value in (("one", 1), ("two", 2)):
        loaded(with_solver(tmp_path, name, value))
    assert [sys.modules[f"{PREFIX}.{name}.{name}"].VALUE for name in ("one", "two")] == [1, 2]
    assert [sys.modules[f"{PREFIX}.{name}.{name}"].AGAIN for name in ("one", "two")] == [1, 2]
    assert "solver" not in sys.modules
    unload("one")
    assert {name.split(".")[1] for name in modules()} == {"two"}


def test_a_plugin_hides_no_module_of_the_program(tmp_path):
    folder = kit.write(tmp_path, before="import json\nFOUND = json.dumps(1)")
    (folder / "json.py").write_text("raise RuntimeError\n")
    assert loaded(folder)


def test_changed_code_is_read_again(tmp_path):
    folder = with_solver(tmp_path, "sample", 1)
    loaded(folder)
    (folder / "solver.py").write_text("VALUE = 3\n")  # as long as before, within the same second
    loaded(folder)
    assert sys.modules[f"{PREFIX}.sample.sample"].VALUE == 3


def test_bytecode_beside_the_code_is_neither_read_nor_written(tmp_path):
    """It is no part of the digest, so it must not be what runs."""
    folder = with_solver(tmp_path, "sample", 1)
    honest = (folder / "solver.py").read_bytes()
    (folder / "solver.py").write_text("VALUE = 666\n")
    py_compile.compile(str(folder / "solver.py"), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
    assert list((folder / "__pycache__").iterdir())
    (folder / "solver.py").write_bytes(honest)
    loaded(folder)
    assert sys.modules[f"{PREFIX}.sample.sample"].VALUE == 1
    assert len(list((folder / "__pycache__").iterdir())) == 1
