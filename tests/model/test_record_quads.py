"""A claim goes into the graph of each source that its evidence names, with only the columns that it supports."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace

import pytest

from partnergraph.graph_folder.folder import read_folder
from partnergraph.model.dates import PartialDate
from partnergraph.model.ids import Ids
from partnergraph.model.rdf_terms import IRI
from partnergraph.model.record_quads import iri_of, quads_of
from partnergraph.model.records import (
    Attribute,
    Document,
    Event,
    Evidence,
    GraphConfig,
    Group,
    Identifier,
    MatchDecision,
    Model,
    Name,
    NamedPlace,
    Organisation,
    Passage,
    Record,
    Relationship,
    Source,
    Standing,
    Statement,
    Support,
    Undertaking,
)
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, DCTERMS, FOAF, OA, ORG, PG, PREFIXES, RDF, RDFS, SH, SKOS, SKOSXL, WGS84
from tests.conftest import ROOT

BASE = "https://example.org/"
IDS = Ids(BASE)
ALPHA, BETA = IDS.org("alpha"), IDS.org("beta")
SOURCES = (
    Source("one", title="One", publisher="P", kind="page"),
    Source("two", title="Two", publisher="P", kind="page"),
    Source("editor", title="The editor", publisher="P", kind="editorial"),
)
EVIDENCE = (
    Evidence("e1", source="one", basis="stated", confidence="high", says="Says so"),
    Evidence("e1b", source="one", basis="stated", confidence="high", says="Says more"),
    Evidence("e2", source="two", basis="stated", confidence="high", says="Says so"),
    Evidence("e3", source="editor", basis="inferred", confidence="low", strength="weak", says="Concluded"),
)
ONE, TWO, EDITORIAL = IDS.graph("source", "one"), IDS.graph("source", "two"), IDS.graph("editorial")
Said = set[tuple[str, str]]


def support(cell: str) -> tuple[Support, ...]:
    """An evidence cell as it is written in a table."""
    found = []
    for part in cell.split("; "):
        evidence, bracket, columns = part.partition(" [")
        limited = frozenset(filter(None, columns.rstrip("]").split(", "))) if bracket else None
        found.append(Support(evidence, limited))
    return tuple(found)


def model(**records: tuple[Record, ...]) -> Model:
    return replace(Model(GraphConfig("test", "Test", base=BASE), SOURCES, (), EVIDENCE), **records)  # type: ignore[arg-type]


def short(iri: str) -> str:
    """`pg:kind` for the address of it."""
    for prefix, address in PREFIXES.items():
        if iri.startswith(address):
            return f"{prefix}:{iri.removeprefix(address)}"
    return iri.removeprefix(f"{BASE}id/")


def said(of: Model, subject: IRI) -> dict[str, Said]:
    """What each named graph says about a subject."""
    found: dict[str, Said] = defaultdict(set)
    for quad in quads_of(of):
        if quad.s == subject and quad.g is not None:
            value = short(quad.o) if isinstance(quad.o, IRI) else quad.o.text
            found[quad.g.removeprefix(f"{BASE}graph/")].add((short(quad.p), value))
    return found


CORE = {
    ("rdf:type", "pg:Relationship"),
    ("pg:kind", "code:funding"),
    ("pg:from", "org/alpha"),
    ("pg:to", "org/beta"),
}
START = {("pg:start", "2009"), ("pg:startEarliest", "2009-01-01"), ("pg:startLatest", "2009-12-31")}
END = {("pg:end", "2010-02"), ("pg:endEarliest", "2010-02-01"), ("pg:endLatest", "2010-02-28")}
ROLE, NOTE = {("pg:role", "code:host")}, {("skos:note", "A note")}
ALL = CORE | START | END | ROLE | NOTE


def proof(evidence: str, source: str) -> Said:
    return {("pg:evidence", f"evidence/{source}/{evidence}")}


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("e1", {"source/one": ALL | proof("e1", "one")}),
        ("e1; e2", {"source/one": ALL | proof("e1", "one"), "source/two": ALL | proof("e2", "two")}),
        ("e1; e2 []", {"source/one": ALL | proof("e1", "one"), "source/two": CORE | proof("e2", "two")}),
        (
            "e1 [start]; e2 [end, note]",
            {"source/one": CORE | START | proof("e1", "one"), "source/two": CORE | END | NOTE | proof("e2", "two")},
        ),
        (
            "e1 [start]; e1b [role]; e2",
            {
                "source/one": CORE | START | ROLE | proof("e1", "one") | proof("e1b", "one"),
                "source/two": ALL | proof("e2", "two"),
            },
        ),
        ("e1 [start]; e1b", {"source/one": ALL | proof("e1", "one") | proof("e1b", "one")}),
        (
            "e1 [start]; e3 [end]",
            {"source/one": CORE | START | proof("e1", "one"), "editorial": CORE | END | proof("e3", "editor")},
        ),
    ],
)
def test_each_source_says_only_what_its_evidence_supports(cell: str, expected: dict[str, Said]) -> None:
    claim = Relationship(
        "r",
        support(cell),
        kind="funding",
        from_=ALPHA,
        to=BETA,
        role="host",
        start=PartialDate.parse("2009"),
        end=PartialDate.parse("2010-02"),
        note="A note",
    )
    found = said(model(relationships=(claim,)), IDS.relationship("r"))
    limits = {text for predicate, text in found["editorial"] if predicate == "pg:supportLimit"}
    assert limits == {part for part in cell.split("; ") if "[" in part}
    found["editorial"] -= {("pg:supportLimit", text) for text in limits}
    assert {graph: pairs for graph, pairs in found.items() if pairs} == expected


def test_what_the_tables_say_beside_the_claims_is_in_the_graph_as_well() -> None:
    """Otherwise the tables could not be given back from it."""
    between = PartialDate.parse("2019/2020-03")
    source = Source("s", title="S", publisher="P", kind="page", date=between, accessed=between)
    quoted = {"source": "s", "basis": "stated", "confidence": "high", "words": "it", "start": 0, "end": 2, "passage": 1}
    numbered, paged = Evidence("a", locator="s1", **quoted), Evidence("b", locator="page 3", **quoted)  # type: ignore[arg-type]
    decided = MatchDecision(
        "x", organisation="alpha", source="s", record="https://ror.org/0 1", decision="same", who="AB"
    )
    config = GraphConfig("test", "Test", base=BASE, licence="Ours", licence_url="https://example.org/licence")
    of = Model(config, (source,), evidence=(numbered, paged), matches=(decided,))
    assert {text for p, text in said(of, IDS.source("s"))["source/s"] if p == "pg:dateNote"} == {
        "issued between 2019 and 2020-03",
        "accessed between 2019 and 2020-03",
    }
    locators = [
        {text for p, text in said(of, IDS.evidence("s", slug))["source/s"] if p == "pg:locator"} for slug in "ab"
    ]
    assert locators == [set(), {"page 3"}]
    assert said(of, IRI("https://example.org/licence"))["catalogue"] == {("rdfs:label", "Ours")}
    assert said(of, IDS.match("alpha", "s", "https://ror.org/0 1"))["editorial"] == {
        ("rdf:type", "pg:Match"),
        ("pg:matched", "org/alpha"),
        ("dcterms:source", "source/s"),
        ("skos:notation", "https://ror.org/0 1"),
        ("pg:decision", "same"),
    }


WHOLE: list[tuple[str, Record, Said]] = [
    (
        "relationships",
        Relationship(
            "x",
            kind="funding",
            from_=ALPHA,
            to=BETA,
            via=(IDS.org("gamma"), IDS.org("delta")),
            date_note="long-standing",
            arrangement=IDS.statement("one", "joint"),
            formalised_through=IDS.org("gamma"),
        ),
        {
            *CORE,
            ("pg:via", "org/gamma"),
            ("pg:via", "org/delta"),
            ("pg:dateNote", "long-standing"),
            ("pg:inArrangement", "record/one/joint"),
            ("pg:formalisedThrough", "org/gamma"),
        },
    ),
    (
        "groups",
        Group(
            "x",
            source="one",
            name="14 bodies",
            member_type="university",
            count=14,
            count_as_stated="fourteen",
            open=False,
            places=("here",),
            members=("alpha",),
            may_overlap=(IDS.group("two", "y"),),
        ),
        {
            ("rdf:type", "pg:UnnamedGroup"),
            ("rdf:type", "foaf:Group"),
            ("skos:prefLabel", "14 bodies"),
            ("pg:memberType", "code:university"),
            ("pg:listIsOpen", "false"),
            ("pg:statedCount", "14"),
            ("pg:countAsStated", "fourteen"),
            ("dcterms:spatial", "place/here"),
            ("foaf:member", "org/alpha"),
            ("pg:mayOverlap", "group/two/y"),
        },
    ),
    (
        "undertakings",
        Undertaking("x", name="Posts", type="posts", count_as_stated="many"),
        {
            ("rdf:type", "pg:Undertaking"),
            ("dcterms:type", "code:posts"),
            ("skos:prefLabel", "Posts"),
            ("pg:countAsStated", "many"),
        },
    ),
    (
        "events",
        Event("x", kind="renewal", about=ALPHA, date=PartialDate.parse("2013"), manner="competitive", renews=BETA),
        {
            ("rdf:type", "pg:LifecycleEvent"),
            ("pg:kind", "code:renewal"),
            ("pg:about", "org/alpha"),
            ("pg:date", "2013"),
            ("pg:dateEarliest", "2013-01-01"),
            ("pg:dateLatest", "2013-12-31"),
            ("pg:manner", "code:competitive"),
            ("pg:renews", "org/beta"),
        },
    ),
    (
        "events",
        Event(
            "x", kind="merger", from_=(ALPHA, BETA), to=(IDS.org("gamma"),), date=PartialDate.parse("2022-03/2025-07")
        ),
        {
            ("rdf:type", "pg:ChangeEvent"),
            ("pg:kind", "code:merger"),
            ("org:originalOrganization", "org/alpha"),
            ("org:originalOrganization", "org/beta"),
            ("org:resultingOrganization", "org/gamma"),
            ("pg:dateNote", "date between 2022-03 and 2025-07"),
            ("pg:dateEarliest", "2022-03-01"),
            ("pg:dateLatest", "2025-07-31"),
        },
    ),
    (
        "statements",
        Statement(
            "x",
            source="one",
            kind="finding",
            name="90%",
            about=(ALPHA, BETA),
            value="90",
            unit="percent",
            exercise=IDS.undertaking("ref"),
            part_of=IDS.statement("one", "y"),
            relates_to=IDS.undertaking("z"),
            count_as_stated="a number of",
            open=True,
        ),
        {
            ("rdf:type", "pg:Finding"),
            ("skos:prefLabel", "90%"),
            ("pg:about", "org/alpha"),
            ("pg:about", "org/beta"),
            ("pg:value", "90"),
            ("pg:unit", "percent"),
            ("dcterms:source", "undertaking/ref"),
            ("dcterms:isPartOf", "record/one/y"),
            ("dcterms:relation", "undertaking/z"),
            ("pg:countAsStated", "a number of"),
            ("pg:listIsOpen", "true"),
        },
    ),
    (
        "names",
        Name("x", organisation="alpha", name="ALPHA", kind="acronym", start=PartialDate.parse("2009")),
        {
            ("rdf:type", "pg:Name"),
            ("rdf:type", "skosxl:Label"),
            ("pg:nameOf", "org/alpha"),
            ("skosxl:literalForm", "ALPHA"),
            ("pg:nameKind", "code:acronym"),
            *START,
        },
    ),
    (
        "identifiers",
        Identifier("", organisation="alpha", scheme="ods", value="RRE", note="A note"),
        {("rdf:type", "adms:Identifier"), ("skos:notation", "RRE"), ("pg:scheme", "code:ods"), *NOTE},
    ),
    (
        "attributes",
        Attribute("x", organisation="alpha", property="address", value="1 Street", end=PartialDate.parse("2010-02")),
        {
            ("rdf:type", "pg:Attribute"),
            ("pg:attributeOf", "org/alpha"),
            ("pg:property", "code:address"),
            ("pg:value", "1 Street"),
            *END,
        },
    ),
    (
        "places",
        NamedPlace(
            "x", name="Keele", kind="town", latitude="53.0", longitude="-2.2", geonames="2641674", note="A note"
        ),
        {("wgs84:lat", "53.0"), ("wgs84:long", "-2.2"), ("dcterms:identifier", "geonames:2641674")},
    ),
]


@pytest.mark.parametrize(
    ("table", "record", "expected"), WHOLE, ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_column_of_every_table_is_said(table: str, record: Record, expected: Said) -> None:
    backed = replace(record, evidence=support("e1"))
    found = said(model(**{table: (backed,)}), iri_of(backed, IDS))
    assert found.pop("source/one") == expected | proof("e1", "one")
    assert set(found) == ({"entities"} if table == "places" else set())


def test_who_is_who_is_the_editors_and_a_source_only_mentions_a_body() -> None:
    body = Organisation("alpha", support("e1; e2"), name="Alpha", form="unit", type=("university",), description="D")
    found = said(model(organisations=(body,)), ALPHA)
    assert found.pop("entities") == {
        ("rdf:type", "org:OrganizationalUnit"),
        ("rdf:type", "org:Organization"),
        ("skos:prefLabel", "Alpha"),
        ("org:classification", "code:university"),
        ("dcterms:description", "D"),
    }
    assert found == {"source/one": proof("e1", "one"), "source/two": proof("e2", "two")}


def test_what_a_place_is_and_its_note_are_the_editors() -> None:
    found = said(model(places=(NamedPlace("x", name="Keele", kind="town", note="A note"),)), IDS.place("x"))
    label = ("skos:prefLabel", "Keele")
    assert found == {"entities": {("rdf:type", "dcterms:Location"), label, ("dcterms:type", "code:town"), *NOTE}}


def test_a_body_points_at_its_names_and_identifiers_in_the_graph_of_their_source() -> None:
    name = Name("n", support("e1"), organisation="alpha", name="Alffa", kind="alternative", language="cy")
    site = Identifier("", support("e2"), organisation="alpha", scheme="website", value="https://alpha.example.org/")
    of = model(names=(name,), identifiers=(site,))
    assert said(of, ALPHA) == {
        "source/one": {("skosxl:altLabel", "name/n"), ("skos:altLabel", "Alffa")},
        "source/two": {
            ("adms:identifier", "identifier/website-https-alpha-example-org"),
            ("foaf:homepage", "https://alpha.example.org/"),
        },
    }
    [label] = [q.o for q in quads_of(of) if q.p == SKOS.altLabel]
    assert label.n3 == '"Alffa"@cy'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        *(
            ("90", '"90"^^<http://www.w3.org/2001/XMLSchema#integer>'),
            ("-3", '"-3"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        ),
        *(("90.5", '"90.5"'), ("--5", '"--5"'), ("²", '"²"'), ("٣", '"٣"'), ("90%", '"90%"'), ("-", '"-"'), ("", '""')),
    ],
)
def test_only_whole_numbers_are_numbers(value: str, written: str) -> None:
    row = Statement("x", support("e1"), source="one", kind="finding", name="N", value=value)
    quads = list(quads_of(model(statements=(row,))))
    assert [quad.o.n3 for quad in quads if quad.p == PG.value] == [written]
    stored = Reader.nquads_lines(quad.nquads for quad in quads)
    assert stored.terms("SELECT ?v { ?x pg:value ?v }") == [(written,)]


def test_a_disagreement_is_the_editors_and_stands_on_both_sides() -> None:
    one, two = IDS.relationship("one"), IDS.relationship("two")
    decision = Standing("", record=one, standing="disputed", contradicts=(two,), counter_evidence=("e2",), note="Why")
    of = model(standings=(decision,))
    assert said(of, one) == {
        "editorial": {
            ("pg:standing", "code:disputed"),
            ("pg:contradicts", "rel/two"),
            ("pg:counterEvidence", "evidence/two/e2"),
            ("pg:standingNote", "Why"),
        }
    }
    assert said(of, two) == {"editorial": {("pg:contradicts", "rel/one")}}


def test_cited_evidence_is_our_wording_and_an_inference_has_a_reason() -> None:
    cited = said(model(), IDS.evidence("one", "e1"))["source/one"]
    assert ("pg:says", "Says so") in cited
    assert not any(predicate in ("pg:words", "oa:start", "pg:reason") for predicate, _ in cited)
    inferred = said(model(), IDS.evidence("editor", "e3"))["editorial"]
    assert {("pg:reason", "Concluded"), ("pg:strength", "code:weak"), ("pg:basis", "code:inferred")} <= inferred
    assert not any(predicate == "pg:says" for predicate, _ in inferred)


def test_quoted_evidence_points_at_its_sentence_and_is_never_in_our_words() -> None:
    text = "Grüße. Alpha funds Beta."
    document = Document("one", text, "0" * 64, (Passage(1, "Grüße.", 0, 6), Passage(2, "Alpha funds Beta.", 7, 24)))
    quoted = Evidence("q", source="one", basis="stated", confidence="high", words="Alpha", start=7, end=12, passage=2)
    of = replace(
        model(), documents=(document,), evidence=(quoted,), config=GraphConfig("t", "T", base=BASE, language="de")
    )
    evidence = said(of, IDS.evidence("one", "q"))["source/one"]
    assert {("pg:words", "Alpha"), ("oa:start", "7"), ("oa:end", "12"), ("pg:passage", "passage/one/s2")} <= evidence
    assert not any(predicate in ("pg:says", "pg:locator") for predicate, _ in evidence)
    assert said(of, IDS.selector("one", 2, "position"))["source/one"] >= {("oa:start", "7"), ("oa:end", "24")}
    quote = said(of, IDS.selector("one", 2, "quote"))["source/one"]
    assert {("oa:exact", "Alpha funds Beta."), ("oa:prefix", "Grüße. "), ("oa:suffix", "")} <= quote
    assert ("dcterms:language", "de") in said(of, IDS.source("one"))["source/one"]
    [words] = [quad.o for quad in quads_of(of) if quad.p == PG.words]
    assert words.n3 == '"Alpha"'


def test_the_catalogue_describes_every_graph_and_no_other() -> None:
    body = Organisation("alpha", support("e1"), name="Alpha", form="formal")
    of = model(organisations=(body,))
    described = {q.s for q in quads_of(of) if q.g == IDS.graph("catalogue") and q.p == DCTERMS.title}
    own = {q.g for q in quads_of(of)} - {IDS.graph("catalogue")}
    assert own <= described
    assert {IDS.graph("source", "one"), IDS.graph("source", "two"), EDITORIAL, IDS.graph("entities")} <= described
    assert IDS.graph("source", "editor") not in described


def test_all_terms_used_are_terms_of_the_vocabulary() -> None:
    """Closed namespaces: a misspelt term would have failed while it was written; this is about those spelt out."""
    terms = {q.p for q in quads_of(read_folder(ROOT / "data").model)}
    known = (ADMS, DCTERMS, FOAF, OA, ORG, PG, RDF, RDFS, SH, SKOS, SKOSXL, WGS84)
    foreign = {p for p in terms if not any(p.startswith(n.base) and p.removeprefix(n.base) in n for n in known)}
    assert {short(p).partition(":")[0] for p in foreign} <= {"prov", "dcat", "void"}


# What each column of a table becomes, and the predicates that show it.
COLUMNS = {
    "relationships": {
        "via": [PG.via],
        "role": [PG.role],
        "start": [PG.start, PG.startEarliest, PG.startLatest],
        "end": [PG.end, PG.endEarliest, PG.endLatest],
        "date_note": [PG.dateNote],
        "arrangement": [PG.inArrangement],
        "formalised_through": [PG.formalisedThrough],
        "note": [SKOS.note],
    },
    "events": {
        "date": [PG.dateEarliest, PG.dateLatest],
        "manner": [PG.manner],
        "renews": [PG.renews],
        "note": [SKOS.note],
    },
    "names": {"start": [PG.startEarliest], "end": [PG.endEarliest]},
    "attributes": {"start": [PG.startEarliest], "end": [PG.endEarliest], "note": [SKOS.note]},
    "groups": {"count": [PG.statedCount], "places": [DCTERMS.spatial], "members": [FOAF.member]},
    "statements": {"value": [PG.value], "unit": [PG.unit], "about": [PG.about], "part_of": [DCTERMS.isPartOf]},
}


@pytest.mark.parametrize("table", sorted(COLUMNS))
def test_in_the_keele_graph_no_source_says_a_column_that_its_evidence_does_not_support(table: str) -> None:
    """Read with the csv module alone, cell by cell, against the quads."""
    of = read_folder(ROOT / "data").model
    with (ROOT / "data" / "tables" / "evidence.csv").open(encoding="utf-8", newline="") as lines:
        source_of = {row["id"]: row["source"] for row in csv.DictReader(lines)}
    with (ROOT / "data" / "tables" / f"{table}.csv").open(encoding="utf-8", newline="") as lines:
        rows = {row["id"]: row for row in csv.DictReader(lines)}
    ids = Ids(of.config.base)
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for quad in quads_of(of):
        if quad.g is not None and quad.g.startswith((ids.graph("source"), ids.graph("editorial"))):
            found[quad.s][quad.g].add(quad.p)
    compared = 0
    for record in getattr(of, table):
        row = rows[record.id]
        said_by: dict[str, list[frozenset[str] | None]] = defaultdict(list)
        for part in support(row["evidence"]):
            source = source_of[part.evidence]
            graph = ids.graph("editorial") if source == "editor" else ids.graph("source", source)
            said_by[graph].append(part.columns)
        graphs = found[iri_of(record, ids)]
        editors = {PG.standing, PG.contradicts, PG.counterEvidence, PG.standingNote, PG.supportLimit}
        assert {graph for graph, predicates in graphs.items() if predicates - editors} == set(said_by), record.id
        for graph, limits in said_by.items():
            supported = {
                column: bool(row[column]) and any(limit is None or column in limit for limit in limits)
                for column in COLUMNS[table]
            }
            # A date between two others has only its bounds, and the two in a note.
            between = {column for column in ("start", "end") if supported.get(column) and "/" in row[column]}
            for column, predicates in COLUMNS[table].items():
                for predicate in predicates:
                    expected = supported[column] or (predicate == PG.dateNote and bool(between))
                    if predicate in (PG.start, PG.end) and column in between:
                        expected = False
                    assert (predicate in graphs[graph]) == expected, (record.id, graph, column)
                    compared += 1
    assert compared >= 40
