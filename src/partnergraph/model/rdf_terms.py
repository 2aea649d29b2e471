"""RDF terms and quads as plain tuples, so that nothing above the store needs an engine to say a triple.

An IRI is a `str` subclass; a literal is a tuple of text, datatype and language. The N-Quads text of a quad
(W3C RDF 1.1 N-Quads, section 2) is its canonical form: sorting quads means sorting that text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from partnergraph.vocabulary.iri import is_iri

XSD = "http://www.w3.org/2001/XMLSchema#"
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_TO_ESCAPE = re.compile(r'[\\"\n\r\t\x08\x0c\x00-\x1f\x7f]')


class IRI(str):
    """An absolute IRI. What the grammar of IRIs forbids is refused, so that an engine never has to.

    >>> IRI("https://example.org/a").n3
    '<https://example.org/a>'
    >>> IRI("https://example.org/a b")
    Traceback (most recent call last):
    ValueError: not an IRI: 'https://example.org/a b'
    """

    __slots__ = ()

    def __new__(cls, value: str) -> IRI:
        if not is_iri(value):
            raise ValueError(f"not an IRI: {value!r}")
        return super().__new__(cls, value)

    @property
    def n3(self) -> str:
        """The term as N-Quads writes it."""
        return f"<{self}>"


def quote_literal(text: str) -> str:
    """Text as N-Quads writes it: between quotation marks, escaped where it has to be (section 3, production 9).

    >>> print(quote_literal("Keele"), quote_literal('the "new" one'))
    "Keele" "the \\"new\\" one"
    """
    if text.isprintable() and '"' not in text and "\\" not in text:  # most is; to see it is quick
        return f'"{text}"'
    return '"' + _TO_ESCAPE.sub(lambda m: _ESCAPES.get(m[0], f"\\u{ord(m[0]):04X}"), text) + '"'


class Literal(NamedTuple):
    """A literal: text with a datatype IRI, or with a language tag.

    >>> Literal("Keele", lang="en").n3
    '"Keele"@en'
    >>> Literal("2009", XSD + "gYear").n3
    '"2009"^^<http://www.w3.org/2001/XMLSchema#gYear>'
    """

    text: str
    datatype: str | None = None
    lang: str | None = None

    @property
    def n3(self) -> str:
        """The term as N-Quads writes it."""
        if self.lang:
            return f"{quote_literal(self.text)}@{self.lang}"
        if self.datatype and self.datatype != XSD + "string":
            return f"{quote_literal(self.text)}^^<{self.datatype}>"
        return quote_literal(self.text)


Term = IRI | Literal


class Quad(NamedTuple):
    """Subject, predicate, object and the named graph that holds them (None: the default graph)."""

    s: IRI
    p: IRI
    o: Term
    g: IRI | None = None

    @property
    def nquads(self) -> str:
        """The quad as one line of N-Quads, newline included."""
        graph = f" {self.g.n3}" if self.g is not None else ""
        return f"{self.s.n3} {self.p.n3} {self.o.n3}{graph} .\n"
