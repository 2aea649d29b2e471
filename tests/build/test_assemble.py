"""From the model to the graph: further RDF files, the merge, and the derived graphs."""

from __future__ import annotations

from pathlib import Path

import pytest

from partnergraph.build import build, collect_findings
from partnergraph.errors import DataError
from partnergraph.store import Reader
from partnergraph.vocabulary import rules

GRAPH = "https://w3id.org/partnergraph/graph/"
EXTRA = """@prefix o: <https://w3id.org/partnergraph/id/org/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
o:alpha dcterms:description "An addition from a file"@en ; dcterms:relation <#here> .
"""


@pytest.fixture
def with_rdf(folder: Path) -> Path:
    """The small folder with one further RDF file of its one source."""
    (folder / "rdf").mkdir()
    (folder / "rdf" / "extra.ttl").write_text(EXTRA, "utf-8")
    config = folder / "partnergraph.toml"
    config.write_text(config.read_text("utf-8") + '[[rdf]]\nsource = "page"\npath = "rdf/extra.ttl"\n', "utf-8")
    return folder


def test_a_further_rdf_file_speaks_in_the_graph_of_its_source(with_rdf: Path, tmp_path: Path) -> None:
    build(with_rdf, tmp_path / "build")
    reader = Reader.at(tmp_path / "build")
    query = "SELECT ?g ?r { GRAPH ?g { o:alpha dcterms:description ?d ; dcterms:relation ?r } }"
    assert reader.rows(query) == [{"g": f"{GRAPH}source/page", "r": f"{GRAPH}source/page#here"}]
    assert reader.ask('ASK { o:alpha dcterms:description "An addition from a file"@en }')


def test_a_changed_rdf_file_is_changed_input_and_place_is_not(with_rdf: Path, tmp_path: Path) -> None:
    first = build(with_rdf, tmp_path / "build")
    graph = (tmp_path / "build" / "graph.trig").read_bytes()
    moved = with_rdf.rename(tmp_path / "moved")
    assert build(moved, tmp_path / "build").unchanged
    build(moved, tmp_path / "build", force=True)
    assert (tmp_path / "build" / "graph.trig").read_bytes() == graph
    (moved / "rdf" / "extra.ttl").write_text(EXTRA.replace("addition", "edition"), "utf-8")
    assert build(moved, tmp_path / "build").fingerprint != first.fingerprint


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("junk", r"extra\.ttl, row 1"),
        ("[] <https://example.org/p> 1 .", "blank node"),
        ('<https://example.org/s> <https://example.org/p> "\\u0000" .', r"U\+0000"),
    ],
)
def test_a_bad_rdf_file_stops_the_build_and_is_a_finding_of_the_check(
    text: str, message: str, with_rdf: Path, tmp_path: Path
) -> None:
    (with_rdf / "rdf" / "extra.ttl").write_text(text, "utf-8")
    with pytest.raises(DataError, match=message):
        build(with_rdf, tmp_path / "build")
    assert not (tmp_path / "build" / "current").exists()
    [finding] = collect_findings(with_rdf)
    assert finding.severity == "error"
    assert str(finding.place).startswith(str(with_rdf / "rdf" / "extra.ttl"))


def test_every_rule_writes_only_into_the_graph_that_its_file_names(graph: Reader) -> None:
    found = {name.removeprefix(GRAPH) for name in graph.named_graphs()}
    assert {name for name in found if name.startswith(("derived/", "export/"))} == {rule.graph for rule in rules()}


def test_what_is_derived_names_the_rule_and_what_it_rests_on(graph: Reader) -> None:
    rows = graph.rows(
        "SELECT ?d { ?d a pg:DerivedRelationship FILTER NOT EXISTS { ?d pg:derivedBy ?rule ; pg:derivedFrom ?r } }"
    )
    assert rows == []
    assert graph.ask("ASK { ?d a pg:DerivedRelationship ; pg:derivedFrom ?r . ?r pg:evidence ?e }")
    assert not graph.ask("ASK { ?d a pg:DerivedRelationship ; pg:evidence ?e }")


def test_what_is_derived_is_marked_where_it_rests_on_an_inference_or_a_dispute(graph: Reader) -> None:
    assert graph.ask("ASK { ?r pg:evidence/pg:basis code:inferred }")
    inferred = "FILTER NOT EXISTS { ?r pg:evidence/pg:basis ?b FILTER(?b != code:inferred) }"
    assert not graph.ask(
        f"ASK {{ ?d pg:derivedFrom ?r {inferred} FILTER NOT EXISTS {{ ?d pg:restsOnInference true }} }}"
    )
    unmarked = "FILTER NOT EXISTS { ?d pg:standing code:disputed }"
    assert not graph.ask(f"ASK {{ ?d pg:derivedFrom ?r . ?r pg:standing code:disputed {unmarked} }}")
    given_up = "VALUES ?standing { code:superseded code:retracted }"
    assert not graph.ask(f"ASK {{ ?d pg:derivedFrom ?r . ?r pg:standing ?standing {given_up} }}")


def test_nothing_is_derived_of_memberships_that_surely_never_held_together(whole: Reader) -> None:
    pairs = whole.rows("""SELECT ?d ?a ?b ?overlap { ?d pg:kind code:co-membership ; pg:from ?a ; pg:to ?b ;
      pg:derivedFrom ?r , ?s ; pg:overlap ?overlap . FILTER(STR(?r) < STR(?s)) }""")
    assert {row["overlap"] for row in pairs} == {"yes", "unknown"}
    assert not whole.ask("""ASK { ?d pg:kind code:co-membership ; pg:derivedFrom ?r , ?s .
      ?r pg:validUntilLatest ?over . ?s pg:validFromEarliest ?begins FILTER(?over < ?begins) }""")
    for wrong in (
        "?a pg:partOf+ ?b",
        "?a foaf:member|pg:mayOverlap ?b",
        "?a ^org:originalOrganization/org:resultingOrganization ?b",
    ):
        for from_, to in (("?a", "?b"), ("?b", "?a")):
            assert not whole.ask(f"ASK {{ ?d pg:kind code:co-membership ; pg:from {from_} ; pg:to {to} . {wrong} }}"), (
                wrong
            )


def test_a_narrow_build_holds_the_graph_of_its_source_and_no_other(folder: Path, tmp_path: Path) -> None:
    (folder / "tables" / "sources.csv").write_text(
        "id,title,publisher,kind\npage,A page,Alpha,document\nother,Another,Beta,page\n", "utf-8"
    )
    with (folder / "tables" / "evidence.csv").open("a", encoding="utf-8") as table:
        table.write("e3,other,,stated,high\n")
    text = (folder / "tables" / "evidence.csv").read_text("utf-8").splitlines()
    rows = [f"{line},{'Says so' if line.startswith('e3') else ''}" for line in text[1:]]
    (folder / "tables" / "evidence.csv").write_text("\n".join([f"{text[0]},says", *rows]) + "\n", "utf-8")
    relationships = folder / "tables" / "relationships.csv"
    relationships.write_text(relationships.read_text("utf-8").replace("alpha,,e2", "alpha,,e3"), "utf-8")
    build(folder, tmp_path / "whole")
    build(folder, tmp_path / "narrow", only={"page"})
    whole, narrow = Reader.at(tmp_path / "whole"), Reader.at(tmp_path / "narrow")
    assert f"{GRAPH}source/other" in whole.named_graphs()
    assert f"{GRAPH}source/other" not in narrow.named_graphs()
    assert whole.ask("ASK { ?r pg:kind code:funding ; pg:from o:beta }")
    assert not narrow.ask("ASK { ?r pg:kind code:funding ; pg:from o:beta }")
    assert narrow.ask("ASK { ?r pg:kind code:membership ; pg:from o:alpha }")
    with pytest.raises(DataError, match="Did you mean 'page'"):
        build(folder, tmp_path / "narrow", only={"pag"})


def test_where_a_place_lies_needs_evidence_and_what_it_is_does_not(folder: Path, tmp_path: Path) -> None:
    table = folder / "tables" / "places.csv"
    table.write_text("id,name,kind,latitude,longitude,note,evidence\nhere,Here,city,53.0,-2.2,,\n", "utf-8")
    [finding] = collect_findings(folder)
    assert (finding.rule, finding.place and finding.place.column, finding.value) == ("no-evidence", "latitude", "53.0")
    table.write_text(
        "id,name,kind,latitude,longitude,note,evidence\nhere,Here,city,53.0,-2.2,,e1\nthere,There,area,,,A note,\n",
        "utf-8",
    )
    build(folder, tmp_path / "build")
    rows = Reader.at(tmp_path / "build").rows(
        "SELECT ?p ?lat ?kind ?note { ?p a dcterms:Location ; dcterms:type ?kind "
        "OPTIONAL { GRAPH g:source\\/page { ?p wgs84:lat ?lat } } OPTIONAL { ?p skos:note ?note } } ORDER BY ?p"
    )
    base = "https://w3id.org/partnergraph/"
    assert rows == [
        {"p": f"{base}id/place/here", "lat": "53.0", "kind": f"{base}code/city", "note": None},
        {"p": f"{base}id/place/there", "lat": None, "kind": f"{base}code/area", "note": "A note"},
    ]
