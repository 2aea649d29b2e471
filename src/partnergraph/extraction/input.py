"""The text of a document that is to be read (plain text, .docx or PDF), or a plain word why it cannot be."""

from __future__ import annotations

import re
from pathlib import Path

from partnergraph.errors import DataError
from partnergraph.extraction.text_reflow import reflow
from partnergraph.graph_folder.documents import MAX_SIZE, read_document
from partnergraph.model.records import Document
from partnergraph.reading import printable, read_file

_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_ZIP, _PDF = b"PK\x03\x04", b"%PDF"
_UNDEFINED_IN_WINDOWS_1252 = b"\x81\x8d\x8f\x90\x9d"
_PLAIN = "Save it as plain text in UTF-8 (in a word processor: save as, plain text) and read that."


def open_document(path: Path, source: str) -> Document:
    """The document in a file: plain text in UTF-8, .docx or PDF. Raises `DataError` for what is none of them, and
    `MissingExtra` for a PDF without the library that reads it.
    """
    name = printable(path.name)
    return document_from_bytes(name, read_file(path, MAX_SIZE, name, pipe=True), source)


def document_from_bytes(name: str, data: bytes, source: str) -> Document:
    """The document in the bytes of a file called `name`, see `open_document`; hard-wrapped text as its paragraphs."""
    if len(data) > MAX_SIZE:
        raise DataError(f"{name} has {len(data):,} bytes; a text may have {MAX_SIZE:,}. Divide it.")
    if data.startswith(_ZIP):
        from partnergraph.extraction.word_documents import docx_text

        text = _CONTROL.sub("", docx_text(name, data))
    elif data.startswith(_PDF):
        from partnergraph.extraction.pdf_documents import pdf_text

        text = reflow(_CONTROL.sub("", pdf_text(name, data)))
    else:
        _refuse_other_formats(name, data)
        text = reflow(_plain_text(name, data))
    if not text.strip():
        raise DataError(f"{name} is empty. Write or paste the text into it.")
    return read_document(source, text.encode())


def _plain_text(name: str, data: bytes) -> str:
    """The text of bytes in UTF-8 without control characters."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(_encoding_message(name, data, error)) from None
    if (control := _CONTROL.search(text)) is not None:
        line = text.count("\n", 0, control.start()) + 1
        message = f"{name}, line {line}: a control character ({ascii(control[0])[1:-1]})."
        raise DataError(f"{message} Delete it. If the file is no text: {_PLAIN}")
    return text


def _refuse_other_formats(name: str, data: bytes) -> None:
    if data.startswith(_OLD_OFFICE):
        raise DataError(f"{name} is an old Office file, not a text. {_PLAIN}")
    if name.lower().endswith((".docx", ".doc", ".odt", ".pdf", ".rtf")):
        raise DataError(f"{name} is not a plain text by its name, nor what its name says. {_PLAIN}")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(f"{name} is UTF-16 text. Save it as UTF-8.")


def _encoding_message(name: str, data: bytes, error: UnicodeDecodeError) -> str:
    """Where a text is not UTF-8, and whether it may be Windows-1252."""
    line = data[: error.start].count(b"\n") + 1
    if b"\x00" in data or any(byte in data for byte in _UNDEFINED_IN_WINDOWS_1252):
        return f"{name}, line {line}: not UTF-8 (byte {error.start}), perhaps no text at all. {_PLAIN}"
    character = data[error.start : error.start + 1].decode("cp1252")
    message = f"{name}, line {line}: not UTF-8; it looks like Windows-1252 ('{character}')."
    return f"{message} Save it as UTF-8, so that quotations keep their place."
