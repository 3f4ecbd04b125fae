"""Small archives that want to become large ones: a dozen, refused before the disk or the memory is full."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.errors import RefusedFile
from studio.plugin.archive import BYTES_MAXIMUM, unpacked
from tests.unit.plugin import kit
from tests.unit.plugin.raw_zip import Entry, raw_zip

MANIFEST = Entry("plugin.toml", kit.manifest().encode())
ZEROS = bytes(20_000_000)


def ratio(path: Path) -> None:
    raw_zip(path, [MANIFEST, Entry("zeros", ZEROS, method=8)])


def lies_to_be_small(path: Path) -> None:
    raw_zip(path, [MANIFEST, Entry("zeros", ZEROS, method=8, size=1000)])


def lies_to_be_dense(path: Path) -> None:
    raw_zip(path, [MANIFEST, Entry("zeros", ZEROS, method=8, packed_size=10_000_000)])


def lies_to_be_larger_than_it_is(path: Path) -> None:
    raw_zip(path, [MANIFEST, Entry("a", b"x" * 10, size=4_000_000_000)])


def sum_of_all(path: Path) -> None:
    part = Entry("a", bytes(1000), size=BYTES_MAXIMUM // 10, packed_size=BYTES_MAXIMUM // 10)
    raw_zip(path, [MANIFEST, *(Entry(f"f{n}", part.data, size=part.size, packed_size=1000) for n in range(11))])


def many_entries(path: Path) -> None:
    raw_zip(path, [MANIFEST, *(Entry(f"f{number}") for number in range(40_000))])


def many_entries_uncounted(path: Path) -> None:
    raw_zip(path, [MANIFEST, *(Entry(f"f{number}") for number in range(40_000))], count=1)


def one_kernel_for_all(path: Path) -> None:
    kernel = Entry("k", bytes(60_000), method=8)
    where = len(MANIFEST.data) + 30 + len("plugin.toml")
    same = [Entry(f"f{n}", kernel.data, method=8, offset=where) for n in range(1000)]
    raw_zip(path, [MANIFEST, kernel, *same])


def quoted(path: Path) -> None:
    """Each entry's data begins in the header of the next one."""
    inner = Entry("b", bytes(50_000))
    covering = b"PK\3\4" + inner.header() + inner.raw_name + inner.data
    first = 30 + len("plugin.toml") + len(MANIFEST.data)
    raw_zip(path, [MANIFEST, Entry("a", covering), Entry("b", inner.data, offset=first + 30 + 1)])


def into_its_own_list(path: Path) -> None:
    raw_zip(path, [MANIFEST, Entry("a", b"x" * 100, packed_size=100_000, size=100_000)])


def large_format(path: Path) -> None:
    raw_zip(path, [MANIFEST])
    data = path.read_bytes()
    end = data.index(b"PK\5\6")
    record = b"PK\6\6" + (44).to_bytes(8, "little") + bytes(20) + (10**9).to_bytes(8, "little") * 2 + bytes(16)
    locator = b"PK\6\7" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
    path.write_bytes(data[:end] + record + locator + data[end:])


def nested_dense(path: Path) -> None:
    """A thousand copies of a zip of nothing but zeros, packed again."""
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("inner.zip", bytes(1_000_000))
    raw_zip(path, [MANIFEST, Entry("inner.zip", inside.getvalue() * 1000, method=8)])


BOMBS: tuple[Callable[[Path], None], ...] = (
    ratio, lies_to_be_small, lies_to_be_dense, lies_to_be_larger_than_it_is, sum_of_all, many_entries,
    many_entries_uncounted, one_kernel_for_all, quoted, into_its_own_list, large_format, nested_dense,
)  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb.__name__)
def test_a_bomb(tmp_path, bomb):
    bomb(tmp_path / "bomb.zip")
    tracemalloc.start()
    try:
        with pytest.raises(RefusedFile), unpacked(tmp_path / "bomb.zip", tmp_path / "own"):
            pytest.fail("it was unpacked")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 20_000_000
    assert kit.all_below(tmp_path) == {"bomb.zip", "own"}


def test_a_zip_inside_is_a_file_like_any_other(tmp_path):
    inside = io.BytesIO()
    with zipfile.ZipFile(inside, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("zeros", ZEROS)
    raw_zip(tmp_path / "good.zip", [MANIFEST, Entry("inner.zip", inside.getvalue())])
    with unpacked(tmp_path / "good.zip", tmp_path / "own") as found:
        assert kit.all_below(found) == {"plugin.toml", "inner.zip"}
        assert (found / "inner.zip").stat().st_size < 100_000
