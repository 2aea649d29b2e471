"""The query suites of the W3C, asked of the running server: it holds all their data, a request says which."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
import pytest

from partnergraph.sparql.guard import examine_query
from tests.conftest import need
from tests.server.conftest import Server, serving
from tests.server.test_w3c_protocol import FORM
from tests.w3c.expected import asked, differs
from tests.w3c.suites import QUERY, RESULTS, Case, cases, published, told

MEDIA = {
    "xml": "application/sparql-results+xml",
    "json": "application/sparql-results+json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "ntriples": "application/n-triples",
    "rdfxml": "application/rdf+xml",
}
EVALUATION = ("QueryEvaluationTest", "CSVResultFormatTest")
# Something for a request to name when a test has no data: a request that names no graph asks all of them.
NOTHING = "urn:graph:of-no-test"


def graphs(case: Case) -> tuple[list[str], list[str]]:
    """The names of the graphs that a test asks: what is merged, and what is named. Graphs without a statement are not
    there.
    """
    return [published(path) for path in case.data if content(path)], [n for n, path in case.graphs if content(path)]


def content(path: Path) -> list[ox.Quad]:
    """What a file states."""
    syntax = ox.RdfFormat.from_extension(path.suffix[1:])
    return list(ox.parse(path.read_bytes(), syntax, base_iri=published(path), rename_blank_nodes=True))


@pytest.fixture(scope="module")
def endpoint(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """All the data of the suites, served."""
    need((shared / "w3c").is_dir(), "the folder ../shared/w3c")
    named = {
        name: path
        for folder in [*QUERY, *RESULTS]
        for case in cases(folder)
        for name, path in [*((published(path), path) for path in case.data), *case.graphs]
    }
    path = tmp_path_factory.mktemp("suites") / "data.nq"
    quads = [
        ox.Quad(quad.subject, quad.predicate, quad.object, ox.NamedNode(name))
        for name, file in sorted(named.items())
        for quad in content(file)
    ]
    quads.append(ox.Quad(*[ox.NamedNode("urn:nothing")] * 3, ox.NamedNode(NOTHING)))
    path.write_bytes(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"")
    with serving(path) as server:
        yield server


def wrong(server: Server, case: Case) -> str | None:
    """What is wrong with the server's answer to a test, if anything."""
    query = asked(case)
    examined = examine_query(query)
    merged, named = graphs(case)
    if not (merged or named):
        named = [NOTHING]
    parameters = [("query", query)]
    if not examined.from_graphs:
        parameters += [("default-graph-uri", name) for name in merged] + [("named-graph-uri", name) for name in named]
    failed: list[str] = []

    def ask(format_: str) -> bytes:
        headers = FORM | {"Accept": MEDIA[format_]}
        said = server.send("POST", "/sparql", urlencode(parameters, quote_via=quote).encode(), headers)
        if said.status != 200:
            failed.append(f"{said.status}: {said.json['detail']}")
        return said.body

    if case.kind in EVALUATION:
        try:
            return differs(case, examined.form, ask)
        except (SyntaxError, ValueError) as error:
            return failed[0] if failed else f"The answer cannot be read: {error}"
    ask("ntriples" if examined.form in ("CONSTRUCT", "DESCRIBE") else "json")
    parses = not any("does not parse" in one for one in failed)
    return None if parses == case.kind.startswith("Positive") else f"{failed}"


@pytest.mark.parametrize("folder", [*QUERY, *RESULTS])
def test_the_server_answers_as_the_w3c_says_but_for_the_known_misses(endpoint: Server, folder: str) -> None:
    found = {case.iri: why for case in cases(folder) if (why := wrong(endpoint, case)) is not None}
    assert not (new := told(folder, found)), new
