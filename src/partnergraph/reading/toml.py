"""TOML files of people, looked at before they are parsed: size, depth and the length of numbers are bounded.

(tomllib recurses for every bracket, and its time grows with the square of the parts of a dotted key.)
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from partnergraph.reading import read_file

__all__ = ["MAX_SIZE", "parse_toml", "read_toml"]

MAX_SIZE = 1_000_000  # bytes
MAX_DEPTH = 50  # brackets in brackets, or parts of a dotted key
MAX_WORD_LENGTH = 1_000  # characters of a number or of a key without quotation marks
_TOKEN = re.compile(
    r'''(?P<string>"""(?:[^"\\]++|\\.|"{1,2}(?!"))*+(?:"{3,5}|\Z) | "(?:[^"\\\n]++|\\.)*+"?
          | \'\'\'(?:[^']++|'{1,2}(?!'))*+(?:'{3,5}|\Z) | '[^'\n]*+'?)
      | (?P<word>[A-Za-z0-9_-]++)
      | (?P<open>[\[{]) | (?P<close>[\]}]) | (?P<dot>\.) | (?P<other>\#[^\n]*+|[^\s"'A-Za-z0-9_\[\]{}.\#-]++)''',
    re.VERBOSE | re.DOTALL,
)


def read_toml(path: Path, name: str | None = None, inside: Path | None = None) -> dict[str, Any]:
    """The content of a TOML file. Raises `DataError` for what `read_file` refuses, `ValueError` for other content."""
    return parse_toml(read_file(path, MAX_SIZE, name, inside).decode("utf-8"))


def parse_toml(text: str) -> dict[str, Any]:
    """The content of a TOML text. Raises `ValueError` that says what is wrong and, where it is known, the line.

    >>> parse_toml("x = " + "[" * 100)
    Traceback (most recent call last):
    ValueError: Brackets are nested more than 50 deep (at line 1)
    """
    text = text.replace("\r\n", "\n")
    _look_at(text)
    return tomllib.loads(text)


def _look_at(text: str) -> None:
    depth = parts = 0
    last = ""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or ""
        wrong = ""
        if kind == "open":
            depth += 1
            wrong = f"Brackets are nested more than {MAX_DEPTH} deep" if depth > MAX_DEPTH else ""
        elif kind == "close":
            depth -= 1
        elif kind == "word" and match.end() - match.start() > MAX_WORD_LENGTH:
            wrong = f"A number or key has more than {MAX_WORD_LENGTH:,} characters"
        parts = parts + 1 if kind == "dot" and last in ("word", "string") else parts if last == "dot" else 0
        if parts > MAX_DEPTH:
            wrong = f"A key has more than {MAX_DEPTH} parts"
        if wrong:
            raise ValueError(f"{wrong} (at line {text.count(chr(10), 0, match.start()) + 1})")
        last = kind
