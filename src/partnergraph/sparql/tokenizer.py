"""A query cut into tokens (SPARQL 1.1, section 19.8), each with the kind of bracket it stands in.

Strings, IRIs and comments are one token each, so that SERVICE inside a literal is text and SERVICE between two comments
is a keyword. Text that the engine could cut in another way would hide keywords from the guard; so it is an error here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from partnergraph.errors import QueryError

_NAME_START = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_MORE = "\u00b7\u0300-\u036f\u203f\u2040"  # what a name may hold, but not begin with
_ESCAPE = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]"
_ABSOLUTE_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_OPERANDS = frozenset({"variable", "number", "string", "iri", "prefixed", "blank"})


@cache
def _pattern(ascii_: bool) -> re.Pattern[str]:
    """The pattern of a token, for ASCII text or for any: compiling the letters of all scripts takes 30 ms."""
    first = "A-Za-z" if ascii_ else _NAME_START
    inner = f"{first}_0-9{'' if ascii_ else _NAME_MORE}"
    return re.compile(
        rf"""(?P<space>[ \t\r\n]+)
          | (?P<comment>\#[^\n\r]*)
          | (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
              | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
          | (?P<iri><(?:[^<>"{{}}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
          | (?P<variable>[?$][{first}_0-9][{inner}]*)
          | (?P<blank>_:[{first}_0-9](?:[{inner}.-]*[{inner}-])?)
          | (?P<prefixed>(?:[{first}](?:[{inner}.-]{{0,62}}[{inner}-])?)?:
              (?:(?:[{first}_0-9:]|{_ESCAPE})(?:(?:[{inner}.:-]|{_ESCAPE})*(?:[{inner}:-]|{_ESCAPE}))?)?)
          | (?P<word>@?[A-Za-z_][A-Za-z_0-9-]*)
          | (?P<number>[0-9]+\.[0-9]*[eE][+-]?[0-9]+ | (?:[0-9]*\.)?[0-9]+(?:[eE][+-]?[0-9]+)?)
          | (?P<operator>\|\||&&|\^\^|!=|<=|>=|[{{}}()\[\].;,*+/|^!=<>?&-])
          | (?P<other>.)""",
        re.VERBOSE | re.DOTALL,
    )


class Token(NamedTuple):
    """One token: its kind, its text, its offset in the query, the bracket it stands in, and what it opens if it is one.

    A bracket opens a ``group`` of patterns, the ``query`` inside a group, an ``expression``, the ``data`` of a VALUES,
    a ``list`` (a collection, or a part of a path) or a ``blank`` node. A closing bracket stands in what it closes.
    """

    kind: str
    text: str
    at: int
    inside: str = "query"
    opens: str = ""

    @property
    def word(self) -> str:
        """The keyword that the token is, in capitals; empty for anything else."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def operator(self) -> str:
        """The symbol that the token is; empty for anything else."""
        return self.text if self.kind == "operator" else ""

    @property
    def operand(self) -> bool:
        """Whether a value, a node or a bracketed expression ends with this token."""
        return (
            self.kind in _OPERANDS
            or self.operator in (")", "]", "}")
            or (self.kind == "word" and (self.text[0] == "@" or self.word.endswith(("TRUE", "FALSE"))))
        )


def tokenize(sparql: str) -> Iterator[Token]:
    """The tokens of a query without spaces and comments, one by one.

    Raises `QueryError` at a ``<`` that begins an IRI in one reading and means 'less than' in another.

    >>> [t.text for t in tokenize('ASK { ?s ?p "SERVICE <x>" } # LOAD')]
    ['ASK', '{', '?s', '?p', '"SERVICE <x>"', '}']
    >>> [t.opens for t in tokenize("SELECT (1 AS ?x) { ?s ?p [] FILTER(?s) }") if t.opens]
    ['expression', 'group', 'blank', 'expression']
    """
    stack = ["query"]
    last = second = Token("operator", "", 0)
    values = False
    at = 0
    pattern = _pattern(sparql.isascii())
    while match := pattern.match(sparql, at):
        at = match.end()
        kind = match.lastgroup or "other"
        if kind in ("space", "comment"):
            continue
        text = match[0]
        if text[0] == "<":
            _check_unambiguous(sparql, match, stack[-1], last)
        if last.opens == "group" and kind == "word" and text.upper().startswith("SELECT"):
            stack[-1] = "query"
        opens = _bracket_kind(text, stack[-1], last, second, values) if text in ("{", "(", "[") else ""
        token = Token(kind, text, match.start(), stack[-1], opens)
        if opens:
            stack.append(opens)
        elif text in ("}", ")", "]") and len(stack) > 1:
            stack.pop()
        values = token.word == "VALUES" or (values and (kind == "variable" or text in ("(", ")")))
        yield token
        last, second = token, last


def _bracket_kind(bracket: str, inside: str, last: Token, second: Token, values: bool) -> str:
    if bracket == "[":
        return "blank"
    if values:
        return "data"
    if bracket == "{":
        return "group"
    if inside in ("expression", "data", "list"):
        return inside
    is_call = last.kind in ("iri", "prefixed") and second.word == "FILTER"
    keyword = last.word not in ("", "A", "TRUE", "FALSE")
    return "expression" if inside == "query" or is_call or keyword else "list"


def _check_unambiguous(sparql: str, match: re.Match[str], inside: str, last: Token) -> None:
    """Raises `QueryError` for a `<` that the engine, which looks at what stands before it, and the specification, which
    looks at what follows, may read differently.

    The engine takes it as 'less than' only inside parentheses and after a value; and what stands up to the `>` must
    then close the comparison somehow, or be a string or a comment.
    """
    at, body = match.start(), match[0]
    is_double = sparql.startswith("<<", at)
    is_ambiguous = (
        body.endswith(">")
        and inside in ("expression", "list")
        and last.operand
        and not _ABSOLUTE_IRI.match(body)
        and any(c in body for c in "&,()#'")
    )
    if is_double or is_ambiguous:
        what = "'<<' can be read in two ways" if is_double else f"{body} can be read as an IRI and as 'less than'"
        raise QueryError(f"{what}: put a space after the '<' that means 'less than'.", *line_and_column(sparql, at))


def decode_escapes(sparql: str) -> str:
    r"""The text with its code point escapes replaced, as some engines do before they tokenize (section 19.2).

    >>> decode_escapes(r"\u0053ELECT")
    'SELECT'
    """
    escape = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
    return escape.sub(lambda m: chr(n) if (n := int(m[1] or m[2], 16)) < 0x110000 else m[0], sparql)


def line_and_column(sparql: str, at: int) -> tuple[int, int]:
    """Line and column, from 1, of a position in the text."""
    line = sparql.count("\n", 0, at) + 1
    return line, at - (sparql.rfind("\n", 0, at) + 1) + 1
