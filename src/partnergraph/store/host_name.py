"""Remove the machine's name from the engine's files before they are published.

RocksDB writes the name of the host into the properties of every table file, and Oxigraph gives no option against it.
Its layout (RocksDB wiki, "Rocksdb BlockBasedTable Format"): a footer of 53 bytes says which checksum is used and where
the metaindex is, the metaindex where the properties are; a block is a list of entries (shared and own length of the
key, length of the value), followed by its compression and its checksum. The value is overwritten, byte for byte, and
the checksum computed anew (XXH3, 64 bits: the xxHash specification, for input of more than 240 bytes).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

__all__ = ["remove_host_name"]

_PROPERTY = b"rocksdb.creating.host.identity"
_FOOTER, _MAGIC, _XXH3 = 53, 0x88E241B785F4CFF7, 4
_MASK = (1 << 64) - 1
_SECRET = bytes.fromhex(
    "b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221"
    "b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8"
    "a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb"
    "170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e"
)
_PRIMES_32 = (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D)
_PRIMES_64 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def remove_host_name(table: Path) -> bool:
    """Overwrite the host's name in a table file (.sst) that no engine has open. Returns whether it was found.

    A file of another layout, or whose checksum is not as computed here, is left as it is. Raises `OSError`.
    """
    with table.open("r+b") as file:
        length = file.seek(0, 2)
        if length < _FOOTER:
            return False
        file.seek(length - _FOOTER)
        footer = file.read()
        if footer[0] != _XXH3 or struct.unpack("<Q", footer[-8:])[0] != _MAGIC:
            return False
        offset, at = _number(footer, 1)
        file.seek(offset)
        metaindex = file.read(_number(footer, at)[0])
        handle = next(
            (metaindex[start:end] for key, start, end in _entries(metaindex) if key == b"rocksdb.properties"), None
        )
        if handle is None:
            return False
        offset, at = _number(handle, 0)
        size, _ = _number(handle, at)
        file.seek(offset)
        block, compression, checksum = struct.unpack(f"<{size}sBI", file.read(size + 5))
        if compression != 0 or size <= 240 or _checksum(block, compression) != checksum:
            return False
        for key, start, end in _entries(block):
            if key == _PROPERTY:
                block = block[:start] + b"-" * (end - start) + block[end:]
                file.seek(offset)
                file.write(struct.pack(f"<{size}sBI", block, compression, _checksum(block, compression)))
                return True
    return False


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


def _checksum(block: bytes, compression: int) -> int:
    return (_xxh3(block) ^ compression * 0x6B9083D9) & 0xFFFFFFFF


def _xxh3(data: bytes) -> int:
    """XXH3 with 64 bits, without a seed, of more than 240 bytes."""
    one, two, three = _PRIMES_32
    lanes = [three, *_PRIMES_64[:4], two, _PRIMES_64[4], one]

    def accumulate(at: int, secret: int) -> None:
        words, keys = struct.unpack_from("<8Q", data, at), struct.unpack_from("<8Q", _SECRET, secret)
        for number, word in enumerate(words):
            mixed = word ^ keys[number]
            lanes[number ^ 1] = (lanes[number ^ 1] + word) & _MASK
            lanes[number] = (lanes[number] + (mixed & 0xFFFFFFFF) * (mixed >> 32)) & _MASK

    end = len(_SECRET) - 64
    stripes = end // 8
    for number in range((len(data) - 1) // 64):
        accumulate(number * 64, number % stripes * 8)
        if number % stripes == stripes - 1:
            keys = struct.unpack_from("<8Q", _SECRET, end)
            lanes[:] = [((lane ^ lane >> 47 ^ key) * one) & _MASK for lane, key in zip(lanes, keys, strict=True)]
    accumulate(len(data) - 64, end - 7)
    result = len(data) * _PRIMES_64[0]
    for number in range(4):
        first, second = struct.unpack_from("<2Q", _SECRET, 11 + 16 * number)
        product = (lanes[2 * number] ^ first) * (lanes[2 * number + 1] ^ second)
        result += (product & _MASK) ^ (product >> 64)
    result &= _MASK
    result = (result ^ result >> 37) * 0x165667919E3779F9 & _MASK
    return result ^ result >> 32
