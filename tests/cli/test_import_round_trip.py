"""What `export` wrote comes in whole: the same bodies, relationships, kinds, dates, directions and evidence."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from partnergraph import PartnerGraph
from partnergraph.build import collect_findings
from tests.cli.conftest import Run
from tests.cli.test_import import put, rows

View = dict[Any, Any]


def bodies(graph: PartnerGraph) -> View:
    return {
        iri: (
            *(data["label"], data["sort"], data["type"], data["description"], data["count"]),
            {name["name"] for name in data["names"]} - {data["label"]},
            {(identifier["scheme"], identifier["value"]) for identifier in data["identifiers"]},
        )
        for iri, data in graph.network().nodes(data=True)
    }


def claims(graph: PartnerGraph) -> View:
    """Each claim by its IRI; what rules derive by its ends, for its IRI names the event that it comes from."""
    names = ("kind", "start", "end", "date_note", "role", "standing", "inferred", "start_bounds", "end_bounds")
    return _by_claim(
        graph,
        lambda data: [
            *(data[name] for name in names if not (data["derived"] and name.endswith("bounds"))),
            [party["id"] for party in data["via"]],
        ],
    )


def evidence(graph: PartnerGraph, *fields: str) -> View:
    return _by_claim(
        graph,
        lambda data: sorted(
            [piece["words"] or piece["says"] or "", *(str(piece[name]) for name in fields)]
            for piece in data["evidence"]
        ),
    )


def _by_claim(graph: PartnerGraph, view: Callable[[dict[str, Any]], list[Any]]) -> View:
    values: View = {}
    for a, b, key, data in graph.network().edges(keys=True, data=True):
        values.setdefault((a, b, "derived" if data["derived"] else key), []).append(view(data))
    return {key: sorted(several, key=str) for key, several in values.items()}


def round_trip(run: Run, tmp_path: Path, graph: Path, form: str, base: str = "") -> PartnerGraph:
    exported = tmp_path / ("csv" if form == "csv" else f"graph.{form}")
    assert run("export", "-g", graph, "-f", form, "-o", exported).code == 0
    files = sorted(exported.iterdir()) if form == "csv" else [exported]
    said = run("import", *files, "-o", tmp_path / "map")
    assert said.code == 0, said.err
    assert "error" not in said.err
    assert [finding for finding in collect_findings(tmp_path / "map") if finding.severity == "error"] == []
    assert (f'base = "{base}"' in (tmp_path / "map" / "partnergraph.toml").read_text("utf-8")) == bool(base)
    assert run("build", tmp_path / "map", "-o", tmp_path / "again", "--no-page").code == 0
    return PartnerGraph.open(tmp_path / "again")


@pytest.mark.parametrize("form", ["csv", "gexf", "graphml"])
def test_the_keele_graph_comes_back(form: str, run: Run, keele: Path, tmp_path: Path) -> None:
    before = PartnerGraph.open(keele)
    after = round_trip(run, tmp_path, keele, form, "https://w3id.org/partnergraph/")
    assert bodies(after) == bodies(before)
    assert len(bodies(before)) > 100
    assert claims(after) == claims(before)
    assert len(claims(before)) > 170
    fields = ("source", "basis", "confidence", "strength", "locator") if form == "csv" else ()
    stated, again = evidence(before, *fields), evidence(after, *fields)
    differ = [key for key in stated if again[key] != stated[key]]
    # Of GEXF and GraphML the text of the edge is all: where it names several sources, which said what is not stated.
    assert len(differ) <= (0 if form == "csv" else 15), differ
    if form == "csv":
        sources = {row["id"]: row for row in rows(tmp_path / "map", "sources")}
        metadata = before.network().graph["sources"]
        assert {sources[name]["title"] == metadata[name]["title"] for name in sources if name in metadata} == {True}
        assert {"note"} == {line.partition(":")[0] for line in _import_lines(run, tmp_path)}


def _import_lines(run: Run, tmp_path: Path) -> list[str]:
    shutil.rmtree(tmp_path / "map")
    return run("import", *sorted((tmp_path / "csv").iterdir()), "-o", tmp_path / "map").err.splitlines()


def _example(run: Run, tmp_path: Path) -> Path:
    assert run("init", tmp_path / "own", "--name", "Riverside Trust", "--csv", "--full").code == 0
    config = tmp_path / "own" / "partnergraph.toml"
    lines = [line for line in config.read_text("utf-8").splitlines() if not line.startswith("base")]
    config.write_text("\n".join(['base = "https://graph.example.org/ours/"', *lines]) + "\n", "utf-8")
    assert run("build", tmp_path / "own", "-o", tmp_path / "build", "--no-page").code == 0
    return tmp_path / "build"


def test_the_edges_of_an_export_alone_keep_the_ids_and_the_names_of_their_ends(
    run: Run, keele: Path, tmp_path: Path
) -> None:
    assert run("export", "-g", keele, "-f", "csv", "-o", tmp_path / "csv").code == 0
    assert run("import", tmp_path / "csv" / "edges.csv", "-o", tmp_path / "map").code == 0
    assert run("build", tmp_path / "map", "-o", tmp_path / "again", "--no-page").code == 0
    before, after = PartnerGraph.open(keele).network(), PartnerGraph.open(tmp_path / "again").network()
    ends = {iri: data["label"] for iri, data in before.nodes(data=True) if before.degree(iri)}
    assert {iri: data["label"] for iri, data in after.nodes(data=True)} == ends
    assert len(ends) > 90


@pytest.mark.parametrize("form", ["csv", "gexf", "graphml"])
def test_the_example_of_init_comes_back_with_a_base_of_its_own(form: str, run: Run, tmp_path: Path) -> None:
    graph = _example(run, tmp_path)
    after = round_trip(run, tmp_path, graph, form, "https://graph.example.org/ours/")
    assert bodies(after) == bodies(PartnerGraph.open(graph))
    assert claims(after) == claims(PartnerGraph.open(graph))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kumu.json", '{"elements":[{"label":"A Trust","type":"Charity"},{"label":"B Council"}],'
                      '"connections":[{"from":"A Trust","to":"B Council","type":"Funding"}]}'),
        ("map.gexf", '<gexf><graph><nodes><node id="1" label="A Trust"/><node id="2" label="B Council"/></nodes><edges>'
                     '<edge source="2" target="1" label="is funded by" type="directed"/></edges></graph></gexf>'),
        ("map.graphml", '<graphml><key id="l" attr.name="label"/><graph edgedefault="directed"><node id="A Trust"/>'
                        '<node id="B Council"/><edge source="A Trust" target="B Council"><data key="l">funds</data>'
                        '</edge></graph></graphml>'),
        ("map.xml", '<graphml><key id="l" attr.name="label"/><graph><edge source="A Trust" target="B Council">'
                    '<data key="l">funds</data></edge></graph></graphml>'),
    ],
)  # fmt: skip
def test_networks_of_other_programs_are_read(name: str, text: str, run: Run, tmp_path: Path) -> None:
    """After shared input 10: a form that is not a table is not called damaged."""
    said = run("import", put(tmp_path / name, text), "-o", tmp_path / "map")
    assert said.code == 0, said.err
    [link] = rows(tmp_path / "map", "relationships")
    assert (link["kind"], link["from"], link["to"]) == ("funding", "a-trust", "b-council")
    assert collect_findings(tmp_path / "map") == []


def test_a_finding_names_the_list_and_the_entry(run: Run, tmp_path: Path) -> None:
    text = '{"elements":[{"label":"A","colour":"red"}],"connections":[{"from":"A","to":"A"},{"from":"A","to":"B"}]}'
    said = run("import", put(tmp_path / "kumu.json", text), "-o", tmp_path / "map")
    assert 'note: kumu.json, elements, column "colour": 1 value not taken over.' in said.err
    assert "warning: kumu.json, connections, row 1, column \"to\": 'A' is joined to itself" in said.err
    assert "warning: kumu.json, connections, row 2, column \"to\": 'B' is not among the nodes" in said.err


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("map.xml", lambda: "<html></html>", "map.xml: The file is a web page (HTML). A network is read from GEXF"),
        ("map.json", lambda: '{"@graph": []}', "map.json: The file is RDF (JSON-LD), not a network."),
        ("map.gexf", lambda: "<gexf>", "map.gexf: The file is not whole XML, at line 1: no element found."),
        ("map.pdf", lambda: "%PDF-1.7", "map.pdf: The file is a PDF document, which is not read here."),
    ],
)
def test_what_is_no_network_is_named_and_nothing_is_made(
    name: str, make: Callable[[], str], message: str, run: Run, tmp_path: Path
) -> None:
    said = run("import", put(tmp_path / name, make()), "-o", tmp_path / "map")
    assert (said.code, (tmp_path / "map").exists()) == (1, False)
    assert message in said.err
