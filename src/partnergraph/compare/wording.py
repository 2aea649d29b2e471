"""The words of a comparison: what predicates are called, and what is said of the records of each type."""

from __future__ import annotations

from dataclasses import dataclass

from partnergraph.compare.changes import OTHER, PRESENTATION, SOURCES
from partnergraph.vocabulary import ADMS, DCTERMS, FOAF, OA, ORG, PG, RDF, SKOS, SKOSXL

# A predicate in words; the values may be IRIs (written as labels), codes or text.
PREDICATE_LABELS = {
    ORG.classification: "type",
    RDF.type: "form",
    DCTERMS.type: "type",
    DCTERMS.description: "description",
    DCTERMS.publisher: "publisher",
    DCTERMS.title: "title",
    DCTERMS.issued: "date",
    DCTERMS.license: "licence",
    DCTERMS.accessRights: "licence",
    DCTERMS.dateSubmitted: "day of access",
    DCTERMS.spatial: "places",
    DCTERMS.source: "source",
    DCTERMS.isPartOf: "part of",
    DCTERMS.relation: "relates to",
    DCTERMS.identifier: "identifier",
    FOAF.page: "address",
    FOAF.member: "known members",
    FOAF.homepage: "website",
    SKOS.prefLabel: "name",
    SKOS.altLabel: "also called",
    SKOSXL.literalForm: "name",
    SKOS.note: "note",
    SKOS.notation: "value",
    SKOS.editorialNote: "note",
    ADMS.identifier: "identifier",
    PG.nameKind: "kind of name",
    PG.kind: "kind",
    PG.role: "role",
    PG.via: "through",
    PG["from"]: "from",
    PG.to: "to",
    PG.inArrangement: "arrangement",
    PG.formalisedThrough: "formalised through",
    PG.manner: "manner",
    PG.renews: "renews",
    PG.about: "about",
    PG.statedCount: "count",
    PG.countAsStated: "count as stated",
    PG.listIsOpen: "the list is open",
    PG.memberType: "type of members",
    PG.mayOverlap: "may overlap with",
    PG.value: "value",
    PG.unit: "unit",
    PG.property: "property",
    PG.basis: "basis",
    PG.confidence: "confidence",
    PG.strength: "strength",
    PG.locator: "place in the source",
    PG.premise: "premises",
    PG.notModelled: "not modelled",
    PG.contradicts: "contradicts",
    PG.sourceKind: "kind",
    PG.origin: "origin",
    PG.withdrawn: "withdrawn",
    PG.asOfEarliest: "speaks of, earliest",
    PG.asOfLatest: "speaks of, latest",
    PG.supportLimit: "what the evidence supports",
    PG.fromTable: "table",
    PG.rowCell: "as the row of Partnerships is written",
    PG.decision: "decision",
    PG.stepNumber: "number",
    PG.narration: "text",
    PG.focus: "focus",
    PG.routeTo: "route to",
    PG.asOf: "as of",
    ORG.originalOrganization: "before",
    ORG.resultingOrganization: "after",
}
# Values of a body that are records of their own, and reported as such.
OWN_RECORDS = (ADMS.identifier, SKOSXL.altLabel, SKOS.altLabel, FOAF.homepage)
# Where the words of a piece of evidence stand in an archived text; changes with the text.
TEXT_POSITION = (PG.passage, OA.start, OA.end)
# The parts of a relationship that its sentence has.
RELATIONSHIP_PARTS = (PG.kind, PG["from"], PG.to, PG.role, PG.via)
# Which row of a table a record came from, and how that is written: no statement about the world.
ROW_TERMS = (PG.fromTable, PG.rowCell)
# What the sentence or the evidence lines of a new or removed record have, so that it is no detail of its own.
_NO_DETAIL = {
    *(RDF.type, SKOS.prefLabel, SKOSXL.literalForm, SKOS.notation, PG.nameKind, PG.property, PG.supportLimit),
    *ROW_TERMS,
    *(ORG.originalOrganization, ORG.resultingOrganization, *RELATIONSHIP_PARTS, *OWN_RECORDS),
}


@dataclass(frozen=True)
class TypeWording:
    """What is said of the records of one type.

    `added`, `removed`: how the sentence about a whole record begins. `subject`: a template for what the record is
    called, its fields filled from `parts`: a predicate, and whether its first value is put as `text` or as the label of
    a `concept`, or all of them as `labels`; without a template it is called by its own label. `section`: where it is
    reported if it concerns no body.
    """

    added: str = ""
    removed: str = ""
    subject: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    section: str = OTHER


def _body(noun: str) -> TypeWording:
    return TypeWording(f"New {noun}", f"{capitalise(noun)} gone")


def _part(noun: str, subject: str = "", *parts: tuple[str, str], section: str = OTHER) -> TypeWording:
    return TypeWording(f"{capitalise(noun)} added", f"{capitalise(noun)} removed", subject, parts, section)


def capitalise(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


# In the order of reporting: new records are reported with their evidence, so sources and evidence come after all that
# has evidence.
TYPE_WORDING = {
    "relationship": TypeWording("New relationship", "Gone, relationship removed"),
    "event": _part("event"),
    "statement": _part("statement"),
    "name": _part("name", "{} ({})", (SKOSXL.literalForm, "text"), (PG.nameKind, "concept")),
    "identifier": _part("identifier", "{} {}", (PG.scheme, "concept"), (SKOS.notation, "text")),
    "attribute": _part("attribute", "{}: {}", (PG.property, "concept"), (PG.value, "text")),
    "match": _part("decision about a match", "record {} of {}", (SKOS.notation, "text"), (DCTERMS.source, "labels")),
    "organisation": _body("organisation"),
    "group": _body("group"),
    "programme": _body("programme"),
    "place": _body("place"),
    "source": _part("source", section=SOURCES),
    "evidence": TypeWording("Evidence added, used by no claim yet", "Evidence removed", section=SOURCES),
    "passage": TypeWording(section=SOURCES),
    "selector": TypeWording(section=SOURCES),
    "step": _part("step of the story", section=PRESENTATION),
    "position": _part(
        "position on the map", "{}, {}", (PG.positionOf, "labels"), (PG.view, "labels"), section=PRESENTATION
    ),
}


def detail_labels(type_: str) -> list[tuple[str, str]]:
    """The predicates that are details of a new or removed record of a type, with what they are called, in order."""
    excluded = _NO_DETAIL
    if type_ == "source":
        excluded = excluded - {PG.kind}
    elif type_ == "attribute":
        excluded = excluded | {PG.value}
    labels = ((predicate, label) for predicate, label in PREDICATE_LABELS.items() if predicate not in excluded)
    return sorted(labels, key=lambda entry: (entry[1], entry[0]))


def date_phrase(date: str | None) -> str:
    """A date in a sentence: on a day, in a month or year, between two days.

    >>> date_phrase("2014-06-30"), date_phrase("2014"), date_phrase("between 2009 and 2010")
    ('on 2014-06-30', 'in 2014', 'between 2009 and 2010')
    """
    return f"on {date}" if date and len(date) == 10 else str(date) if date and " " in date else f"in {date}"


def date_change(name: str, subject: str, old: str | None, new: str | None) -> tuple[str, str]:
    """The kind of change and the sentence for a date (`name`: start, end or date) that was `old` and is `new`."""
    if name == "end" and old is None:
        return "ended", f"Ended: {subject}, {date_phrase(new)} (was open)."
    if name == "end" and new is None:
        return "dates", f"No longer said to have ended: {subject} (was {old})."
    if old == new:
        return "dates", f"Bounds of the {name} changed: {subject}, {new}."
    if old and new and new.startswith(old + "-"):
        return "dates", f"{capitalise(name)} made more precise: {subject}, {new} (was {old})."
    values = f"{new or 'not stated any more'} (was {old or 'not stated'})"
    return "dates", f"{capitalise(name)} changed: {subject}, {values}."
