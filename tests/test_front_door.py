"""The front door of the library: what is public is named, documented and works on the real graph."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import partnergraph
from partnergraph import PartnerGraph, QueryError, StoreError, UsageError, errors
from partnergraph.graph import FORMATS, RDF_FORMATS
from tests.conftest import ROOT

# rdflib's own Dataset uses what rdflib has deprecated.
RDFLIB = pytest.mark.filterwarnings("ignore:Dataset.(default_context|identifier|contexts):DeprecationWarning")
TEACHING = "West Midlands Social Work Teaching Partnership"


@pytest.fixture(scope="module")
def graph(keele: Path) -> PartnerGraph:
    """The Keele graph as a user opens it."""
    return PartnerGraph.open(keele)


def public(thing: object) -> list[str]:
    """The public names of a class, its own and inherited ones."""
    return [name for name in dir(thing) if not name.startswith("_")]


def test_all_that_is_public_is_in_all_and_can_be_imported() -> None:
    assert sorted(partnergraph.__all__) == list(partnergraph.__all__)
    for name in partnergraph.__all__:
        assert getattr(partnergraph, name).__name__ == name
    assert set(dir(partnergraph)) == {*partnergraph.__all__, "__version__"}
    assert set(partnergraph.__all__) == {"PartnerGraph", *errors.__all__}
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        partnergraph.nothing  # noqa: B018


def test_every_name_means_the_same_whatever_was_imported_before() -> None:
    """A room once stood in for a function of its name as soon as anything had imported the room."""
    before = {name: getattr(partnergraph, name) for name in partnergraph.__all__}
    for path in sorted((ROOT / "src" / "partnergraph").glob("*")):
        if path.suffix == ".py" or (path / "__init__.py").is_file():
            importlib.import_module(f"partnergraph.{path.stem}".removesuffix(".__init__"))
    assert {name: getattr(partnergraph, name) for name in partnergraph.__all__} == before
    code = "import partnergraph.build, partnergraph; print(type(partnergraph.PartnerGraph).__name__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "type\n"


def test_every_error_of_the_tree_is_a_partnergraph_error_with_an_exit_code() -> None:
    kinds = [getattr(errors, name) for name in errors.__all__ if name.endswith(("Error", "Refused", "Limit", "Extra"))]
    assert len(kinds) >= 8
    for kind in kinds:
        assert issubclass(kind, errors.PartnerGraphError)
        assert kind.exit_code == (2 if kind is errors.UsageError else 1)
        assert kind.__name__ in (errors.__doc__ or ""), "the tree in the docstring"


@pytest.mark.parametrize("name", public(PartnerGraph))
def test_every_method_has_a_docstring_of_a_sentence(name: str) -> None:
    method = inspect.getattr_static(PartnerGraph, name)
    text = inspect.getdoc(getattr(method, "__func__", method)) or ""
    first = text.split("\n\n")[0]
    assert first.rstrip().endswith((".", ";", ":")), f"{name}: {first!r}"
    assert len(first) > 10


def test_the_example_of_the_package_runs(keele: Path, tmp_path: Path) -> None:
    (tmp_path / "build").symlink_to(keele)
    lines = re.findall(r"^    .*$|^$", partnergraph.__doc__ or "", flags=re.MULTILINE)
    code = textwrap.dedent("\n".join(lines))
    assert "PartnerGraph.open()" in code
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_graph_is_opened_from_everything_that_is_one(
    graph: PartnerGraph, keele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = len(graph)
    assert size == json.loads((keele / "report.json").read_text("utf-8"))["counts"]["quads"]
    for path in (keele, str(keele), keele / "current" / "store", keele / "graph.trig"):
        assert len(PartnerGraph.open(path)) == size
    (tmp_path / "build").symlink_to(keele)
    (tmp_path / "data").symlink_to(ROOT / "data")
    monkeypatch.chdir(tmp_path)
    assert len(PartnerGraph.open()) == len(PartnerGraph.open("data")) == size
    with pytest.raises(StoreError, match="There is nothing at nowhere"):
        PartnerGraph.open("nowhere")


def test_several_files_are_one_graph(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ttl").write_text(f"<urn:{name}> <urn:p> <urn:o> . <urn:s> <urn:p> <urn:o> .", "utf-8")
    graph = PartnerGraph.load([tmp_path / "a.ttl", str(tmp_path / "b.ttl")])
    assert len(graph.query("SELECT ?s { ?s ?p ?o }")) == 3, "a triple that two files state is one triple"


def test_it_is_asked_in_sparql_and_by_name(graph: PartnerGraph) -> None:
    frame = graph.query("SELECT ?k (COUNT(?r) AS ?n) { ?r a pg:Relationship ; pg:kind ?k } GROUP BY ?k").to_pandas()
    assert frame["n"].sum() > 150
    assert graph.ask("ASK { o:keele-university a org:Organization }")
    assert not graph.ask("ASK { o:keele-university a org:Post }")
    assert {row["leader"] for row in graph.query("who-leads", partnership=TEACHING)} == {
        "Coventry University",
        "Coventry City Council",
    }
    assert {question.name for question in graph.questions()} >= {"who-leads", "partners"}
    with pytest.raises(UsageError, match="Did you mean 'partners'"):
        graph.query("partnrs")
    with pytest.raises(QueryError, match="Did you mean FILTER"):
        graph.query("SELECT * { FITLER(?x) }")


def test_bodies_and_claims_are_found(graph: PartnerGraph) -> None:
    assert graph.find("PHE")[0].label == "Public Health England"
    led = next(claim for claim in graph.why("Coventry University", TEACHING) if claim.kind == "leadership")
    assert led.standing == "disputed"
    assert "against it" in str(led)
    assert len(graph.claims(derived=True)) > len(graph.claims()) > 150


def test_the_network_has_an_edge_for_every_claim(graph: PartnerGraph) -> None:
    network = graph.network(places=True, derived=True)
    claims = graph.claims(derived=True)
    assert {key for _, _, key in network.edges(keys=True)} == {claim.iri for claim in claims}
    assert all(data["evidence"] or data["derived"] for _, _, data in network.edges(data=True))


def test_the_network_of_a_date_is_the_same_from_disk_and_from_memory(graph: PartnerGraph) -> None:
    from partnergraph.network import build_network

    expected = build_network(graph.reader, as_of="2012-06")
    found = graph.network(as_of="2012-06")
    assert 0 < found.number_of_edges() == expected.number_of_edges()
    assert list(found.edges(keys=True, data=True)) == list(expected.edges(keys=True, data=True))


@RDFLIB
def test_it_becomes_a_dataset_of_rdflib_with_the_same_quads_and_answers(graph: PartnerGraph) -> None:
    dataset = graph.to_rdflib()
    quads = {f"{s.n3()} {p.n3()} {o.n3()} {g.n3()} .\n" for s, p, o, g in dataset.quads()}  # type: ignore[union-attr]
    assert len(quads) == len(graph)
    assert {str(name) for *_, name in dataset.quads()} == set(graph.reader.named_graphs())
    query = "SELECT ?k (COUNT(?r) AS ?n) { ?r a pg:Relationship ; pg:kind ?k } GROUP BY ?k ORDER BY ?k"
    theirs = [(str(kind), int(number)) for kind, number in dataset.query(query, initNs=dict(_prefixes()))]  # type: ignore[misc]
    ours = [(row["k"], row["n"]) for row in graph.query(query)]
    assert theirs == ours
    assert len(ours) > 10


def _prefixes() -> dict[str, str]:
    from partnergraph.vocabulary import PREFIXES

    return dict(PREFIXES)


@RDFLIB
def test_the_default_graph_of_rdflib_repeats_nothing_either(graph: PartnerGraph) -> None:
    query = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    [[theirs]] = graph.to_rdflib().query(query)  # type: ignore[misc]
    assert int(theirs) == next(iter(graph.query(query)))["n"]


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "tables"])  # (those: tests/workbook)
def test_it_is_exported_and_dumped_in_every_form(graph: PartnerGraph, tmp_path: Path, form: str) -> None:
    files = graph.export(form, str(tmp_path / form))
    assert all(file.stat().st_size > 1000 for file in files)
    if form in (*RDF_FORMATS, "org"):
        assert files == [tmp_path / form]
        assert files[0].read_bytes() == graph.dump(form)
    else:
        with pytest.raises(UsageError, match=r"is not an RDF syntax\. The syntaxes: trig"):
            graph.dump(form)


def test_an_unknown_form_is_an_error_that_names_the_forms(graph: PartnerGraph, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'xlsx' is not a form to export\. The forms: trig, nquads"):
        graph.export("xlsx", tmp_path / "x")
    with pytest.raises(StoreError, match="cannot be written"):
        graph.export("turtle", tmp_path / "no" / "such" / "folder")


def test_the_published_graph_has_no_finding(graph: PartnerGraph) -> None:
    assert [finding for finding in graph.check() if finding.severity == "error"] == []


def test_it_is_drawn(graph: PartnerGraph, tmp_path: Path) -> None:
    page = graph.draw(tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text("utf-8") == page.html
    assert "Keele University" in page.html


def test_a_notebook_shows_a_table_of_its_kinds_with_everything_escaped(graph: PartnerGraph, tmp_path: Path) -> None:
    html = graph._repr_html_()
    total = int(re.search(r"PartnerGraph: (\d+) relationships", html)[1])  # type: ignore[index]
    counts = [int(number) for number in re.findall(r"<td>(\d+)</td>", html)]
    assert sum(counts) == total == len(graph.claims())
    assert counts == sorted(counts, reverse=True)
    pg = "https://w3id.org/partnergraph/ns#"
    (tmp_path / "x.ttl").write_text(
        f"<urn:r> a <{pg}Relationship> ; <{pg}kind> <https://w3id.org/partnergraph/code/x&y> ;"
        f" <{pg}from> <urn:a> ; <{pg}to> <urn:b> .",
        "utf-8",
    )
    assert "<td>x&amp;y</td><td>1</td>" in PartnerGraph.open(tmp_path / "x.ttl")._repr_html_()


def test_findings_and_places_are_plain_values_for_programs() -> None:
    finding = partnergraph.Finding(
        "rule", "error", "It is wrong.", partnergraph.Place("a.csv", 2, "kind"), "x", "Mend it."
    )
    assert str(finding) == 'a.csv, row 2, column "kind": It is wrong. Mend it.'
    assert json.loads(json.dumps(finding.as_row())) == {
        "rule": "rule",
        "severity": "error",
        "file": "a.csv",
        "row": 2,
        "column": "kind",
        "value": "x",
        "message": "It is wrong.",
        "fix": "Mend it.",
        "focus": None,
        "sheet": None,
        "cell": None,
    }
    assert list(finding.as_row())[:5] == ["rule", "severity", "file", "row", "column"]
