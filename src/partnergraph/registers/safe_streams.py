"""Files of registers as streams: plain, gzip or zip, read with flat memory and with guards against hostile ones.

`open_stream` gives the bytes, `csv_rows` and `table_rows` the rows of a CSV file in it, `json_values` the records of a
JSON file. Whatever is wrong with a file as a whole is a `DataError` with the file and the place; nothing of it
may be used then.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import re
import stat
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NoReturn, cast

from partnergraph.errors import DataError, Finding, Place
from partnergraph.reading import file_error, open_file
from partnergraph.reading.archive import directory_size
from partnergraph.tables.table import MAX_CELL_LENGTH, TableRow

__all__ = ["DataStream", "csv_rows", "json_values", "open_stream", "table_rows"]

# What may come out of an archive: never more than this, and beyond the first 10 MB not more than 200 times its size.
MAX_UNPACKED = 2_000_000_000
FREE, RATIO = 10_000_000, 200
MAX_MEMBERS, MAX_DIRECTORY_LENGTH = 1_000, 1_000_000
MAX_LINE_LENGTH = 16_000_000
MAX_CELLS = 4_096
MAX_VALUE_SIZE = 16_000_000
MAX_DEPTH = 100
# A document of this size is taken at once, to see whether it is one record, or holds all of them.
AT_ONCE = 4_000_000
CHUNK = 262_144
DATA = (".json", ".jsonl", ".ndjson", ".csv", ".tsv")
_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_FOREIGN = {
    b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"7z\xbc\xaf": "7z", b"Rar!": "rar", b"\x28\xb5\x2f\xfd": "zstd",
    b"%PDF": "PDF", _GZIP: "gzip", _ZIP: "zip", b"PK\x05\x06": "zip", b"\xd0\xcf\x11\xe0": "old Excel",
}  # fmt: skip
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
_UNICODE = "Save the file as UTF-8 (in a spreadsheet program: 'CSV UTF-8')."


class DataStream:
    """The bytes of one data file, without its byte order mark. `findings` tells what was repaired on the way."""

    def __init__(self, file: str, stream: IO[bytes], packed: int | None = None) -> None:
        self.file, self.findings = file, list[Finding]()
        self._stream = io.BufferedReader(_Guarded(self, stream, packed), CHUNK)
        start = self._stream.peek(8)[:8]
        if start.startswith(codecs.BOM_UTF8):
            self._stream.read(3)
            start = start[3:]
        if start.startswith(_WIDE):
            raise self.error("encoding", "The file is UTF-16 or UTF-32, not UTF-8 text.", _UNICODE, 1)
        if kind := next((name for magic, name in _FOREIGN.items() if start.startswith(magic)), None):
            raise self.error("archive", f"The content is a {kind} file.", "Unpack it, or save it as CSV or JSON.")
        if not start:
            raise self.error("empty-file", "The file is empty.", "Download it again.")

    def read(self, size: int) -> bytes:
        """The next bytes; none at the end."""
        return self._stream.read(size)

    def line(self) -> bytes:
        """The next line with its end, cut at the longest that is allowed; nothing at the end."""
        return self._stream.readline(MAX_LINE_LENGTH + 1)

    def error(self, rule: str, message: str, fix: str, row: int | None = None) -> DataError:
        """An error of the file as a whole."""
        return file_error(self.file, rule, message, fix, row)

    def place(self, row: int | None = None, column: str | None = None) -> Place:
        """A row of the file (the number of a record, in JSON), or one cell."""
        return Place(self.file, row, column)


class _Guarded(io.RawIOBase):
    """Bytes that come out of an archive are counted as they come; what it promises about its size is not believed."""

    def __init__(self, owner: DataStream, stream: IO[bytes], packed: int | None) -> None:
        self._owner, self._stream, self._packed, self._count = owner, stream, packed, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        error = self._owner.error
        try:
            data = self._stream.read(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as problem:
            message = f"The archive is damaged or ends too early ({problem}), after {self._count} bytes of its content."
            raise error("archive", message, "Download it again.") from None
        except (OSError, NotImplementedError, RuntimeError) as problem:
            message = f"The file cannot be read on after {self._count} bytes: {problem}."
            raise error("unreadable", message, "Look at the file and at the disk.") from None
        self._count += len(data)
        if self._packed is not None and self._count > min(MAX_UNPACKED, max(FREE, self._packed * RATIO)):
            message = f"The archive of {self._packed} bytes holds more than {self._count - len(data)} bytes."
            raise error("archive", message, "Unpack it yourself if you trust it, and name the unpacked file.")
        buffer[: len(data)] = data
        return len(data)


@contextmanager
def open_stream(path: Path, file: str | None = None, inside: Path | None = None) -> Iterator[DataStream]:
    """Open a plain file, or the one in a .gz, or the largest data file in a .zip. `file` is what errors call it.

    With `inside`, a path (or a link) that leads out of that folder is refused.
    """
    name = file if file is not None else path.name
    with ExitStack() as stack:
        stream = stack.enter_context(open_file(path, name, inside))
        yield _unpacked(name, path.suffix.lower(), stream, stack)


def _unpacked(name: str, suffix: str, stream: IO[bytes], stack: ExitStack) -> DataStream:
    """The content, by what the first bytes say that it is."""
    try:
        magic, size = stream.read(4) or b"", stream.seek(0, io.SEEK_END)
        stream.seek(0)
    except OSError as problem:  # a file of the system that is none
        message = f"The file cannot be read: {problem.strerror or problem}."
        raise file_error(name, "unreadable", message, "Name the data file itself.") from None
    if magic.startswith(_GZIP):
        return DataStream(name, cast("IO[bytes]", stack.enter_context(gzip.open(stream))), size)
    if magic in (_ZIP, b"PK\x05\x06"):
        return stack.enter_context(_member(name, stream, size))
    if suffix in (".gz", ".zip"):
        raise file_error(name, "archive", f"This is not a {suffix} archive.", "Download it again.")
    return DataStream(name, stream)


@contextmanager
def _member(name: str, stream: IO[bytes], size: int) -> Iterator[DataStream]:
    """The largest data file of a zip archive that has nothing in it that an archive of data does not need."""
    directory_length = directory_size(stream)
    fix = "Unpack it yourself if you trust it, and name the unpacked file."
    if directory_length is None:
        raise file_error(
            name, "archive", f"The archive is damaged or ends too early, after {size} bytes.", "Download it again."
        )
    if directory_length > MAX_DIRECTORY_LENGTH:
        raise file_error(name, "archive", "The archive has too many files in it, or is a ZIP64 archive.", fix)
    try:
        archive = zipfile.ZipFile(stream)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, UnicodeDecodeError) as problem:
        message = f"The archive of {size} bytes is damaged: {problem}."
        raise file_error(name, "archive", message, "Download it again.") from None
    with archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise file_error(name, "archive", f"The archive has {len(members)} files in it.", fix)
        for member in members:
            if reason := _refusal(member):
                raise file_error(name, "archive", f"The archive holds {member.filename!a}: {reason}.", fix)
        data_files = [
            m for m in members if m.filename.lower().endswith(DATA) and not m.filename.startswith("__MACOSX/")
        ]
        if not data_files:
            message = f"The archive holds no data file ({', '.join(DATA)})."
            raise file_error(name, "archive", message, "Name the file that holds the records.")
        member = max(data_files, key=lambda m: m.file_size)
        inner = f"{name}/{member.filename}"
        try:
            content = archive.open(member)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as problem:
            message = f"The archive of {size} bytes is damaged: {problem}."
            raise file_error(inner, "archive", message, "Download it again.") from None
        with content:
            inner_stream = DataStream(inner, content, member.compress_size)
            if len(data_files) > 1:
                message = f"Of the {len(data_files)} data files in the archive the largest is read."
                inner_stream.findings.append(Finding("archive", "info", message, Place(name), member.filename))
            yield inner_stream


def _refusal(member: zipfile.ZipInfo) -> str | None:
    """Why a member of an archive is not one that an archive of data has."""
    path = member.filename.replace("\\", "/")
    if path.startswith("/") or re.match("[A-Za-z]:", path) or ".." in path.split("/"):
        return "a path that leads out of the archive"
    if not path.isprintable():
        return "a name with control characters"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "a link"
    if member.flag_bits & 1:
        return "an encrypted file"
    if path.lower().endswith((".zip", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst")):
        return "an archive in an archive"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "a file packed in an unusual way"
    return None


def csv_rows(source: DataStream, separator: str = ",") -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file with their numbers, as a spreadsheet program counts them; empty rows are left out.

    Text that is not UTF-8 but can be Windows-1252 is read as that, and a finding of the file says so.
    """
    csv.field_size_limit(MAX_CELL_LENGTH)
    number = 0
    lines = _Lines(source)
    try:
        for number, cells in enumerate(csv.reader(lines, strict=True, delimiter=separator), 1):
            if len(cells) > MAX_CELLS:
                message = f"The row has {len(cells)} cells."
                raise source.error("csv", message, "This is not a table of a register.", number)
            if any(cells):
                yield number, cells
            lines.row = number + 1
    except csv.Error as problem:
        fix = "Look for a quotation mark that is not closed, or a cell with a whole file in it."
        raise source.error("csv", f"The table cannot be read on: {problem}.", fix, number + 1) from None


class _Lines:
    """The lines of a CSV file as text."""

    def __init__(self, source: DataStream) -> None:
        self._source, self.row = source, 1

    def __iter__(self) -> Iterator[str]:
        source, encoding, other = self._source, "utf-8", False
        while line := source.line():
            if len(line) > MAX_LINE_LENGTH:
                message = f"The line is longer than {MAX_LINE_LENGTH} bytes."
                raise source.error("csv", message, "This is not a table of a register.", self.row)
            if b"\x00" in line:
                message = "The table holds a NUL character, as a binary file does."
                raise source.error("control-character", message, _UNICODE, self.row)
            try:
                text = line.decode(encoding)
            except UnicodeDecodeError:
                text, encoding = self._windows(line, other or encoding != "utf-8"), "cp1252"
            other = other or not line.isascii()
            if "\r" in text.rstrip("\r\n"):  # ends of lines of an old Mac; within quotation marks they change nothing
                yield from (part for part in re.split(r"(?<=\r)(?!\n)", text) if part)
            else:
                yield text

    def _windows(self, line: bytes, mixed: bool) -> str:
        """The first line that is not UTF-8, as Windows-1252, when it can be that."""
        try:
            text = line.decode("cp1252")
        except UnicodeDecodeError:
            mixed, text = True, ""
        if mixed or re.search(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
            message = "The table is not UTF-8 text, nor all of it Windows-1252."
            raise self._source.error("encoding", message, _UNICODE, self.row)
        message = "The table is not UTF-8; it was read as Windows-1252, from this row on."
        finding = Finding("encoding", "warning", message, self._source.place(self.row), fix=_UNICODE)
        self._source.findings.append(finding)
        return text


def table_rows(source: DataStream, headings: Iterable[str], separator: str = ",") -> Iterator[TableRow]:
    """The rows of a CSV file with headings, by heading; `headings` must be among them. A ragged row is not `whole`."""
    columns: list[str] | None = None
    for number, cells in csv_rows(source, separator):
        if columns is None:
            columns = [cell.strip() for cell in cells]
            names = [name for name in columns if name]
            if missing := [name for name in headings if name not in columns]:
                message = f"The table has no column '{missing[0]}'."
                fix = f"Its columns are: {', '.join(names)[:500]}. Is this the right file, and the right format?"
                raise source.error("missing-column", message, fix, number)
            if repeated := sorted({name for name in names if names.count(name) > 1}):
                message = f"The column '{repeated[0]}' stands there twice."
                raise source.error("duplicate-column", message, "Keep one of them.", number)
            continue
        filled = {name: value for name, cell in zip(columns, cells, strict=False) if name and (value := cell.strip())}
        yield TableRow(source.file, number, filled, not any(cells[len(columns) :]))
    if columns is None:
        raise source.error("empty-file", "The table has no rows.", "Download it again.", 1)


def json_values(
    source: DataStream, lists: Iterable[str] = (), keyed: bool = False, exact: bool = False
) -> Iterator[tuple[int, Any]]:
    """The records of a JSON file with their numbers (from 1): the members of an array, one value a line, documents one
    after another; with `lists`, the members of those arrays of a document; with `keyed`, the values of one object.

    `exact` gives fractions as `Decimal`, as they are written.
    """
    text, number, names = _Text(source, exact), 0, frozenset(lists)
    if not text.ahead():
        raise source.error("empty-file", "The file holds no records.", "Download it again.", 1)
    documents = 0
    while mark := text.ahead():
        documents += 1
        values: Iterable[Any]
        if mark == "[":
            values = text.members()
        elif mark != "{":
            text.wrong("Here stands neither a record nor a list of records.")
        elif (whole := text.value(AT_ONCE if names or keyed else None)) is None:
            values = text.object(names, keyed)
        elif lists_inside := [member for name, member in whole.items() if name in names and isinstance(member, list)]:
            values = (value for member in lists_inside for value in member)
        elif keyed and documents == 1 and whole and not text.ahead() and _all_objects(whole):
            values = whole.values()
        else:
            values = (whole,)
        for value in values:
            number += 1
            yield number, value


def _all_objects(whole: Mapping[str, Any]) -> bool:
    return all(isinstance(value, dict) for value in whole.values())


class _Refused(ValueError):
    """JSON that is well-formed but that no register needs."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    whole = dict(pairs)
    if len(whole) != len(pairs):
        twice = Counter(key for key, _ in pairs).most_common(1)[0][0]
        raise _Refused(f"the key {twice[:80]!a} stands there twice in one object")
    return whole


def _constant(text: str) -> NoReturn:
    raise _Refused(f"{text} is not a number")


def _fraction(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Refused("a number is too large")
    return number


def _exact(text: str) -> Decimal:
    _fraction(text)
    return Decimal(text)


_SPACE = re.compile(r"[ \t\r\n]*")
_SUSPECT = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_STRING = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)


class _Text:
    """A JSON file as a window of text that is moved along."""

    def __init__(self, source: DataStream, exact: bool) -> None:
        self._source, self._decode = source, codecs.getincrementaldecoder("utf-8")()
        self._scan = json.JSONDecoder(
            object_pairs_hook=_pairs, parse_constant=_constant, parse_float=_exact if exact else _fraction
        ).raw_decode
        self._text, self._at, self._line, self._end = "", 0, 1, False

    def wrong(self, message: str, at: int | None = None) -> NoReturn:
        """Raise an error at a place of the window."""
        line = self._line + self._text.count("\n", 0, self._at if at is None else at)
        fix = "Download the file again, or ask its publisher to mend it."
        raise self._source.error("json", f"Line {line}: {message}", fix, line)

    def ahead(self) -> str:
        """The next character that is not a space, or nothing at the end."""
        while True:
            self._at = cast("re.Match[str]", _SPACE.match(self._text, self._at)).end()
            if self._at < len(self._text) or self._end:
                return self._text[self._at : self._at + 1]
            self._more()

    def value(self, limit: int | None = None) -> Any:
        """The next value, which must be there; None when it is longer than `limit` characters."""
        while True:
            self.ahead()
            try:
                value, end = self._scan(self._text, self._at)
                if end < len(self._text) or self._end:
                    break
            except RecursionError:
                self.wrong(f"The value is nested more than {MAX_DEPTH} deep.")
            except json.JSONDecodeError as problem:
                cut = problem.msg.startswith("Unterminated string") or problem.pos > len(self._text) - 16
                if self._end or not cut:
                    self.wrong(f"This is not JSON: {problem.msg}.", problem.pos)
            except ValueError as problem:
                self.wrong(f"The value is refused: {str(problem)[:200]}.")
            size = len(self._text) - self._at
            if size > MAX_VALUE_SIZE:
                self.wrong(f"The value is longer than {MAX_VALUE_SIZE} characters.")
            if limit is not None and size > limit:
                return None
            self._more()
        self._look_at(value, end)
        self._at = end
        return value

    def members(self) -> Iterator[Any]:
        """The members of the array that begins here."""
        self._at += 1
        if self.ahead() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self._comma("]"):
                return

    def object(self, lists: frozenset[str], keyed: bool) -> Iterator[Any]:
        """The members of the lists of a long object that begins here, or (with `keyed`) its values."""
        self._at += 1
        keys, has_records = set[str](), False
        while True:
            if self.ahead() != '"':
                self.wrong("Here a key should stand.")
            if (key := self.value()) in keys:
                self.wrong(f"The key {key[:80]!a} stands there twice in one object.")
            keys.add(key)
            if self.ahead() != ":":
                self.wrong("After a key, a colon should stand.")
            self._at += 1
            mark = self.ahead()
            if key in lists and mark == "[":
                has_records = True
                yield from self.members()
            elif (value := self.value()) is not None and keyed and mark == "{":
                has_records = True
                yield value
            if self._comma("}"):
                break
        if not has_records:
            self.wrong("The object holds no records.")

    def _comma(self, close: str) -> bool:
        """Step over what follows a member; True at the end of the list."""
        if (mark := self.ahead()) not in (",", close) or not mark:
            self.wrong(f"Here a comma or {close} should stand.")
        self._at += 1
        return mark == close

    def _look_at(self, value: Any, end: int) -> None:
        """What the parser lets through: depth, and characters that cannot be written out again."""
        text = self._text
        if text.count("[", self._at, end) + text.count("{", self._at, end) > MAX_DEPTH:
            depth = deepest = 0
            for mark in re.findall(r"[\[{\]}]", _STRING.sub("", text[self._at : end])):
                depth += 1 if mark in "[{" else -1
                deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                self.wrong(f"The value is nested more than {MAX_DEPTH} deep.")
        if _SUSPECT.search(text, self._at, end):
            written = json.dumps(value, ensure_ascii=False, default=str)
            if re.search(r"(?<!\\)(?:\\\\)*\\u0000|[\ud800-\udfff]", written):
                self.wrong("The value holds a NUL character or half a character.")

    def _more(self) -> None:
        self._line += self._text.count("\n", 0, self._at)
        self._text, self._at = self._text[self._at :], 0
        data = self._source.read(max(CHUNK, len(self._text)))
        self._end = not data
        try:
            new = self._decode.decode(data, self._end)
        except UnicodeDecodeError as problem:
            line = self._line + self._text.count("\n") + data[: problem.start].count(b"\n")
            message = f"Line {line}: the file is not UTF-8 text."
            raise self._source.error("encoding", message, "Save the file as UTF-8.", line) from None
        if "\x00" in new:
            self._text += new
            self.wrong("The file holds a NUL character, as a binary file does.", self._text.index("\x00"))
        self._text += new
