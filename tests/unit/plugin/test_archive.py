"""Zips from strangers: a hundred that lie are refused, and nothing of them is left anywhere."""

from __future__ import annotations

import os
import random

import pytest

from studio.errors import RefusedFile, StorageError
from studio.plugin import archive as archives
from studio.plugin.archive import ENTRIES_MAXIMUM, name_problem, unpacked
from tests.unit.plugin import kit
from tests.unit.plugin.raw_zip import BLOCK, DEVICE, ENCRYPTED, FIFO, FOLDER, LINK, SOCKET, UTF8, Entry, raw_zip

BODY = kit.manifest().encode()
GOOD = [Entry("plugin.toml", BODY), Entry("sample.py", kit.code().encode(), method=8)]
LEADING_ELSEWHERE = (
    *("../up", "../../up", "a/../../up", "a/../b", "./a", "a/./b", "..", ".", "a//b", "../plugin.toml", "a/.."),
    *("/etc/passwd", "//server/share", "/", "", "C:/a", "c:a", "C:\\a", "\\a", "a\\b", "..\\up", "\\\\server\\a"),
    *("a/..\\..\\b", "~/../a", "a/../..", "x/../../../../../../tmp/y"),
)
NOT_FOR_EVERY_SYSTEM = (
    *("con", "CON.py", "aux/a.py", "nul", "prn.txt", "com1", "COM9.tar.gz", "lpt1", "a/LPT5", "com¹", "lpt³.py"),
    *("conin$", "CONOUT$", "con .py", "a:b", "a?.py", "a*b", 'a"b', "a<b", "a>b", "a|b", "a\nb", "a\tb", "a\x01b"),
    *("a.", "a ", "b./c", "b /c", "a\x1f.py", "stream.py:hidden"),
)
TOO_LONG = ("a" * 121, "ä" * 61, "/".join("a" * 17), f"{'b' * 200}/c.py", "/".join(["d"] * 400))
ODD_KINDS = {"link": LINK, "fifo": FIFO, "device": DEVICE, "block device": BLOCK, "socket": SOCKET}
TWINS = (
    *(("a.py", "a.py"), ("a.py", "A.py"), ("d/a.py", "D/A.PY"), ("é.py", "é.py"), ("ß.py", "ss.py"), ("ı.py", "ı.py")),
    *(("a", "a/b.py"), ("a/b.py", "a"), ("A", "a/b.py"), ("a/", "A"), ("Å/x.py", "Å/x.py"), ("ﬁ.py", "fi.py")),
    *(("ǅ.py", "ǆ.py"), ("Σ.py", "ς.py"), ("k.py", "K.py"), ("plugin.toml", "Plugin.toml")),
)
METHODS = (1, 6, 9, 12, 14, 93, 95, 97, 98, 99)


def name_cases() -> dict[str, list[Entry]]:
    names = (*LEADING_ELSEWHERE, *NOT_FOR_EVERY_SYSTEM, *TOO_LONG)
    found = {f"name {number} {name[:20]!r}": [*GOOD, Entry(name, b"x")] for number, name in enumerate(names)}
    found["name cut by a null"] = [*GOOD, Entry("fine.py\0/../../x", b"x")]
    found["folder that leads elsewhere"] = [*GOOD, Entry("../up/", b"")]
    return found


def other_cases() -> dict[str, list[Entry]]:
    found = {name: [*GOOD, Entry("a", b"/etc", attributes=mode)] for name, mode in ODD_KINDS.items()}
    found["link as a folder"] = [*GOOD, Entry("a/", b"", attributes=LINK)]
    found["link, then through it"] = [*GOOD, Entry("a", b"/tmp", attributes=LINK), Entry("a/b", b"x")]
    found |= {f"twins {pair}": [*GOOD, *(Entry(name, b"x") for name in pair)] for pair in TWINS}
    found |= {f"method {method}": [*GOOD, Entry("a", b"x", method=method)] for method in METHODS}
    found["encrypted"] = [*GOOD, Entry("a", b"x" * 12, flags=UTF8 | ENCRYPTED)]
    found["strongly encrypted"] = [*GOOD, Entry("a", b"x" * 12, flags=UTF8 | ENCRYPTED | 0x40)]
    found["no manifest"] = [Entry("sample.py", b"")]
    found["manifest too deep"] = [Entry("a/b/plugin.toml", BODY)]
    found["two tops"] = [Entry("a/plugin.toml", BODY), Entry("b/plugin.toml", BODY)]
    found["nothing"] = []
    return found


CASES = {**name_cases(), **other_cases()}


def refused(archive, place) -> str:
    """The sentence; and nothing is where it was not before."""
    before = kit.all_below(place)
    with pytest.raises(RefusedFile) as problem, unpacked(archive, place / "own"):
        pytest.fail("it was unpacked")
    assert kit.all_below(place) <= before | {"own"}
    assert problem.value.sentence.startswith(archive.name)
    return problem.value.sentence


def test_there_are_a_hundred():
    # Of two letters that one system takes for one, some pairs above may be the same text: those count once.
    assert len(CASES) >= 90
    assert len(CASES) + len(GARBAGE) >= 100


@pytest.mark.parametrize("case", CASES)
def test_a_hostile_zip(tmp_path, case):
    refused(raw_zip(tmp_path / "bad.zip", CASES[case]), tmp_path)


GARBAGE = {
    "empty": b"",
    "text": b"hello",
    "only an end": b"PK\5\6" + bytes(18),
    "a tar": b"\0" * 10240,
    "an end that points behind itself": b"PK\5\6" + bytes(8) + b"\xff\xff\0\0" + b"\xff\xff\0\0" + bytes(2),
    "cut": b"PK\3\4" + bytes(30),
    "a rar": b"Rar!\x1a\x07\x01\x00" + bytes(100),
    "half an end": b"PK\5\6\0\0",
}


@pytest.mark.parametrize("case", GARBAGE)
def test_what_is_no_zip(tmp_path, case):
    (tmp_path / "bad.zip").write_bytes(GARBAGE[case])
    refused(tmp_path / "bad.zip", tmp_path)


def test_a_zip_that_is_not_there(tmp_path):
    assert refused(tmp_path / "bad.zip", tmp_path).endswith("is not there.")


@pytest.mark.parametrize("top", ["", "sample-main/"])
def test_a_good_one_is_there_for_a_while(tmp_path, top):
    folder = kit.write(tmp_path / "source")
    archive = kit.zipped(folder, tmp_path / "good.zip", top)
    with unpacked(archive, tmp_path / "own") as found:
        assert kit.all_below(found) == {"plugin.toml", "sample.py"}
        assert (found / "sample.py").read_bytes() == (folder / "sample.py").read_bytes()
    assert kit.all_below(tmp_path / "own") == set()


def test_names_of_other_code_pages_and_empty_folders_are_no_crime(tmp_path):
    entries = [
        *GOOD,
        Entry(b"caf\x82.txt", b"x", flags=0),
        Entry("data/", attributes=FOLDER),
        Entry("data/ä.txt", b"y"),
    ]
    with unpacked(raw_zip(tmp_path / "good.zip", entries), tmp_path / "own") as found:
        assert kit.all_below(found) == {"plugin.toml", "sample.py", "café.txt", "data", "data/ä.txt"}


@pytest.mark.parametrize("name", ["a.py", "a/b/c.py", "console.py", "comm1", "a.b.c", ".hidden", "ö/ü.txt", "a/"])
def test_names_that_are_fine(name):
    assert name_problem(name) == ""


def test_flipped_bytes_are_refused_or_harmless(tmp_path):
    """Whatever a damaged zip says, it is read or refused: no other error, nothing outside."""
    rng, good = random.Random(7), raw_zip(tmp_path / "good.zip", GOOD).read_bytes()
    (tmp_path / "own").mkdir()
    before, counts = kit.all_below(tmp_path) | {"bad.zip"}, {True: 0, False: 0}
    for _ in range(400):
        data = bytearray(good)
        for _ in range(rng.choice((1, 2, 8))):
            data[rng.randrange(len(data))] = rng.choice((0, 0xFF, rng.randrange(256)))
        (tmp_path / "bad.zip").write_bytes(data[: rng.choice((len(data), rng.randrange(len(data))))])
        try:
            with unpacked(tmp_path / "bad.zip", tmp_path / "own"):
                counts[True] += 1
        except RefusedFile:
            counts[False] += 1
        assert kit.all_below(tmp_path) == before
    assert all(counts.values())


def test_a_disk_that_is_full_is_told_and_nothing_is_left(tmp_path, monkeypatch):
    monkeypatch.setattr(archives.os, "fsync", lambda _: os.write(-1, b""))
    archive = raw_zip(tmp_path / "good.zip", GOOD)
    with pytest.raises(StorageError, match="could not be written"), unpacked(archive, tmp_path / "own"):
        pass
    assert kit.all_below(tmp_path / "own") == set()


def test_an_entry_more_than_allowed(tmp_path):
    entries = [*GOOD, *(Entry(f"f{number}") for number in range(ENTRIES_MAXIMUM - 1))]
    assert "more than 2,000 entries" in refused(raw_zip(tmp_path / "bad.zip", entries), tmp_path)
    with unpacked(raw_zip(tmp_path / "good.zip", entries[:-1]), tmp_path / "own"):
        pass
