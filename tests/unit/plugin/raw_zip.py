"""A zip written byte by byte, so that everything in it can be a lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path

UTF8, ENCRYPTED = 0x800, 0x1
LINK, FOLDER, FIFO, DEVICE, BLOCK, SOCKET = (
    mode << 16 for mode in (0o120777, 0o40755, 0o10644, 0o20644, 0o60644, 0o140644)
)


@dataclass
class Entry:
    """`size` and `packed_size` are what is claimed, `offset` where the entry is said to be; None is the truth."""

    name: str | bytes
    data: bytes = b""
    method: int = 0
    flags: int = UTF8
    attributes: int = 0
    size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    extra: bytes = b""
    packed: bytes = field(init=False)

    def __post_init__(self) -> None:
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        self.packed = squeeze.compress(self.data) + squeeze.flush() if self.method == 8 else self.data

    def header(self) -> bytes:
        """What stands before the data and, after four more bytes, in the list of entries."""
        size = len(self.data) if self.size is None else self.size
        packed_size = len(self.packed) if self.packed_size is None else self.packed_size
        return struct.pack(
            "<HHHHHIIIHH", 20, self.flags, self.method, 0, 33, zlib.crc32(self.data), packed_size, size,
            len(self.raw_name), len(self.extra),
        )  # fmt: skip

    @property
    def raw_name(self) -> bytes:
        return self.name if isinstance(self.name, bytes) else self.name.encode()


def raw_zip(path: Path, entries: list[Entry], count: int | None = None) -> Path:
    """Write them all, in their order; entries with an offset have no bytes of their own."""
    body, listed = bytearray(), bytearray()
    for entry in entries:
        offset = len(body) if entry.offset is None else entry.offset
        if entry.offset is None:
            body += b"PK\3\4" + entry.header() + entry.raw_name + entry.extra + entry.packed
        listed += b"PK\1\2" + struct.pack("<H", 0x0314) + entry.header()
        listed += struct.pack("<HHHII", 0, 0, 0, entry.attributes, offset) + entry.raw_name + entry.extra
    total = len(entries) if count is None else count
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, total & 0xFFFF, total & 0xFFFF, len(listed), len(body), 0)
    path.write_bytes(body + listed + end)
    return path
