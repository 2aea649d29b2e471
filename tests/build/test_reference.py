"""The document's named graph against the reference that was encoded by hand, record by record.

The IRIs of the build are those of the reference, slugs included, so nothing has to be mapped. What differs is written
down in `DIFFERENCES`, each with its reason; a new difference fails, and so does one that is no longer there.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass

import pytest

from partnergraph.store import Reader
from tests.conftest import ROOT

BASE = "https://w3id.org/partnergraph/"
DOCUMENT = "source/keele-spcsc-partnerships"
EVIDENCE = f"{BASE}id/evidence/keele-spcsc-partnerships/"
SOURCE = f"{BASE}id/source/keele-spcsc-partnerships"
GROUPS = f"{BASE}id/group/keele-spcsc-partnerships/"
TEXT = (ROOT / "data" / "documents" / "school-partnerships.txt").read_text("utf-8")

PREFIXES = {
    "pg": f"{BASE}ns#",
    "code": f"{BASE}code/",
    "o": f"{BASE}id/org/",
    "ev": EVIDENCE,
    "id": f"{BASE}id/identifier/",
    "name": f"{BASE}id/name/",
    "g": f"{BASE}graph/",
    "src": f"{BASE}id/source/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "dcterms": "http://purl.org/dc/terms/",
    "adms": "http://www.w3.org/ns/adms#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "foaf": "http://xmlns.com/foaf/0.1/",
}
NAMES = ["department-of-health", "nice", "nihr-clahrc-west-midlands", "nihr-school-for-primary-care-research"]
NAMES += ["west-midlands-health-science-network"]
ROR = {
    "coventry-university": "01tgmhj36",
    "department-of-health": "03sbpja79",
    "keele-university": "00340yn33",
    "public-health-england": "00vbvha87",
    "wellcome-trust": "029chgv08",
}


# Quoted evidence whose words allow another reading, as its notes say.
READINGS = (8, 10, 13, 16, 17, 23, 25, 26, 44, 46)


@dataclass(frozen=True)
class Difference:
    """Triples that only one side has, and why that is meant."""

    graph: str
    only_in: str
    triples: tuple[tuple[str, str, str], ...]
    reason: str


DIFFERENCES = [
    Difference(
        DOCUMENT,
        "build",
        tuple((f"ev:S{n}", "dcterms:source", "src:keele-spcsc-partnerships") for n in range(1, 57)),
        "Every piece of evidence names its source, cited or quoted alike; the reference knew quoted evidence only.",
    ),
    Difference(
        DOCUMENT,
        "build",
        tuple((f"name:{name}--school-page", "pg:nameKind", "code:as-written") for name in NAMES),
        "Names tell acronyms, former names and the wording of a source apart; the reference had only the wording.",
    ),
    Difference(
        DOCUMENT,
        "build",
        (
            ("src:keele-spcsc-partnerships", "dcterms:publisher", '"Keele University"'),
            ("src:keele-spcsc-partnerships", "foaf:page", "<https://www.keele.ac.uk/pcsc/aboutus/partnerships/>"),
            ("src:keele-spcsc-partnerships", "pg:origin", '"keele"'),
            ("src:keele-spcsc-partnerships", "pg:sourceKind", "code:document"),
        ),
        "A source is described by publisher, address, kind and origin, so that independent sources can be counted.",
    ),
    Difference(
        DOCUMENT,
        "reference",
        (
            *((f"ev:S{n}", "pg:basis", "code:stated") for n in READINGS),
            (f"<{GROUPS}regional-and-national-bodies>", "pg:memberType", "code:public-body"),
            (
                "<https://w3id.org/partnergraph/id/record/keele-spcsc-partnerships/ref-90-percent>",
                "skos:prefLabel",
                '"REF rated 90% of the School’s research impact as world-leading"@en',
            ),
        ),
        "Read again: what the notes of ten pieces of evidence call a reading is implied; the Wellcome Trust "
        "is a charity, so the bodies have no one type; and the text says `our` and not the School.",
    ),
    Difference(
        DOCUMENT,
        "build",
        (
            *((f"ev:S{n}", "pg:basis", "code:implied") for n in READINGS),
            (f"<{GROUPS}regional-and-national-bodies>", "pg:memberType", "code:body"),
            (
                "<https://w3id.org/partnergraph/id/record/keele-spcsc-partnerships/ref-90-percent>",
                "skos:prefLabel",
                '"REF rated 90% of “our” research impact as world-leading"@en',
            ),
            (
                f"<{GROUPS}wmswtp-childrens-and-adults-services>",
                "pg:mayOverlap",
                f"<{GROUPS}wmswtp-local-authorities>",
            ),
        ),
        "The other side of the same; and the services may be those of the authorities, as the note of S44 says.",
    ),
    Difference(
        "editorial",
        "reference",
        (
            ("src:keele-spcsc-partnerships", "pg:asOfLatest", '"2021-09-30"^^xsd:date'),
            (
                "src:keele-spcsc-partnerships",
                "skos:editorialNote",
                '"Publication date unknown. Upper bound: names Public Health England as a current body, which stopped '
                'operating on 1 October 2021."@en',
            ),
        ),
        "The page names Versus Arthritis (from September 2018) and the School (until August 2020): closer bounds.",
    ),
    Difference(
        "entities",
        "reference",
        tuple(
            triple
            for body, ror in ROR.items()
            for triple in (
                (f"o:{body}", "adms:identifier", f"id:ror-{ror}"),
                (f"id:ror-{ror}", "rdf:type", "adms:Identifier"),
                (f"id:ror-{ror}", "skos:notation", f'"https://ror.org/{ror}"^^xsd:anyURI'),
                (f"id:ror-{ror}", "dcterms:creator", "<https://ror.org/>"),
            )
        ),
        "An identifier is a claim of its register with evidence: it stands in the graph of the register (ror), with "
        "its scheme in the place of the creator, and as a plain string, since the engine may rewrite other literals.",
    ),
    Difference(
        "catalogue",
        "reference",
        (
            ("g:editorial", "dcterms:title", '"Editorial decisions"@en'),
            ("g:entities", "dcterms:title", '"Who is who: identity, preferred names, types, identifiers"@en'),
            ("g:source/keele-spcsc-partnerships", "dcterms:title", '"What the seed document says"@en'),
        ),
        "Other titles: the graphs hold inferences too and no identifiers, and a source's graph is called by its title.",
    ),
]


def expand(term: str) -> str:
    """A term written short, as N-Triples writes it."""
    if term.startswith("<"):
        return term
    if term.startswith('"'):
        head, mark, datatype = term.partition("^^")
        return head + (f"{mark}{expand(datatype)}" if mark else "")
    prefix, _, rest = term.partition(":")
    return f"<{PREFIXES[prefix]}{rest}>"


def triples(reader: Reader, graph: str) -> set[tuple[str, ...]]:
    """What one named graph holds."""
    return set(reader.terms(f"SELECT ?s ?p ?o {{ GRAPH <{BASE}graph/{graph}> {{ ?s ?p ?o }} }}"))


REFERENCE = Reader.files([ROOT / "tests" / "reference" / "school-partnerships.trig"])
TYPES = {
    "Relationship": 29,
    "UnnamedGroup": 12,
    "LifecycleEvent": 4,
    "Finding": 4,
    "Purpose": 7,
    "Arrangement": 1,
    "Undertaking": 6,
    "Evidence": 56,
    "Passage": 10,
    "Name": 5,
    "Source": 1,
}
RECORDS = [
    (kind, iri)
    for kind in TYPES
    for (iri,) in sorted(
        REFERENCE.terms(f"SELECT ?s {{ GRAPH <{BASE}graph/{DOCUMENT}> {{ ?s a pg:{kind} }} }}"),
    )
]


OF_THE_REFERENCE = triples(REFERENCE, DOCUMENT)


@pytest.fixture(scope="module")
def document(graph: Reader) -> set[tuple[str, ...]]:
    """What the build's own graph of the document holds."""
    return triples(graph, DOCUMENT)


def test_the_reference_holds_what_the_model_counts() -> None:
    assert Counter(kind for kind, _ in RECORDS) == TYPES


@pytest.mark.parametrize(("kind", "iri"), RECORDS, ids=lambda value: value.removeprefix(f"<{BASE}id/").rstrip(">"))
def test_each_record_says_what_the_reference_says(kind: str, iri: str, document: set[tuple[str, ...]]) -> None:
    """Kind, parties, role, dates, counts, places, members, arrangement, evidence, words, offsets: every triple."""
    meant = {
        side: {
            (expand(p), expand(o))
            for difference in DIFFERENCES
            if (difference.graph, difference.only_in) == (DOCUMENT, side)
            for s, p, o in difference.triples
            if expand(s) == iri
        }
        for side in ("build", "reference")
    }
    expected = {(p, o) for s, p, o in OF_THE_REFERENCE if s == iri}
    found = {(p, o) for s, p, o in document if s == iri}
    assert (expand("rdf:type"), expand(f"pg:{kind}")) in expected
    assert found == (expected - meant["reference"]) | meant["build"]


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_the_document_states_nothing_else(kind: str, graph: Reader) -> None:
    found = graph.terms(f"SELECT ?s {{ GRAPH <{BASE}graph/{DOCUMENT}> {{ ?s a pg:{kind} }} }}")
    assert sorted((kind, iri) for (iri,) in found) == sorted(record for record in RECORDS if record[0] == kind)


@pytest.mark.parametrize("name", [DOCUMENT, "entities", "editorial", "catalogue"])
def test_the_differences_are_exactly_those_that_are_meant(name: str, graph: Reader) -> None:
    """Of the other three graphs the reference knows a part only; there, only what the build lacks is a difference."""
    theirs, ours = triples(REFERENCE, name), triples(graph, name)
    assert len(theirs) > 5
    found = {"reference": theirs - ours, "build": ours - theirs if name == DOCUMENT else set()}
    for side, difference in found.items():
        meant = [d for d in DIFFERENCES if (d.graph, d.only_in) == (name, side)]
        assert difference == {tuple(map(expand, triple)) for d in meant for triple in d.triples}, side


@pytest.mark.parametrize(("body", "ror"), sorted(ROR.items()))
def test_identifiers_stand_in_the_graph_of_their_register_instead(body: str, ror: str, graph: Reader) -> None:
    [row] = graph.terms(
        f"SELECT ?value ?scheme {{ GRAPH <{BASE}graph/source/ror> {{ o:{body} adms:identifier ?id . "
        f"?id a adms:Identifier ; pg:scheme ?scheme ; skos:notation ?value ; pg:evidence ?e "
        f"FILTER(?scheme = code:ror) }} }}"
    )
    assert row == (f'"https://ror.org/{ror}"', f"<{BASE}code/ror>")


def test_every_quoted_word_run_stands_at_its_offsets_in_code_points(graph: Reader) -> None:
    rows = graph.rows("SELECT ?e ?words ?start ?end { ?e pg:words ?words ; oa:start ?start ; oa:end ?end }")
    assert {str(row["e"]).removeprefix(EVIDENCE) for row in rows} == {f"S{n}" for n in range(1, 57)}
    wrong = {
        row["e"]: row["words"] for row in rows if TEXT[int(row["start"] or 0) : int(row["end"] or 0)] != row["words"]
    }
    assert wrong == {}


def test_offsets_in_bytes_would_be_wrong(graph: Reader) -> None:
    """The text holds no-break spaces: a test of offsets that ASCII alone would pass proves nothing."""
    rows = graph.rows("SELECT ?words ?start ?end { ?e pg:words ?words ; oa:start ?start ; oa:end ?end }")
    data = TEXT.encode()
    off = [
        row
        for row in rows
        if data[int(row["start"] or 0) : int(row["end"] or 0)].decode("utf-8", "replace") != row["words"]
    ]
    assert len(off) > 30


def test_every_sentence_and_its_surroundings_stand_in_the_text(graph: Reader) -> None:
    rows = graph.rows(
        "SELECT ?exact ?prefix ?suffix ?start ?end { ?p a pg:Passage ; oa:hasSelector ?q , ?at . "
        "?q oa:exact ?exact ; oa:prefix ?prefix ; oa:suffix ?suffix . ?at oa:start ?start ; oa:end ?end }"
        " ORDER BY ?start"
    )
    assert len(rows) == 10
    for row in rows:
        start, end = int(row["start"] or 0), int(row["end"] or 0)
        assert TEXT[start:end] == row["exact"]
        assert TEXT[max(0, start - 20) : start] == row["prefix"]
        assert TEXT[end : end + 20] == row["suffix"]


def test_the_source_keeps_the_whole_text_and_its_checksum(graph: Reader) -> None:
    [row] = graph.rows(f"SELECT ?text ?sha {{ GRAPH ?g {{ <{SOURCE}> pg:text ?text ; pg:sha256 ?sha }} }}")
    assert row["text"] == TEXT
    assert row["sha"] == hashlib.sha256(TEXT.encode()).hexdigest()


def test_there_is_no_blank_node_anywhere(graph: Reader) -> None:
    blank = "FILTER(isBlank(?s) || isBlank(?o))"
    assert not graph.ask(f"ASK {{ GRAPH ?g {{ ?s ?p ?o {blank} }} }}")
    assert not graph.ask(f"ASK {{ ?s ?p ?o {blank} }}")
    assert not any(name.startswith("_:") for name in graph.named_graphs())
