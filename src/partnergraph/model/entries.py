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

from partnergraph.model.dates import PartialDate
from partnergraph.model.ids import Ids
from partnergraph.model.quads import FORMS
from partnergraph.model.register import Entry, EntryLink, EntryName, EntryPlace, Grant
from partnergraph.model.terms import IRI, Literal
from partnergraph.vocabulary import ADMS, CODE, DCAT, DCTERMS, FOAF, ORG, PG, PROV, RDF, SKOS, SKOSXL, VOID, WGS84, XSD
from partnergraph.vocabulary.iri import is_web_address

__all__ = ["Lines", "own_slug"]

_PLAIN = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
# The type code:body: of a body without a type in the register, or of which it says nothing but the name.
UNTYPED = "body"
_A, _EVIDENCE, _LABEL = f"<{RDF.type}>", f"<{PG.evidence}>", f"<{SKOS.prefLabel}>"


def own_slug(source: str, record: str) -> str:
    """The last part of the IRI of a body that only a register knows. It never changes while the record does not.

    >>> own_slug("ror", "https://ror.org/00340yn33"), own_slug("ods", "RJE")
    ('ror-00340yn33', 'ods-RJE')
    >>> own_slug("grants", "360G-a/b")
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


@lru_cache(2_000)
def _date(name: str, value: PartialDate) -> tuple[tuple[str, str], ...]:
    """Predicates and objects of a date: as stated, and its bounds."""
    if value.literal is not None:
        first = (f"<{PG[name]}>", value.literal.n3)
    else:
        first = (f"<{PG.dateNote}>", Literal(f"{name} between {value.text.replace('/', ' and ')}").n3)
    earliest, latest = value.bounds
    return first, (f"<{PG[f'{name}Earliest']}>", earliest.n3), (f"<{PG[f'{name}Latest']}>", latest.n3)


@lru_cache(500)
def _code(name: str) -> str:
    return IRI(CODE[name]).n3


def _text(text: str, language: str | None) -> str:
    """Text of a register: in the language that it states, else in none (unlike an editor's, it may be in any)."""
    return Literal(text, lang=language if language and _TAG.fullmatch(language) else None).n3


class Lines:
    """Writes the records of one register.

    `body` gives the id of the editors' body that a record, an identifier or a name is about, or None; `kept` says
    whether a record of this register is in the graph, `outside` whether one that the file lacks (or, for None, a body
    that is named without a record) may be. These are written by `stubs`.
    """

    def __init__(
        self,
        base: str,
        source: str,
        title: str,
        release: str,
        language: str,
        body: Callable[[str | None, tuple[str, str] | None], str | None],
        kept: Callable[[str], bool],
        outside: Callable[[str | None], bool],
    ) -> None:
        self.ids, self.source, self.language = Ids(base), source, language
        self._title = title
        self._says = f"{title}, release {release}" if release else title
        self._release = f", release {release}" if release else ""
        self._body, self._kept, self._outside = body, kept, outside
        self._graph = self.ids.graph("register", source).n3
        self._from = self.ids.source(source).n3
        self._stubs: dict[str, tuple[str, str, tuple[tuple[str, str], ...]]] = {}
        self._written: set[str] = set()

    def described(self) -> Iterator[str]:
        """What the graph of these lines is. It is not that of the source, which holds what editors say and cite it for:
        a register's own records are no part of anybody's tables.
        """
        title = Literal(f"Records of {self._title}", lang=self.language).n3
        graph = self._graph
        yield from self._line(self.ids.graph("").n3, [(f"<{DCAT.dataset}>", graph)])
        yield from self._line(
            graph,
            [
                *((_A, f"<{kind}>") for kind in (PG.SourceGraph, VOID.Dataset, DCAT.Dataset)),
                (f"<{DCTERMS.title}>", title),
                *((f"<{word}>", self._from) for word in (DCTERMS.source, PROV.wasDerivedFrom, PROV.hadPrimarySource)),
            ],
        )

    def of(self, found: Entry | Grant) -> Iterator[str]:
        """The lines of a record."""
        return self._grant(found) if isinstance(found, Grant) else self._entry(found)

    def stubs(self) -> Iterator[str]:
        """Bodies that were named but are no records here: their names, and who names them."""
        for slug, (name, evidence, identifiers) in self._stubs.items():
            yield from self._own(slug, name, None, (), "organisation", evidence)
            for scheme, value in identifiers:
                yield from self._identifier(slug, scheme, value, evidence)
        self._stubs.clear()

    def _line(self, subject: str, said: Iterable[tuple[str, str]]) -> Iterator[str]:
        graph = self._graph
        for predicate, value in said:
            yield f"{subject} {predicate} {value} {graph} .\n"

    def _proof(self, record: str, says: str) -> tuple[str, list[tuple[str, str]]]:
        slug = _slug(record)
        evidence = self.ids.evidence(self.source, slug).n3
        return evidence, [
            (_A, f"<{PG.Evidence}>"),
            (f"<{DCTERMS.identifier}>", f'"{slug}"'),
            (f"<{PG.basis}>", _code("registry")),
            (f"<{PG.confidence}>", _code("high")),
            (f"<{DCTERMS.source}>", self._from),
            (f"<{PG.says}>", Literal(says, lang=self.language).n3),
            (f"<{PG.locator}>", Literal(f"{record}{self._release}").n3),
        ]

    def _entry(self, entry: Entry) -> Iterator[str]:
        slug = self._body(entry.record, None)
        named = entry.name or entry.record
        evidence, proof = self._proof(entry.record, f"{self._says}, has a record of {named}.")
        yield from self._line(evidence, proof)
        names = entry.names
        if slug is None:
            slug = own_slug(self.source, entry.record)
            yield from self._own(slug, named, entry.language, entry.types, entry.form, evidence)
        else:
            yield from self._line(self.ids.org(slug).n3, [(_EVIDENCE, evidence)])
            if entry.name:
                names = (EntryName(entry.name, "alternative", entry.language), *names)
        owner = self.ids.org(slug).n3
        key = f"{self.source}-{_slug(entry.record)}"
        for number, name in enumerate(names, 1):
            yield from self._name(f"{key}-{number}", owner, name, evidence)
        for scheme, value in dict.fromkeys(entry.identifiers):
            yield from self._identifier(slug, scheme, value, evidence)
        attributes = [*entry.attributes, *([("register-status", entry.status)] if entry.status else [])]
        for number, (kind, value) in enumerate(attributes, 1):
            yield from self._attribute(f"{key}-{number}", owner, kind, value, evidence)
        for word, date in (("start", entry.start), ("end", entry.end)):
            if date is not None:
                yield from self._event(f"{key}--{word}", word, owner, date, evidence)
        for place in entry.places:
            yield from self._place(key, slug, owner, place, evidence)
        for link in entry.links:
            yield from self._link(slug, link, evidence)

    def _own(
        self, slug: str, name: str, language: str | None, types: tuple[str, ...], form: str, evidence: str
    ) -> Iterator[str]:
        said = [(_A, f"<{kind}>") for kind in dict.fromkeys((FORMS[form], ORG.Organization))]
        said.append((_LABEL, _text(name, language)))
        said += [(f"<{ORG.classification}>", _code(kind)) for kind in types or (UNTYPED,)]
        said.append((_EVIDENCE, evidence))
        return self._line(self.ids.org(slug).n3, said)

    def _name(self, key: str, owner: str, name: EntryName, evidence: str) -> Iterator[str]:
        subject, text = self.ids.name(key).n3, _text(name.name, name.language)
        said = [
            (_A, f"<{PG.Name}>"),
            (_A, f"<{SKOSXL.Label}>"),
            (f"<{PG.nameOf}>", owner),
            (f"<{SKOSXL.literalForm}>", text),
            (f"<{PG.nameKind}>", _code(name.kind)),
            (_EVIDENCE, evidence),
        ]
        for word, date in (("start", name.start), ("end", name.end)):
            if date is not None:
                said += _date(word, date)
        yield from self._line(subject, said)
        yield from self._line(owner, [(f"<{SKOSXL.altLabel}>", subject), (f"<{SKOS.altLabel}>", text)])

    def _identifier(self, slug: str, scheme: str, value: str, evidence: str) -> Iterator[str]:
        subject, owner = self.ids.identifier(scheme, value).n3, self.ids.org(slug).n3
        said = [
            (_A, f"<{ADMS.Identifier}>"),
            (f"<{SKOS.notation}>", Literal(value).n3),
            (f"<{PG.scheme}>", _code(scheme)),
            (_EVIDENCE, evidence),
        ]
        yield from self._line(subject, said)
        yield from self._line(owner, [(f"<{ADMS.identifier}>", subject)])
        if scheme == "website" and is_web_address(value):
            yield from self._line(owner, [(f"<{FOAF.homepage}>", f"<{value}>")])

    def _attribute(self, key: str, owner: str, kind: str, value: str, evidence: str) -> Iterator[str]:
        said = [
            (_A, f"<{PG.Attribute}>"),
            (f"<{PG.attributeOf}>", owner),
            (f"<{PG.property}>", _code(kind)),
            (f"<{PG.value}>", Literal(value).n3),
            (_EVIDENCE, evidence),
        ]
        return self._line(self.ids.attribute(f"{key}-{kind}").n3, said)

    def _event(self, key: str, kind: str, about: str, date: PartialDate, evidence: str) -> Iterator[str]:
        said = [
            (_A, f"<{PG.LifecycleEvent}>"),
            (f"<{PG.kind}>", _code(kind)),
            (f"<{PG.about}>", about),
            *_date("date", date),
            (_EVIDENCE, evidence),
        ]
        return self._line(self.ids.event(key).n3, said)

    def _place(self, key: str, slug: str, owner: str, place: EntryPlace, evidence: str) -> Iterator[str]:
        """Where a body is: a place of GeoNames with a relationship; else only the words."""
        words = ", ".join(dict.fromkeys(part for part in (place.name, place.region, place.country) if part))
        if place.geonames is None or not place.geonames.isdecimal():
            yield from self._attribute(f"{key}-{_slug(words)}", owner, "headquarters", words, evidence)
            return
        spot = f"geonames-{place.geonames}"
        subject = self.ids.place(spot).n3
        if spot not in self._written:
            self._written.add(spot)
            said = [(_A, f"<{DCTERMS.Location}>"), (_LABEL, _text(place.name, self.language)), (_EVIDENCE, evidence)]
            for predicate, degrees in ((WGS84.lat, place.latitude), (WGS84.long, place.longitude)):
                if degrees is not None:
                    said.append((f"<{predicate}>", f'"{degrees:.10g}"'))
            said.append((f"<{DCTERMS.identifier}>", f'"geonames:{place.geonames}"'))
            yield from self._line(subject, said)
        yield from self._claim(f"location--{slug}--{spot}", "location", owner, subject, evidence)

    def _claim(
        self, key: str, kind: str, from_: str, to: str, evidence: str, more: Iterable[tuple[str, str]] = ()
    ) -> Iterator[str]:
        said = [
            (_A, f"<{PG.Relationship}>"),
            (f"<{PG.kind}>", _code(kind)),
            (f"<{PG['from']}>", from_),
            (f"<{PG.to}>", to),
            *more,
            (_EVIDENCE, evidence),
        ]
        return self._line(self.ids.relationship(key).n3, said)

    def _other(
        self, record: str | None, identifier: tuple[str, str] | None, name: str | None, evidence: str
    ) -> str | None:
        """The id of another body that a record names: the editors', the one of its record, or a new one by its name."""
        if (known := self._body(record, identifier)) is not None:
            return known
        if record is not None and self._kept(record):
            return own_slug(self.source, record)
        if not self._outside(record) or not (name or record):
            return None
        slug = own_slug(self.source, record or (f"{identifier[0]} {identifier[1]}" if identifier else f"name {name}"))
        identifiers = (identifier,) if identifier else (("ror", record),) if record and "ror.org" in record else ()
        self._stubs.setdefault(slug, (name or record or "", evidence, identifiers))
        return slug

    def _link(self, slug: str, link: EntryLink, evidence: str) -> Iterator[str]:
        other = self._other(link.record, link.identifier, link.label, evidence)
        if other is None or other == slug:
            return
        from_, to = (other, slug) if link.inverse else (slug, other)
        before, after = self.ids.org(from_).n3, self.ids.org(to).n3
        if link.kind == "succession":
            date = _date("date", link.start) if link.start is not None else ()
            said = [
                (_A, f"<{PG.ChangeEvent}>"),
                (f"<{PG.kind}>", _code("change")),
                (f"<{ORG.originalOrganization}>", before),
                (f"<{ORG.resultingOrganization}>", after),
                *date,
                (_EVIDENCE, evidence),
            ]
            yield from self._line(self.ids.event(f"change--{from_}--{to}").n3, said)
            return
        if link.kind == "association" and link.note is None and from_ > to:  # each side may say it; it is one claim
            from_, to, before, after = to, from_, after, before
        more = [pair for word, date in (("start", link.start), ("end", link.end)) if date for pair in _date(word, date)]
        if link.note:
            more.append((f"<{SKOS.note}>", Literal(link.note, lang=self.language).n3))
        dated = f"--{link.start.text}" if link.start and link.start.literal else ""
        yield from self._claim(f"{link.kind}--{from_}--{to}{dated}", link.kind, before, after, evidence, more)

    def _grant(self, grant: Grant) -> Iterator[str]:
        evidence, proof = self._proof(grant.record, f"{self._says}, lists the grant '{grant.title}'.")
        funder = self._other(None, grant.funder_id, grant.funder, evidence)
        recipient = self._other(None, grant.recipient_id, grant.recipient, evidence)
        if funder is None or recipient is None or funder == recipient:
            return
        yield from self._line(evidence, proof)
        more = [(f"<{DCTERMS.title}>", Literal(grant.title, lang=self.language).n3)]
        # Money that several share is said once for all of them, never once for each.
        if grant.amount is not None and grant.count == 1:
            more.append((f"<{PG.amount}>", Literal(grant.amount, XSD.decimal).n3))
            if grant.currency:
                more.append((f"<{PG.currency}>", Literal(grant.currency).n3))
        elif grant.amount is not None:
            words = f"{grant.amount} {grant.currency or ''}".strip()
            note = f"{words} in all, to {grant.count} recipients together."
            more.append((f"<{SKOS.note}>", Literal(note, lang=self.language).n3))
        for word, date in (("start", grant.start), ("end", grant.end)):
            if date is not None:
                more += _date(word, date)
        if grant.programme:
            more.append((f"<{PG.programme}>", Literal(grant.programme).n3))
        if grant.url and is_web_address(grant.url):
            more.append((f"<{FOAF.page}>", f"<{grant.url}>"))
        key = f"funding--{funder}--{recipient}--{_slug(grant.record)}"
        yield from self._claim(key, "funding", self.ids.org(funder).n3, self.ids.org(recipient).n3, evidence, more)
        if grant.awarded is not None:
            about = self.ids.relationship(key).n3
            yield from self._event(f"{key}--award", "award", about, grant.awarded, evidence)
        if self._body(None, grant.recipient_id) is None:
            for scheme, value in grant.recipient_identifiers:
                yield from self._identifier(recipient, scheme, value, evidence)
