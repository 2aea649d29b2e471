"""The forms of a result, and a table for the terminal. TSV, CSV, JSON and XML are the engine's own, exactly as the W3C
defines them; `frames` and `sheets` make theirs from the TSV.
"""

from __future__ import annotations

import re
import unicodedata

from partnergraph.errors import QueryForm

TABLES = ("csv", "tsv", "json", "xml")
GRAPHS = ("turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads")
MADE = ("excel-csv", "xlsx", "parquet", "arrow")  # for spreadsheet programs, and for programs that want typed columns
BINARY = ("xlsx", "parquet", "arrow")
FORMATS = ("table", *TABLES, *MADE, *GRAPHS)
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".json": "json",
    ".srj": "json",
    ".xml": "xml",
    ".srx": "xml",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".arrow": "arrow",
    ".feather": "arrow",
    ".ttl": "turtle",
    ".nt": "ntriples",
    ".jsonld": "jsonld",
    ".rdf": "rdfxml",
    ".trig": "trig",
    ".nq": "nquads",
}
XSD = "http://www.w3.org/2001/XMLSchema#"
_SIZES = ("Integer", "Long", "Int", "Short", "Byte")
WHOLE = frozenset(
    [
        *(name.lower() for name in _SIZES),
        *(f"unsigned{name}" for name in _SIZES[1:]),
        *(f"{sign}Integer" for sign in ("nonNegative", "positive", "nonPositive", "negative")),
    ]
)
BROKEN = frozenset({"decimal", "double", "float"})
NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN"
Value = str | int | float | bool | None
_ESCAPED = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[tnrbf"\'\\])')
_SIMPLE = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
XML = ("xml", "rdfxml")
MAX_WIDTH = 72
MAX_LENGTH = 4000  # digits of a whole number; Python refuses to read more than 4300, which would take long
MAX_ROWS = 1000  # of a table for people, unless they ask for more


def check_xml(data: bytes) -> None:
    """Raises `QueryForm` for a character that no document in XML can hold (XML 1.0, 2.2), which the engine writes.

    >>> check_xml("a\\tb\\x07".encode())
    Traceback (most recent call last):
    partnergraph.errors.QueryForm: The answer holds the character U+0007, which XML cannot. Ask for another form.
    """
    if found := _NOT_IN_XML.search(data):
        character = ord(found[0].decode())
        raise QueryForm(f"The answer holds the character U+{character:04X}, which XML cannot. Ask for another form.")


def parse_tsv(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Column names and cells (in SPARQL term syntax) of a TSV result (SPARQL 1.1 CSV and TSV formats, section 4)."""
    names = column_names(data)
    lines = data.decode("utf-8").split("\n")[1:]
    # Every line ends with a line feed, so that what follows the last one is no row; an empty line is a row.
    return names, [line.split("\t") if names else [] for line in lines[:-1]]


def column_names(data: bytes) -> list[str]:
    """The column names of a TSV result."""
    heading = data[: data.index(b"\n")].decode("utf-8")
    return [name.removeprefix("?") for name in heading.split("\t")] if heading else []


def term_text(cell: str) -> str:
    """The value of a term for people: an IRI's address, a literal's text.

    >>> term_text('"Keele"@en'), term_text("<https://example.org/a>"), term_text('"2009"^^<http://www.w3.org/2001/XMLSchema#gYear>')
    ('Keele', 'https://example.org/a', '2009')
    """
    if cell.startswith("<") and not cell.startswith("<<"):
        return cell[1:-1]
    if cell.startswith('"'):
        inner = cell[1 : cell.rindex('"')]
        return _ESCAPED.sub(lambda m: _SIMPLE.get(m[1], m[1]) if m[1][0] not in "uU" else chr(int(m[1][1:], 16)), inner)
    return cell


def text_table(data: bytes, labels: dict[str, str], width: int = MAX_WIDTH) -> str:
    """Aligned text from a TSV result: labels instead of IRIs where there are any, long cells cut with an ellipsis."""
    names, rows = parse_tsv(data)
    texts = [[_show(cell, labels, width) for cell in row] for row in rows]
    count = f"({len(rows)} row{'' if len(rows) == 1 else 's'})"
    if not names:
        return f"{count}\n"
    widths = [
        max(_width(name), *(_width(row[i]) for row in texts)) if texts else _width(name) for i, name in enumerate(names)
    ]
    lines = ["  ".join(_pad(name, w) for name, w in zip(names, widths, strict=True)).rstrip()]
    lines.append("  ".join("-" * w for w in widths))
    lines += ["  ".join(_pad(cell, w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in texts]
    return "\n".join([*lines, count, ""])


def _show(cell: str, labels: dict[str, str], width: int) -> str:
    text = labels.get(cell[1:-1], term_text(cell)) if cell.startswith("<") else term_text(cell)
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    return text if len(text) <= width or cell.startswith("<") else text[: width - 1] + "…"


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text if not unicodedata.combining(c))


def _pad(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def python_value(cell: str) -> Value:
    """A term of a TSV result as a Python value.

    >>> [python_value(cell) for cell in ("14", '"14"^^<http://www.w3.org/2001/XMLSchema#integer>', '"Keele"@en', "")]
    [14, 14, 'Keele', None]
    """
    if cell == "":
        return None
    if cell[0] in "+-.0123456789":
        return _whole(cell) if re.fullmatch("[+-]?[0-9]+", cell) else float(cell)
    if cell in ("true", "false"):
        return cell == "true"
    text = term_text(cell)
    datatype = cell.rpartition('"^^<')[2].rstrip(">") if '"^^<' in cell else ""
    name = datatype.removeprefix(XSD)
    if name in WHOLE and re.fullmatch("[+-]?[0-9]+", text):
        return _whole(text)
    if name in BROKEN and re.fullmatch(NUMBER, text):
        return float(text)
    return text in ("true", "1") if name == "boolean" and text in ("true", "false", "1", "0") else text


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= MAX_LENGTH else text
