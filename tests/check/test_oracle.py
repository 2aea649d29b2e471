"""pySHACL is the oracle: every finding of ours is one of its results, and the other way round."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from rdflib import Graph

from partnergraph.build.assemble import assemble
from partnergraph.check.shacl_to_sparql import Shapes
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from tests.check.breakages import Breakage, Copier
from tests.check.oracle import REFERENCE, SHAPES, VOCABULARY, Result, ours, theirs
from tests.conftest import ROOT

BROKEN = sorted((ROOT / "tests" / "reference" / "broken").glob("*.ttl"))
PREFIXES = """
    @prefix ex: <https://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> .
    @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@pytest.fixture(scope="module")
def keele() -> Reader:
    return assemble(read_folder(ROOT / "data").model).reader()


@pytest.fixture(scope="module")
def copier(keele: Reader) -> Copier:
    return Copier(Graph().parse(SHAPES), Graph().parse(data=keele.dump("ntriples"), format="nt"))


@pytest.fixture(scope="module")
def breakages(copier: Copier) -> list[Breakage]:
    return list(copier.every())


@pytest.fixture(scope="module")
def found(
    copier: Copier, breakages: list[Breakage], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, set[Result]]:
    """Both views of the Keele graph with every breakage and every nasty value in it."""
    graph = Graph()
    for triples in (copier.data, copier.nasty(), *(breakage.triples for breakage in breakages)):
        for triple in triples:
            graph.add(triple)
    path = tmp_path_factory.mktemp("oracle") / "broken.nt"
    graph.serialize(path, format="nt", encoding="utf-8")
    reader = Reader.files([path])
    return {"ours": ours(reader), "theirs": theirs(reader)}


def test_there_are_the_fourteen_broken_files() -> None:
    assert [path.name[:3] for path in BROKEN] == [f"B{number:02}" for number in range(1, 15)]


@pytest.mark.parametrize("path", BROKEN, ids=lambda p: p.stem)
def test_a_broken_file_breaks_the_same_constraints_for_pyshacl(path: Path) -> None:
    reader = Reader.files([REFERENCE, path, *VOCABULARY])
    mine = ours(reader)
    assert mine
    assert mine == theirs(reader)


def test_the_whole_keele_graph_is_clean_for_both(keele: Reader) -> None:
    assert ours(keele) == set()
    assert theirs(keele) == set()


def test_both_find_the_same_in_a_graph_in_which_everything_is_broken(found: dict[str, set[Result]]) -> None:
    only_ours, only_theirs = found["ours"] - found["theirs"], found["theirs"] - found["ours"]
    assert (sorted(map(str, only_ours)), sorted(map(str, only_theirs))) == ([], [])
    assert len(found["ours"]) > 500


def test_every_constraint_really_fires_on_the_node_that_breaks_it(
    found: dict[str, set[Result]], breakages: list[Breakage]
) -> None:
    for name, results in found.items():
        fired = {(result.rule, result.component, result.path, result.focus) for result in results}
        quiet = [
            (b.rule, b.component, b.path) for b in breakages if (b.rule, b.component, b.path, str(b.focus)) not in fired
        ]
        assert quiet == [], f"constraints that do not fire: {name}"


def test_there_is_a_breakage_for_every_constraint_that_the_check_asks(breakages: list[Breakage], keele: Reader) -> None:
    """Counted twice: as rdflib reads the shapes, and as our compiler does."""
    compiled = Counter(
        (c.rule, c.component, c.path and c.path.strip("<>")) for c in Shapes(Reader.files([SHAPES])).constraints({})
    )
    assert Counter((b.rule, b.component, b.path) for b in breakages) == compiled
    assert sum(compiled.values()) > 80


def test_sound_nodes_stay_sound_beside_broken_ones(found: dict[str, set[Result]]) -> None:
    assert [result for result in found["ours"] if not result.focus.startswith("https://example.org/broken/")] == []


# Constructs that the compiler knows and the shapes of today do not use: (shape, data that breaks it in several ways).
FURTHER = {
    "equals": ("sh:property [ sh:path ex:p ; sh:equals ex:q ]", "ex:a ex:p 1 , 2 ; ex:q 2 , 3 . ex:b ex:p 1 ; ex:q 1"),
    "lessThan": ("sh:property [ sh:path ex:p ; sh:lessThan ex:q ]", "ex:a ex:p 1 ; ex:q 1 . ex:b ex:p 1 ; ex:q 2"),
    "hasValue": ("sh:property [ sh:path ex:p ; sh:hasValue ex:v ]", "ex:a ex:p ex:w . ex:b ex:p ex:v"),
    "several values": ("sh:property [ sh:path ex:p ; sh:hasValue ex:v , ex:w ]", "ex:a ex:p ex:w . ex:b ex:p ex:x"),
    "minCount 2": ("sh:property [ sh:path ex:p ; sh:minCount 2 ]", "ex:a ex:p 1 . ex:b ex:p 1 , 2 . ex:c ex:q 1"),
    "minCount 0": ("sh:property [ sh:path ex:p ; sh:minCount 0 ; sh:maxCount 2 ]", "ex:a ex:p 1 , 2 , 3 . ex:b ex:q 1"),
    "lengths": (
        "sh:property [ sh:path ex:p ; sh:minLength 2 ; sh:maxLength 3 ]",
        'ex:a ex:p "1" , "12" , "1234" , ex:x . ex:b ex:p "öß"',
    ),
    "ranges": (
        "sh:property [ sh:path ex:p ; sh:minExclusive 1 ; sh:maxExclusive 3 ; sh:maxInclusive 2 ]",
        'ex:a ex:p 1 , 2 , 3 , 2.5 , "2" , ex:x',
    ),
    "pattern with flags": ('sh:property [ sh:path ex:p ; sh:pattern "^ab" ; sh:flags "i" ]', 'ex:a ex:p "AB" , "ba"'),
    "in with literals": (
        'sh:property [ sh:path ex:p ; sh:in ( 1 "x" "y"@en ) ]',
        'ex:a ex:p 1 , "x" , "x"@en , "y"@en , 1.0',
    ),
    "node kinds": (
        "sh:property [ sh:path ex:p ; sh:nodeKind sh:IRIOrLiteral ] ; "
        "sh:property [ sh:path ex:q ; sh:nodeKind sh:Literal ]",
        'ex:a ex:p "x" , ex:x ; ex:q "x" , ex:x',
    ),
    "and": (
        "sh:property [ sh:path ex:p ; sh:and ( [ sh:datatype xsd:integer ] [ sh:minInclusive 3 ] ) ]",
        'ex:a ex:p 2 , 3 , "x"',
    ),
    "not, on a value": ("sh:property [ sh:path ex:p ; sh:not [ sh:datatype xsd:integer ] ]", 'ex:a ex:p 2 , "x"'),
    "shapes in shapes in shapes": (
        "sh:property [ sh:path ex:p ; sh:node [ sh:property [ sh:path ex:q ; sh:node [ sh:property "
        "[ sh:path ex:r ; sh:minCount 1 ; sh:maxCount 1 ; sh:class ex:K ] ] ] ] ]",
        "ex:a ex:p ex:b . ex:b ex:q ex:c , ex:d . ex:c ex:r ex:k . ex:d ex:r ex:k , ex:l . ex:k a ex:K . ex:l a ex:K . "
        "ex:e ex:p ex:f . ex:f ex:q ex:c . ex:g ex:p ex:h . ex:h ex:q ex:i",
    ),
    "two classes": (
        "sh:property [ sh:path ex:p ; sh:class ex:K , ex:L ]",
        "ex:a ex:p ex:k . ex:k a ex:K , ex:M . ex:M rdfs:subClassOf ex:L . ex:b ex:p ex:l . ex:l a ex:L",
    ),
    "node constraints": (
        'sh:nodeKind sh:IRI ; sh:pattern "b$" ; sh:property [ sh:path ex:p ; sh:maxCount 0 ]',
        "ex:a ex:p 1 . ex:b ex:q 1",
    ),
    "deactivated": ("sh:property [ sh:path ex:p ; sh:maxCount 0 ; sh:deactivated true ]", "ex:a ex:p 1"),
    "severity of the shape is not its properties'": (
        "sh:severity sh:Info ; sh:nodeKind sh:Literal ; sh:property [ sh:path ex:p ; sh:maxCount 0 ]",
        "ex:a ex:p 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FURTHER)
def test_further_constructs_mean_what_they_mean_to_pyshacl(name: str, tmp_path: Path) -> None:
    body, data = FURTHER[name]
    shapes, graph = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    node = "<https://example.org/s#S> a sh:NodeShape ; sh:targetSubjectsOf ex:p , ex:q"
    shapes.write_text(f"{PREFIXES} {node} ; {body} .", "utf-8")
    graph.write_text(f"{PREFIXES} {data} .", "utf-8")
    reader = Reader.files([graph])
    mine, other = ({r._replace(message="") for r in view(reader, shapes)} for view in (ours, theirs))
    assert mine == other
    assert bool(mine) == (name != "deactivated")


@pytest.mark.parametrize(
    "target",
    ["sh:targetClass ex:K", "sh:targetNode ex:a , ex:b", "sh:targetObjectsOf ex:p", "sh:targetSubjectsOf ex:p"],
)
@pytest.mark.parametrize("kind", ["property", "node"])
def test_every_kind_of_target_finds_the_same_nodes(target: str, kind: str, tmp_path: Path) -> None:
    shapes, graph = tmp_path / "shapes.ttl", tmp_path / "data.ttl"
    inner = "sh:path ex:q ; sh:minCount 1" if kind == "property" else "sh:property [ sh:path ex:q ; sh:minCount 1 ]"
    name = "PropertyShape" if kind == "property" else "NodeShape"
    shapes.write_text(f"{PREFIXES} <https://example.org/s#S> a sh:{name} ; {target} ; {inner} .", "utf-8")
    data = "ex:a a ex:Sub ; ex:p ex:b , ex:c . ex:Sub rdfs:subClassOf ex:K . ex:b a ex:K ; ex:q 1 . ex:d ex:p 2"
    graph.write_text(f"{PREFIXES} {data} .", "utf-8")
    reader = Reader.files([graph])
    mine, other = ({r._replace(message="") for r in view(reader, shapes)} for view in (ours, theirs))
    assert mine == other
    assert mine
