"""Networks in JSON, GEXF and GraphML as sheets of nodes and edges; nothing that a file holds stops the reader."""

from __future__ import annotations

import json
import random
from typing import Any

import networkx as nx
import pytest

from partnergraph.tables.network_reader import NETWORK_SUFFIXES, read_network
from partnergraph.tables.sheet import Sheet


def read(text: str | bytes, suffix: str) -> list[Sheet]:
    return read_network(f"map{suffix}", suffix, text.encode() if isinstance(text, str) else text)


def table(sheet: Sheet) -> list[dict[str, str]]:
    (_, names), *rows = sheet.rows
    return [{name: cell for name, cell in zip(names, cells, strict=True) if cell} for _, cells in rows]


def error(text: str | bytes, suffix: str) -> str:
    [sheet] = read(text, suffix)
    assert not sheet.complete
    return "; ".join(str(finding) for finding in sheet.findings if finding.severity == "error")


def test_kumu_keeps_elements_and_connections_with_further_values_in_attributes() -> None:
    content = {
        "elements": [
            {"_id": "e1", "label": "A", "tags": ["x", "y"], "attributes": {"size": 3, "open": True, "label": "A"}},
            {"_id": "e2", "label": "B", "description": None},
        ],
        "connections": [{"from": "e1", "to": "e2", "attributes": {"label": "funds", "from": "elsewhere"}}],
        "maps": [{"name": "Default"}],
    }
    nodes, edges = read(json.dumps(content), ".json")
    assert table(nodes) == [
        {"_id": "e1", "label": "A", "tags": "x; y", "size": "3", "open": "true"},
        {"_id": "e2", "label": "B"},
    ]
    assert table(edges) == [{"from": "e1", "to": "e2", "label": "funds", "attributes from": "elsewhere"}]
    assert (nodes.file, edges.file) == ("map.json, elements", "map.json, connections")
    assert [str(finding) for finding in nodes.findings] == [
        "map.json: Not taken over: maps. Add what matters to the tables by hand, with its evidence."
    ]


@pytest.mark.parametrize(
    "content",
    [
        {"nodes": [{"id": "a"}, {"id": "b"}], "links": [{"source": "a", "target": "b"}]},
        {"nodes": [{"id": "a"}, {"id": "b"}], "edges": [{"source": "a", "target": "b"}]},
        {"elements": {"nodes": [{"data": {"id": "a"}}, {"data": {"id": "b"}}],
                      "edges": [{"data": {"source": "a", "target": "b"}}]}},
    ],
    ids=["node-link", "edges", "Cytoscape"],
)  # fmt: skip
def test_other_forms_of_json_are_read(content: dict[str, Any]) -> None:
    nodes, edges = read(json.dumps(content), ".json")
    assert (table(nodes), table(edges)) == ([{"id": "a"}, {"id": "b"}], [{"source": "a", "target": "b"}])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"elements": [{"label": "A", "label": "B"}]}', "An entry has the name 'label' twice. Keep one of them."),
        ('{"elements": [', "The file is not whole JSON: Expecting value, in line 1"),
        ("[1, 2]", "The file has no list of nodes or edges"),
        ('{"@context": {}, "@graph": []}', "The file is RDF (JSON-LD), not a network."),
        ("[" * 200_000, "lists within lists without end"),
        (b"\xff\xfe\x00", "The file is not UTF-8 text."),
        ('{"elements": [' + "1" * 5000 + "]}", "a number that is too long"),
        ("", "The file is not whole JSON"),
    ],
    ids=["a name twice", "cut off", "a list", "RDF", "depth", "no UTF-8", "a number", "empty"],
)
def test_json_that_cannot_be_read_says_why(text: str | bytes, message: str) -> None:
    assert message in error(text, ".json")


def test_an_entry_that_is_no_object_is_an_error_at_its_place() -> None:
    [sheet] = read('{"connections": [{"from": "a", "to": "b"}, "c"]}', ".json")
    assert [str(finding) for finding in sheet.findings] == [
        "map.json, connections, row 2: The entry is no object with names and values. Export the network anew."
    ]


GEXF = """<gexf xmlns="http://gexf.net/1.3" xmlns:viz="http://gexf.net/1.3/viz" version="1.3">
<graph defaultedgetype="undirected" mode="dynamic"><attributes class="node">
<attribute id="0" title="Type" type="string"><default>Charity</default></attribute></attributes>
<attributes class="edge"><attribute id="0" title="Strength" type="float"/></attributes>
<nodes><node id="1" label="A"><attvalues><attvalue for="0" value="Council"/></attvalues><viz:color r="1" g="2" b="3"/>
<nodes><node id="3" label="C"/></nodes></node><node id="2" label="B"/></nodes>
<edges><edge id="7" source="1" target="2" label="funds" weight="2.0">
<attvalues><attvalue for="0" value="3"/></attvalues>
<spells><spell start="2014-01-01" end="2016"/><spell start="2019"/></spells>
</edge></edges></graph></gexf>"""


def test_gexf_gives_attributes_by_their_titles_defaults_and_the_first_spell() -> None:
    nodes, edges = read(GEXF, ".gexf")
    assert table(nodes) == [
        {"id": "1", "label": "A", "Type": "Council"},
        {"id": "3", "label": "C", "Type": "Charity"},
        {"id": "2", "label": "B", "Type": "Charity"},
    ]
    edge = {"id": "7", "source": "1", "target": "2", "label": "funds", "weight": "2.0", "type": "undirected"}
    assert table(edges) == [edge | {"Strength": "3", "start": "2014-01-01", "end": "2016"}]
    [finding] = nodes.findings
    assert finding.message == "Not taken over: colours, positions and sizes (1), further spells (1)."


GRAPHML = """<graphml xmlns="http://graphml.graphdrawing.org/xmlns" xmlns:y="http://www.yworks.com/xml/graphml">
<key id="d0" for="node" attr.name="Type" attr.type="string"><default>Charity</default></key>
<key id="d1" for="edge" attr.name="label" attr.type="string"/><key id="d2" for="node" yfiles.type="nodegraphics"/>
<graph edgedefault="directed"><node id="n0"><data key="d2"><y:ShapeNode><y:Fill color="#f00"/>
<y:NodeLabel>A &amp; Co</y:NodeLabel></y:ShapeNode></data></node><node id="n1"><data key="d0">Council</data></node>
<edge source="n0" target="n1" directed="false"><data key="d1">partner</data></edge>
<hyperedge/></graph></graphml>"""


def test_graphml_gives_data_by_the_names_of_their_keys_also_that_of_yed() -> None:
    nodes, edges = read(GRAPHML, ".graphml")
    assert table(nodes) == [{"id": "n0", "label": "A & Co", "Type": "Charity"}, {"id": "n1", "Type": "Council"}]
    assert table(edges) == [{"source": "n0", "target": "n1", "direction": "undirected", "label": "partner"}]
    assert nodes.findings[0].message == "Not taken over: colours, positions and sizes (1), hyperedges (1)."


@pytest.mark.parametrize("suffix", [".gexf", ".graphml"])
def test_what_networkx_writes_is_read(suffix: str) -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("a", label="A", size=3)
    graph.add_edge("a", "b", key="k", kind="funding", since="2014")
    write = nx.generate_gexf if suffix == ".gexf" else nx.generate_graphml
    nodes, edges = read("\n".join(write(graph)), suffix)
    assert [node["id"] for node in table(nodes)] == ["a", "b"]
    assert table(nodes)[0]["size"] == "3"
    [edge] = table(edges)
    assert (edge["source"], edge["target"], edge["kind"], edge["since"]) == ("a", "b", "funding", "2014")


@pytest.mark.parametrize("suffix", [".gexf", ".graphml"])
def test_xml_that_cannot_be_read_says_why(suffix: str) -> None:
    root, form = suffix[1:], {".gexf": "GEXF", ".graphml": "GraphML"}[suffix]
    assert "declares a document type" in error(f'<!DOCTYPE {root} [<!ENTITY a "b">]><{root}>&a;</{root}>', suffix)
    assert "The file is not whole XML, at line 1" in error(f"<{root}><graph>", suffix)
    assert f"The file is no {form}: it begins with <html>." in error("<html></html>", suffix)
    assert "elements within elements without end" in error(f"<{root}>" + "<a>" * 1000, suffix)
    assert "encoding" in error(f'<?xml version="1.0" encoding="nope"?><{root}/>', suffix)


def test_files_changed_at_random_never_stop_the_reader() -> None:
    whole = {
        ".gexf": GEXF,
        ".graphml": GRAPHML,
        ".json": '{"elements": [{"label": "A"}], "connections": [{"from": "A"}]}',
    }
    chance = random.Random(19)
    read_whole = 0
    for number in range(600):
        suffix = NETWORK_SUFFIXES[number % 3]
        data = bytearray(whole[suffix].encode())
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(data))
            data[at : at + chance.randint(0, 3)] = chance.choice([b"", b"<", b'"', b"\0", b"\xff", b"}", b"[1]", b"a"])
        sheets = read(bytes(data), suffix)
        assert all(isinstance(cell, str) for sheet in sheets for _, cells in sheet.rows for cell in cells)
        assert all(sheet.rows or any(f.severity == "error" for f in sheet.findings) for sheet in sheets)
        read_whole += all(sheet.complete for sheet in sheets)
    assert 20 < read_whole < 580
