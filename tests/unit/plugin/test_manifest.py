"""The manifest: what is right is read, every field that is wrong is told, all of them at once."""

from __future__ import annotations

import pytest

from studio.cli.commands import COMMANDS
from studio.cli.parser import SentenceParser
from studio.errors import RefusedFile
from studio.plugin.home import known_methods
from studio.plugin.manifest import API_MAJOR, API_MINOR, FILE_MAXIMUM, TAKEN_NAMES, Manifest, read_manifest
from tests.unit.plugin import kit

LONG = "x" * 2001
WRONG = {
    "id": ["1", '""', '"Upper"', '"../up"', '"1st"', f'"{"a" * 41}"', '"a\\n"'],
    "name": ["1", '""', '"a\\u0007b"', '"a\\u007fb"', f'"{LONG}"'],
    "version": ["1.0", '"one"', '"1.0.0 beta"', '"٣.0"', '""'],
    "api": ["1.0", '"1"', '"1.0.0"', '"x1.0"', '"1.0\\n"', '"1.0 or so"', '"1234.0"', '"١.٠"'],
    "description": ["1", f'"{LONG}"'],
    "authors": ["1", "[1]", '["a\\nb"]', str(["a"] * 21)],
    "license": ["1", '"a\\nb"'],
    "homepage": ["1", '"ftp://x"', '"javascript:x"', '"https://a b"'],
    "entry": ["1", '"sample"', '"a.b:C"', '"os:system:x"', '"../x:C"', '"a:B()"'],
    "unheard_of": ["1"],
}
CASES = [(name, value) for name, values in WRONG.items() for value in values]


def told(tmp_path, text: str) -> str:
    (tmp_path / "plugin.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RefusedFile) as refused:
        read_manifest(tmp_path)
    return refused.value.sentence


def read(tmp_path, text: str) -> Manifest:
    (tmp_path / "plugin.toml").write_text(text, encoding="utf-8")
    return read_manifest(tmp_path)


def test_a_good_one_is_read(tmp_path):
    found = read(tmp_path, kit.manifest(homepage='"https://example.org/x"', license='"MIT"', description='"It\\nis."'))
    assert (found.id, found.version, found.authors, found.adds) == ("sample", "1.0.0", ("Somebody",), "sample")
    assert found.samplers[0].info().title == "Sample"
    assert found.incompatible() == ""


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_field_is_told_by_its_name(tmp_path, name, value):
    sentence = told(tmp_path, kit.manifest(**{name: value}))
    assert name in sentence
    assert sentence.startswith(f"The manifest of {tmp_path.name} is wrong: ")
    assert sentence.endswith(".")
    assert "pattern" not in sentence


@pytest.mark.parametrize("name", ["id", "name", "version", "api", "entry"])
def test_a_field_that_must_be_there(tmp_path, name):
    assert f"{name} is missing" in told(tmp_path, kit.manifest(**{name: ""}))


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    sentence = told(tmp_path, kit.manifest(id="1", name="2", api='"x"', entry='"y"', homepage='"z"'))
    assert [name for name in ("id", "name", "api", "entry", "homepage") if name not in sentence] == []


def test_what_is_too_much_to_tell_is_counted(tmp_path):
    many = {f"odd{number}": "1" for number in range(11)}
    assert sentence_end(told(tmp_path, kit.manifest(**many))) == "and 3 more."


def sentence_end(sentence: str) -> str:
    return sentence.split("; ")[-1]


OPTION = '[[samplers.options]]\nname = "{name}"\ntitle = "T"\nkind = "{kind}"\ndefault = {default}\n{more}'


def option(name: str = "much", kind: str = "float", default: str = "0.5", more: str = "") -> str:
    return kit.manifest() + OPTION.format(name=name, kind=kind, default=default, more=more)


def test_an_option_with_choices(tmp_path):
    text = option(kind="choice", default='"a"', more='choices = [["a", "A"], ["b", "B"]]')
    (entry,) = read(tmp_path, text).samplers[0].options
    assert entry.option().choices == (("a", "A"), ("b", "B"))
    for wrong in ('["a"]', '["a", "A", "a"]', '["a", 1]', '"ab"'):
        assert "choices" in told(tmp_path, option(kind="choice", default='"a"', more=f"choices = [{wrong}]"))


@pytest.mark.parametrize(
    "text",
    [
        option(kind="colour"),
        option(default="2.0"),
        option(default='"a"'),
        option(kind="int", default="true"),
        option(kind="bool", default="1"),
        option(kind="choice", default='"a"'),
        option(kind="choice", default='"a"', more='choices = [["b", "B"]]'),
        option(more="minimum = nan"),
        option(more="maximum = inf"),
        option(more="minimum = 0.8\nmaximum = 0.2"),
        option(name="seed"),
        option(name="safe_mode"),
        option() + OPTION.format(name="much", kind="float", default="0.1", more=""),
        kit.manifest() + "calls_per_step = 0",
        kit.manifest() + 'title = "again"',
        kit.manifest() + 'final_level = "top"',
        kit.manifest() + '[[samplers]]\nname = "sample"\ntitle = "Again"',
        kit.manifest() + '[[guidance]]\nname = "a"\ntitle = ""',
        kit.manifest().split("[[samplers]]")[0],
    ],
)
def test_a_contribution_that_is_wrong(tmp_path, text):
    assert told(tmp_path, text)


def test_options_become_what_widgets_and_flags_are_made_of(tmp_path):
    (sampler,) = read(tmp_path, option(default="1", more='minimum = 0\nmaximum = 3\ndescription = "d"')).samplers
    (made,) = sampler.info().options
    assert (made.default, type(made.default), made.minimum, made.maximum, made.description) == (1.0, float, 0, 3, "d")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"id = ",
        b"id = 1\nid = 2",
        b"x = " + b"1" * 5000,
        b"x = " + b"[" * 5000,
        b"x = 2021-99-99",
        b"#" * (FILE_MAXIMUM + 1),
    ],
)
def test_what_is_no_manifest(tmp_path, data):
    (tmp_path / "plugin.toml").write_bytes(data)
    with pytest.raises(RefusedFile, match="manifest"):
        read_manifest(tmp_path)


def test_a_folder_without_one(tmp_path):
    with pytest.raises(RefusedFile, match=r"is no plugin: it has no plugin\.toml"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("major", "minor", "says"),
    [
        (API_MAJOR, API_MINOR, ""),
        (API_MAJOR, API_MINOR + 1, "Update Reverie."),
        (API_MAJOR + 1, 0, "Update Reverie."),
        (API_MAJOR - 1, 9, "Ask its author for a newer version."),
    ],
)
def test_which_versions_of_the_interface_fit(tmp_path, major, minor, says):
    sentence = read(tmp_path, kit.manifest(api=f'"{major}.{minor}"')).incompatible()
    assert sentence.endswith(says)
    assert bool(sentence) == bool(says)
    assert not says or f"{major}.{minor}" in sentence


def test_a_lower_minor_version_fits(tmp_path, monkeypatch):
    monkeypatch.setattr("studio.plugin.manifest.API_MINOR", 5)
    assert read(tmp_path, kit.manifest(api=f'"{API_MAJOR}.4"')).incompatible() == ""


def test_no_option_can_be_called_like_a_flag_of_a_command():
    """Otherwise installing a plugin would break the command line."""
    for entry in COMMANDS:
        parser = SentenceParser(entry.name, "")
        entry.load().configure(parser)
        own = [action for action in parser._actions if not action.dest.startswith("option_")]
        names = {action.dest for action in own}
        names |= {flag.lstrip("-").replace("-", "_") for action in own for flag in action.option_strings}
        assert names - TAKEN_NAMES <= {"h"}, entry.name
    assert not {option.name for info in known_methods().samplers.infos() for option in info.options} & TAKEN_NAMES
