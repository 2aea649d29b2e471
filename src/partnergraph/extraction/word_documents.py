"""The text of a .docx file: a line for each paragraph, a line with tabs for each row of a table."""

from __future__ import annotations

from collections.abc import Mapping

from partnergraph.errors import DataError
from partnergraph.tables.safe_zip import SafeZip
from partnergraph.tables.sheet import FileRefused

MAX_LENGTH = 20_000_000  # characters
_PART = "word/document.xml"
_NAMESPACES = ("wordprocessingml/2006/main", "ooxml/wordprocessingml/main", "markup-compatibility/2006")
_SKIPPED = ("del", "moveFrom", "Fallback")  # the last repeats a text box for older programs
_SAVE = "Save it as plain text in UTF-8 and read that, or anew as .docx."


def docx_text(name: str, data: bytes) -> str:
    """The text of the bytes of a .docx file called `name`, without what is deleted or moved away in tracked changes,
    and without notes, headers and footers. Raises `DataError` for a file that is damaged, locked or built to harm, or
    that is no .docx.
    """
    try:
        archive = SafeZip(data)
        if _PART not in archive.parts:
            raise DataError(f"{name} is an archive, but not a .docx: it has no part {_PART}. {_SAVE}")
        reader = _BodyReader(name)
        archive.parse(_PART, reader.start, reader.end, reader.text)
    except FileRefused as error:
        raise DataError(f"{name} is not read. {error.message} {_SAVE}") from None
    return "\n".join(reader.lines) + "\n"


def _local_name(element: str) -> str:
    """The name of an element without its namespace; empty for one of another vocabulary (drawings, formulas)."""
    namespace, _, local = element.rpartition(" ")
    return local if namespace.endswith(_NAMESPACES) else ""


class _BodyReader:
    """Takes the elements of word/document.xml (ECMA-376 part 1, 17.3 and 17.4) as they come."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: list[str] = []
        self._pieces: list[str] = []  # of the paragraph
        self._cells: list[list[str]] = []  # paragraphs of the cells of the row, for each table that is open
        self._rows: list[list[str]] = []
        self._in_text = 0
        self._skipped = 0  # elements that are open within one that is left out
        self._length = 0

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        """An element begins."""
        local = _local_name(element)
        if self._skipped or local in _SKIPPED:
            self._skipped += 1
        elif local == "t":
            self._in_text += 1
        elif local in ("br", "cr") or (local == "tab" and not attributes):  # with attributes: a tab stop
            self._add(" ")
        elif local == "noBreakHyphen":
            self._add("-")
        elif local == "tr":
            self._rows.append([])
        elif local == "tc":
            self._cells.append([])

    def end(self, element: str) -> None:
        """An element ends."""
        local = _local_name(element)
        if self._skipped:
            self._skipped -= 1
        elif local == "t":
            self._in_text -= 1
        elif local == "p":
            paragraph = " ".join("".join(self._pieces).split())
            self._pieces = []
            if self._cells:
                self._cells[-1].append(paragraph)
            else:
                self.lines.append(paragraph)
        elif local == "tc" and self._cells and self._rows:
            self._rows[-1].append(" ".join(filter(None, self._cells.pop())))
        elif local == "tr" and self._rows:
            row = "\t".join(self._rows.pop())
            if self._cells:
                self._cells[-1].append(row.replace("\t", " "))
            else:
                self.lines.append(row)

    def text(self, text: str) -> None:
        """Characters stand between two tags."""
        if self._in_text:
            self._add(text)

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_LENGTH:
            raise DataError(f"{self.name} holds more than {MAX_LENGTH:,} characters. Divide it.")
        self._pieces.append(text)
