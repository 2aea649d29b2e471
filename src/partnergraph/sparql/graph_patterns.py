"""The graph patterns that the outermost group of a query joins, each as a text that can be asked or left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from partnergraph.sparql.tokenizer import Token

_BLOCK_KEYWORDS = {"OPTIONAL", "MINUS", "GRAPH", "VALUES", "FILTER", "BIND"}
_NODE_KINDS = {"variable", "iri", "prefixed", "blank", "string", "number"}


class Pattern(NamedTuple):
    """A part of a group: a ``triple``, or a block by its keyword (a group or UNION: ``{``).

    `at` is its offset in the query; `object` the text of a triple's object, when the triple was split into its terms.
    """

    kind: str
    text: str
    at: int
    object: str = ""

    def excerpt(self, length: int) -> str:
        """Its text in one line, cut with an ellipsis."""
        text = " ".join(self.text.split())
        return text if len(text) <= length else text[: length - 1] + "…"


class UnknownShape(Exception):
    """The group has a syntax that this parser does not know; then nothing is reported about it."""


def graph_patterns(sparql: str, tokens: Sequence[Token]) -> tuple[str, list[Pattern]]:
    """The prologue of a query, and the patterns of its outermost group in their order.

    The list is empty when the query has no group, or one that this parser does not know.
    """
    form = next(n for n, token in enumerate(tokens) if token.word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
    groups = [n for n, token in enumerate(tokens) if token.opens == "group" and token.inside == "query"]
    if groups and tokens[groups[0] - 1].word == "CONSTRUCT":
        groups = groups[1:]  # the first is the template
    if not groups:
        return sparql[: tokens[form].at], []
    try:
        return sparql[: tokens[form].at], _GroupParser(sparql, tokens).read(groups[0])
    except (UnknownShape, IndexError):
        return sparql[: tokens[form].at], []


class _GroupParser:
    def __init__(self, sparql: str, tokens: Sequence[Token]) -> None:
        self.sparql, self.tokens = sparql, tokens
        self.closes: dict[int, int] = {}
        open_brackets: list[int] = []
        for number, token in enumerate(tokens):
            if token.opens:
                open_brackets.append(number)
            elif token.operator in (")", "]", "}") and open_brackets:
                self.closes[open_brackets.pop()] = number

    def read(self, opening: int) -> list[Pattern]:
        end, at = self.closes[opening], opening + 1
        if self.tokens[at].word == "SELECT":
            raise UnknownShape
        patterns: list[Pattern] = []
        while at < end:
            token = self.tokens[at]
            if token.operator == ".":
                at += 1
            elif token.word in _BLOCK_KEYWORDS or token.operator == "{":
                after = self._block(at)
                patterns.append(Pattern(token.word or "{", self._text(at, after), token.at))
                at = after
            else:
                at = self._triples(at, patterns)
        return patterns

    def _text(self, start: int, after: int) -> str:
        last = self.tokens[after - 1]
        return self.sparql[self.tokens[start].at : last.at + len(last.text)]

    def _block(self, at: int) -> int:
        """The number of the token after the block that begins at a token."""
        ends = (")", "}") if self.tokens[at].word in ("FILTER", "BIND") else ("}",)
        while True:
            if self.tokens[at].opens:
                at = self.closes[at]
                if self.tokens[at].operator in ends:
                    if self.tokens[at + 1].word != "UNION":
                        return at + 1
                    at += 1
            at += 1

    def _term(self, at: int) -> int:
        """The number of the token after a node, its language or datatype included."""
        if self.tokens[at].opens:
            return self.closes[at] + 1
        if self.tokens[at].operator in ("+", "-"):
            at += 1
        if self.tokens[at].kind not in _NODE_KINDS and self.tokens[at].word not in ("TRUE", "FALSE"):
            raise UnknownShape
        following = self.tokens[at + 1]
        if self.tokens[at].kind == "string" and following.text.startswith("@"):
            return at + 2
        return at + 3 if following.operator == "^^" else at + 1

    def _verb(self, at: int) -> int:
        """The number of the token after a property or a path (SPARQL 1.1, 19.8, rules 88 to 96)."""
        while True:
            while self.tokens[at].operator in ("^", "!"):
                at += 1
            if self.tokens[at].opens:
                at = self.closes[at] + 1
            elif self.tokens[at].kind in ("variable", "iri", "prefixed") or self.tokens[at].word == "A":
                at += 1
            else:
                raise UnknownShape
            while self.tokens[at].operator in ("?", "*", "+"):
                at += 1
            if self.tokens[at].operator not in ("/", "|"):
                return at
            at += 1

    def _triples(self, start: int, patterns: list[Pattern]) -> int:
        """Read one subject with its properties; returns the token after them."""
        at = self._term(start)
        subject, bracketed = self._text(start, at), bool(self.tokens[start].opens)
        triples = list[Pattern]()
        while self.tokens[at].operator not in (".", "}", "{") and self.tokens[at].word not in _BLOCK_KEYWORDS:
            verb_at = at
            at = self._verb(at)
            verb = self._text(verb_at, at)
            while True:
                object_at = at
                at = self._term(at)
                place = self.tokens[start if not triples else object_at].at
                object_ = self._text(object_at, at)
                triples.append(Pattern("triple", f"{subject} {verb} {object_}", place, object_))
                if self.tokens[at].operator != ",":
                    break
                at += 1
            while self.tokens[at].operator == ";":
                at += 1
        # A subject in brackets is a new node each time it is written, so its triples stay one pattern.
        patterns += (
            [Pattern("triple", self._text(start, at), self.tokens[start].at)] if bracketed or not triples else triples
        )
        return at
