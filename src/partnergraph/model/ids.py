"""IRIs: minted from row ids once, never recomputed from names. No blank nodes anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from partnergraph.model.rdf_terms import IRI

# Table -> the path of its rows under id/.
RECORD_PATHS = {
    "organisations": "org",
    "groups": "group",
    "undertakings": "undertaking",
    "places": "place",
    "relationships": "rel",
    "events": "event",
    "statements": "record",
    "names": "name",
    "attributes": "attribute",
    "sources": "source",
    "evidence": "evidence",
}
# Tables whose rows belong to one source: their path goes on with its id.
TABLES_OF_SOURCES = frozenset(("groups", "statements", "evidence"))
_BETWEEN = re.compile(r"[^A-Za-z0-9]+")


def identifier_slug(value: str) -> str:
    """An identifier as the last part of an IRI; letters of other alphabets are percent-coded first.

    >>> identifier_slug("https://ror.org/00340yn33"), identifier_slug("0000 0004 0415 6205")
    ('00340yn33', '0000-0004-0415-6205')
    """
    bare = value.removeprefix("https://ror.org/")
    if bare.isascii():
        return bare if bare.isalnum() else _BETWEEN.sub("-", bare).strip("-")
    return _BETWEEN.sub("-", "".join(c if c.isascii() else quote(c) for c in bare)).strip("-")


@dataclass(frozen=True)
class Ids:
    """All IRIs of one graph, under its base.

    >>> Ids("https://w3id.org/partnergraph/").org("nice")
    'https://w3id.org/partnergraph/id/org/nice'
    """

    base: str

    def _id(self, *parts: str) -> IRI:
        return IRI(self.base + "id/" + "/".join(parts))

    def row(self, table: str, slug: str, source: str = "") -> IRI:
        """The row with this id of a table of `RECORD_PATHS`; `source` is that of a row that belongs to one.

        >>> Ids("https://example.org/").row("groups", "councils", source="annual-report")
        'https://example.org/id/group/annual-report/councils'
        """
        scope = (source,) if table in TABLES_OF_SOURCES else ()
        return self._id(RECORD_PATHS[table], *scope, slug)

    def org(self, slug: str) -> IRI:
        """An organisation."""
        return self._id("org", slug)

    def group(self, source: str, slug: str) -> IRI:
        """An unnamed group; it belongs to one source."""
        return self._id("group", source, slug)

    def undertaking(self, slug: str) -> IRI:
        """An undertaking."""
        return self._id("undertaking", slug)

    def place(self, slug: str) -> IRI:
        """A place."""
        return self._id("place", slug)

    def relationship(self, slug: str) -> IRI:
        """A relationship."""
        return self._id("rel", slug)

    def event(self, slug: str) -> IRI:
        """An event."""
        return self._id("event", slug)

    def statement(self, source: str, slug: str) -> IRI:
        """A finding, purpose or arrangement; it belongs to one source."""
        return self._id("record", source, slug)

    def name(self, slug: str) -> IRI:
        """A name in use."""
        return self._id("name", slug)

    def attribute(self, slug: str) -> IRI:
        """An attribute."""
        return self._id("attribute", slug)

    def identifier(self, scheme: str, value: str) -> IRI:
        """An identifier: its scheme and a slug of its value.

        >>> Ids("https://example.org/").identifier("website", "https://ü.example.org/")
        'https://example.org/id/identifier/website-https-C3-BC-example-org'
        """
        return self.identifier_of(f"{scheme}-{identifier_slug(value)}")

    def identifier_of(self, slug: str) -> IRI:
        """An identifier, by the last part of its IRI."""
        return self._id("identifier", slug)

    def source(self, slug: str) -> IRI:
        """A source."""
        return self._id("source", slug)

    def evidence(self, source: str, slug: str) -> IRI:
        """A piece of evidence."""
        return self._id("evidence", source, slug)

    def passage(self, source: str, number: int) -> IRI:
        """A sentence of an archived text."""
        return self._id("passage", source, f"s{number}")

    def selector(self, source: str, number: int, form: str) -> IRI:
        """The quotation or the position that selects a sentence."""
        return self._id("selector", source, f"s{number}-{form}")

    def match(self, body: str, source: str, record: str) -> IRI:
        """A decision whether a record of a register is about a body.

        >>> Ids("https://example.org/").match("keele", "ror", "https://ror.org/0")
        'https://example.org/id/match/keele/ror/https%3A%2F%2Fror.org%2F0'
        """
        return self._id("match", body, source, quote(record, safe=""))

    def position(self, view: str, body: str) -> IRI:
        """The saved position of an organisation, group or undertaking (its IRI) in one view of the drawing."""
        return self._id("position", view, body.removeprefix(f"{self.base}id/"))

    def question(self, name: str) -> IRI:
        """A named question."""
        return self._id("question", name)

    def prefix(self, name: str) -> IRI:
        """The declaration of a prefix."""
        return self._id("prefix", name)

    def step(self, number: int) -> IRI:
        """A step of the story."""
        return self._id("story", str(number))

    def graph(self, *parts: str) -> IRI:
        """A named graph."""
        return IRI(self.base + "graph/" + "/".join(parts))
