"""The patterns that a query joins, each as text of its own, so that one can be left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from partnergraph.sparql.tokenizer import Token

_BLOCKS = {"OPTIONAL", "MINUS", "GRAPH", "VALUES", "FILTER", "BIND"}
_TERMS = {"variable", "iri", "prefixed", "blank", "string", "number"}


class Pattern(NamedTuple):
    """One thing that a group joins: a ``triple``, or a block by its keyword (a group or UNION: ``{``).

    `object` is what a triple ends with, when it is known apart.
    """

    kind: str
    text: str
    at: int
    object: str = ""


class UnknownShape(Exception):
    """The text has a shape that is not known here; then nothing is said about it."""


def graph_patterns(sparql: str, found: Sequence[Token]) -> tuple[str, list[Pattern]]:
    """What stands before the query's form (its prologue), and the patterns of its outermost group, in their order.

    The list is empty when the query has no group, or one of a shape that cannot be taken apart.
    """
    form = next(n for n, token in enumerate(found) if token.word in ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE"))
    groups = [n for n, token in enumerate(found) if token.opens == "group" and token.inside == "query"]
    if groups and found[groups[0] - 1].word == "CONSTRUCT":
        groups = groups[1:]  # the first is the template
    if not groups:
        return sparql[: found[form].at], []
    try:
        return sparql[: found[form].at], _Group(sparql, found).read(groups[0])
    except (UnknownShape, IndexError):
        return sparql[: found[form].at], []


class _Group:
    def __init__(self, sparql: str, found: Sequence[Token]) -> None:
        self.sparql, self.found = sparql, found
        self.closes: dict[int, int] = {}
        opened: list[int] = []
        for number, token in enumerate(found):
            if token.opens:
                opened.append(number)
            elif token.operator in (")", "]", "}") and opened:
                self.closes[opened.pop()] = number

    def read(self, opening: int) -> list[Pattern]:
        end, at = self.closes[opening], opening + 1
        if self.found[at].word == "SELECT":
            raise UnknownShape
        made: list[Pattern] = []
        while at < end:
            token = self.found[at]
            if token.operator == ".":
                at += 1
            elif token.word in _BLOCKS or token.operator == "{":
                after = self._block(at)
                made.append(Pattern(token.word or "{", self._text(at, after), token.at))
                at = after
            else:
                at = self._triples(at, made)
        return made

    def _text(self, start: int, after: int) -> str:
        last = self.found[after - 1]
        return self.sparql[self.found[start].at : last.at + len(last.text)]

    def _block(self, at: int) -> int:
        """The token after a block that begins here."""
        ends = (")", "}") if self.found[at].word in ("FILTER", "BIND") else ("}",)
        while True:
            if self.found[at].opens:
                at = self.closes[at]
                if self.found[at].operator in ends:
                    if self.found[at + 1].word != "UNION":
                        return at + 1
                    at += 1
            at += 1

    def _term(self, at: int) -> int:
        """The token after a node that begins here, its language or datatype with it."""
        if self.found[at].opens:
            return self.closes[at] + 1
        if self.found[at].operator in ("+", "-"):
            at += 1
        if self.found[at].kind not in _TERMS and self.found[at].word not in ("TRUE", "FALSE"):
            raise UnknownShape
        following = self.found[at + 1]
        if self.found[at].kind == "string" and following.text.startswith("@"):
            return at + 2
        return at + 3 if following.operator == "^^" else at + 1

    def _verb(self, at: int) -> int:
        """The token after a property or a path that begins here (SPARQL 1.1, 19.8, rules 88 to 96)."""
        while True:
            while self.found[at].operator in ("^", "!"):
                at += 1
            if self.found[at].opens:
                at = self.closes[at] + 1
            elif self.found[at].kind in ("variable", "iri", "prefixed") or self.found[at].word == "A":
                at += 1
            else:
                raise UnknownShape
            while self.found[at].operator in ("?", "*", "+"):
                at += 1
            if self.found[at].operator not in ("/", "|"):
                return at
            at += 1

    def _triples(self, start: int, made: list[Pattern]) -> int:
        """Read one subject with its properties; returns the token after them."""
        at = self._term(start)
        subject, bracketed = self._text(start, at), bool(self.found[start].opens)
        many = list[Pattern]()
        while self.found[at].operator not in (".", "}", "{") and self.found[at].word not in _BLOCKS:
            verb_at = at
            at = self._verb(at)
            verb = self._text(verb_at, at)
            while True:
                object_at = at
                at = self._term(at)
                place = self.found[start if not many else object_at].at
                thing = self._text(object_at, at)
                many.append(Pattern("triple", f"{subject} {verb} {thing}", place, thing))
                if self.found[at].operator != ",":
                    break
                at += 1
            while self.found[at].operator == ";":
                at += 1
        # What stands in brackets is one node only as long as it is written once.
        made += [Pattern("triple", self._text(start, at), self.found[start].at)] if bracketed or not many else many
        return at
