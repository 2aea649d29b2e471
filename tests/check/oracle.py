"""pySHACL as the oracle: its results and ours in one form."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyshacl
from rdflib import Graph, URIRef
from rdflib.namespace import SH
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node

from partnergraph.check.shacl_to_sparql import SEVERITY
from partnergraph.check.shapes import violations
from partnergraph.store import Reader
from tests.conftest import ROOT

SHAPES = ROOT / "ontology" / "shapes.ttl"
VOCABULARY = (ROOT / "ontology" / "partnergraph.ttl", ROOT / "ontology" / "kinds.ttl")
REFERENCE = ROOT / "tests" / "reference" / "school-partnerships.trig"


class Result(NamedTuple):
    """One violation: which constraint of which shape, how bad, in which words, about which node and value."""

    rule: str
    component: str
    path: str | None
    severity: str
    message: str
    focus: str
    value: str | None


class Prepared(Graph):
    """A graph that parses each query text once. pySHACL asks the same text again for every node."""

    @staticmethod
    @cache
    def _prepare(text: str) -> Query:
        return prepareQuery(text)

    def query(self, query_object: Any, *args: Any, **kwargs: Any) -> Any:
        prepared = self._prepare(query_object) if isinstance(query_object, str) else query_object
        return super().query(prepared, *args, **kwargs)


def ours(reader: Reader, shapes: Path = SHAPES) -> set[Result]:
    """What our check says."""
    found = set()
    for constraint, focus, value in violations(reader, shapes):
        message = constraint.message
        for name, text in (("value", value or ""), ("this", focus)):
            message = message.replace(f"{{?{name}}}", text).replace(f"{{${name}}}", text)
        path = constraint.path and constraint.path.strip("<>")
        found.add(Result(constraint.rule, constraint.component, path, constraint.severity, message, focus, value))
    return found


def theirs(reader: Reader, shapes: Path = SHAPES) -> set[Result]:
    """What pySHACL says about the same merged graph."""
    data, rules = Prepared(), Graph().parse(shapes)
    data.parse(data=reader.dump("ntriples"), format="nt")
    _, report, _ = pyshacl.validate(data, shacl_graph=rules, inference="none")
    assert isinstance(report, Graph)
    return {_result(report, rules, node) for node in report.objects(None, SH.result)}


def _result(report: Graph, rules: Graph, node: Node) -> Result:
    shape = report.value(node, SH.sourceShape)
    named = shape if isinstance(shape, URIRef) else rules.value(None, SH.property, shape)
    component = name_of(report.value(node, SH.sourceConstraintComponent))
    path, value = report.value(node, SH.resultPath), report.value(node, SH.value)
    messages = {str(message) for message in report.objects(node, SH.resultMessage)}
    if component == "sparql":  # the words of the constraint go before those of its shape (SHACL, section 5.3.2)
        messages -= {str(message) for message in rules.objects(shape, SH.message)}
    return Result(
        str(named).rpartition("#")[2],
        component,
        str(path) if path is not None else None,
        SEVERITY[f"<{report.value(node, SH.resultSeverity)}>"],
        " | ".join(sorted(messages)),
        str(report.value(node, SH.focusNode)),
        str(value) if value is not None else None,
    )


def name_of(component: Node | None) -> str:
    """The property that a constraint component belongs to: sh:MinCountConstraintComponent to minCount."""
    name = str(component).removeprefix(str(SH)).removesuffix("ConstraintComponent")
    return "sparql" if name == "SPARQL" else name[0].lower() + name[1:]
