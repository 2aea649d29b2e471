"""One request of the SPARQL 1.1 Protocol, read strictly: what is asked, of which graphs, and in which form."""

from __future__ import annotations

import re
from binascii import a2b_qp
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

MAX_BODY = 1_000_000
MAX_SECONDS = 60.0
# What clients call the form of the answer that they want; many send all three.
FORMATS = ("format", "output", "results")
_NAMES = {"query", "default-graph-uri", "named-graph-uri", "timeout", "explain", "as-of", *FORMATS}
MAX_FIELDS = 100
MAX_NAME_LENGTH = 80  # characters of the name of a parameter, where it is named
MAX_HEADER_LENGTH = 4_000  # bytes of the value of a header: many clients read no more than 8 KB of a line
FORM = "application/x-www-form-urlencoded"
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_LINE_END = re.compile(r"\r\n?|\n")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x5c\x7f-\xff]")


class RefusedError(Exception):
    """A request that gets no answer, and why."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers


class SparqlRequest(NamedTuple):
    """What a request asks; `query` is None when it asks for the description of the service."""

    query: str | None
    default: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    timeout: float | None = None
    explain: bool = False
    as_of: str | None = None
    formats: tuple[str, ...] = ()  # names of the form of answer that is wanted, the first the most
    ignored: tuple[str, ...] = ()  # parameters that mean nothing here


def header_value(text: str) -> bytes:
    r"""A text as the value of a header (RFC 9110, 5.5): in visible ASCII, ends of lines as `` | ``.

    All else, and the backslash itself, is escaped as Python and JavaScript do it; what is too long ends in ``...``.

    >>> header_value("a\r\nb\x00 \u00fc\\")
    b'a | b\\x00 \\xfc\\x5c'
    """
    line = _UNPRINTABLE.sub(lambda one: f"\\x{ord(one[0]):02x}", _LINE_END.sub(" | ", text.strip()))
    value = line.encode("ascii", "backslashreplace")
    if len(value) <= MAX_HEADER_LENGTH:
        return value
    # No escape is cut in two.
    return re.sub(rb"\\[xuU]?[0-9a-f]{0,7}\Z", b"", value[: MAX_HEADER_LENGTH - 3]) + b"..."


def read_request(method: str, query_string: bytes, content_type: str, body: bytes) -> SparqlRequest:
    """Read a request (SPARQL 1.1 Protocol, section 2.1). Raises `RefusedError` with the status it deserves."""
    # Nearly every request is a query by GET and nothing else.
    if method != "POST" and query_string.startswith(b"query=") and b"&" not in query_string:
        return SparqlRequest(_value(query_string, len(b"query="), "the address"))
    parameters = parse_form(query_string, "the address")
    text = None
    if method == "POST":
        kind, _, rest = content_type.partition(";")
        if "charset" in rest.lower() and "utf-8" not in rest.lower().replace("utf8", "utf-8"):
            raise RefusedError(415, "The body is not in UTF-8. Send it in UTF-8.")
        kind = kind.strip().lower()
        if kind == FORM:
            if any(name in ("query", "update") for name, _ in parameters):
                raise RefusedError(400, "A form has its query in the body, not in the address.")
            parameters += parse_form(body, "the body")
        elif kind == "application/sparql-query":
            if any(name in ("query", "update") for name, _ in parameters):
                raise RefusedError(400, "The query is in the body; the address holds another one.")
            try:
                text = body.decode("utf-8")
            except UnicodeDecodeError:
                raise RefusedError(400, "The query is not text in UTF-8.") from None
        elif kind == "application/sparql-update":
            raise RefusedError(403, "This endpoint only reads. Change the tables and build.")
        else:
            raise RefusedError(415, f"Send a query as application/sparql-query, or as a form ({FORM}).")
    if any(name in ("update", "using-graph-uri", "using-named-graph-uri") for name, _ in parameters):
        raise RefusedError(403, "This endpoint only reads. Change the tables and build.")
    ignored = dict.fromkeys(name[:MAX_NAME_LENGTH] for name, _ in parameters if name not in _NAMES)
    queries = [value for name, value in parameters if name == "query"]
    if text is not None:
        queries.append(text)
    if len(queries) > 1:
        raise RefusedError(400, "There are several queries; send one.")
    if not queries and (method == "POST" or any(name not in FORMATS for name, _ in parameters)):
        unknown = [f" There is no parameter '{name}'; they are {', '.join(sorted(_NAMES))}." for name in ignored]
        raise RefusedError(400, f"There is no query. Send it as the parameter 'query'.{''.join(unknown[:1])}")
    return SparqlRequest(
        queries[0] if queries else None,
        # Forms send the parameters that were not filled in, too.
        tuple(value for name, value in parameters if name == "default-graph-uri" and value),
        tuple(value for name, value in parameters if name == "named-graph-uri" and value),
        _seconds([value for name, value in parameters if name == "timeout" and value]),
        any(name == "explain" and value not in ("", "0", "false") for name, value in parameters),
        next((value for name, value in parameters if name == "as-of"), None),
        tuple(value for name, value in parameters if name in FORMATS and value.strip()),
        tuple(ignored),
    )


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


def _value(encoded: bytes, at: int, where: str) -> str:
    """The value that begins somewhere in a form of one field. Raises `RefusedError`."""
    try:
        if not encoded.isascii() or _BROKEN.search(encoded):
            raise ValueError
        return decode_form(encoded[at:])
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
