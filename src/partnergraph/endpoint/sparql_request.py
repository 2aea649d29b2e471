"""One request of the SPARQL 1.1 Protocol, parsed strictly: its query, dataset and accepted formats."""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

MAX_BODY = 1_000_000  # bytes
MAX_SECONDS = 60.0  # of a query, whatever the request says
# The parameters by which clients name the format of the answer; many send all three.
FORMATS = ("format", "output", "results")
_NAMES = {"query", "default-graph-uri", "named-graph-uri", "timeout", "explain", "as-of", *FORMATS}
_UPDATE_NAMES = {"update", "using-graph-uri", "using-named-graph-uri"}
MAX_FIELDS = 100  # of a form
MAX_NAME_LENGTH = 80  # characters of the name of an unknown parameter, in messages
MAX_HEADER_LENGTH = 4_000  # bytes of the value of a header: many clients read no more than 8 KB of a line
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_LINE_END = re.compile(r"\r\n?|\n")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x5c\x7f-\xff]")


class RefusedError(Exception):
    """A request that is answered with an error: its status, message and further header fields."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


class SparqlRequest(NamedTuple):
    """A request; `query` is None when it asks for the description of the service."""

    query: str | None
    default: tuple[str, ...] = ()  # IRIs of the graphs of the default graph
    named: tuple[str, ...] = ()  # IRIs of the named graphs
    timeout: float | None = None  # seconds
    explain: bool = False
    as_of: str | None = None
    formats: tuple[str, ...] = ()  # names of formats of the answer, the preferred one first
    ignored: tuple[str, ...] = ()  # names of unknown parameters


def header_value(text: str) -> bytes:
    r"""A text as the value of a header (RFC 9110, 5.5): in visible ASCII, ends of lines as `` | ``.

    All else, and the backslash itself, is escaped as Python and JavaScript do it; what is too long ends in ``...``.

    >>> header_value("a\r\nb\x00 \u00fc\\")
    b'a | b\\x00 \\xfc\\x5c'
    """
    line = _UNPRINTABLE.sub(lambda match: f"\\x{ord(match[0]):02x}", _LINE_END.sub(" | ", text.strip()))
    value = line.encode("ascii", "backslashreplace")
    if len(value) <= MAX_HEADER_LENGTH:
        return value
    # An escape is not cut in two.
    return re.sub(rb"\\[xuU]?[0-9a-f]{0,7}\Z", b"", value[: MAX_HEADER_LENGTH - 3]) + b"..."


def read_request(method: str, query_string: bytes, content_type: str, body: bytes) -> SparqlRequest:
    """Read a request (SPARQL 1.1 Protocol, section 2.1). Raises `RefusedError` with the status it deserves."""
    # Nearly every request is a query by GET and nothing else.
    if method != "POST" and query_string.startswith(b"query=") and b"&" not in query_string:
        return SparqlRequest(_single_value(query_string, len(b"query="), "the address"))
    parameters = parse_form(query_string, "the address")
    if method == "POST":
        parameters += _body_parameters(content_type, body, in_address={name for name, _ in parameters})
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        values.setdefault(name, []).append(value)
    if values.keys() & _UPDATE_NAMES:
        raise RefusedError(403, "This endpoint only reads. Change the tables and build.")
    ignored = tuple(dict.fromkeys(name[:MAX_NAME_LENGTH] for name in values if name not in _NAMES))
    return SparqlRequest(
        _single_query(method, values, ignored),
        # Forms send the parameters that were not filled in, too.
        tuple(filter(None, values.get("default-graph-uri", ()))),
        tuple(filter(None, values.get("named-graph-uri", ()))),
        _seconds(list(filter(None, values.get("timeout", ())))),
        any(value not in ("", "0", "false") for value in values.get("explain", ())),
        next(iter(values.get("as-of", ())), None),
        tuple(value for name, value in parameters if name in FORMATS and value.strip()),
        ignored,
    )


def _body_parameters(content_type: str, body: bytes, in_address: AbstractSet[str]) -> list[tuple[str, str]]:
    """The parameters in the body of a POST: those of a form (2.1.2), or the query alone (2.1.3). Raises
    `RefusedError`.
    """
    media, _, rest = content_type.partition(";")
    if "charset" in rest.lower() and "utf-8" not in rest.lower().replace("utf8", "utf-8"):
        raise RefusedError(415, "The body is not in UTF-8. Send it in UTF-8.")
    media = media.strip().lower()
    has_operation = bool(in_address & {"query", "update"})
    if media == FORM:
        if has_operation:
            raise RefusedError(400, "A form has its query in the body, not in the address.")
        return parse_form(body, "the body")
    if media == QUERY:
        if has_operation:
            raise RefusedError(400, "The query is in the body; the address holds another one.")
        try:
            return [("query", body.decode("utf-8"))]
        except UnicodeDecodeError:
            raise RefusedError(400, "The query is not text in UTF-8.") from None
    if media == "application/sparql-update":
        raise RefusedError(403, "This endpoint only reads. Change the tables and build.")
    raise RefusedError(415, f"Send a query as {QUERY}, or as a form ({FORM}).")


def _single_query(method: str, values: Mapping[str, list[str]], ignored: tuple[str, ...]) -> str | None:
    """The query; None for a GET of the service itself. Raises `RefusedError` for several, or for none where one is
    meant.
    """
    queries = values.get("query", ())
    if len(queries) > 1:
        raise RefusedError(400, "There are several queries; send one.")
    if queries:
        return queries[0]
    if method == "POST" or values.keys() - set(FORMATS):
        unknown = [f" There is no parameter '{name}'; they are {', '.join(sorted(_NAMES))}." for name in ignored]
        raise RefusedError(400, f"There is no query. Send it as the parameter 'query'.{''.join(unknown[:1])}")
    return None


def parse_form(encoded: bytes, where: str) -> list[tuple[str, str]]:
    """The names and values of a form (application/x-www-form-urlencoded). Raises `RefusedError`."""
    try:
        if not encoded.isascii() or _BROKEN.search(encoded) or encoded.count(b"&") >= MAX_FIELDS:
            raise ValueError
        return [
            (decode_form(name), decode_form(value))
            for name, _, value in (field.partition(b"=") for field in encoded.split(b"&") if field)
        ]
    except ValueError:
        raise _undecodable(where) from None


def _single_value(encoded: bytes, start: int, where: str) -> str:
    """The value of a form of one field, which starts at an offset. Raises `RefusedError`."""
    try:
        if not encoded.isascii() or _BROKEN.search(encoded):
            raise ValueError
        return decode_form(encoded[start:])
    except ValueError:
        raise _undecodable(where) from None


def _undecodable(where: str) -> RefusedError:
    return RefusedError(
        400, f"A parameter in {where} is not encoded as UTF-8 (%-encoding), or there are more than {MAX_FIELDS}."
    )


def decode_form(value: bytes) -> str:
    """A name or value of a form (WHATWG URL, section 5.1), every % of which two digits follow.

    >>> decode_form(b"a+b%20c%3D%C3%BC=")
    'a b c=ü='
    """
    value = value.replace(b"+", b" ")
    if b"%" not in value:
        return value.decode()
    if b"=" in value:
        return unquote_to_bytes(value).decode()
    # With another sign before the digits this is quoted-printable, which is decoded ten times faster.
    return a2b_qp(value.replace(b"%", b"=")).decode()


def _seconds(values: list[str]) -> float | None:
    if not values:
        return None
    try:
        seconds = float(values[0])
    except ValueError:
        seconds = -1.0
    if not 0 < seconds <= MAX_SECONDS:
        raise RefusedError(400, f"timeout is a number of seconds, above 0 and at most {MAX_SECONDS:g}.")
    return seconds
