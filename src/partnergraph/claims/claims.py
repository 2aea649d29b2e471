"""Claims with everything that stands behind them: the words or the citation, the source, the dates and the standing."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache

from partnergraph.claims.date_window import holds_in_window
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, FOAF, OA, PG, PREFIXES, SKOS, Concept, concepts

Described = dict[str, dict[str, list[str]]]
RULE = "https://w3id.org/partnergraph/rule/"


@dataclass(frozen=True)
class Source:
    """Who says something: a page, a register, a set of minutes."""

    iri: str
    id: str
    title: str
    publisher: str | None = None
    date: str | None = None
    url: str | None = None
    kind: str | None = None
    origin: str | None = None

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.publisher, self.date, self.url) if part)


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence. `form`: quoted (words of an archived text), cited, editor or inferred."""

    iri: str
    id: str
    form: str
    source: Source
    words: str | None = None
    passage: str | None = None
    at: int | None = None
    says: str | None = None
    locator: str | None = None
    basis: str | None = None
    confidence: str | None = None
    strength: str | None = None
    note: str | None = None

    def __str__(self) -> str:
        """A quotation stands in quotation marks, a citation never does."""
        if self.form == "quoted":
            return f"“{self.words}” ({self.id}; {self.source})"
        if self.form == "inferred":
            strength = f", {self.strength}" if self.strength else ""
            return f"Inferred{strength}: {self.says} ({self.id})"
        if self.form == "editor":
            return f"Supplied by the editor: {self.says} ({self.id})"
        where = f"; {self.locator}" if self.locator else ""
        return f"According to {self.source}{where}: {self.says} ({self.id})"


@dataclass(frozen=True)
class Party:
    """A body at one end of a claim."""

    iri: str
    label: str


@dataclass(frozen=True)
class Claim:
    """A relationship somebody states, or a rule derives. `start` and `end` are as stated, the bounds are days."""

    iri: str
    kind: str
    forward: str
    inverse: str
    label: str
    symmetric: bool
    from_: Party
    to: Party
    via: tuple[Party, ...] = ()
    role: str | None = None
    start: str | None = None
    end: str | None = None
    start_bounds: tuple[str, str] | None = None
    end_bounds: tuple[str, str] | None = None
    date_note: str | None = None
    grant: str | None = None
    note: str | None = None
    standing: str = "accepted"
    standing_note: str | None = None
    contradicts: tuple[str, ...] = ()
    derived_by: str | None = None
    derived_from: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    counter_evidence: tuple[Evidence, ...] = field(default=())

    @property
    def inferred(self) -> bool:
        """Nobody states it: all its evidence is inference."""
        return bool(self.evidence) and all(piece.form == "inferred" for piece in self.evidence)

    @property
    def sentence(self) -> str:
        """The claim as a sentence, without its evidence."""
        through = f", through {' and '.join(party.label for party in self.via)}" if self.via else ""
        role = f" as {self.role}" if self.role else ""
        return f"{self.from_.label} {self.forward} {self.to.label}{role}{through}"

    @property
    def period(self) -> str:
        """When it held, as far as it is known."""
        parts = [f"from {self.start}" if self.start else "", f"until {self.end}" if self.end else ""]
        dates = " ".join(part for part in parts if part)
        return "; ".join(part for part in (dates, self.date_note or "") if part) or "dates not stated"

    def holds(self, first: str, last: str) -> str:
        """Whether it held at some time from the day `first` to the day `last`: yes, no or unknown; see `days.holds`."""
        return holds_in_window(self.start_bounds, self.end_bounds, (first, last))

    def __str__(self) -> str:
        lines = [self.sentence, f"  {'; '.join(part for part in (self.label, self.grant, self.period) if part)}"]
        if self.standing != "accepted" or self.standing_note:
            lines.append(f"  {self.standing}: {self.standing_note or ''}".rstrip(": "))
        if self.derived_by:
            lines.append(f"  derived by the rule {self.derived_by} from {len(self.derived_from)} claims")
        lines += [f"  - {piece}" for piece in self.evidence]
        lines += [f"  - against it: {piece}" for piece in self.counter_evidence]
        return "\n".join(lines)


def _first(values: dict[str, list[str]], predicate: str) -> str | None:
    found = values.get(predicate)
    return found[0] if found else None


def _code(iri: str | None) -> str | None:
    return iri.rsplit("/", 1)[-1] if iri else None


def _label(iri: str | None) -> str | None:
    code = _code(iri)
    return concept_of(code).label if code else None


def concept_of(code: str) -> Concept:
    """A concept of the lists by its code; for one that the lists do not have, its code in words."""
    return _concepts().get(code) or Concept(code, "", code.replace("-", " "), "", forward=code.replace("-", " "))


@cache
def _concepts() -> dict[str, Concept]:
    return {entry.code: entry for entry in concepts()}


def sources(reader: Reader) -> dict[str, Source]:
    """Every source by its IRI."""
    return {
        iri: Source(
            iri=iri,
            id=iri.rsplit("/", 1)[-1],
            title=_first(values, DCTERMS.title) or iri,
            publisher=_first(values, DCTERMS.publisher),
            date=_first(values, DCTERMS.issued),
            url=_first(values, FOAF.page),
            kind=_code(_first(values, PG.sourceKind)),
            origin=_first(values, PG.origin),
        )
        for iri, values in reader.described(PG.Source).items()
    }


def evidence(reader: Reader, known: dict[str, Source] | None = None) -> dict[str, Evidence]:
    """Every piece of evidence by its IRI, with the sentence that its words stand in. `known`: the sources, if read."""
    known = sources(reader) if known is None else known
    passages = _passages(reader)
    found = {}
    for iri, values in reader.described(PG.Evidence).items():
        basis = _code(_first(values, PG.basis))
        words = _first(values, PG.words)
        form = "quoted" if words else {"inferred": "inferred", "editor": "editor"}.get(basis or "", "cited")
        text, begins = passages.get(_first(values, PG.passage) or "", (None, 0))
        start = _first(values, OA.start)
        source = _first(values, DCTERMS.source) or ""
        found[iri] = Evidence(
            iri=iri,
            id=_first(values, DCTERMS.identifier) or iri.rsplit("/", 1)[-1],
            form=form,
            source=known.get(source) or Source(source, source.rsplit("/", 1)[-1], source),
            words=words,
            passage=text,
            at=int(start) - begins if start and text else None,
            says=_first(values, PG.says) or _first(values, PG.reason),
            locator=_first(values, PG.locator),
            basis=basis,
            confidence=_code(_first(values, PG.confidence)),
            strength=_code(_first(values, PG.strength)),
            note=_first(values, SKOS.note),
        )
    return found


def _passages(reader: Reader) -> dict[str, tuple[str, int]]:
    """The sentences of the archived texts, each with the offset at which it begins."""
    quotes, positions = reader.described(OA.TextQuoteSelector), reader.described(OA.TextPositionSelector)
    found = {}
    for iri, values in reader.described(PG.Passage).items():
        selectors = values.get(OA.hasSelector, [])
        text = next((quotes[one][OA.exact][0] for one in selectors if OA.exact in quotes.get(one, {})), None)
        start = next((positions[one][OA.start][0] for one in selectors if OA.start in positions.get(one, {})), "")
        if text is not None and start.isdecimal():
            found[iri] = (text, int(start))
    return found


def labels(reader: Reader) -> dict[str, str]:
    """The name of today of every body, place and undertaking."""
    rows = reader.rows("SELECT ?iri ?label { ?iri skos:prefLabel ?label } ORDER BY ?iri DESC(?label)")
    return {str(row["iri"]): str(row["label"]) for row in rows}


def claims(
    reader: Reader, *, derived: bool | tuple[str, ...] = False, proofs: dict[str, Evidence] | None = None
) -> list[Claim]:
    """Every relationship, sorted by IRI, with its evidence. `derived`: also those of all rules, or of the rules named.

    `proofs`: the evidence, if it is read already.
    """
    reader = reader.snapshot()
    proofs, names = evidence(reader) if proofs is None else proofs, labels(reader)
    rules = {RULE + rule for rule in derived} if isinstance(derived, tuple) else None
    found = {
        iri: values
        for iri, values in reader.described(PG.Relationship).items()
        if PG.derivedBy not in values or (rules.intersection(values[PG.derivedBy]) if rules is not None else derived)
    }
    changes = reader.described(PG.ChangeEvent)
    return [
        _claim(iri, _with_event(values, changes), proofs, names)
        for iri, values in found.items()
        if PG.to in values and PG["from"] in values
    ]


def _with_event(values: dict[str, list[str]], changes: Described) -> dict[str, list[str]]:
    """A succession has the evidence and the date of the change event that it is derived from."""
    for event in values.get(PG.derivedFrom, []):
        if event in changes:
            told = {PG.evidence: changes[event].get(PG.evidence, [])}
            for end in ("", "Earliest", "Latest"):
                told[PG[f"start{end}" if end else "start"]] = changes[event].get(
                    PG[f"date{end}" if end else "date"], []
                )
            return values | {predicate: found for predicate, found in told.items() if found}
    return values


def _bounds(values: dict[str, list[str]], name: str) -> tuple[str, str] | None:
    earliest, latest = _first(values, PG[f"{name}Earliest"]), _first(values, PG[f"{name}Latest"])
    return (earliest or latest or "", latest or earliest or "") if earliest or latest else None


def _claim(iri: str, values: dict[str, list[str]], proofs: dict[str, Evidence], names: dict[str, str]) -> Claim:
    def party(of: str) -> Party:
        return Party(of, names.get(of) or of.rsplit("/", 1)[-1].replace("-", " "))

    kind = concept_of(_code(_first(values, PG.kind)) or "association")
    rule = _first(values, PG.derivedBy)
    return Claim(
        iri=iri,
        kind=kind.code,
        forward=kind.forward or kind.label,
        inverse=kind.inverse or kind.forward or kind.label,
        label=kind.label,
        symmetric=kind.symmetric,
        from_=party(values[PG["from"]][0]),
        to=party(values[PG.to][0]),
        via=tuple(party(of) for of in values.get(PG.via, ())),
        role=_label(_first(values, PG.role)),
        start=_first(values, PG.start),
        end=_first(values, PG.end),
        start_bounds=_bounds(values, "start"),
        end_bounds=_bounds(values, "end"),
        date_note="; ".join(values.get(PG.dateNote, ())) or None,
        grant=_granted(values),
        note=_first(values, SKOS.note),
        standing=_code(_first(values, PG.standing)) or "accepted",
        standing_note=_first(values, PG.standingNote),
        contradicts=tuple(values.get(PG.contradicts, ())),
        derived_by=_code(rule),
        derived_from=tuple(values.get(PG.derivedFrom, ())),
        evidence=_pieces(values.get(PG.evidence, ()), proofs),
        counter_evidence=_pieces(values.get(PG.counterEvidence, ()), proofs),
    )


def _granted(values: dict[str, list[str]]) -> str | None:
    """What was granted, as a register says it: title, money, programme."""
    title, amount = _first(values, DCTERMS.title), _first(values, PG.amount)
    money = " ".join(part for part in (amount, _first(values, PG.currency)) if part) if amount else None
    quoted = f"“{title}”" if title else None
    return ", ".join(part for part in (quoted, money, _first(values, PG.programme)) if part) or None


def _pieces(iris: list[str] | tuple[()], proofs: dict[str, Evidence]) -> tuple[Evidence, ...]:
    """Quotations first, then citations, then the editor's."""
    order = ("quoted", "cited", "editor", "inferred")
    found = [proofs[iri] for iri in iris if iri in proofs]
    return tuple(sorted(found, key=lambda piece: (order.index(piece.form), piece.source.id, piece.at or 0, piece.id)))


def prefixed(iri: str) -> str:
    """An IRI with its prefix, when it has one.

    >>> prefixed("https://w3id.org/partnergraph/id/org/keele-university")
    'o:keele-university'
    """
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and "/" not in iri[len(base) :]:
            return f"{prefix}:{iri[len(base) :]}"
    return iri
