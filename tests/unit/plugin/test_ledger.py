"""The decisions about plugins: kept whole or not at all, and never guessed."""

from __future__ import annotations

import errno

import pytest

from studio import storage
from studio.errors import StorageError
from studio.plugin.ledger import FILE_MAXIMUM, Decision, Ledger
from tests.unit.faulty_os import FAULTS, FaultyOs, no_fault

YES = Decision(enabled=True, digest="d" * 64)
NO = Decision(enabled=False)


def test_what_was_decided_is_there_after_a_start(tmp_path):
    ledger = Ledger(tmp_path / "in" / "plugins.json")
    ledger.change("one", YES)
    ledger.change("two", NO.model_copy(update={"failed": "It failed.", "i_know": True}))
    again = Ledger(tmp_path / "in" / "plugins.json")
    assert dict(again.decisions) == dict(ledger.decisions)
    assert again.of("one") == YES
    assert again.of("three") is None
    again.change("one", None)
    assert Ledger(tmp_path / "in" / "plugins.json").of("one") is None


DAMAGED = {
    "empty": b"",
    "half": b'{"version": 1, "plugins": {"one": {"enab',
    "another kind": b"[]",
    "no utf-8": b"\xff",
    "true as text": b'{"plugins": {"one": {"enabled": "yes", "digest": ""}}}',
    "true as a number": b'{"plugins": {"one": {"enabled": 1}}}',
    "one entry wrong": b'{"plugins": {"one": {"enabled": true}, "two": {"enabled": []}}}',
    "too deep": b'{"plugins": ' + b"[" * 100_000,
    "too large": b'{"plugins": {"one": {"enabled": true}}}' + b" " * FILE_MAXIMUM,
    "long digest": b'{"plugins": {"one": {"enabled": true, "digest": "' + b"d" * 65 + b'"}}}',
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_means_that_nothing_is_trusted(tmp_path, damage):
    (tmp_path / "plugins.json").write_bytes(DAMAGED[damage])
    ledger = Ledger(tmp_path / "plugins.json")
    assert not ledger.decisions
    ledger.change("two", NO)
    assert dict(Ledger(tmp_path / "plugins.json").decisions) == {"two": NO}


def test_another_program_may_have_decided_meanwhile(tmp_path):
    one, other = Ledger(tmp_path / "plugins.json"), Ledger(tmp_path / "plugins.json")
    one.change("a", YES)
    other.change("b", YES)
    one.change("a", NO)
    other.change("b", NO)
    assert dict(Ledger(tmp_path / "plugins.json").decisions) == {"a": NO, "b": NO}


def test_a_file_that_cannot_be_read_now_is_not_replaced(tmp_path, monkeypatch):
    ledger = Ledger(tmp_path / "plugins.json")
    ledger.change("a", YES)
    before = (tmp_path / "plugins.json").read_bytes()

    def broken(_):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr("studio.plugin.ledger.Path.read_bytes", broken)
    with pytest.raises(StorageError):
        ledger.change("b", NO)
    assert not Ledger(tmp_path / "plugins.json").decisions
    monkeypatch.undo()
    assert (tmp_path / "plugins.json").read_bytes() == before


def operations(tmp_path, monkeypatch) -> int:
    counting = FaultyOs(-1, no_fault)
    monkeypatch.setattr(storage, "os", counting)
    Ledger(tmp_path / "count.json").change("a", YES)
    monkeypatch.undo()
    return len(counting.log)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_disk_that_says_no_at_any_operation_leaves_the_old_or_the_new(tmp_path, monkeypatch, fault):
    path, count = tmp_path / "plugins.json", operations(tmp_path, monkeypatch)
    assert count > 8
    for at in range(count):
        ledger = Ledger(path)
        ledger.change("a", YES)
        monkeypatch.setattr(storage, "os", FaultyOs(at, FAULTS[fault]))
        try:
            ledger.change("a", NO)
            said_yes = True
        except StorageError:
            said_yes = False
        monkeypatch.undo()
        kept = Ledger(path).of("a")
        assert kept == NO if said_yes else kept in (YES, NO)
        assert said_yes or ledger.of("a") == YES
