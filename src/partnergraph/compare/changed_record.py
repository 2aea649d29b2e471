"""A record that differs: what was said of it before and after, and which of that has been told already."""

from __future__ import annotations

from collections.abc import Iterable

from partnergraph.claims.terms import concept_of, prefixed
from partnergraph.compare.quad_diff import object_text
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, OA, ORG, PG, RDF, SKOS, SKOSXL

Values = dict[str, list[str]]
SORTS = {
    ORG.Organization: "organisation",
    PG.UnnamedGroup: "group",
    PG.Undertaking: "programme",
    DCTERMS.Location: "place",
    PG.Relationship: "relationship",
    PG.Evidence: "evidence",
    PG.Source: "source",
    PG.Name: "name",
    ADMS.Identifier: "identifier",
    PG.Attribute: "attribute",
    PG.ChangeEvent: "event",
    PG.LifecycleEvent: "event",
    PG.Finding: "statement",
    PG.Purpose: "statement",
    PG.Arrangement: "statement",
    PG.Match: "match",
    PG.StoryStep: "step",
    PG.Position: "position",
    PG.Passage: "passage",
    OA.TextQuoteSelector: "selector",
    OA.TextPositionSelector: "selector",
}
BODIES = ("organisation", "group", "programme", "place")


class GraphSide:
    """One of the two graphs: what it says of a thing, asked when it is needed."""

    def __init__(self, reader: Reader, own: dict[str, str] | None = None) -> None:
        """`own`: what this graph calls things whose id the other graph changed, by the id there."""
        self.reader, self.own = reader, own or {}
        self._said: dict[str, Values] = {}

    def said(self, iri: str) -> Values:
        """Everything that the graph says of a thing, as plain values."""
        if iri not in self._said:
            found: Values = {}
            for _, predicate, value in self.reader.statements_about(self.own.get(iri, iri)):
                found.setdefault(predicate[1:-1], []).append(object_text(value))
            self._said[iri] = found
        return self._said[iri]

    def one(self, iri: str, predicate: str) -> str | None:
        """The first value of a predicate."""
        return next(iter(self.said(iri).get(predicate, ())), None)

    def pointing(self, predicate: str, iri: str) -> list[str]:
        """Who has a thing as a value."""
        return self.reader.pointing(predicate, self.own.get(iri, iri))

    def name(self, iri: str) -> str | None:
        """What a thing is called, None when this graph does not know it."""
        if not (said := self.said(iri)):
            return None
        for predicate in (SKOS.prefLabel, DCTERMS.title, SKOSXL.literalForm):
            if predicate in said:
                return said[predicate][0]
        if record_type(said) == "relationship":
            return relationship_sentence(self, iri)
        if record_type(said) == "evidence":
            return self.one(iri, DCTERMS.identifier)
        return None

    def names(self, iris: Iterable[str]) -> str:
        """Several things by name."""
        return " and ".join(self.name(iri) or last_segment(iri) for iri in iris)


def record_type(said: Values) -> str | None:
    """What sort of record it is, None for none that the words know."""
    types = said.get(RDF.type, ())
    return next((SORTS[of] for of in SORTS if of in types), None)


def last_segment(iri: str) -> str:
    """An IRI without a name, in words."""
    if iri.startswith(CODE["accepted"].removesuffix("accepted")):
        return concept_of(iri.rsplit("/", 1)[-1]).label
    return iri.rsplit("/", 1)[-1].replace("-", " ") if "/id/" in iri else prefixed(iri)


def concept_label(iri: str | None) -> str:
    """The label of a concept."""
    return concept_of(iri.rsplit("/", 1)[-1]).label if iri else ""


def relationship_sentence(side: GraphSide, iri: str) -> str:
    """A relationship as a sentence, without dates."""
    said = side.said(iri)
    kind = concept_of(said.get(PG.kind, [""])[0].rsplit("/", 1)[-1])
    role = f" as {concept_label(said[PG.role][0])}" if PG.role in said else ""
    via = f", through {side.names(said[PG.via])}" if PG.via in said else ""
    start, end = side.names(said.get(PG["from"], ())), side.names(said.get(PG.to, ()))
    return f"{start} {kind.forward or kind.label} {end}{role}{via}"


def date_in_words(said: Values, name: str) -> str | None:
    """A date as stated; one that is only known to lie between two days, so."""
    if name and PG[name] in said:
        return " or ".join(said[PG[name]])
    early, late = said.get(PG[f"{name}Earliest"]), said.get(PG[f"{name}Latest"])
    return f"between {early[0]} and {late[0]}" if early and late else None


def period_in_words(said: Values) -> str:
    """The dates of a record in words, "" when none is stated."""
    start, end, note = date_in_words(said, "start"), date_in_words(said, "end"), "; ".join(said.get(PG.dateNote, ()))
    dates = " ".join(part for part in (start and f"from {start}", end and f"until {end}") if part)
    return "; ".join(part for part in (dates, note) if part)


def evidence_line(side: GraphSide, iri: str) -> str:
    """A piece of evidence as one line: a quotation in quotation marks, a citation never."""
    said = side.said(iri)
    words, says = said.get(PG.words), said.get(PG.says) or said.get(PG.reason)
    told = f"“{words[0]}”" if words else says[0] if says else "no words"
    source = said.get(DCTERMS.source, [""])[0]
    basis = said.get(PG.basis, [""])[0].rsplit("/", 1)[-1]
    mark = "inferred: " if basis == "inferred" else "supplied by the editor: " if basis == "editor" else ""
    id_ = said.get(DCTERMS.identifier, [last_segment(iri)])[0]
    return f"{mark}{told} ({id_}; {side.name(source) or last_segment(source)})"


class ChangedRecord:
    """A record with a difference. `take` hands out what predicates lost and gained, once; the rest is told last."""

    def __init__(self, iri: str, a: GraphSide, b: GraphSide) -> None:
        self.iri, self.a, self.b = iri, a, b
        self.removed: Values = {}
        self.added: Values = {}
        self.text = False  # whether its archived text differs
        self.stays = False  # whether only the sources that say the same differ
        self.had = self.has = False
        self.before: Values = {}
        self.after: Values = {}

    @property
    def sort(self) -> str | None:
        """What sort of record it is."""
        return record_type(self.after) or record_type(self.before)

    @property
    def new(self) -> bool:
        """It was not there before."""
        return self.has and not self.had

    @property
    def gone(self) -> bool:
        """It is there no more."""
        return self.had and not self.has

    @property
    def side(self) -> GraphSide:
        """The side that knows it best: after, if it is still there."""
        return self.a if self.gone else self.b

    @property
    def said(self) -> Values:
        """What that side says of it."""
        return self.before if self.gone else self.after

    def take(self, *predicates: str) -> tuple[list[str], list[str]]:
        """What these predicates lost and gained, as plain values, told from now on."""
        lost = [object_text(value) for predicate in predicates for value in self.removed.pop(predicate, ())]
        gained = [object_text(value) for predicate in predicates for value in self.added.pop(predicate, ())]
        return lost, gained

    def take_all(self) -> None:
        """Everything is told."""
        self.removed, self.added, self.stays = {}, {}, False

    @property
    def left(self) -> list[str]:
        """The predicates not told yet."""
        return sorted({*self.removed, *self.added})
