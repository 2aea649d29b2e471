"""Broken nodes, one for each constraint of the shapes: copies of sound nodes of a graph, each with one thing wrong.

The shapes are read here with rdflib, apart from our own reader of shapes. A constraint of a kind that nobody knows how
to break is an error, so that a new one cannot stay untested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from rdflib import RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import FOAF, SH, SKOS
from rdflib.term import Node

PG, CODE = Namespace("https://w3id.org/partnergraph/ns#"), Namespace("https://w3id.org/partnergraph/code/")
OA, ADMS = Namespace("http://www.w3.org/ns/oa#"), Namespace("http://www.w3.org/ns/adms#")
EX = Namespace("https://example.org/broken/")
NONSENSE = EX.nonsense
TARGETS = (SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.targetNode)
CONSTRAINTS = (
    *(SH.minCount, SH.maxCount, SH.nodeKind, SH.node, SH["class"], SH["in"], SH.datatype, SH.minInclusive, SH.pattern),
    *(SH.disjoint, SH.lessThanOrEquals, SH.uniqueLang, SH["or"], SH["not"]),
)
Triple = tuple[Node, Node, Node]
# Values that are wrong, or nearly right, in ways that engines may see differently.
NASTY: tuple[Node, ...] = (
    NONSENSE,
    Literal("text"),
    Literal("text", lang="en"),
    Literal(""),
    Literal(0),
    Literal("2", datatype=XSD.integer),
    Literal("2.0", datatype=XSD.decimal),
    Literal("two", datatype=XSD.integer, normalize=False),
    Literal(True),
    Literal("2021-03-31", datatype=XSD.date),
    Literal("2021-02-30", datatype=XSD.date, normalize=False),
    Literal("31/03/2021", datatype=XSD.date, normalize=False),
    Literal("2021-03-31T00:00:00", datatype=XSD.dateTime),
    Literal("2021", datatype=XSD.gYear),
    Literal("21", datatype=XSD.gYear),
    Literal("2021-13", datatype=XSD.gYearMonth),
    Literal("2021", datatype=XSD.string),
    Literal("accepted"),
    CODE.accepted,
    CODE.membership,
)


@dataclass(frozen=True)
class Breakage:
    """A broken node: the constraint that it breaks (shape, component, path), its IRI, and all that is said for it."""

    rule: str
    component: str
    path: str | None
    focus: URIRef
    triples: tuple[Triple, ...]


@dataclass(frozen=True)
class Copier:
    """Makes broken copies of the sound nodes of a graph."""

    shapes: Graph
    data: Graph

    def every(self) -> Iterator[Breakage]:
        """One broken node for each constraint of each shape with a target."""
        for shape in sorted({s for target in TARGETS for s in self.shapes.subjects(target)}):
            name = str(shape).rpartition("#")[2]
            for number, (component, value) in enumerate(self._constraints(shape)):
                focus = EX[f"{name}/{number}"]
                yield Breakage(name, _name(component), None, focus, (*self._node(shape, component, value, focus),))
            for number, query in enumerate(sorted(self.shapes.objects(shape, SH.sparql), key=self._message)):
                focus = EX[f"{name}/sparql{number}"]
                yield Breakage(name, "sparql", None, focus, (*self._query(shape, self._message(query), focus),))
            for inner in sorted(self.shapes.objects(shape, SH.property), key=self._path):
                path = self._path(inner)
                for number, (component, value) in enumerate(self._constraints(inner)):
                    focus = EX[f"{name}/{_slug(path)}/{number}{_name(component)}"]
                    triples = (*self._property(shape, inner, component, value, focus),)
                    yield Breakage(name, _name(component), path, focus, triples)

    def nasty(self) -> Iterator[Triple]:
        """Each property of each shape with each of `NASTY` as its only value."""
        for shape in sorted({s for target in TARGETS for s in self.shapes.subjects(target)}):
            paths = sorted({self._path(inner) for inner in self.shapes.objects(shape, SH.property)})
            for path in paths:
                for number, value in enumerate(NASTY):
                    if path in self._compared() and type(getattr(value, "value", None)) is not date:
                        continue  # pySHACL ends in an error when it compares a date with what is none
                    focus = EX[f"nasty/{str(shape).rpartition('#')[2]}/{_slug(path)}/{number}"]
                    yield from self._copy(self._donor(shape), focus, without=[URIRef(path)])
                    yield focus, URIRef(path), value

    def _compared(self) -> set[str]:
        pairs = self.shapes.subject_objects(SH.lessThanOrEquals)
        return {path for inner, other in pairs for path in (self._path(inner), str(other))}

    def _constraints(self, shape: Node) -> list[tuple[URIRef, Node]]:
        used = {p for p in self.shapes.predicates(shape) if str(p).startswith(str(SH))}
        known = {SH.path, SH.message, SH.severity, SH.property, SH.sparql, *TARGETS, *CONSTRAINTS}
        assert not used - known, f"nobody knows how to break {used - known}"
        return [(c, value) for c in CONSTRAINTS for value in sorted(self.shapes.objects(shape, c))]

    def _message(self, node: Node) -> str:
        return str(self.shapes.value(node, SH.message))

    def _path(self, node: Node) -> str:
        return str(self.shapes.value(node, SH.path))

    def _donor(self, shape: Node, path: Node | None = None) -> Node:
        """The first sound node that the shape looks at, one that has the path if there is any."""
        found: set[Node] = set()
        for cls in self.shapes.objects(shape, SH.targetClass):
            for sub in self.data.transitive_subjects(RDFS.subClassOf, cls):
                found |= {*self.data.subjects(RDF.type, sub)}
        for predicate in self.shapes.objects(shape, SH.targetSubjectsOf):
            found |= {*self.data.subjects(predicate)}
        assert found, f"the graph has no node for {shape}"
        having = {node for node in found if path is not None and (node, path, None) in self.data}
        return min(having or found)

    def _copy(self, donor: Node, focus: URIRef, without: Iterable[Node] = ()) -> Iterator[Triple]:
        left_out = set(without)
        return ((focus, p, o) for p, o in self.data.predicate_objects(donor) if p not in left_out)

    def _property(self, shape: Node, inner: Node, component: URIRef, value: Node, focus: URIRef) -> Iterator[Triple]:
        path = URIRef(self._path(inner))
        donor = self._donor(shape, path)
        match _name(component):
            case "minCount":
                yield from self._copy(donor, focus, without=[path])
            case "maxCount":
                yield from self._copy(donor, focus)
                spare = sorted({*self.data.objects(None, path)} - {*self.data.objects(donor, path)})
                spare += [EX.one, EX.two]
                for more in spare[: int(value) + 1]:  # type: ignore[arg-type]
                    yield focus, path, more
            case "disjoint":
                yield from self._copy(donor, focus, without=[path])
                yield focus, path, min(self.data.objects(donor, value))
            case "lessThanOrEquals":
                yield from self._copy(donor, focus, without=[path, value])
                yield focus, path, Literal("2020-01-01", datatype=XSD.date)
                yield focus, value, Literal("2010-12-31", datatype=XSD.date)
            case "uniqueLang":
                yield from self._copy(donor, focus, without=[path])
                yield from ((focus, path, Literal(text, lang="en")) for text in ("one", "two"))
            case "nodeKind" | "datatype" | "or" | "pattern":
                yield from self._copy(donor, focus, without=[path])
                yield focus, path, Literal("text")
            case "minInclusive":
                yield from self._copy(donor, focus, without=[path])
                yield focus, path, Literal(-1)
            case "node" | "class" | "in":
                yield from self._copy(donor, focus, without=[path])
                yield focus, path, NONSENSE
            case other:
                raise AssertionError(f"nobody knows how to break sh:{other} of a property")

    def _node(self, shape: Node, component: URIRef, value: Node, focus: URIRef) -> Iterator[Triple]:
        match _name(component):
            case "or":
                members = Collection(self.shapes, value)
                yield from self._copy(self._donor(shape), focus, without=[URIRef(self._path(m)) for m in members])
            case "not":
                yield from self._copy(self._donor(shape), focus)
                yield focus, RDF.type, self.shapes.value(value, SH["class"])  # type: ignore[misc]
            case other:
                raise AssertionError(f"nobody knows how to break sh:{other} of a node")

    def _query(self, shape: Node, message: str, focus: URIRef) -> Iterator[Triple]:
        """Constraints in SPARQL are broken by hand."""
        changes: dict[str, list[tuple[Node, Node]]] = {
            "Membership must be of": [
                (PG.kind, CODE.membership),
                (PG.to, min(self.data.subjects(RDF.type, PG.UnnamedGroup))),
            ],
            "{$this} is part of itself": [(PG.partOf, EX.part)],
            "The bounds do not agree": [
                (PG.date, Literal("2009", datatype=XSD.gYear)),
                (PG.dateEarliest, Literal("2008-01-01", datatype=XSD.date)),
                (PG.dateLatest, Literal("2009-12-31", datatype=XSD.date)),
            ],
            "A renewal cannot be earlier": [
                (PG.renews, min(self.data.subjects(PG.dateEarliest))),
                (PG.date, Literal("1066", datatype=XSD.gYear)),
                (PG.dateEarliest, Literal("1066-01-01", datatype=XSD.date)),
                (PG.dateLatest, Literal("1066-12-31", datatype=XSD.date)),
            ],
            "More members are named": [(PG.statedCount, Literal(1)), (FOAF.member, EX.one), (FOAF.member, EX.two)],
            "An inference needs": [(PG.basis, CODE.inferred), (PG.reason, Literal("It seems so."))],
            "Quoted words need": [(PG.words, Literal("words without a place")), (PG.passage, NONSENSE)],
            "The words '": [
                (PG.words, Literal("words that are not there")),
                (OA.start, Literal(0)),
                (OA.end, Literal(10)),
                (PG.passage, min(self.data.subjects(RDF.type, PG.Passage))),
            ],
            "The quoted passage is not": [(OA.hasSelector, EX.quote), (OA.hasSelector, EX.position)],
            "'{?value}' is not a well-formed ROR": [(SKOS.notation, Literal("https://ror.org/KEELE"))],
        }
        [said] = [pairs for start, pairs in changes.items() if message.startswith(start)]
        gone = {PG.scheme} if shape.endswith("RorId") else set()  # type: ignore[attr-defined]
        yield from self._copy(self._donor(shape), focus, without={p for p, _ in said} | gone)
        yield from ((focus, p, o) for p, o in said)
        beside: list[Triple] = [
            (EX.part, PG.partOf, focus),
            (EX.quote, OA.exact, Literal("words that are not there")),
            (EX.position, OA.start, Literal(0)),
            (EX.position, OA.end, Literal(10)),
        ]
        used = {o for _, o in said}
        yield from (triple for triple in beside if triple[0] in used)


def _name(component: URIRef) -> str:
    return str(component).removeprefix(str(SH))


def _slug(path: str) -> str:
    return path.rpartition("/")[2].replace("#", "-")
