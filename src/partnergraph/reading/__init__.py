"""Files that others made, read within bounds: regular files alone, never more than a limit, never one that blocks.

Every file that comes from outside (tables, settings, documents, registers, RDF, arguments of commands) is opened here.
What is refused is a `DataError` with one finding: the rule, the file, what is wrong with it and what to do.
"""

from __future__ import annotations

import os
import stat
from io import BufferedReader
from pathlib import Path
from typing import IO

from partnergraph.errors import DataError, Finding, Place

__all__ = ["UNREADABLE", "check_file", "file_error", "open_file", "printable", "read_file", "read_stream"]

# The rules of findings that say that nothing of a file could be read.
UNREADABLE = ("path", "unreadable", "too-large")
_PIECE = 1 << 20
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_OUTSIDE = ("path", "The path leads out of the folder.", "Copy the file into the folder.")


def printable(name: str | Path) -> str:
    r"""A name of a file as it can be printed: bytes that are no UTF-8 and control characters are escaped.

    >>> printable("tables/pl\udcffaces.csv"), printable("a\nb"), printable("Café.csv")
    ('tables/pl\\xffaces.csv', 'a\\nb', 'Café.csv')
    """
    text = str(name)
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() else f"\\x{ord(sign) - 0xDC00:02x}" if 0xDC80 <= ord(sign) <= 0xDCFF
        else sign.encode("unicode_escape").decode()
        for sign in text
    )  # fmt: skip


def file_error(name: str, rule: str, message: str, fix: str, row: int | None = None) -> DataError:
    """The error of a file as a whole."""
    finding = Finding(rule, "error", message, Place(printable(name), row), fix=fix)
    return DataError(str(finding), [finding])


def check_file(path: Path, name: str | None = None, inside: Path | None = None, *, pipe: bool = False) -> Path:
    """The path of a regular file without its links; nothing is opened. Raises `DataError` for anything else.

    `name` is what errors call it. With `inside`, a path (or a link) that leads out of that folder is refused. With
    `pipe`, a pipe or a terminal is taken too: for arguments of commands, such as `<(...)` or /dev/stdin.
    """
    error_name = str(path) if name is None else name
    try:
        target = path.resolve() if inside is not None else path
        if inside is not None and not target.is_relative_to(inside.resolve()):
            raise file_error(error_name, *_OUTSIDE)
        _regular(target.stat().st_mode, error_name, pipe)
    except (OSError, RuntimeError) as error:  # (a RuntimeError: links that go round in a circle)
        raise _unreadable(error_name, error) from None
    except ValueError as error:  # a NUL in the path
        raise file_error(ascii(error_name)[1:-1], "path", f"This is not a path: {error}.", "Mend the path.") from None
    return target


def _regular(mode: int, name: str, pipe: bool) -> None:
    if stat.S_ISREG(mode) or (pipe and (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode))):
        return
    kind = _KINDS.get(stat.S_IFMT(mode), "something else")
    raise file_error(name, "path", f"This is {kind}, not a file.", "Name the data file itself.")


def _unreadable(name: str, error: BaseException) -> DataError:
    message = f"The file cannot be opened: {getattr(error, 'strerror', None) or error}."
    return file_error(name, "unreadable", message, "Mend the path, or let yourself read the file.")


def open_file(path: Path, name: str | None = None, inside: Path | None = None, *, pipe: bool = False) -> BufferedReader:
    """Open a file for reading, as `check_file` allows it."""
    error_name = str(path) if name is None else name
    target = check_file(path, error_name, inside, pipe=pipe)
    # Between the look and the opening a pipe may have taken the place of the file: it must not be waited for.
    flags = 0 if pipe else getattr(os, "O_NONBLOCK", 0)
    try:
        stream: BufferedReader = open(target, "rb", opener=lambda file, mode: os.open(file, mode | flags))  # noqa: SIM115
    except OSError as error:
        raise _unreadable(error_name, error) from None
    try:
        _regular(os.fstat(stream.fileno()).st_mode, error_name, pipe)
    except DataError:
        stream.close()
        raise
    return stream


def read_file(
    path: Path, limit: int, name: str | None = None, inside: Path | None = None, *, pipe: bool = False
) -> bytes:
    """The bytes of a file, as `check_file` allows it. Raises `DataError` too for one of more than `limit` bytes."""
    error_name = str(path) if name is None else name
    with open_file(path, error_name, inside, pipe=pipe) as stream:
        try:
            return read_stream(stream, limit, error_name)
        except OSError as error:
            message = f"The file cannot be read: {error.strerror or error}."
            raise file_error(error_name, "unreadable", message, "Look at the file and at the disk.") from None


def read_stream(stream: IO[bytes], limit: int, name: str) -> bytes:
    """What is left in an open file or pipe. Raises `DataError` for more than `limit` bytes, before it is all read."""
    try:
        size = os.fstat(stream.fileno()).st_size
    except OSError:  # it is in memory
        size = 0
    pieces, count = list[bytes](), size
    if size <= limit:
        count, step = 0, size + 1  # (one more, so that the end of a file is seen at once)
        while count <= limit and (piece := stream.read(step if count == 0 and size else _PIECE)):
            pieces.append(piece)
            count += len(piece)
    if count > limit:
        raise file_error(name, "too-large", f"The file is larger than {limit:,} bytes.", "Divide it.")
    return b"".join(pieces)
