"""The tables of a graph folder and their columns: the one specification of both.

From it come the headings that a table may have, how each cell is read (`graph_folder.cell_parser`), the triple that it
becomes (`model.column_terms`) and the way back (`workbook.graph_to_tables`), and what the workbook says and offers at
each heading. data/README.md lists the columns for people. What follows no rule is code there, without a predicate
here.
"""

from __future__ import annotations

from dataclasses import replace

from partnergraph.tables.column_types import Column, TableSchema
from partnergraph.tables.partnership_columns import PARTNERSHIP_COLUMNS, PARTNERSHIP_FIXES
from partnergraph.vocabulary import DCTERMS, FOAF, ORG, PG, SKOS, WGS84

__all__ = ["BODIES", "PARTIES", "PROSE_COLUMNS", "STATABLE", "TABLE_COLUMNS", "TABLE_SCHEMAS"]

# Tables whose rows certain cells may name: parties of a relationship, symbols of the drawing, subjects of an event or
# statement, records that editors decide about.
PARTIES = ("organisations", "groups", "undertakings", "places")
BODIES = ("organisations", "groups", "undertakings")
SUBJECTS = ("relationships", "organisations", "undertakings", "groups")
STATABLE = ("relationships", "organisations", "undertakings", "groups", "events", "statements", "names", "attributes")

_ID = Column(
    "id",
    "slug",
    "A short word for this row: small letters, digits, hyphens, for example riverside-university. "
    "Choose it once and never change it; other sheets point at it.",
    required=True,
)
_MAY_HAVE_EVIDENCE = Column(
    "evidence",
    "evidence",
    "The id of a row of the sheet Evidence; several with ; between them. "
    "e2 [start, end] says that e2 supports only those two columns.",
    several=True,
    tables=("evidence",),
    offered="evidence",
)
_EVIDENCE = replace(_MAY_HAVE_EVIDENCE, required=True)
_NOTE = Column("note", "text", "Anything a reader should know, in one line.", SKOS.note)
_START = Column(
    "start",
    "date",
    "Since when: 2021, 2021-06 or 2021-06-30, as exactly as the source says. Empty: nobody says.",
    PG.start,
)
_END = Column("end", "date", "Until when, in the same form. Empty: it goes on, or nobody says.", PG.end)
_DATE = Column("date", "date", "When: 2021, 2021-06 or 2021-06-30, as exactly as the source says.", PG.date)
_COUNT_AS_STATED = Column(
    "count_as_stated", "string", "The word of the source where it gives no number: many, several.", PG.countAsStated
)
_CHOOSE = "Choose from the list."


def _name(note: str, predicate: str | None = SKOS.prefLabel, *, editorial: bool = False) -> Column:
    return Column("name", "text", note, predicate, required=True, editorial=editorial)


def _code(
    name: str,
    scheme: str,
    predicate: str | None,
    note: str = _CHOOSE,
    *,
    required: bool = False,
    editorial: bool = False,
    several: bool = False,
) -> Column:
    return Column(name, "code", note, predicate, required, editorial=editorial, several=several, scheme=scheme)


def _organisation(predicate: str | None) -> Column:
    note = "The id of a row of the sheet Organisations."
    return Column("organisation", "row", note, predicate, True, tables=("organisations",), offered="organisations")


def _source(note: str = "The id of a row of the sheet Sources.", predicate: str | None = None) -> Column:
    return Column("source", "row", note, predicate, True, tables=("sources",), offered="sources")


def _reference(
    name: str,
    tables: tuple[str, ...],
    predicate: str | None,
    note: str,
    *,
    required: bool = False,
    essential: bool = False,
    several: bool = False,
    offered: str = "",
) -> Column:
    return Column(
        name, "reference", note, predicate, required, essential, several=several, tables=tables, offered=offered
    )


# The columns in the order in which tables are written.
TABLE_COLUMNS: dict[str, tuple[Column, ...]] = {
    "partnerships": PARTNERSHIP_COLUMNS,
    "sources": (
        replace(
            _ID,
            required=False,
            note="A short word for this row: annual-report-2024. Other sheets may point at it; never change it. Empty: "
            "it is made of the title, and kept.",
        ),
        Column("title", "text", "The title of the document or page.", DCTERMS.title, required=True),
        Column("publisher", "string", "Who published it.", DCTERMS.publisher, required=True),
        _code(
            "kind",
            "source-kind",
            PG.sourceKind,
            "What it is: page, report, minutes, newsletter, register ... Choose document only for a text that is kept "
            "in the folder documents and may be quoted; editorial for your own decisions.",
            required=True,
        ),
        Column("date", "date", "When it was published: 2021, 2021-06 or 2021-06-30.", DCTERMS.issued),
        Column("url", "web-address", "Its address on the web, beginning with https://", FOAF.page),
        Column(
            "origin",
            "string",
            "Sources that copy one another share one word here; together they count as one source.",
            PG.origin,
        ),
        Column("accessed", "date", "The day on which you read it: 2021-06-30."),
        Column("as_of_earliest", "date", "The earliest time that it can speak of, when that is not its date."),
        Column("as_of_latest", "date", "The latest time that it can speak of."),
        Column("licence", "string", "The terms under which it may be used.", DCTERMS.accessRights),
        Column("withdrawn", "date", "Since when it is no longer there. Empty: it is.", PG.withdrawn, editorial=True),
        replace(_NOTE, predicate=SKOS.editorialNote, editorial=True),
    ),
    "evidence": (
        replace(
            _ID, note="A short word for this row, for example e1. Rows of other sheets name it in their evidence cell."
        ),
        _source("The id of the row of the sheet Sources in which this stands.", DCTERMS.source),
        _code(
            "basis",
            "basis",
            PG.basis,
            "stated: the source says it. implied: it can be read from it. registry: a register lists it. editor: you "
            "know it yourself. inferred: no source says it; then strength and says are needed.",
            required=True,
        ),
        _code(
            "confidence", "confidence", PG.confidence, "How sure the reading is: high, medium or low.", required=True
        ),
        Column(
            "words",
            "string",
            "The exact words, copied from a text that is kept in the folder documents. They must stand there exactly "
            "once. For any other source leave this empty and fill in says.",
        ),
        Column("says", "text", "In one line of your own: what the source says. Never a copied sentence."),
        Column(
            "locator",
            "string",
            "Where in the source: page 3, item 36, row 12. For words that stand there twice, the number of the "
            "sentence: s7.",
        ),
        _code("strength", "strength", PG.strength, "Only for basis inferred: strong, moderate or weak."),
        Column(
            "premises",
            "row",
            "Only for basis inferred: the sources that were consulted, with ; between them.",
            PG.premise,
            several=True,
            tables=("sources",),
            offered="sources",
        ),
        _NOTE,
        Column(
            "not_modelled",
            "text",
            "Why nothing was claimed from these words. Otherwise leave it empty.",
            PG.notModelled,
        ),
    ),
    "organisations": (
        _ID,
        _name("Today's name. Former and short names go to the sheet Names.", editorial=True),
        Column(
            "form",
            "choice",
            "formal: a body of its own. unit: part of another. collaboration: bodies joined for a purpose. "
            "organisation: not known.",
            required=True,
            scheme="form",
        ),
        _code(
            "type",
            "org-type",
            ORG.classification,
            "Choose from the list; several with ; between them.",
            required=True,
            editorial=True,
            several=True,
        ),
        Column("description", "text", "One line about what the body is.", DCTERMS.description, editorial=True),
        replace(_MAY_HAVE_EVIDENCE, note="Where it is mentioned: ids of rows of the sheet Evidence. May stay empty."),
    ),
    "places": (
        _ID,
        _name("The name, as it is read on the page.", editorial=True),
        _code("kind", "place-kind", DCTERMS.type, editorial=True),
        Column("latitude", "coordinate", "Degrees north: 53.0042. Needs evidence.", WGS84.lat),
        Column("longitude", "coordinate", "Degrees east: -2.2731 lies west of Greenwich.", WGS84.long),
        Column("geonames", "token", "The number at geonames.org."),
        replace(_NOTE, editorial=True),
        _MAY_HAVE_EVIDENCE,
    ),
    "undertakings": (
        _ID,
        _name("What the programme, strategy or set of posts is called."),
        _code("type", "undertaking-type", DCTERMS.type, required=True),
        _EVIDENCE,
        _COUNT_AS_STATED,
    ),
    "groups": (
        _ID,
        _source(),
        _name("The group in the words of the source: fourteen local authorities."),
        _code("member_type", "org-type", PG.memberType, "What its members are. Choose from the list.", required=True),
        Column(
            "open",
            "flag",
            "yes: there may be more than the source names or counts. no: that is all.",
            PG.listIsOpen,
            required=True,
            scheme="yes-or-no",
        ),
        _EVIDENCE,
        Column("count", "count", "The number, if the source gives one. Otherwise leave it empty.", PG.statedCount),
        _COUNT_AS_STATED,
        Column(
            "places",
            "row",
            "Ids of rows of the sheet Places, with ; between them.",
            DCTERMS.spatial,
            several=True,
            tables=("places",),
            offered="places",
        ),
        Column(
            "members",
            "row",
            "Members that the source names: ids of organisations, with ; between them.",
            FOAF.member,
            several=True,
            tables=("organisations",),
            offered="organisations",
        ),
        _reference(
            "may_overlap", ("groups",), PG.mayOverlap, "Other groups that may hold the same members.", several=True
        ),
    ),
    "names": (
        _ID,
        _organisation(PG.nameOf),
        _name("The other name.", None),
        _code(
            "kind",
            "name-kind",
            PG.nameKind,
            "former, acronym, alternative, or as-written. Choose from the list.",
            required=True,
        ),
        _EVIDENCE,
        _START,
        _END,
        Column("language", "language", "The code of its language, when it is another: cy, fr."),
    ),
    "identifiers": (
        _organisation(None),
        _code("scheme", "identifier-scheme", PG.scheme, "Which register. Choose from the list.", required=True),
        Column("value", "string", "The number or address in that register.", SKOS.notation, required=True),
        _EVIDENCE,
        _NOTE,
    ),
    "statements": (
        _ID,
        _source(),
        _code(
            "kind",
            "statement-kind",
            None,
            "finding: a result. purpose: what something is for. arrangement: relationships that belong together.",
            required=True,
        ),
        _name("The statement in one line."),
        _EVIDENCE,
        _reference(
            "about",
            SUBJECTS,
            PG.about,
            "The relationship, organisation, undertaking or group that it is about: its id, several with ; between "
            "them.",
            several=True,
            offered="organisations",
        ),
        Column("value", "figure", "The figure that it states.", PG.value),
        Column("unit", "string", "What the figure counts: percent, pounds.", PG.unit),
        _reference(
            "exercise",
            ("undertakings",),
            DCTERMS.source,
            "The assessment that found it: id of an undertaking.",
            offered="undertakings",
        ),
        _reference("part_of", ("statements",), DCTERMS.isPartOf, "The statement that this one belongs to: its id."),
        _reference(
            "relates_to",
            ("undertakings", "organisations"),
            DCTERMS.relation,
            "What else it touches: id of an undertaking or organisation.",
        ),
        _COUNT_AS_STATED,
        Column(
            "open",
            "flag",
            "yes: the source presents a list that may go on. no: it is complete.",
            PG.listIsOpen,
            scheme="yes-or-no",
        ),
    ),
    "relationships": (
        replace(
            _ID, note="A short word for this row, for example funding-fund-trust. Choose it once and never change it."
        ),
        _code(
            "kind",
            "relationship-kind",
            PG.kind,
            "How they are connected: membership, funding, part-of ... It reads: FROM kind TO. The sheet Lists explains "
            "each.",
            required=True,
        ),
        _reference(
            "from",
            PARTIES,
            PG["from"],
            "The id of the one party, usually of the sheet Organisations. A group, undertaking or place may stand here "
            "as well.",
            required=True,
            offered="organisations",
        ),
        _reference("to", PARTIES, PG.to, "The id of the other party.", required=True, offered="organisations"),
        _EVIDENCE,
        _reference(
            "via",
            PARTIES,
            PG.via,
            "A party through which it goes, such as a body that passes money on.",
            several=True,
            offered="organisations",
        ),
        _code("role", "role", PG.role, "As what. Choose from the list, or leave it empty."),
        _START,
        _END,
        Column("date_note", "string", "Words about time that are not a date: long-standing.", PG.dateNote),
        _reference(
            "arrangement",
            ("statements",),
            PG.inArrangement,
            "The arrangement that it belongs to: id of a row of the sheet Statements.",
        ),
        _reference(
            "formalised_through", PARTIES, PG.formalisedThrough, "The body through which it was made formal: its id."
        ),
        _NOTE,
    ),
    "events": (
        _ID,
        _code("kind", "event-kind", PG.kind, required=True),
        _EVIDENCE,
        _reference(
            "about",
            SUBJECTS,
            PG.about,
            "The relationship or body that it happened to: its id. For mergers and splits use from and to instead.",
            offered="organisations",
        ),
        _reference(
            "from",
            ("organisations",),
            ORG.originalOrganization,
            "Only for changes: the bodies before, with ; between them.",
            essential=True,
            several=True,
            offered="organisations",
        ),
        _reference(
            "to",
            ("organisations",),
            ORG.resultingOrganization,
            "Only for changes: the bodies after.",
            essential=True,
            several=True,
            offered="organisations",
        ),
        _DATE,
        _code("manner", "manner", PG.manner, "How it was awarded: competitive, or empty."),
        _reference("renews", ("events",), PG.renews, "For a renewal: the id of the event that it renews."),
        _NOTE,
    ),
    "attributes": (
        _ID,
        _organisation(PG.attributeOf),
        _code(
            "property",
            "attribute-kind",
            PG.property,
            "What is stated: address, legal-type ... Choose from the list.",
            required=True,
        ),
        Column("value", "string", "The value, as the source states it.", PG.value, required=True),
        _EVIDENCE,
        _START,
        _END,
        _NOTE,
    ),
    "standing": (
        _reference("record", STATABLE, None, "The id of the claim that is decided about.", required=True),
        _code(
            "standing",
            "standing",
            PG.standing,
            "accepted, disputed, superseded (replaced) or retracted (withdrawn).",
            required=True,
        ),
        Column("note", "text", "The reason, for every reader.", PG.standingNote, required=True),
        _reference("contradicts", STATABLE, None, "The claim that it contradicts: its id.", several=True),
        Column(
            "counter_evidence",
            "row",
            "Evidence against it: ids of rows of the sheet Evidence.",
            several=True,
            tables=("evidence",),
        ),
    ),
    "positions": (
        _reference("body", BODIES, PG.positionOf, "Which body: its id.", required=True),
        _code("view", "view", PG.view, "In which view of the map.", required=True),
        Column("x", "pixels", "Pixels from the left.", PG.x, required=True),
        Column("y", "pixels", "Pixels from the top.", PG.y, required=True),
    ),
    "matches": (
        _organisation(PG.matched),
        _source("The register: the id of a row of the sheet Sources.", DCTERMS.source),
        Column("record", "token", "The identifier of the record in that register.", SKOS.notation, required=True),
        Column("decision", "choice", "same, different or unsure.", PG.decision, required=True, scheme="decision"),
        Column("who", "string", "Who decided."),  # stays in the table: a graph is published, and holds no persons
        _DATE,
        _NOTE,
    ),
}
TABLE_SCHEMAS = {
    table: TableSchema(
        tuple(column.name for column in columns),
        tuple(column.name for column in columns if column.required),
        PARTNERSHIP_FIXES if table == "partnerships" else {},
        frozenset(column.name for column in columns if column.type != "date") if table == "partnerships" else None,
    )
    for table, columns in TABLE_COLUMNS.items()
}
# Headings of columns in which people write sentences and names; in all others a typographic quotation mark or dash is
# an accident.
PROSE_COLUMNS = frozenset(
    column.name
    for table, columns in TABLE_COLUMNS.items()
    for column in columns
    if column.type in ("text", "string", "figure", "web-address") and table != "partnerships"
)
