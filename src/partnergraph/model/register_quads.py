"""Records of registers -> lines of N-Quads, as a row of a table with the same content would give them.

Everything that a file of a register says stands in a graph of its own, beside that of its source (which holds what the
editors' tables cite it for), and "who says so" is asked in the same way. Each record has one piece of evidence.
A body that the editors have keeps its IRI, its preferred name and its types; the register adds the rest. One that only
registers know has its IRI by source and record, and its name and types from there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache

from partnergraph.model.column_terms import concept, date_terms
from partnergraph.model.dates import PartialDate
from partnergraph.model.ids import Ids, identifier_slug
from partnergraph.model.rdf_terms import IRI, Literal, quote_literal
from partnergraph.model.record_quads import FORMS
from partnergraph.model.register_records import Entry, EntryLink, EntryName, EntryPlace, Grant
from partnergraph.vocabulary import ADMS, DCAT, DCTERMS, FOAF, ORG, PG, PROV, RDF, SKOS, SKOSXL, VOID, WGS84, XSD
from partnergraph.vocabulary.iri import is_web_address

__all__ = ["RegisterLines", "register_slug"]

_PLAIN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# The type code:body: of a body without a type in the register, or of which it says nothing but the name.
UNTYPED = "body"
# The terms that every record needs, as N-Triples, computed once.
_A, _EVIDENCE, _SOURCE = f"<{RDF.type}>", f"<{PG.evidence}>", f"<{DCTERMS.source}>"
_LABEL, _ALT_LABEL, _CLASS = f"<{SKOS.prefLabel}>", f"<{SKOS.altLabel}>", f"<{ORG.classification}>"
_EVIDENCE_TYPE, _BASIS, _CONFIDENCE = f"<{PG.Evidence}>", f"<{PG.basis}>", f"<{PG.confidence}>"
_SAYS, _LOCATOR, _KNOWN_AS = f"<{PG.says}>", f"<{PG.locator}>", f"<{DCTERMS.identifier}>"
_NAME_TYPES, _NAME_OF, _NAME_KIND = (f"<{PG.Name}>", f"<{SKOSXL.Label}>"), f"<{PG.nameOf}>", f"<{PG.nameKind}>"
_FORM, _ALT_NAME = f"<{SKOSXL.literalForm}>", f"<{SKOSXL.altLabel}>"
_IDENTIFIER_TYPE, _NOTATION, _SCHEME = f"<{ADMS.Identifier}>", f"<{SKOS.notation}>", f"<{PG.scheme}>"
_IDENTIFIED, _HOMEPAGE = f"<{ADMS.identifier}>", f"<{FOAF.homepage}>"
_ATTRIBUTE_TYPE, _ATTRIBUTE_OF, _PROPERTY, _VALUE = (
    f"<{PG[name]}>" for name in ("Attribute", "attributeOf", "property", "value")
)
_CLAIM_TYPE, _KIND, _FROM, _TO, _ABOUT = (f"<{PG[name]}>" for name in ("Relationship", "kind", "from", "to", "about"))
_EVENT_TYPE, _CHANGE_TYPE = f"<{PG.LifecycleEvent}>", f"<{PG.ChangeEvent}>"
_BEFORE, _AFTER = f"<{ORG.originalOrganization}>", f"<{ORG.resultingOrganization}>"
_TITLE, _NOTE = f"<{DCTERMS.title}>", f"<{SKOS.note}>"


def register_slug(source: str, record: str) -> str:
    """The last part of the IRI of a body that only a register knows. It never changes while the record does not.

    >>> register_slug("ror", "https://ror.org/00340yn33"), register_slug("ods", "RJE")
    ('ror-00340yn33', 'ods-RJE')
    >>> register_slug("grants", "360G-a/b")
    'grants-360G-a-b-571dd60c'
    """
    return f"{source}-{_slug(record)}"


def _slug(text: str) -> str:
    bare = text.removeprefix("https://ror.org/")
    if _PLAIN.fullmatch(bare):
        return bare
    # Two records may differ only in what a slug leaves out.
    digest = hashlib.sha256(bare.encode()).hexdigest()[:8]
    return f"{re.sub(r'[^A-Za-z0-9]+', '-', bare)[:60].strip('-')}-{digest}"


@lru_cache(100)
def _types(form: str) -> tuple[tuple[str, str], ...]:
    return tuple((_A, f"<{kind}>") for kind in dict.fromkeys((FORMS[form], ORG.Organization)))


@lru_cache(2_000)
def _date(name: str, value: PartialDate) -> tuple[tuple[str, str], ...]:
    """Predicates and objects of a date: as stated, and its bounds."""
    return tuple((f"<{predicate}>", term.n3) for predicate, term in date_terms(IRI(PG[name]), value))


@lru_cache(500)
def _code(name: str) -> str:
    return concept(name).n3


@lru_cache(500)
def _tag(language: str) -> str:
    return f"@{language}" if _TAG.fullmatch(language) else ""


def _text(text: str, language: str | None) -> str:
    """Text of a register: in the language that it states, else in none (unlike an editor's, it may be in any)."""
    return quote_literal(text) + _tag(language) if language else quote_literal(text)


class RegisterLines:
    """Writes the records of one register.

    `body` gives the id of the editors' body that a record, an identifier or a name is about, or None; `is_written`
    says whether a record of this register is in the graph, `outside` whether one that the file lacks (or, for None, a
    body that is named without a record) may be. These, and what links one record to another, are written by
    `link_lines`, when all records have been seen.
    """

    def __init__(
        self,
        base: str,
        source: str,
        title: str,
        release: str,
        language: str,
        body: Callable[[str | None, tuple[str, str] | None], str | None],
        is_written: Callable[[str], bool],
        outside: Callable[[str | None], bool],
    ) -> None:
        self.ids, self.source, self.language = Ids(base), source, language
        self._title = title
        self._says = f"{title}, release {release}" if release else title
        self._release = f", release {release}" if release else ""
        self._body, self._is_written, self._outside = body, is_written, outside
        self._graph = self.ids.graph("register", source).n3
        self._from = self.ids.source(source).n3
        self._end = f" {self._graph} .\n"
        # What stands before the last part of an IRI. The last parts made here are slugs, which any IRI may end in.
        ids = self.ids
        before = (ids.org(""), ids.name(""), ids.identifier_of(""), ids.attribute(""), ids.event(""),
                  ids.relationship(""), ids.evidence(source, ""))  # fmt: skip
        (self._org, self._name_iri, self._identifier_iri, self._attribute_iri, self._event_iri, self._claim_iri,
         self._evidence_iri) = (f"<{start}" for start in before)  # fmt: skip
        self._links: list[tuple[str, EntryLink, str]] = []
        self._stubs: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {}
        self._written: set[str] = set()

    def description(self) -> str:
        """What the graph of these lines is. It is not that of the source, which holds what editors say and cite it for:
        a register's own records are no part of anybody's tables.
        """
        title = Literal(f"Records of {self._title}", lang=self.language).n3
        graph = self._graph
        terms = [
            *((_A, f"<{kind}>") for kind in (PG.SourceGraph, VOID.Dataset, DCAT.Dataset)),
            (_TITLE, title),
            *((f"<{word}>", self._from) for word in (DCTERMS.source, PROV.wasDerivedFrom, PROV.hadPrimarySource)),
        ]
        return self._lines(self.ids.graph("").n3, [(f"<{DCAT.dataset}>", graph)]) + self._lines(graph, terms)

    def record_lines(self, record: Entry | Grant) -> str:
        """The lines of a record, but for its links to others; none for a grant between bodies that are not written."""
        return "".join(self._grant(record) if isinstance(record, Grant) else self._entry(record))

    def link_lines(self) -> Iterator[str]:
        """The links between records, and the bodies that were named but are no records here: their names, and who
        names them.
        """
        for slug, link, evidence in self._links:
            yield self._link(slug, link, evidence)
        for slug, (name, evidence, identifiers) in self._stubs.items():
            yield self._own(slug, name, None, (), "organisation", evidence)
            for scheme, value in identifiers:
                yield self._identifier(slug, scheme, value, evidence)
        self._links.clear()
        self._stubs.clear()

    def _lines(self, subject: str, terms: Iterable[tuple[str, str]]) -> str:
        end = self._end
        return "".join([f"{subject} {predicate} {value}{end}" for predicate, value in terms])

    def _evidence_lines(self, record: str, says: str) -> tuple[str, str]:
        slug = _slug(record)
        evidence = f"{self._evidence_iri}{slug}>"
        return evidence, self._lines(
            evidence,
            (
                (_A, _EVIDENCE_TYPE),
                (_KNOWN_AS, f'"{slug}"'),
                (_BASIS, _code("registry")),
                (_CONFIDENCE, _code("high")),
                (_SOURCE, self._from),
                (_SAYS, Literal(says, lang=self.language).n3),
                (_LOCATOR, quote_literal(f"{record}{self._release}")),
            ),
        )

    def _entry(self, entry: Entry) -> Iterator[str]:
        slug = self._body(entry.record, None)
        named = entry.name or entry.record
        evidence, lines = self._evidence_lines(entry.record, f"{self._says}, has a record of {named}.")
        yield lines
        names = entry.names
        if slug is None:
            slug = register_slug(self.source, entry.record)
            yield self._own(slug, named, entry.language, entry.types, entry.form, evidence)
        else:
            yield self._lines(f"{self._org}{slug}>", ((_EVIDENCE, evidence),))
            if entry.name:
                names = (EntryName(entry.name, "alternative", entry.language), *names)
        owner = f"{self._org}{slug}>"
        key = f"{self.source}-{_slug(entry.record)}"
        for number, name in enumerate(names, 1):
            yield self._name(f"{key}-{number}", owner, name, evidence)
        for scheme, value in dict.fromkeys(entry.identifiers):
            yield self._identifier(slug, scheme, value, evidence)
        attributes = [*entry.attributes, *([("register-status", entry.status)] if entry.status else [])]
        for number, (kind, value) in enumerate(attributes, 1):
            yield self._attribute(f"{key}-{number}", owner, kind, value, evidence)
        for word, date in (("start", entry.start), ("end", entry.end)):
            if date is not None:
                yield self._event(f"{key}--{word}", word, owner, date, evidence)
        for place in entry.places:
            yield self._place(key, slug, owner, place, evidence)
        for link in entry.links:
            self._links.append((slug, link, evidence))

    def _own(self, slug: str, name: str, language: str | None, types: tuple[str, ...], form: str, evidence: str) -> str:
        terms = [*_types(form), (_LABEL, _text(name, language))]
        terms += [(_CLASS, _code(kind)) for kind in types or (UNTYPED,)]
        terms.append((_EVIDENCE, evidence))
        return self._lines(f"{self._org}{slug}>", terms)

    def _name(self, key: str, owner: str, name: EntryName, evidence: str) -> str:
        subject, text = f"{self._name_iri}{key}>", _text(name.name, name.language)
        terms = [
            *((_A, kind) for kind in _NAME_TYPES),
            (_NAME_OF, owner),
            (_FORM, text),
            (_NAME_KIND, _code(name.kind)),
            (_EVIDENCE, evidence),
        ]
        for word, date in (("start", name.start), ("end", name.end)):
            if date is not None:
                terms += _date(word, date)
        return self._lines(subject, terms) + self._lines(owner, ((_ALT_NAME, subject), (_ALT_LABEL, text)))

    def _identifier(self, slug: str, scheme: str, value: str, evidence: str) -> str:
        subject, owner = f"{self._identifier_iri}{scheme}-{identifier_slug(value)}>", f"{self._org}{slug}>"
        terms = (
            (_A, _IDENTIFIER_TYPE),
            (_NOTATION, quote_literal(value)),
            (_SCHEME, _code(scheme)),
            (_EVIDENCE, evidence),
        )
        owned = [(_IDENTIFIED, subject)]
        if scheme == "website" and is_web_address(value):
            owned.append((_HOMEPAGE, f"<{value}>"))
        return self._lines(subject, terms) + self._lines(owner, owned)

    def _attribute(self, key: str, owner: str, kind: str, value: str, evidence: str) -> str:
        terms = (
            (_A, _ATTRIBUTE_TYPE),
            (_ATTRIBUTE_OF, owner),
            (_PROPERTY, _code(kind)),
            (_VALUE, quote_literal(value)),
            (_EVIDENCE, evidence),
        )
        return self._lines(f"{self._attribute_iri}{key}-{kind}>", terms)

    def _event(self, key: str, kind: str, about: str, date: PartialDate, evidence: str) -> str:
        terms = (
            (_A, _EVENT_TYPE),
            (_KIND, _code(kind)),
            (_ABOUT, about),
            *_date("date", date),
            (_EVIDENCE, evidence),
        )
        return self._lines(f"{self._event_iri}{key}>", terms)

    def _place(self, key: str, slug: str, owner: str, place: EntryPlace, evidence: str) -> str:
        """Where a body is: a place of GeoNames with a relationship; else only the words."""
        if place.geonames is None or not place.geonames.isdecimal():
            words = ", ".join(dict.fromkeys(part for part in (place.name, place.region, place.country) if part))
            return self._attribute(f"{key}-{_slug(words)}", owner, "headquarters", words, evidence)
        place_slug = f"geonames-{place.geonames}"
        subject, described = self.ids.place(place_slug).n3, ""
        if place_slug not in self._written:
            self._written.add(place_slug)
            terms = [(_A, f"<{DCTERMS.Location}>"), (_LABEL, _text(place.name, self.language)), (_EVIDENCE, evidence)]
            for predicate, degrees in ((WGS84.lat, place.latitude), (WGS84.long, place.longitude)):
                if degrees is not None:
                    terms.append((f"<{predicate}>", f'"{degrees:.10g}"'))
            terms.append((_KNOWN_AS, f'"geonames:{place.geonames}"'))
            described = self._lines(subject, terms)
        return described + self._claim(f"location--{slug}--{place_slug}", "location", owner, subject, evidence)

    def _claim(
        self, key: str, kind: str, from_: str, to: str, evidence: str, more: Iterable[tuple[str, str]] = ()
    ) -> str:
        terms = ((_A, _CLAIM_TYPE), (_KIND, _code(kind)), (_FROM, from_), (_TO, to), *more, (_EVIDENCE, evidence))
        return self._lines(f"{self._claim_iri}{key}>", terms)

    def _other(
        self, record: str | None, identifier: tuple[str, str] | None, name: str | None, evidence: str
    ) -> str | None:
        """The id of another body that a record names: the editors', the one of its record, or a new one by its name."""
        if (known := self._body(record, identifier)) is not None:
            return known
        if record is not None and self._is_written(record):
            return register_slug(self.source, record)
        if not self._outside(record) or not (name or record):
            return None
        slug = register_slug(
            self.source, record or (f"{identifier[0]} {identifier[1]}" if identifier else f"name {name}")
        )
        identifiers = (identifier,) if identifier else (("ror", record),) if record and "ror.org" in record else ()
        self._stubs.setdefault(slug, (name or record or "", evidence, identifiers))
        return slug

    def _link(self, slug: str, link: EntryLink, evidence: str) -> str:
        other = self._other(link.record, link.identifier, link.label, evidence)
        if other is None or other == slug:
            return ""
        from_, to = (other, slug) if link.inverse else (slug, other)
        before, after = f"{self._org}{from_}>", f"{self._org}{to}>"
        if link.kind == "succession":
            date = _date("date", link.start) if link.start is not None else ()
            terms = (
                (_A, _CHANGE_TYPE),
                (_KIND, _code("change")),
                (_BEFORE, before),
                (_AFTER, after),
                *date,
                (_EVIDENCE, evidence),
            )
            return self._lines(f"{self._event_iri}change--{from_}--{to}>", terms)
        if link.kind == "association" and link.note is None and from_ > to:  # each side may say it; it is one claim
            from_, to, before, after = to, from_, after, before
        more = [pair for word, date in (("start", link.start), ("end", link.end)) if date for pair in _date(word, date)]
        if link.note:
            more.append((_NOTE, Literal(link.note, lang=self.language).n3))
        dated = f"--{link.start.text}" if link.start and link.start.literal else ""
        return self._claim(f"{link.kind}--{from_}--{to}{dated}", link.kind, before, after, evidence, more)

    def _grant(self, grant: Grant) -> Iterator[str]:
        evidence, lines = self._evidence_lines(grant.record, f"{self._says}, lists the grant '{grant.title}'.")
        funder = self._other(None, grant.funder_id, grant.funder, evidence)
        recipient = self._other(None, grant.recipient_id, grant.recipient, evidence)
        if funder is None or recipient is None or funder == recipient:
            return
        yield lines
        key = f"funding--{funder}--{recipient}--{_slug(grant.record)}"
        from_, to = f"{self._org}{funder}>", f"{self._org}{recipient}>"
        yield self._claim(key, "funding", from_, to, evidence, self._grant_terms(grant))
        if grant.awarded is not None:
            yield self._event(f"{key}--award", "award", f"{self._claim_iri}{key}>", grant.awarded, evidence)
        if self._body(None, grant.recipient_id) is None:
            for scheme, value in grant.recipient_identifiers:
                yield self._identifier(recipient, scheme, value, evidence)

    def _grant_terms(self, grant: Grant) -> list[tuple[str, str]]:
        """Title, money, dates, programme and page of a grant: predicates and objects."""
        terms = [(_TITLE, Literal(grant.title, lang=self.language).n3)]
        # An amount that several recipients share is a note: it must not be summed once for each of them.
        if grant.amount is not None and grant.count == 1:
            terms.append((f"<{PG.amount}>", Literal(grant.amount, XSD.decimal).n3))
            if grant.currency:
                terms.append((f"<{PG.currency}>", Literal(grant.currency).n3))
        elif grant.amount is not None:
            words = f"{grant.amount} {grant.currency or ''}".strip()
            note = f"{words} in all, to {grant.count} recipients together."
            terms.append((_NOTE, Literal(note, lang=self.language).n3))
        for word, date in (("start", grant.start), ("end", grant.end)):
            if date is not None:
                terms += _date(word, date)
        if grant.programme:
            terms.append((f"<{PG.programme}>", Literal(grant.programme).n3))
        if grant.url and is_web_address(grant.url):
            terms.append((f"<{FOAF.page}>", f"<{grant.url}>"))
        return terms
