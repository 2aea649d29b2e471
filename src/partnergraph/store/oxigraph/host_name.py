"""Remove the machine's name from the engine's files before they are published.

RocksDB writes the name of the host into the properties of every table file, and Oxigraph gives no option against it.
Its layout (RocksDB wiki, "Rocksdb BlockBasedTable Format", and table/format.h): a footer of 53 bytes says which
checksum is used and where the metaindex is, the metaindex where the properties are; a block is a list of entries
(shared and own length of the key, length of the value), followed by its compression and its checksum. The value is
overwritten, byte for byte, and the checksum computed anew.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["remove_host_name"]

_PROPERTY = b"rocksdb.creating.host.identity"
_FOOTER = struct.Struct("<B40sIQ")  # kind of checksum, handles, version of the format, magic number
_MAGIC, _XXH3 = 0x88E241B785F4CFF7, 4
_CONTEXT = 6  # the version since which a checksum depends on where its block stands
_TRAILER = 5  # bytes after a block


class _Block(NamedTuple):
    offset: int
    size: int


def remove_host_name(table: Path) -> bool:
    """Overwrite the host's name in a table file (.sst) that no engine has open. Returns whether it was found.

    A file of another layout, or whose checksum is not as computed here, is left as it is. Raises `OSError`.
    """
    import xxhash

    with table.open("r+b") as file:
        length = file.seek(0, 2)
        try:
            file.seek(max(0, length - _FOOTER.size))
            metaindex, base = _metaindex(file.read(), length)
            file.seek(metaindex.offset)
            entries = file.read(metaindex.size)
            handle = next(entries[start:end] for key, start, end in _entries(entries) if key == b"rocksdb.properties")
            properties = _handle(handle, 0)
            file.seek(properties.offset)
            layout = struct.Struct(f"<{properties.size}sBI")
            block, compression, checksum = layout.unpack(file.read(layout.size))
            start, end = next((start, end) for key, start, end in _entries(block) if key == _PROPERTY)
        except (struct.error, IndexError, OverflowError, StopIteration, ValueError):
            return False
        modifier = (base ^ (properties.offset + (properties.offset >> 32))) & 0xFFFFFFFF if base else 0

        def checksum_of(content: bytes) -> int:
            return int((xxhash.xxh3_64_intdigest(content) ^ compression * 0x6B9083D9) + modifier) & 0xFFFFFFFF

        if compression != 0 or checksum != checksum_of(block):
            return False
        block = block[:start] + b"-" * (end - start) + block[end:]
        file.seek(properties.offset)
        file.write(layout.pack(block, compression, checksum_of(block)))
    return True


def _metaindex(footer: bytes, length: int) -> tuple[_Block, int]:
    """Where the metaindex is, and what checksums depend on beside blocks. Raises `ValueError`, `struct.error`."""
    checksum, handles, version, magic = _FOOTER.unpack(footer)
    if checksum != _XXH3 or magic != _MAGIC:
        raise ValueError
    if version < _CONTEXT:
        return _handle(handles, 0), 0
    _, _, base, size = struct.unpack_from("<4I", handles)
    return _Block(length - _FOOTER.size - _TRAILER - size, size), base


def _handle(data: bytes, at: int) -> _Block:
    offset, at = _number(data, at)
    return _Block(offset, _number(data, at)[0])


def _number(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length (seven bits a byte, the lowest first), and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
        if byte < 128:
            return value, at


def _entries(block: bytes) -> Iterator[tuple[bytes, int, int]]:
    """The key of each entry of a block, and where its value begins and ends."""
    restarts = struct.unpack("<I", block[-4:])[0]
    key, at = b"", 0
    while at < len(block) - 4 - 4 * restarts:
        shared, at = _number(block, at)
        own, at = _number(block, at)
        value, at = _number(block, at)
        key = key[:shared] + block[at : at + own]
        yield key, at + own, at + own + value
        at += own + value
