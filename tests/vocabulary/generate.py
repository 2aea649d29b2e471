"""Write src/partnergraph/vocabulary/terms.json from ontology/*.ttl: ``python -m tests.vocabulary.generate``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace
from rdflib.term import Node

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "src" / "partnergraph" / "vocabulary" / "terms.json"
PG = Namespace("https://w3id.org/partnergraph/ns#")
CODE = Namespace("https://w3id.org/partnergraph/code/")


def read() -> dict[str, Any]:
    """The terms as the ontology files declare them, concepts in the order in which the file writes them."""
    graph = Graph()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        if path.stem != "shapes":
            graph.parse(path)
    text = (ROOT / "ontology" / "kinds.ttl").read_text("utf-8")
    kinds = {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty}
    declared = {s for kind in kinds for s in graph.subjects(RDF.type, kind)}

    def short(node: Node | None) -> str | None:
        return None if node is None else str(node).removeprefix(str(CODE))

    concepts = []
    for concept in graph.subjects(RDF.type, SKOS.Concept):
        entry = {
            "code": short(concept),
            "scheme": short(graph.value(concept, SKOS.inScheme)),
            "label": str(graph.value(concept, SKOS.prefLabel)),
            "definition": str(graph.value(concept, SKOS.definition)),
        }
        optional = {
            "forward": graph.value(concept, PG.wordingForward),
            "inverse": graph.value(concept, PG.wordingInverse),
            "shortcut": graph.value(concept, PG.shortcut),
            "url_template": graph.value(concept, PG.urlTemplate),
        }
        entry |= {key: str(value) for key, value in optional.items() if value is not None}
        if (broader := graph.value(concept, SKOS.broader)) is not None:
            entry["broader"] = short(broader)
        if (symmetric := graph.value(concept, PG.symmetric)) is not None:
            entry["symmetric"] = bool(symmetric.toPython())  # type: ignore[attr-defined]
        concepts.append(entry)
    concepts.sort(key=lambda c: text.index(f"\ncode:{c['code']} a "))
    pg = sorted(str(term).removeprefix(str(PG)) for term in declared if str(term).startswith(str(PG)))
    assert all(graph.value(term, RDFS.label) for term in declared if str(term).startswith(str(PG)))
    return {"pg": pg, "concepts": concepts}


def write() -> None:
    """Bring the Python side up to the files."""
    TARGET.write_text(json.dumps(read(), ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    write()
