"""What a file is, by how it begins: for errors that say it truly."""

from __future__ import annotations

import re

__all__ = ["file_type"]

_SIGNATURES = (
    (b"PK\x03\x04", "a workbook or an archive (zip)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook in the old form of Excel (.xls), or locked with a password"),
    (b"%PDF-", "a PDF document"),
    (b"\x1f\x8b", "compressed (gzip)"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"SQLite format 3\0", "a database (SQLite)"),
    (b"PAR1", "a table in Parquet"),
    (b"ARROW1", "a table in Arrow"),
)
# The first element of a document in XML, behind the declaration and comments.
_XML = re.compile(
    rb"\s*(?:<\?[^>]{0,500}\?>\s*|<!--[^>]{0,500}-->\s*|<!DOCTYPE[^>]{0,500}>\s*){0,9}<([A-Za-z][\w:.-]{0,60})", re.I
)
_DOCUMENTS = {
    "gexf": "a network in GEXF",
    "graphml": "a network in GraphML",
    "html": "a web page (HTML)",
    "rdf": "RDF/XML",
}


def file_type(data: bytes) -> str | None:
    """The type of a file in words, with its article; None when it is not known.

    >>> file_type(b"%PDF-1.7"), file_type(b'<?xml version="1.0"?><gexf>'), file_type(b"id,name")
    ('a PDF document', 'a network in GEXF', None)
    """
    for start, words in _SIGNATURES:
        if data.startswith(start):
            return words
    bare = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if match := _XML.match(bare):
        root = match[1].decode("ascii").lower().rpartition(":")[2]
        return _DOCUMENTS.get(root, f"XML ({match[1].decode('ascii')})")
    if re.match(rb'\{\s*("|\})|\[\s*[\[{"\]]', bare):
        return "JSON"
    return None
