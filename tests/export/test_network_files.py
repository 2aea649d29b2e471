"""Node and edge lists, GraphML and GEXF: other programs read back what the network holds."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pandas as pd
import pytest

from partnergraph import PartnerGraph, StoreError, UsageError
from partnergraph.export.formats import EXPORT_FORMATS, ExportSource
from partnergraph.export.network_files import (
    EDGE_COLUMNS,
    EVIDENCE_COLUMNS,
    NODE_COLUMNS,
    csv_files,
    gexf,
    graphml,
)
from partnergraph.sparql.syntax_errors import empty_reader
from tests.conftest import ROOT
from tests.network.conftest import REL, O

Made = Callable[[str], PartnerGraph]
Network = nx.MultiDiGraph
GEXF = "{http://www.gexf.net/1.2draft}"
# What a spreadsheet program takes for a formula, and what it does not.
FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x","y")',
    "＝1",
    "＋1",
    "－1",
    "＠x",
    " =1",
]
HARMLESS = ["1+1", "a=b", "a@b", "Größe", "'quoted", "“words”", "a, b", 'say "so"', "two\nlines", "ends\r\n"]
HOSTILE = [
    "<script>alert(1)</script>",
    "]]>&amp;<!--",
    "👩‍⚕️ 𝔘",
    "a\x0bb\x08c\x1b[31m",
    "\ud800 alone",
    "\ufffe\uffff",
    "\u202eright to left",
    "tab\tand\nline",
]


def write_network(network: nx.MultiDiGraph[str], format_: str, path: Path) -> list[Path]:
    return EXPORT_FORMATS[format_].write(ExportSource(empty_reader(), lambda: network), path)[0]


@pytest.fixture(scope="module")
def network(graph: PartnerGraph) -> nx.MultiDiGraph[str]:
    """The network as it is exported."""
    return graph.network()


def named(label: str, words: str | None = None) -> nx.MultiDiGraph[str]:
    """Two bodies, the first called so, and a claim that says so."""
    piece = {"id": "e", "form": "quoted" if words else "cited", "words": words, "says": label, "source": "s"}
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(sources={"s": {"title": label, "url": "https://example.org/"}})
    made.add_node("https://example.org/a", label=label, description=label)
    made.add_node("https://example.org/b", label="B")
    made.add_edge(
        "https://example.org/a",
        "https://example.org/b",
        key="https://example.org/r",
        kind="funding",
        forward=label,
        via=[{"id": "x", "label": label}],
        evidence=[piece],
    )
    return made


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_the_lists_hold_every_node_every_claim_and_every_piece_of_evidence(network: nx.MultiDiGraph[str]) -> None:
    files = csv_files(network)
    nodes, edges, evidence = (table(files[f"{name}.csv"]) for name in ("nodes", "edges", "evidence"))
    assert [row["id"] for row in nodes] == sorted(network)
    assert {(row["source"], row["target"], row["id"]) for row in edges} == set(network.edges(keys=True))
    assert [row["id"] for row in edges] == sorted(row["id"] for row in edges)
    pieces = [(key, piece["id"]) for *_, key, data in network.edges(keys=True, data=True) for piece in data["evidence"]]
    assert sorted((row["claim"], row["id"]) for row in evidence) == sorted(pieces)
    assert all(row["evidence"] and row["said_by"] for row in edges)
    for name, columns in (("nodes", NODE_COLUMNS), ("edges", EDGE_COLUMNS), ("evidence", EVIDENCE_COLUMNS)):
        assert files[f"{name}.csv"].split("\r\n", 1)[0] == ",".join(columns)


def test_a_row_says_what_the_claim_says(network: nx.MultiDiGraph[str]) -> None:
    files = csv_files(network)
    edges = {row["id"]: row for row in table(files["edges.csv"])}
    led = edges[REL + "leadership--coventry-university--west-midlands-social-work-teaching-partnership"]
    assert (led["from_label"], led["wording"], led["role"]) == ("Coventry University", "leads", "lead authority")
    assert (led["standing"], led["inferred"], led["derived"]) == ("disputed", "false", "false")
    assert led["evidence"] == "“Coventry University, who acts as the lead authority”"
    inferred = [row for row in edges.values() if row["inferred"] == "true"]
    assert inferred
    assert all(row["evidence"].startswith("inferred (") for row in inferred)
    nodes = {row["id"]: row for row in table(files["nodes.csv"])}
    department = nodes[O + "department-of-health"]
    assert department["also_called"].split("; ")[0] == "Department of Health"
    assert department["label"] not in department["also_called"].split("; ")
    assert "ROR: https://ror.org/" in department["identifiers"]
    cited = [row for row in table(files["evidence.csv"]) if row["form"] == "cited"]
    assert all(row["says"] and not row["words"] and row["title"] for row in cited)


def test_the_lists_are_rfc_4180_and_pandas_reads_the_same_as_csv(network: nx.MultiDiGraph[str]) -> None:
    for name, text in csv_files(network).items():
        rows = table(text)
        assert text.endswith("\r\n")
        assert text.count("\r\n") == len(rows) + 1, "no cell of the Keele graph holds a line break"
        frame = pd.read_csv(io.StringIO(text, newline=""), dtype=str, keep_default_na=False)
        assert frame.to_dict("records") == rows, name


def test_networkx_makes_the_network_from_the_lists_without_being_told_the_columns(
    network: nx.MultiDiGraph[str],
) -> None:
    frame = pd.read_csv(io.StringIO(csv_files(network)["edges.csv"], newline=""), dtype=str, keep_default_na=False)
    again = nx.from_pandas_edgelist(frame, edge_key="id", create_using=nx.MultiDiGraph)
    assert set(again.edges(keys=True)) == set(network.edges(keys=True))


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_no_cell_is_a_formula_and_no_other_cell_is_changed(text: str) -> None:
    files = csv_files(named(text, words=text))
    told = f"'{text}" if text in FORMULAS else text
    inside = text
    if text[:1] in ("\t", "\r", "\n"):  # a program may also begin a new cell after it
        inside = f"{text[:1]}'{text[1:]}"
        told = f"'{inside}"
    [node, _] = table(files["nodes.csv"])
    assert (node["label"], node["description"], node["id"]) == (told, told, "https://example.org/a")
    [edge] = table(files["edges.csv"])
    assert (edge["from_label"], edge["wording"], edge["via"]) == (told, told, told)
    assert edge["evidence"] == f"“{inside}”", "a quotation mark is no formula"
    [evidence] = table(files["evidence.csv"])
    assert (evidence["words"], evidence["title"]) == (told, told)
    for name in files:
        frame = pd.read_csv(io.StringIO(files[name], newline=""), dtype=str, keep_default_na=False)
        assert frame.to_dict("records") == table(files[name])


def test_no_cell_of_the_keele_lists_needs_the_apostrophe(network: nx.MultiDiGraph[str]) -> None:
    cells = [cell for text in csv_files(network).values() for row in table(text) for cell in row.values()]
    assert len(cells) > 5000
    assert [cell for cell in cells if cell.startswith("'")] == []


def test_graphml_holds_the_network_with_numbers_and_truth_values(network: nx.MultiDiGraph[str], tmp_path: Path) -> None:
    path = tmp_path / "keele.graphml"
    assert write_network(network, "graphml", path) == [path]
    again = nx.read_graphml(path, force_multigraph=True)
    assert isinstance(again, nx.MultiDiGraph)
    assert set(again) == set(network)
    assert set(again.edges(keys=True)) == set(network.edges(keys=True))
    for iri, data in again.nodes(data=True):
        assert data["label"] == network.nodes[iri]["label"]
        assert data.get("count") == network.nodes[iri]["count"]
        assert "" not in data.values(), "what is not known is left out"
    for a, b, key, data in again.edges(keys=True, data=True):
        told = network.edges[a, b, key]
        assert (data["inferred"], data["derived"]) == (told["inferred"], told["derived"])
        assert (data["kind"], data["wording"], data.get("start")) == (told["kind"], told["forward"], told["start"])
        assert data["evidence"]


def spells(path: Path) -> dict[str, list[tuple[str | None, str | None]]]:
    """The spells of each edge, by its id, as the XML has them."""
    root = ET.parse(path).getroot()
    return {
        edge.attrib["id"]: [(s.get("start"), s.get("end")) for s in edge.iter(f"{GEXF}spell")]
        for edge in root.iter(f"{GEXF}edge")
    }


def test_gexf_says_when_each_edge_held(network: nx.MultiDiGraph[str], tmp_path: Path) -> None:
    path = tmp_path / "keele.gexf"
    write_network(network, "gexf", path)
    root = ET.parse(path).getroot()
    assert (root.tag, root.attrib["version"]) == (f"{GEXF}gexf", "1.2")
    [graph] = root.iter(f"{GEXF}graph")
    assert graph.attrib == {"defaultedgetype": "directed", "mode": "dynamic", "timeformat": "date"}
    told = spells(path)
    assert set(told) == {key for *_, key in network.edges(keys=True)}
    open_ended = 0
    for *_, key, data in network.edges(keys=True, data=True):
        (begins, _), (_, over) = data["valid_from"], data["valid_until"]
        wanted = [(begins, over)] if begins or over else []
        assert told[key] == wanted, key
        for day in (day for spell in told[key] for day in spell if day):
            assert date.fromisoformat(day)
        open_ended += told[key][-1:] != [] and None in told[key][0]
    assert open_ended > 20
    assert told[REL + "oversight--department-of-health--public-health-england"] == [("2013-04-01", "2021-10-01")]


def test_networkx_reads_the_gexf_file_back(network: nx.MultiDiGraph[str], tmp_path: Path) -> None:
    path = tmp_path / "keele.gexf"
    write_network(network, "gexf", path)
    again = nx.read_gexf(path)
    assert set(again) == set(network)
    assert set(again.edges(keys=True)) == set(network.edges(keys=True))
    for iri, data in again.nodes(data=True):
        assert data["label"] == network.nodes[iri]["label"]
    for a, b, key, data in again.edges(keys=True, data=True):
        told = network.edges[a, b, key]
        assert (data["label"], data["kind"], data["inferred"]) == (told["forward"], told["kind"], told["inferred"])
        assert data.get("start_stated") == told["start"]


@pytest.mark.parametrize("write", [nx.write_gexf, nx.write_graphml, nx.write_gml])
def test_networkx_writes_a_plain_network(write: Callable[..., None], graph: PartnerGraph, tmp_path: Path) -> None:
    """After shared input 13: no None, no list and no dictionary, which no writer takes."""
    plain = graph.network(plain=True)
    assert set(plain.edges(keys=True)) == set(graph.network().edges(keys=True))
    write(plain, tmp_path / "x")
    assert (tmp_path / "x").stat().st_size > 10_000
    values = [value for *_, data in (*plain.nodes(data=True), *plain.edges(data=True)) for value in data.values()]
    assert {type(value) for value in values} <= {str, int, float, bool}
    assert "" not in values


def test_the_id_of_an_edge_stands_once_in_graphml(network: nx.MultiDiGraph[str]) -> None:
    """igraph warns of an attribute that is called as the id of the edge is."""
    root = ET.fromstring(graphml(network))
    names = {(key.get("for"), key.get("attr.name")) for key in root.iter("{http://graphml.graphdrawing.org/xmlns}key")}
    assert ("edge", "kind") in names
    assert ("edge", "id") not in names


def test_gexf_names_no_day_of_writing_and_no_other_program(network: nx.MultiDiGraph[str]) -> None:
    text = gexf(network).decode()
    assert "lastmodifieddate" not in text
    assert "NetworkX" not in text
    assert f"<creator>{network.graph['generator']}</creator>" in text


@pytest.mark.parametrize("format_", ["graphml", "gexf"])
@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_label_gives_a_file_that_other_programs_read(format_: str, label: str, tmp_path: Path) -> None:
    path = tmp_path / f"hostile.{format_}"
    write_network(named(label, words=label), format_, path)
    ET.parse(path)
    again: Network[Any] = nx.read_graphml(path) if format_ == "graphml" else nx.read_gexf(path)
    forbidden = "\x0b\x08\x1b\ud800\ufffe\uffff"
    told = "".join("\ufffd" if character in forbidden else character for character in label)
    assert again.nodes["https://example.org/a"]["label"] == told
    [(_, _, data)] = again.edges(data=True)
    assert data["evidence"] == f"“{told}”"
    assert data["wording"] == told
    [node, _] = table(csv_files(named(label))["nodes.csv"])
    assert node["label"] == told


def test_control_characters_of_a_file_reach_no_export(turtle: Made, tmp_path: Path) -> None:
    small = turtle("""o:a a org:Organization ; skos:prefLabel "bell \\u0007 and escape \\u001B" .
        o:b a org:Organization ; skos:prefLabel "B" .
        rel:r a pg:Relationship ; pg:kind code:funding ; pg:from o:a ; pg:to o:b ; pg:evidence ev:e .""")
    assert small.network().nodes[O + "a"]["label"] == "bell \x07 and escape \x1b", "the network keeps what is stated"
    for format_ in ("csv", "graphml", "gexf"):
        for path in small.export(format_, tmp_path / format_):
            assert not {0x07, 0x1B} & set(path.read_bytes())
            assert "bell \ufffd and escape \ufffd" in path.read_text("utf-8") or path.name == "evidence.csv"


def test_a_label_of_whitespace_and_an_empty_network_are_fine(tmp_path: Path) -> None:
    empty: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    assert {name: len(table(text)) for name, text in csv_files(empty).items()} == {
        "nodes.csv": 0,
        "edges.csv": 0,
        "evidence.csv": 0,
    }
    for make, read in ((graphml, nx.read_graphml), (gexf, nx.read_gexf)):
        (tmp_path / "empty").write_bytes(make(empty))
        assert len(read(tmp_path / "empty")) == 0


def test_the_library_writes_every_form_and_says_where(graph: PartnerGraph, tmp_path: Path) -> None:
    assert graph.export("csv", tmp_path / "lists") == [
        tmp_path / "lists" / name for name in ("nodes.csv", "edges.csv", "evidence.csv")
    ]
    for format_ in ("graphml", "gexf", "org", "turtle"):
        path = tmp_path / f"keele.{format_}"
        assert graph.export(format_, path) == [path]
        assert path.stat().st_size > 10_000


@pytest.mark.parametrize("format_", ["csv", "gexf", "turtle", "org"])
def test_a_place_that_cannot_be_written_is_a_clear_error(graph: PartnerGraph, tmp_path: Path, format_: str) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(StoreError, match=r"file/x cannot be written: Not a directory"):
        graph.export(format_, file / "x")


def test_lists_are_not_written_over_a_file(graph: PartnerGraph, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_text("mine", "utf-8")
    with pytest.raises(StoreError, match=r"file.csv cannot be written: csv is written to a folder"):
        graph.export("csv", file)
    assert file.read_text("utf-8") == "mine"


def test_an_unknown_form_is_refused_with_the_forms(graph: PartnerGraph, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"'xlsx' is not a form to export\. The forms: trig, nquads, turtle"):
        graph.export("xlsx", tmp_path / "x")


ALL_FORMS = """
import hashlib, sys
from pathlib import Path
from partnergraph import PartnerGraph
from partnergraph.build.assemble import assemble
from partnergraph.export.network_files import csv_files, gexf, graphml
from partnergraph.graph_folder.folder import read_folder
graph = PartnerGraph(assemble(read_folder(Path(sys.argv[1])).model).reader())
network = graph.network(derived=True, places=True)
texts = {name: text.encode() for name, text in csv_files(network).items()}
texts |= {"graphml": graphml(network), "gexf": gexf(network)}
texts |= {name: graph.dump(name) for name in ("org", "trig", "nquads", "turtle", "ntriples", "jsonld", "rdfxml")}
for name, data in texts.items():
    print(name, len(data), hashlib.sha256(data).hexdigest())
"""


def test_every_export_has_the_same_bytes_for_any_hash_seed() -> None:
    seen = set()
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", ALL_FORMS, str(ROOT / "data")],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert len(done.stdout.splitlines()) == 12
        seen.add(done.stdout)
    assert len(seen) == 1
