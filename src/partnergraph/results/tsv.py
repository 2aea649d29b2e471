"""A SELECT answer in TSV (SPARQL 1.1 CSV and TSV formats, section 4), as the engine writes it, read into Python.

A cell is a term in SPARQL syntax, or empty where a variable is unbound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

XSD = "http://www.w3.org/2001/XMLSchema#"
_SIZES = ("Integer", "Long", "Int", "Short", "Byte")
# Local names of the datatypes of XML Schema that are integers, and of those with a fraction.
INTEGER_TYPES = frozenset(
    [
        *(name.lower() for name in _SIZES),
        *(f"unsigned{name}" for name in _SIZES[1:]),
        *(f"{sign}Integer" for sign in ("nonNegative", "positive", "nonPositive", "negative")),
    ]
)
FRACTIONAL_TYPES = frozenset({"decimal", "double", "float"})
NUMBER_PATTERN = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN"
Value = str | int | float | bool | None
_ESCAPE = re.compile(r'\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[tnrbf"\'\\])')
_CHARACTER_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
MAX_INTEGER_DIGITS = 4000  # Python refuses to read more than 4300, which would take long


def parse_tsv(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Column names and rows of cells."""
    names = column_names(data)
    lines = data.decode("utf-8").split("\n")[1:]
    # Every line ends with a line feed, so that what follows the last one is no row; an empty line is a row.
    return names, [line.split("\t") if names else [] for line in lines[:-1]]


def column_names(data: bytes) -> list[str]:
    """The column names, without their question marks."""
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
        return _ESCAPE.sub(_unescape, inner)
    return cell


def _unescape(match: re.Match[str]) -> str:
    escape = match[1]
    return chr(int(escape[1:], 16)) if escape[0] in "uU" else _CHARACTER_ESCAPES.get(escape, escape)


def labelled_text(cell: str, labels: Mapping[str, str]) -> str:
    """The value of a term for people, the name instead of an IRI that has one."""
    return labels.get(cell[1:-1], term_text(cell)) if cell.startswith("<") else term_text(cell)


def python_value(cell: str) -> Value:
    """A term of a TSV result as a Python value.

    >>> [python_value(cell) for cell in ("14", '"14"^^<http://www.w3.org/2001/XMLSchema#integer>', '"Keele"@en', "")]
    [14, 14, 'Keele', None]
    """
    if cell == "":
        return None
    if cell[0] in "+-.0123456789":
        return _integer(cell) if re.fullmatch("[+-]?[0-9]+", cell) else float(cell)
    if cell in ("true", "false"):
        return cell == "true"
    text = term_text(cell)
    datatype = cell.rpartition('"^^<')[2].rstrip(">") if '"^^<' in cell else ""
    name = datatype.removeprefix(XSD)
    if name in INTEGER_TYPES and re.fullmatch("[+-]?[0-9]+", text):
        return _integer(text)
    if name in FRACTIONAL_TYPES and re.fullmatch(NUMBER_PATTERN, text):
        return float(text)
    return text in ("true", "1") if name == "boolean" and text in ("true", "false", "1", "0") else text


def _integer(text: str) -> int | str:
    return int(text) if len(text) <= MAX_INTEGER_DIGITS else text
