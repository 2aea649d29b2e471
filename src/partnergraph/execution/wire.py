"""The protocol between whoever asks and the query process that answers: orders go one way, frames come back.

An order is four bytes of length (big-endian) and JSON on one line; after the end of that line may stand the text of the
query, so that what many orders have in common is decoded once. The first order of a process is an `Opening`.

A frame is a letter, the length of its content (four bytes, big-endian) and the content. An answer is a ``H`` frame (a
`Head`), any number of ``D`` frames (pieces of the body) and one ``N`` frame (the end: JSON with `note`, if there is
one) or ``E`` frame (JSON of an error, see `encode_error`). After an error the process is ready for the next order.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, TypedDict

from partnergraph.errors import (
    DataError,
    MissingExtra,
    PartnerGraphError,
    QueryError,
    QueryForm,
    QueryLimit,
    QueryRefused,
    StoreError,
    UsageError,
)

HEAD, DATA, END, ERROR = b"H", b"D", b"N", b"E"
EMPTY_END = b"{}"  # the content of most END frames
PIECE = 65_536  # bytes of an answer that are worth a frame
MAX_FRAME = 1_000_000  # bytes of a piece of an answer, which whoever reads it holds in memory
MAX_CACHED_LENGTH = 500  # bytes of a content whose meaning is remembered
_LENGTH = struct.Struct(">I")
_FRAME = struct.Struct(">cI")
_ERRORS: dict[str, type[PartnerGraphError]] = {
    cls.__name__: cls for cls in (QueryError, QueryForm, QueryRefused, StoreError, UsageError, DataError)
}


class Opening(TypedDict, total=False):
    """The first order to a process: what it opens, and how.

    `targets` are a store folder or RDF files, `memory` the bytes that it may take. `single`: one query follows, so that
    nothing is prepared for others. `forks`: it becomes a fork server (see `worker_main`); `whole`: that first reads a
    store of any size into memory.
    """

    targets: list[str]
    memory: int
    single: bool
    forks: bool
    whole: bool


class Order(TypedDict, total=False):
    """A query and how it is answered; or the address of an endpoint whose description is wanted (`describe`).

    The query is `sparql`, or a named `question` with `parameters`; `as_of` a date (see `partnergraph.claims.as_of`),
    `default` and `named` the IRIs of the graphs that are queried. `formats` has a format of `results.formats` for each
    form of answer (select, ask, graph); None where none is accepted. `today` is the day that a question takes by
    default (without it, the last day of `as_of`, else that of asking). `iris` shows IRIs instead of names.

    `explain` says why an answer is empty; `explain_only` does just that for an answer which is known to be empty, and
    `parse_only` just parses the query (an ASK is answered). With `echo` the head has the form and the text of the
    query; with `note_uncut` the note of a graph says that `max_rows` does not cut it.
    """

    sparql: str
    question: str | None
    parameters: Mapping[str, str]
    describe: str
    as_of: str | None
    today: str
    default: list[str]
    named: list[str]
    formats: Mapping[str, str | None]
    max_rows: int | None
    max_bytes: int | None
    iris: bool
    explain: bool
    explain_only: bool
    parse_only: bool
    echo: bool
    note_uncut: bool


@dataclass(frozen=True, slots=True)
class Head:
    """How an answer begins. `form` is select, ask, graph or view; `format` a format of `results.formats`, of a view the
    media type. `hint` says what makes the query slow, `status` is that of HTTP, `changes` whether the answer is another
    each time. `query_form` and `sparql` are there if the order says `echo`.
    """

    form: str = ""
    format: str = ""
    hint: str | None = None
    status: int = 200
    changes: bool = False
    query_form: str = ""
    sparql: str = ""

    def encode(self) -> bytes:
        """The content of a HEAD frame: what is not as it is by default."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps({name: value for name, value in values.items() if value != getattr(_NO_HEAD, name)}).encode()


_NO_HEAD = Head()


@dataclass(frozen=True)
class Response:
    """A whole answer: how it began, the bytes of its body, and a note or an error if there is one."""

    head: Head
    data: bytes
    note: str | None = None
    error: PartnerGraphError | None = None


def encode_order(values: Mapping[str, Any] | bytes, sparql: str | None = None) -> bytes:
    """An order as bytes. `values` may be JSON already, when the query does not stand in it."""
    content = values if isinstance(values, bytes) else json.dumps(values).encode()
    if sparql is not None:
        content = b"%b\n%b" % (content, sparql.encode())
    return _LENGTH.pack(len(content)) + content


def read_order(pipe: IO[bytes]) -> dict[str, Any] | None:
    """The next `Opening`, `Order` or order of a view from a blocking pipe; None at the end of the pipe."""
    length = pipe.read(_LENGTH.size)
    if len(length) < _LENGTH.size:
        return None
    values, newline, sparql = pipe.read(_LENGTH.unpack(length)[0]).partition(b"\n")
    return {**decode_values(values), "sparql": sparql.decode()} if newline else dict(decode_values(values))


def decode_values(content: bytes) -> Mapping[str, Any]:
    """The JSON of an order or a frame; most say what was said before."""
    return (_decode_short if len(content) <= MAX_CACHED_LENGTH else _decode_short.__wrapped__)(content)


@lru_cache(256)
def _decode_short(content: bytes) -> Mapping[str, Any]:
    values: Mapping[str, Any] = json.loads(content)
    return values


def decode_head(content: bytes) -> Head:
    """The content of a HEAD frame."""
    return (_decode_short_head if len(content) <= MAX_CACHED_LENGTH else _decode_short_head.__wrapped__)(content)


@lru_cache(256)
def _decode_short_head(content: bytes) -> Head:
    return Head(**json.loads(content))


@lru_cache(64)
def encode_usual_head(form: str, format_: str, changes: bool) -> bytes:
    """How most answers begin."""
    return Head(form, format_, changes=changes).encode()


def encode_frame(kind: bytes, content: bytes) -> bytes:
    """A frame as bytes."""
    return _FRAME.pack(kind, len(content)) + content


class FrameWriter:
    """Writes the frames of an answer. The engine and `execution.execute` write the body to it as to a file."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.pipe = pipe
        self._held: list[bytes] = []
        self._size = 0

    def write(self, data: Any) -> int:
        """Add a piece of the body. Small ones are held back until they are worth a frame."""
        piece = bytes(data)
        self._held.append(piece)
        self._size += len(piece)
        if self._size >= PIECE:
            self.flush()
        return len(piece)

    def flush(self) -> None:
        """Send what was held back."""
        if self._held:
            data = b"".join(self._held)
            self._held, self._size = [], 0
            for start in range(0, len(data), MAX_FRAME):
                self.send(DATA, data[start : start + MAX_FRAME])

    def send(self, kind: bytes, content: bytes) -> None:
        """Send a frame."""
        self.pipe.write(encode_frame(kind, content))

    def end(self, note: str | None = None) -> None:
        """End the answer, and send all of it."""
        self.send(END, json.dumps({"note": note}).encode() if note else EMPTY_END)
        self.pipe.flush()

    def fail(self, error: PartnerGraphError) -> None:
        """End the answer with an error, and send it. What was held back is dropped."""
        self._held, self._size = [], 0
        self.send(ERROR, encode_error(error))
        self.pipe.flush()


class FrameParser:
    """Cuts a stream of bytes into frames, in whatever pieces the bytes come: of a blocking socket, or by asyncio."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = bytearray()  # the beginning of a frame

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """The letter and the content of each frame that is whole with these bytes."""
        rest = self._rest
        stream: bytes | bytearray = data
        if rest:
            rest += data
            stream = rest
        frames, start, size = list[tuple[bytes, bytes]](), 0, len(stream)
        while size - start >= _FRAME.size:
            kind, length = _FRAME.unpack_from(stream, start)
            end = start + _FRAME.size + length
            if end > size:
                break
            first = start + _FRAME.size
            frames.append((kind, data[first:end] if stream is data else bytes(stream[first:end])))
            start = end
        if stream is rest:
            del rest[:start]
        elif start < size:
            rest += data[start:]
        return frames


class ResponseParser:
    """Collects a whole answer. `head` is known before the end."""

    def __init__(self) -> None:
        self.head = _NO_HEAD
        self._frames = FrameParser()
        self._pieces: list[bytes] = []

    def feed(self, data: bytes) -> Response | None:
        """Take some bytes; returns the answer when it is whole."""
        for kind, content in self._frames.feed(data):
            if kind == DATA:
                self._pieces.append(content)
            elif kind == HEAD:
                self.head = decode_head(content)
            elif kind == END:
                return Response(self.head, b"".join(self._pieces), decode_values(content).get("note"))
            else:
                return Response(self.head, b"", error=decode_error(content))
        return None


def encode_error(error: PartnerGraphError) -> bytes:
    """The content of an ERROR frame: an error as plain values, to be raised again by whoever gave the order."""
    fields = ("line", "column", "limit", "package", "extra")
    values = {"error": type(error).__name__, "message": str(error)}
    return json.dumps(values | {name: getattr(error, name, None) for name in fields}).encode()


def decode_error(content: bytes) -> PartnerGraphError:
    """The error of an ERROR frame."""
    values = decode_values(content)
    if values["error"] == "MissingExtra":
        return MissingExtra(values["package"], values["extra"])
    if values["error"] == "QueryLimit":
        return QueryLimit(values["message"], values["limit"])
    error = _ERRORS.get(values["error"], QueryError)(values["message"])
    if isinstance(error, QueryError):
        error.line, error.column = values.get("line"), values.get("column")
    return error
