"""A record that differs: its values before and after, and which of the differences no sentence has reported yet."""

from __future__ import annotations

from collections.abc import Iterable

from partnergraph.claims.sentences import period_in_words, relationship_sentence
from partnergraph.claims.statements import RecordReader, RecordValues, first_or, plain_value
from partnergraph.claims.terms import concept_of, prefixed
from partnergraph.grammar import plural_wording
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, OA, ORG, PG, RDF, SKOS, SKOSXL
from partnergraph.vocabulary.iri import last_segment

RECORD_TYPES = {
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


class GraphSide(RecordReader):
    """The graph before or the graph after: its records and what they are called."""

    def label(self, iri: str) -> str | None:
        """What a record is called, None when this graph has no name for it."""
        values = self.values(iri)
        for predicate in (SKOS.prefLabel, DCTERMS.title, SKOSXL.literalForm):
            if predicate in values:
                return values[predicate][0]
        match record_type(values):
            case "relationship":
                return relationship_text(self, iri)
            case "evidence":
                return first_or(values, DCTERMS.identifier) or None
        return None

    def labels(self, iris: Iterable[str]) -> str:
        """What several records are called, joined by "and"."""
        return " and ".join(self.label(iri) or fallback_label(iri) for iri in iris)


def record_type(values: RecordValues) -> str | None:
    """The type of a record, None for one that is not in `RECORD_TYPES`."""
    types = values.get(RDF.type, ())
    return next((RECORD_TYPES[class_iri] for class_iri in RECORD_TYPES if class_iri in types), None)


def fallback_label(iri: str) -> str:
    """An IRI that has no name, in words."""
    if iri.startswith(CODE["accepted"].removesuffix("accepted")):
        return concept_label(iri)
    return last_segment(iri).replace("-", " ") if "/id/" in iri else prefixed(iri)


def concept_label(iri: str) -> str:
    """The label of a concept, "" for no IRI."""
    return concept_of(last_segment(iri)).label if iri else ""


def relationship_text(side: GraphSide, iri: str) -> str:
    """A relationship as a sentence, without dates."""
    values = side.values(iri)
    kind = concept_of(last_segment(first_or(values, PG.kind)))
    subjects = [side.values(iri) for iri in values.get(PG["from"], ())]
    wording = kind.forward or kind.label
    if any(PG.UnnamedGroup in group.get(RDF.type, ()) and first_or(group, PG.statedCount) != "1" for group in subjects):
        wording = plural_wording(wording)
    return relationship_sentence(
        side.labels(values.get(PG["from"], ())) or "?",
        wording,
        side.labels(values.get(PG.to, ())) or "?",
        role=concept_label(first_or(values, PG.role)),
        via=[side.labels(values.get(PG.via, ()))],
    )


def date_in_words(values: RecordValues, name: str) -> str | None:
    """The date `name` (start, end or date) as stated, or the two days between which it lies; None for neither."""
    if PG[name] in values:
        return " or ".join(values[PG[name]])
    earliest, latest = first_or(values, PG[f"{name}Earliest"]), first_or(values, PG[f"{name}Latest"])
    return f"between {earliest} and {latest}" if earliest and latest else None


def dates_in_words(values: RecordValues) -> str:
    """The dates of a record in words, "" when none is stated."""
    period = period_in_words(date_in_words(values, "start"), date_in_words(values, "end"))
    return "; ".join(part for part in (period, "; ".join(values.get(PG.dateNote, ()))) if part)


def evidence_line(side: GraphSide, iri: str) -> str:
    """A piece of evidence as one line: a quotation in quotation marks, a citation never."""
    values = side.values(iri)
    quotation = first_or(values, PG.words)
    says = first_or(values, PG.says) or first_or(values, PG.reason)
    content = f"“{quotation}”" if quotation else says or "no words"
    source = first_or(values, DCTERMS.source)
    basis = last_segment(first_or(values, PG.basis))
    prefix = {"inferred": "inferred: ", "editor": "supplied by the editor: "}.get(basis, "")
    id_ = first_or(values, DCTERMS.identifier, fallback_label(iri))
    return f"{prefix}{content} ({id_}; {side.label(source) or fallback_label(source)})"


class ChangedRecord:
    """A record with a difference. Each sentence consumes the predicates that it reports; the rest is reported last."""

    def __init__(self, iri: str, a: GraphSide, b: GraphSide, before: RecordValues, after: RecordValues) -> None:
        self.iri, self.a, self.b, self.before, self.after = iri, a, b, before, after
        self.existed, self.exists = RDF.type in before, RDF.type in after
        # Terms in N-Quads syntax by predicate.
        self.removed: dict[str, list[str]] = {}
        self.added: dict[str, list[str]] = {}
        self.text_changed = False  # the archived text of a source
        self.sources_changed = False  # a value is stated in other named graphs than before

    @property
    def type(self) -> str | None:
        """The type of the record, None for an unknown one."""
        return record_type(self.after) or record_type(self.before)

    @property
    def is_new(self) -> bool:
        """It is in the graph after, and was not in the one before."""
        return self.exists and not self.existed

    @property
    def is_removed(self) -> bool:
        """It was in the graph before, and is not in the one after."""
        return self.existed and not self.exists

    @property
    def side(self) -> GraphSide:
        """The graph that describes it: the one after, unless it was removed."""
        return self.a if self.is_removed else self.b

    @property
    def values(self) -> RecordValues:
        """Its values in that graph."""
        return self.before if self.is_removed else self.after

    def consume(self, *predicates: str) -> tuple[list[str], list[str]]:
        """The plain values that these predicates lost and gained, which are reported from now on."""
        lost = [plain_value(term) for predicate in predicates for term in self.removed.pop(predicate, ())]
        gained = [plain_value(term) for predicate in predicates for term in self.added.pop(predicate, ())]
        return lost, gained

    def consume_all(self) -> None:
        """Everything is reported."""
        self.removed, self.added, self.sources_changed = {}, {}, False

    @property
    def changed_predicates(self) -> list[str]:
        """The predicates with differences that are not reported yet, sorted."""
        return sorted({*self.removed, *self.added})
