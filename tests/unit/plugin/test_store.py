"""Install, update, enable, disable, remove: what the user agreed to is what runs, and nothing else."""

from __future__ import annotations

import os
import time
from importlib.metadata import Distribution, EntryPoint
from types import SimpleNamespace

import pytest

from studio.errors import InvalidField, PluginFailure, RefusedFile, StudioError
from studio.plugin import store as stores
from studio.plugin.ledger import Decision
from studio.plugin.placing import LEFTOVER_SECONDS
from studio.plugin.store import PluginState
from studio.sampling.registry import builtin_methods
from tests.unit.plugin import kit


@pytest.fixture
def home(tmp_path) -> kit.Home:
    return kit.Home(tmp_path)


def names(home: kit.Home) -> list[str]:
    """The samplers that are there beside the built-in ones."""
    methods = builtin_methods()
    home.host.add_to(methods)
    return [info.name for info in methods.samplers.infos()][3:]


@pytest.mark.parametrize("kind", ["folder", "zip", "zip with a folder"])
def test_installed_it_is_found_and_not_run(home, tmp_path, kind):
    folder = kit.write(tmp_path / "source", before="raise SystemExit")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    source = folder if kind == "folder" else kit.zipped(folder, tmp_path / "a.zip", "a/" if "with" in kind else "")
    entry = home.store.install(source)
    assert (entry.id, entry.state, entry.removable, entry.bundled) == ("sample", PluginState.FOUND, True, False)
    assert {name for name in kit.all_below(home.own) if "pyc" not in name} == {
        "sample", "sample/plugin.toml", "sample/sample.py",
    }  # fmt: skip
    assert names(home) == []
    with pytest.raises(PluginFailure, match="Sample is not enabled"):
        home.host.loaded("sample")


def test_the_files_shown_are_those_installed(home, tmp_path):
    source = kit.write(tmp_path / "source")
    home.store.install(source)
    assert home.store.files("sample") == stores.look_at(source)


def test_enabled_it_is_there_and_stays_at_the_next_start(home, tmp_path):
    home.enabled(kit.write(tmp_path / "source"))
    assert home.store.entry("sample").state is PluginState.ENABLED
    assert names(home) == names(kit.Home(tmp_path)) == ["sample"]
    assert [sampler.info.name for sampler in home.host.loaded("sample").samplers] == ["sample"]
    home.store.disable("sample")
    assert names(home) == names(kit.Home(tmp_path)) == []
    home.store.remove("sample")
    assert kit.all_below(home.own) == set()
    assert home.ledger.of("sample") is None


def test_agreed_is_to_these_files_and_no_others(home, tmp_path):
    home.store.install(kit.write(tmp_path / "source"))
    digest = home.store.files("sample").digest
    (home.own / "sample" / "sample.py").write_text("raise SystemExit")
    with pytest.raises(RefusedFile, match="changed meanwhile"):
        home.store.enable("sample", digest)
    assert home.store.entry("sample").state is PluginState.FOUND


@pytest.mark.parametrize("change", ["changed", "added", "removed"])
def test_files_changed_after_consent_are_not_run(home, tmp_path, change):
    ran = tmp_path / "ran"
    home.enabled(kit.write(tmp_path / "source"))
    module = home.own / "sample" / "sample.py"
    if change == "changed":
        module.write_text(f"open({str(ran)!r}, 'w').close()\n" + module.read_text())
    elif change == "added":
        (home.own / "sample" / "more.py").write_text("")
    else:
        module.unlink()
    again = kit.Home(tmp_path)
    with pytest.raises(PluginFailure, match="not those that you agreed to"):
        again.host.loaded("sample")
    assert not ran.exists()
    assert again.store.entry("sample").state is PluginState.FAILED
    assert names(again) == []


def test_put_there_by_hand_it_needs_consent_even_if_a_bundled_one_of_its_name_has_it(home, tmp_path):
    kit.write(home.bundled)
    home.store.disable("sample")
    home.store.enable("sample", home.store.files("sample").digest)
    kit.write(home.own, before="raise SystemExit")
    with pytest.raises(PluginFailure, match="not those that you agreed to"):
        home.host.loaded("sample")


def test_a_bundled_one_is_on_and_changes_with_the_program(home):
    folder = kit.write(home.bundled)
    assert (home.store.entry("sample").state, names(home)) == (PluginState.ENABLED, ["sample"])
    with pytest.raises(StudioError, match="can only be disabled"):
        home.store.remove("sample")
    home.store.disable("sample")
    assert names(home) == []
    home.store.enable("sample", home.store.files("sample").digest)
    (folder / "sample.py").write_text(kit.code() + "# a new version of the program\n")
    assert home.host.loaded("sample")


def test_an_update_replaces_it_and_must_be_agreed_to_again(home, tmp_path):
    home.enabled(kit.write(tmp_path / "source"))
    entry = home.store.install(kit.write(tmp_path / "newer", version='"2.0.0"'))
    assert (entry.manifest.version, entry.state) == ("2.0.0", PluginState.FOUND)
    assert [path.name for path in home.own.iterdir()] == ["sample"]


def test_an_update_goes_where_the_old_one_is(home, tmp_path):
    kit.write(home.own).rename(home.own / "my-clone")
    entry = home.store.install(kit.write(tmp_path / "newer", version='"2.0.0"'))
    assert (entry.folder, entry.manifest.version) == (home.own / "my-clone", "2.0.0")
    assert [path.name for path in home.own.iterdir()] == ["my-clone"]


def test_nothing_that_is_something_else_is_replaced(home, tmp_path):
    (home.own / "sample").mkdir(parents=True)
    (home.own / "sample" / "diary.txt").write_text("mine")
    with pytest.raises(RefusedFile, match="is something else"):
        home.store.install(kit.write(tmp_path / "source"))
    assert (home.own / "sample" / "diary.txt").read_text() == "mine"


@pytest.mark.parametrize("bad", ["manifest", "link", "nothing"])
def test_refused_it_leaves_what_was_there(home, tmp_path, bad):
    home.enabled(kit.write(tmp_path / "source"))
    newer = kit.write(tmp_path / "newer", **({"api": '"x"'} if bad == "manifest" else {}))
    if bad == "link":
        (newer / "link").symlink_to("/etc")
    with pytest.raises(RefusedFile):
        home.store.install(tmp_path / "gone.zip" if bad == "nothing" else newer)
    assert home.store.entry("sample").state is PluginState.ENABLED
    assert home.host.loaded("sample")


def test_one_for_another_version_says_so(home, tmp_path):
    entry = home.store.install(kit.write(tmp_path / "source", api='"99.0"'))
    assert entry.state is PluginState.INCOMPATIBLE
    assert "99.0" in entry.sentence
    with pytest.raises(StudioError, match=r"99\.0"):
        home.store.enable("sample", home.store.files("sample").digest)


def test_one_that_cannot_be_read_is_a_row_and_can_be_removed(home):
    (home.own / "odd").mkdir(parents=True)
    (home.own / "odd" / "plugin.toml").write_text("id = ")
    (entry,) = home.store.entries()
    assert (entry.id, entry.name, entry.state) == ("odd", "odd", PluginState.FAILED)
    assert "not readable" in entry.sentence
    with pytest.raises(StudioError):
        home.store.enable("odd", home.store.files("odd").digest)
    home.store.remove("odd")
    assert home.store.entries() == ()


def test_an_unknown_one(home):
    with pytest.raises(InvalidField, match=r"There is no plugin 'x'. There are: none\."):
        home.store.entry("x")


def test_in_safe_mode_nothing_is_used(home, tmp_path):
    home.enabled(kit.write(tmp_path / "source"))
    kit.write(home.bundled, "other")
    safe = kit.Home(tmp_path, safe=True)
    assert {entry.state for entry in safe.store.entries()} == {PluginState.DISABLED}
    assert names(safe) == []
    assert names(kit.Home(tmp_path)) == ["other", "sample"]


def test_one_of_an_installed_package_is_found_without_importing_it(home, tmp_path, monkeypatch):
    kit.write(tmp_path / "site", "sample", before="raise SystemExit")

    class Installed(Distribution):
        def read_text(self, filename):
            return None

        def locate_file(self, path):
            return tmp_path / "site" / path

    point = EntryPoint("sample", "sample", stores.GROUP)
    vars(point)["dist"] = Installed()
    monkeypatch.setattr(stores, "entry_points", lambda group: [point, SimpleNamespace(dist=None)])
    (entry,) = home.store.entries()
    assert (entry.id, entry.state, entry.removable) == ("sample", PluginState.FOUND, False)
    with pytest.raises(StudioError, match="with a package"):
        home.store.remove("sample")


@pytest.mark.parametrize("name", ["failed", "quarantined"])
def test_what_failed_is_off_until_it_is_enabled_again(home, tmp_path, name):
    home.enabled(kit.write(tmp_path / "source"))
    {"failed": home.store.fail, "quarantined": home.store.quarantine}[name]("sample", "It broke. " * 100)
    entry = kit.Home(tmp_path).store.entry("sample")
    assert (entry.state.value, entry.sentence[:9]) == (name, "It broke.")
    home.store.enable("sample", home.store.files("sample").digest)
    source = str((tmp_path / "source" / "sample").absolute())
    expected = Decision(enabled=True, digest=home.store.files("sample").digest, source=source)
    assert home.ledger.of("sample") == expected


def killed(home: kit.Home, tmp_path, age: float) -> None:
    """As an installation leaves it that is killed when the old one is out of the way and the new one not in."""
    home.enabled(kit.write(tmp_path / "source"))
    left = home.own / ".placing-x"
    (left / "before").mkdir(parents=True)
    (home.own / "sample").rename(left / "before" / "sample")
    os.utime(left, (time.time() - age,) * 2)


def test_an_installation_that_was_killed_is_put_right_at_the_next_start(home, tmp_path):
    killed(home, tmp_path, LEFTOVER_SECONDS + 5)
    assert kit.Home(tmp_path).host.loaded("sample")
    assert [path.name for path in home.own.iterdir()] == ["sample"]


def test_an_installation_that_is_at_it_is_left_alone(home, tmp_path):
    killed(home, tmp_path, 0)
    assert kit.Home(tmp_path).store.entries() == ()
    assert [path.name for path in home.own.iterdir()] == [".placing-x"]
