"""The test suites of the W3C: what their manifests list, and the named misses."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyoxigraph as ox

from tests.conftest import SHARED

W3C = SHARED / "w3c"
# Where the files are published; relative IRIs in them start there.
PUBLISHED = "https://w3c.github.io/rdf-tests/"
MISSES = Path(__file__).parent / "misses.toml"
QUERY = [
    f"sparql/sparql11/{name}"
    for name in (
        *("aggregates", "bind", "bindings", "cast", "construct", "exists", "functions", "grouping", "negation"),
        *("project-expression", "property-path", "subquery", "syntax-query"),
    )
]
RESULTS = ["sparql/sparql11/csv-tsv-res", "sparql/sparql11/json-res"]
UPDATE = [
    f"sparql/sparql11/{name}"
    for name in (
        *("add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert", "delete-where", "drop"),
        *("move", "syntax-update-1", "syntax-update-2", "update-silent"),
    )
]
FEDERATION = ["sparql/sparql11/service", "sparql/sparql11/syntax-fed"]
SYNTAXES = [f"rdf/rdf11/rdf-{name}" for name in ("turtle", "trig", "n-quads", "n-triples", "xml")]
ELSEWHERE = ["sparql/sparql11/protocol", "sparql/sparql11/service-description"]  # in tests/server
# The graph store protocol writes graphs over HTTP; rdf-mt is of entailment.
NOT_OFFERED = [
    *("sparql/sparql11/graph-store-protocol", "sparql/sparql11/http-rdf-update"),
    *("rdf/rdf11/rdf-mt", "rdf/rdf11/rdf-mt/az-tests"),
]
_MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
_QT = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
_UT = "http://www.w3.org/2009/sparql/tests/test-update#"
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"


def published(path: Path) -> str:
    """The address of a file of the suites."""
    return PUBLISHED + path.relative_to(W3C).as_posix()


def local(address: str) -> Path:
    """The file of the suites that has an address."""
    return W3C / address.removeprefix(PUBLISHED)


@dataclass(frozen=True)
class Case:
    """One test: its kind, the file to read or ask, its data (merged, and by graph), and what must come out."""

    iri: str
    kind: str
    action: Path | None
    data: tuple[Path, ...] = ()
    graphs: tuple[tuple[str, Path], ...] = ()
    result: Path | None = None

    @property
    def text(self) -> str:
        """What the file to ask says."""
        assert self.action is not None
        return self.action.read_text("utf-8")


class Manifest:
    """What a manifest says."""

    def __init__(self, path: Path) -> None:
        assert path.is_file(), f"{path} is missing"
        self.address = published(path)
        self.store = ox.Store()
        self.store.load(path.read_bytes(), ox.RdfFormat.TURTLE, base_iri=self.address)

    def all(self, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> list[ox.NamedNode | ox.BlankNode]:
        """The nodes that something has as a property, sorted."""
        found = self.store.quads_for_pattern(subject, ox.NamedNode(predicate), None)
        return sorted((quad.object for quad in found), key=str)  # type: ignore[misc]

    def text(self, subject: ox.NamedNode | ox.BlankNode, predicate: str) -> str | None:
        """The value of a property, plain; None when there is none."""
        found = [node.value for node in self.all(subject, predicate)]
        return found[0] if found else None

    def list(self, head: ox.NamedNode | ox.BlankNode) -> list[ox.NamedNode | ox.BlankNode]:
        """The elements of a collection."""
        found = []
        while head.value != f"{_RDF}nil":
            found += self.all(head, f"{_RDF}first")
            [head] = self.all(head, f"{_RDF}rest")
        return found

    def entries(self) -> list[ox.NamedNode | ox.BlankNode]:
        """The tests that it lists."""
        [heads] = self.store.quads_for_pattern(None, ox.NamedNode(f"{_MF}entries"), None)
        return self.list(heads.object)  # type: ignore[arg-type]

    def case(self, test: ox.NamedNode | ox.BlankNode) -> Case:
        """A test."""
        kind = (self.text(test, f"{_RDF}type") or "").rpartition("#")[2]
        action = self.all(test, f"{_MF}action")
        if not action or isinstance(action[0], ox.NamedNode):
            asked = action[0].value if action else None
        else:
            asked = self.text(action[0], f"{_QT}query") or self.text(action[0], f"{_UT}request")
        graphs = []
        for node in self.all(action[0], f"{_QT}graphData") if action else []:
            address = node.value if isinstance(node, ox.NamedNode) else self.text(node, f"{_QT}graph") or ""
            graphs.append((self.text(node, _LABEL) or address, local(address)))
        result = self.all(test, f"{_MF}result")
        return Case(
            test.value,
            kind,
            local(asked) if asked else None,
            tuple(local(node.value) for node in self.all(action[0], f"{_QT}data")) if action else (),
            tuple(graphs),
            local(result[0].value) if result and isinstance(result[0], ox.NamedNode) else None,
        )


@cache
def cases(folder: str) -> tuple[Case, ...]:
    """The tests that the manifest of a folder of the suites lists."""
    manifest = Manifest(W3C / folder / "manifest.ttl")
    return tuple(manifest.case(test) for test in manifest.entries())


@cache
def misses() -> dict[str, dict[str, str]]:
    """The tests that are known to fail: folder to the IRI of the test to the reason."""
    found: dict[str, dict[str, str]] = tomllib.loads(MISSES.read_text("utf-8"))
    return found


def told(folder: str, failed: dict[str, str]) -> str:
    """What differs from the named misses: nothing, or a line for each test that newly fails or newly passes."""
    known = misses().get(folder, {})
    new = [f"fails, and is no known miss: {iri}\n    {why}" for iri, why in failed.items() if iri not in known]
    new += [f"passes now: take it out of misses.toml: {iri}" for iri in known if iri not in failed]
    return "\n".join(new)
