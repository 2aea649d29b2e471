"""The zip archive that a workbook is: looked over before anything in it is read, and never read beyond its limits."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

from partnergraph.reading.archive import directory_size
from partnergraph.tables.sheet import FileRefused

MAX_FILE_SIZE = 100_000_000
MAX_CONTENT_SIZE = 256_000_000
MAX_RATIO_SIZE = 200
MAX_PARTS = 5_000
MAX_DIRECTORY_LENGTH = 2_000_000
_CHUNK = 1 << 16
_SAVE = "Open the file in a spreadsheet program and save it anew."
_DOCTYPE = re.compile(rb"<!\s*DOCTYPE", re.I)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


def _check_part(name: str, part: zipfile.ZipInfo) -> None:
    pure = PurePosixPath(name)
    if pure.is_absolute() or ".." in pure.parts or "\\" in name or ":" in name or len(name) > 255:
        raise FileRefused("workbook-damaged", f"The name of a part leads out of the file: {name!a}.", _SAVE)
    if part.flag_bits & 1:
        raise FileRefused("password", f"{name} is locked with a password.", "Save the file without a password.")
    if part.file_size > 10_000_000 and part.file_size > MAX_RATIO_SIZE * max(part.compress_size, 1):
        message = f"{name} would grow from {part.compress_size:,} bytes to {part.file_size:,}."
        raise FileRefused("too-large", message, "No table of people looks so; it is not read.")


class SafeZip:
    """An archive whose parts may be read. Raises `FileRefused` for one that is damaged, closed or built to harm."""

    def __init__(self, data: bytes) -> None:
        if len(data) > MAX_FILE_SIZE:
            raise FileRefused("too-large", f"The file is larger than {MAX_FILE_SIZE:,} bytes.", "Divide it.")
        stream = io.BytesIO(data)
        if (directory_size(stream) or 0) > MAX_DIRECTORY_LENGTH:
            message = f"The directory of the file's parts is longer than {MAX_DIRECTORY_LENGTH:,} bytes."
            raise FileRefused("too-large", message, _SAVE)
        try:
            self._zip = zipfile.ZipFile(stream)
        except _BROKEN as error:
            raise FileRefused("workbook-damaged", f"The file is damaged or cut off: {_plain(error)}.", _SAVE) from None
        parts = self._zip.infolist()
        self.parts: Mapping[str, zipfile.ZipInfo] = {part.filename: part for part in parts}
        if len(parts) > MAX_PARTS:
            raise FileRefused("too-large", f"The file has {len(parts):,} parts; {MAX_PARTS:,} are the most.", _SAVE)
        if len({name.lower() for name in self.parts}) < len(parts):
            raise FileRefused("workbook-damaged", "The file holds one part twice.", _SAVE)
        for name, part in self.parts.items():
            _check_part(name, part)
        total = sum(part.file_size for part in parts)
        if total > MAX_CONTENT_SIZE:
            message = f"The file would grow to {total:,} bytes; {MAX_CONTENT_SIZE:,} are the most."
            raise FileRefused("too-large", message, "Divide it.")
        self._left = MAX_CONTENT_SIZE
        for name in self.parts:
            if name.lower().endswith((".xml", ".rels", ".vml")):
                head = next(self.chunks(name), b"")[:4096].replace(b"\x00", b"")
                if _DOCTYPE.search(head):
                    self._entities(name)

    @staticmethod
    def _entities(name: str) -> None:
        message = f"{name} declares a document type, through which other files and endless text can be drawn in."
        raise FileRefused("document-type", message, f"No spreadsheet program writes one. {_SAVE}")

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, piece by piece, counted as they come and not as the archive claims."""
        try:
            with self._zip.open(self.parts[name]) as stream:
                while chunk := stream.read(_CHUNK):
                    self._left -= len(chunk)
                    if self._left < 0:
                        raise FileRefused(
                            "too-large", f"The file holds more than {MAX_CONTENT_SIZE:,} bytes.", "Divide it."
                        )
                    yield chunk
        except KeyError:
            raise FileRefused("workbook-damaged", f"The file has no part {name}.", _SAVE) from None
        except _BROKEN as error:
            raise FileRefused("workbook-damaged", f"{name} cannot be unpacked: {_plain(error)}.", _SAVE) from None

    def parse(
        self,
        name: str,
        start: Callable[[str, Mapping[str, str]], object],
        end: Callable[[str], object] = lambda _: None,
        text: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Walk an XML part. Names come as "namespace local"; nothing outside the part is ever looked at."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text

        def refuse(*_: Any) -> None:
            self._entities(name)

        parser.StartDoctypeDeclHandler = refuse
        # What the parser has not come to the end of (a long attribute or comment) it looks at again from its beginning
        # each time: it is given as much more as it has left over, so that the time grows with the length alone.
        parsed, waiting, needed = 0, list[bytes](), 1
        size = 0
        try:
            for chunk in self.chunks(name):
                waiting.append(chunk)
                size += len(chunk)
                if size >= needed:
                    parser.Parse(b"".join(waiting))
                    parsed += size
                    needed, size = parsed - max(parser.CurrentByteIndex, 0), 0
                    waiting.clear()
            parser.Parse(b"".join(waiting), True)
        except expat.ExpatError as error:
            message = f"{name} is not whole, at line {error.lineno}: {expat.ErrorString(error.code)}."
            raise FileRefused("workbook-damaged", message, _SAVE) from None
        except (UnicodeError, LookupError) as error:
            message = f"{name} has an encoding that cannot be read: {_plain(error)}."
            raise FileRefused("workbook-damaged", message, _SAVE) from None


def _plain(error: BaseException) -> str:
    return (str(error) or type(error).__name__).rstrip(".")[:200]
