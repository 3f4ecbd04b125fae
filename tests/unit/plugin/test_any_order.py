"""Any order of install, enable, disable and remove leaves the list, the decisions and the disk in agreement."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from studio.errors import PluginFailure, StorageError, StudioError
from studio.plugin import placing
from studio.plugin.store import PluginState
from studio.sampling.registry import builtin_methods
from tests.unit.plugin import kit

PLUGINS = st.sampled_from(["one", "two", "come_with_it"])


class AnyOrder(RuleBasedStateMachine):
    """Beside the real store a simple model: which version is where, and whether it is on."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.root = Path(self._folder.name)
        self.home = kit.Home(self.root)
        kit.write(self.home.bundled, "come_with_it")
        for plugin in ("one", "two", "come_with_it"):
            for version in (1, 2):
                kit.write(self.root / f"source{version}", plugin, version=f'"{version}.0"')
        self.installed: dict[str, int] = {}
        self.on: dict[str, bool] = {"come_with_it": True}

    def teardown(self) -> None:
        self._folder.cleanup()

    def there(self, plugin: str) -> bool:
        return plugin in self.installed or plugin == "come_with_it"

    @rule(plugin=PLUGINS, version=st.sampled_from([1, 2]), as_zip=st.booleans())
    def install(self, plugin, version, as_zip):
        source = self.root / f"source{version}" / plugin
        self.home.store.install(kit.zipped(source, self.root / "a.zip") if as_zip else source)
        self.installed[plugin], self.on[plugin] = version, False

    @rule(plugin=PLUGINS)
    def enable(self, plugin):
        if self.there(plugin):
            self.home.store.enable(plugin, self.home.store.files(plugin).digest)
            self.home.host.forget(plugin)
            self.on[plugin] = True
        else:
            with pytest.raises(StudioError):
                self.home.store.enable(plugin, "0" * 64)

    @rule(plugin=PLUGINS, how=st.sampled_from(["disable", "fail", "quarantine"]))
    def switch_off(self, plugin, how):
        if self.there(plugin):
            getattr(self.home.store, how)(plugin, *(() if how == "disable" else ("It broke.",)))
            self.on[plugin] = False

    @rule(plugin=PLUGINS)
    def remove(self, plugin):
        if plugin in self.installed:
            self.home.store.remove(plugin)
            del self.installed[plugin]
            self.on[plugin] = plugin == "come_with_it"
        else:
            with pytest.raises(StudioError):
                self.home.store.remove(plugin)

    @rule()
    def start_again(self):
        self.home = kit.Home(self.root)

    @invariant()
    def agree(self):
        found = {entry.id: entry for entry in self.home.store.entries()}
        assert set(found) == {*self.installed, "come_with_it"}
        for plugin, entry in found.items():
            assert (entry.state is PluginState.ENABLED) == self.on[plugin]
            assert entry.bundled == (plugin not in self.installed)
        for plugin, version in self.installed.items():
            assert found[plugin].manifest.version == f"{version}.0"
        below = kit.all_below(self.home.own) if self.home.own.exists() else set()
        assert {name for name in below if "/" not in name} == set(self.installed)

    @invariant()
    def the_registry_has_what_is_on(self):
        methods = builtin_methods()
        self.home.host.add_to(methods)
        assert {info.name for info in methods.samplers.infos()[3:]} == {name for name, on in self.on.items() if on}


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)


class FaultyDisk:
    """The module `os` whose rename or flush number `at` says no."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __getattr__(self, name):
        return getattr(os, name)

    def replace(self, *paths):
        self.operation()
        os.replace(*paths)

    def fsync(self, descriptor):
        self.operation()
        os.fsync(descriptor)

    def operation(self):
        self.count += 1
        if self.count - 1 == self.at:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("action", ["install", "update", "remove"])
@pytest.mark.parametrize("at", range(4))
def test_a_disk_that_says_no_leaves_everything_as_it_was(tmp_path, monkeypatch, action, at):
    home, newer = kit.Home(tmp_path), kit.write(tmp_path / "newer", version='"2.0"')
    if action != "install":
        home.enabled(kit.write(tmp_path / "source"))
    before = kit.all_below(home.own) if home.own.exists() else set()
    disk = FaultyDisk(at)
    monkeypatch.setattr(placing, "os", disk)
    try:
        home.store.remove("sample") if action == "remove" else home.store.install(newer)
        assert disk.count <= at
        return
    except StorageError:
        pass
    monkeypatch.undo()
    assert (kit.all_below(home.own) if home.own.exists() else set()) == before
    if action != "install":
        again = kit.Home(tmp_path)
        assert again.store.entry("sample").manifest.version == "1.0.0"
        assert again.host.loaded("sample")


@pytest.mark.parametrize("action", ["update", "remove"])
def test_a_decision_that_cannot_be_kept_takes_the_change_back(tmp_path, monkeypatch, action):
    home, newer = kit.Home(tmp_path), kit.write(tmp_path / "newer", version='"2.0"')
    home.enabled(kit.write(tmp_path / "source"))

    def no(*_):
        raise StorageError("The disk says no.")

    monkeypatch.setattr("studio.plugin.ledger.write_durably", no)
    with pytest.raises(StorageError):
        home.store.remove("sample") if action == "remove" else home.store.install(newer)
    monkeypatch.undo()
    assert [path.name for path in home.own.iterdir()] == ["sample"]
    assert kit.Home(tmp_path).host.loaded("sample")


def test_off_where_the_disk_cannot_say_so_is_off_for_this_time(tmp_path, monkeypatch):
    home = kit.Home(tmp_path)
    plugin = home.enabled(kit.write(tmp_path / "source"))

    def no(*_):
        raise StorageError("The disk says no.")

    monkeypatch.setattr("studio.plugin.ledger.write_durably", no)
    home.host.failed(plugin, PluginFailure(plugin, "It broke."))
    with pytest.raises(PluginFailure, match="It broke"):
        home.host.loaded(plugin)
