"""A form with a file (multipart/form-data, RFC 7578), in memory: what a browser sends when a workbook is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from partnergraph.endpoint.sparql_request import RefusedError

__all__ = ["ACTIONS", "FILE_FIELD", "MAX_FILE_SIZE", "MULTIPART", "Upload", "parse_upload"]

MULTIPART = "multipart/form-data"
MAX_FILE_SIZE = 5_000_000  # bytes
MAX_NAME_LENGTH = 120  # characters of the name of a file
MAX_PARTS = 10
MAX_HEAD_SIZE = 10_000  # bytes of the head of a part, which holds the name of a file
FILE_FIELD, ACTION_FIELD = "workbook", "action"
# What the buttons of the form ask for.
ACTIONS = ("check", "marked", "preview")
_BOUNDARY = re.compile(r""";\s*boundary=(?:"([0-9A-Za-z'()+_,\-./:=? ]{1,70})"|([0-9A-Za-z'+_\-.]{1,70}))""", re.I)
_DISPOSITION = re.compile(rb"^content-disposition:\s*form-data(;[^\r\n]*)$", re.I | re.M)
_PARAMETER = re.compile(rb';\s*(name|filename)="([^"\r\n]*)"', re.I)
_ESCAPES = {b"%22": b'"', b"%0D": b" ", b"%0A": b" "}  # WHATWG HTML, multipart/form-data encoding algorithm


class Upload(NamedTuple):
    """A workbook that somebody sends: what is asked for (one of `ACTIONS`), the name of the file, and its bytes."""

    action: str
    name: str
    data: bytes


def parse_upload(content_type: str, body: bytes) -> Upload:
    """The form in the body of a request. Raises `RefusedError`."""
    if content_type.partition(";")[0].strip().lower() != MULTIPART:
        raise RefusedError(415, f"Send a form with a file ({MULTIPART}).")
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        raise RefusedError(400, "The form does not say where its parts end.")
    action, name, data = ACTIONS[0], "", None
    for field, filename, content in _parts((boundary[1] or boundary[2]).encode(), body):
        if field == FILE_FIELD and filename is not None:
            if data is not None:
                raise RefusedError(400, "There are several files. Send one workbook at a time.")
            name, data = _plain_name(filename), content
        elif field == ACTION_FIELD and filename is None:
            action = content.decode("utf-8", "replace")
    if action not in ACTIONS:
        raise RefusedError(400, f"There is no such button. The field '{ACTION_FIELD}' is one of {', '.join(ACTIONS)}.")
    if data is None or not (name or data):
        raise RefusedError(400, "No workbook was chosen. Choose one, and check it again.")
    if len(data) > MAX_FILE_SIZE:
        raise RefusedError(413, f"The file is larger than {MAX_FILE_SIZE:,} bytes.")
    return Upload(action, name, data)


def _parts(boundary: bytes, body: bytes) -> Iterator[tuple[str, bytes | None, bytes]]:
    """The name, the name of the file (if it is one) and the content of each part. Raises `RefusedError`."""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MAX_PARTS + 1)
    if len(pieces) < 3 or not pieces[-1].startswith(b"--"):
        raise RefusedError(400, "The form did not come whole. Choose the workbook again.")
    for piece in pieces[1:-1]:
        head, separator, content = piece.partition(b"\r\n\r\n")
        disposition = _DISPOSITION.search(head[:MAX_HEAD_SIZE].replace(b"\r\n", b"\n"))
        values = {key.lower(): value for key, value in _PARAMETER.findall(disposition[1])} if disposition else {}
        if not separator or b"name" not in values:
            raise RefusedError(400, "A part of the form has no name. Choose the workbook again.")
        yield values[b"name"].decode("utf-8", "replace"), values.get(b"filename"), content


def _plain_name(encoded: bytes) -> str:
    """The name of a file as it may be shown: its last part, without what is not printable.

    >>> _plain_name(b'C:\\\\my\\x07 tables\\\\partners %22new%22.xlsx')
    'partners "new".xlsx'
    """
    for escape, sign in _ESCAPES.items():
        encoded = encoded.replace(escape, sign)
    last = re.split(r"[/\\]", encoded.decode("utf-8", "replace"))[-1]
    name = "".join(sign for sign in last if sign.isprintable()).strip()
    return name if len(name) <= MAX_NAME_LENGTH else f"{name[: MAX_NAME_LENGTH - 10]}…{name[-9:]}"
