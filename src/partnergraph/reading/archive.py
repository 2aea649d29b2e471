"""The directory of a zip archive, judged by its size before any of it is read."""

from __future__ import annotations

import io
from typing import IO

__all__ = ["directory_size"]

_END, _END64, _LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_END_SIZE, _END64_SIZE, _LOCATOR64_SIZE = 22, 56, 20
_MAX_COMMENT_LENGTH = 65_535


def directory_size(stream: IO[bytes]) -> int | None:
    """The bytes that the directory of a zip archive takes, as its end says; None where no end of an archive is found.

    `zipfile` reads so many bytes at once, and makes an object of every 46 of them. (ZIP specification APPNOTE 6.3,
    sections 4.3.14 to 4.3.16.)
    """
    size = stream.seek(0, io.SEEK_END)
    stream.seek(max(0, size - _MAX_COMMENT_LENGTH - _END_SIZE - _LOCATOR64_SIZE - _END64_SIZE))
    tail = stream.read()
    stream.seek(0)
    # Two ends, of which one reader takes the one and the next reader the other: the larger counts.
    ends = {len(tail) - _END_SIZE, tail.rfind(_END)}
    counts = [_size(tail, end) for end in ends if end >= 0 and tail[end : end + 4] == _END]
    return max((number for number in counts if number is not None), default=None)


def _size(tail: bytes, end: int) -> int | None:
    if len(tail) < end + _END_SIZE:
        return None
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    locator = end - _LOCATOR64_SIZE
    start = locator - _END64_SIZE
    if start >= 0 and tail[locator : locator + 4] == _LOCATOR64 and tail[start : start + 4] == _END64:
        size = max(size, int.from_bytes(tail[start + 40 : start + 48], "little"))
    return size
