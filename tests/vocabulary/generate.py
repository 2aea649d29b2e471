"""Write what derives from ontology/*.ttl: terms.json beside the code, and the tables of ontology/README.md.

Run ``python -m tests.vocabulary.generate`` after an edit of the files; tests hold both equal to them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, RDFS, SKOS, Graph, Literal, Namespace
from rdflib.term import Node

from partnergraph.vocabulary import PREFIXES, rules

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "src" / "partnergraph" / "vocabulary" / "terms.json"
README = ROOT / "ontology" / "README.md"
PG = Namespace("https://w3id.org/partnergraph/ns#")
CODE = Namespace("https://w3id.org/partnergraph/code/")
FRAPO = "http://purl.org/cerif/frapo/"
PROPERTIES = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)


def ontology() -> Graph:
    """The vocabulary and its lists, without the shapes."""
    graph = Graph()
    for path in sorted((ROOT / "ontology").glob("*.ttl")):
        if path.stem != "shapes":
            graph.parse(path)
    return graph


def declared(graph: Graph, *kinds: Node) -> list[Node]:
    """The pg: terms of these kinds, in the order in which the file writes them."""
    text = (ROOT / "ontology" / "partnergraph.ttl").read_text("utf-8")
    found = {s for kind in kinds for s in graph.subjects(RDF.type, kind) if str(s).startswith(str(PG))}
    return sorted(found, key=lambda term: text.index(f"\n{short(term)} a "))


def listed(graph: Graph, scheme: Node | None = None) -> list[Node]:
    """The concepts of one list, or of all, in the order in which the file writes them."""
    text = (ROOT / "ontology" / "kinds.ttl").read_text("utf-8")
    found = set(graph.subjects(RDF.type, SKOS.Concept) if scheme is None else graph.subjects(SKOS.inScheme, scheme))
    return sorted(found, key=lambda concept: text.index(f"\n{short(concept)} a "))


def short(node: Node | None) -> str:
    """An IRI with its prefix."""
    text = str(node or "")
    known = {**PREFIXES, "frapo": FRAPO}  # used for one superclass only, so not declared for queries
    return next((f"{prefix}:{text[len(base) :]}" for prefix, base in known.items() if text.startswith(base)), text)


def read() -> dict[str, Any]:
    """The terms as the ontology files declare them, concepts in the order in which the file writes them."""
    graph = ontology()
    concepts = []
    for concept in listed(graph):
        entry: dict[str, Any] = {
            "code": str(concept).removeprefix(str(CODE)),
            "scheme": str(graph.value(concept, SKOS.inScheme)).removeprefix(str(CODE)),
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
            entry["broader"] = str(broader).removeprefix(str(CODE))
        symmetric = graph.value(concept, PG.symmetric)
        if isinstance(symmetric, Literal):
            entry["symmetric"] = bool(symmetric.toPython())
        concepts.append(entry)
    terms = declared(graph, OWL.Class, *PROPERTIES)
    return {"pg": sorted(str(term).removeprefix(str(PG)) for term in terms), "concepts": concepts}


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


def _ticks(text: str) -> str:
    return f"`{text}`" if text else ""


def tables() -> dict[str, str]:
    """The generated tables of the README, by the name of their marker."""
    graph = ontology()

    def text(subject: Node, predicate: Node) -> str:
        return str(graph.value(subject, predicate) or "")

    def classes() -> Iterable[list[str]]:
        for term in declared(graph, OWL.Class):
            above = ", ".join(_ticks(short(of)) for of in sorted(graph.objects(term, RDFS.subClassOf)))
            yield [_ticks(short(term)), above, *(text(term, p) for p in (RDFS.comment, SKOS.scopeNote, SKOS.example))]

    def properties(terms: list[Node]) -> Iterable[list[str]]:
        for term in terms:
            where = text(term, SKOS.scopeNote)
            yield [_ticks(short(term)), text(term, RDFS.comment), where, text(term, SKOS.example)]

    def kinds() -> Iterable[list[str]]:
        for kind in listed(graph, CODE["relationship-kind"]):
            both = text(kind, PG.symmetric) == "true"
            wordings = [text(kind, PG.wordingForward), "the same" if both else text(kind, PG.wordingInverse)]
            shortcut = _ticks(short(graph.value(kind, PG.shortcut)))
            yield [
                _ticks(short(kind)),
                *wordings,
                shortcut,
                text(kind, SKOS.definition),
                text(kind, SKOS.scopeNote),
                text(kind, SKOS.example),
            ]

    def lists() -> str:
        parts = []
        for scheme in sorted(graph.subjects(RDF.type, SKOS.ConceptScheme), key=lambda of: list_order.index(short(of))):
            if scheme == CODE["relationship-kind"]:
                continue
            head = f"**{text(scheme, SKOS.prefLabel)}**: {text(scheme, SKOS.definition)} {text(scheme, SKOS.scopeNote)}"
            rows = [
                [
                    _ticks(short(c)),
                    *(text(c, p) for p in (SKOS.prefLabel, SKOS.definition, SKOS.scopeNote, SKOS.example)),
                ]
                for c in listed(graph, scheme)
            ]
            parts.append(f"{head}\n\n{_table(('concept', 'label', 'meaning', 'where', 'example'), rows)}")
        return "\n\n".join(parts)

    list_order = re.findall(r"(?m)^(code:[\w-]+) a skos:ConceptScheme", _file("kinds.ttl"))
    sections = re.split(r"(?m)^# -+ (.+?) -+$", _file("partnergraph.ttl"))
    by_name = {short(term): term for term in declared(graph, *PROPERTIES)}
    properties_table = []
    for title, section in zip(sections[1::2], sections[2::2], strict=True):
        terms = [by_name[name] for name in re.findall(r"(?m)^(pg:\w+) a ", section) if name in by_name]
        if terms:
            heads = ("property", "meaning", "where", "example")
            properties_table.append(f"**{title.strip().capitalize()}**\n\n{_table(heads, properties(terms))}")
    ruled = [[_ticks(f"rules/{rule.name}.rq"), _ticks(f"g:{rule.graph}"), rule.title, rule.why] for rule in rules()]
    return {
        "prefixes": _table(("prefix", "namespace"), [[_ticks(p), _ticks(iri)] for p, iri in PREFIXES.items()]),
        "classes": _table(("class", "is a", "meaning", "where", "example"), classes()),
        "properties": "\n\n".join(properties_table),
        "kinds": _table(("kind", "reads", "read backwards", "shortcut", "meaning", "where", "example"), kinds()),
        "lists": lists(),
        "rules": _table(("rule", "writes", "what", "why"), ruled),
    }


def _file(name: str) -> str:
    return (ROOT / "ontology" / name).read_text("utf-8")


def readme(text: str) -> str:
    """The README with its tables as the files have them now."""
    for name, table in tables().items():
        begin, end = f"<!-- generated: {name} -->\n", "<!-- end -->"
        before, _, rest = text.partition(begin)
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"ontology/README.md has no place for the table {name}: {begin.strip()} ... {end}")
        text = f"{before}{begin}\n{table}\n\n{end}{after}"
    return text


def write() -> None:
    """Bring the Python side and the README up to the files."""
    TARGET.write_text(json.dumps(read(), ensure_ascii=False, indent=1) + "\n", "utf-8")
    README.write_text(readme(README.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    write()
