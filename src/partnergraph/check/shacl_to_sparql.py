"""SHACL shapes -> SPARQL SELECTs that return what violates them.

The greater part of SHACL Core and of SHACL-SPARQL (W3C Recommendation of 20 July 2017) is known; anything else is
refused, never skipped. pySHACL is the oracle in the tests, finding by finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from partnergraph.check.shacl_components import (
    PROPERTY_VIOLATIONS,
    SH,
    VALUE_TESTS,
    Focus,
    number_of,
    plain_text,
    unsupported,
)
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
# Ours, beside the SHACL terms: what to do about a violation, and the column of the tables where the cause stands.
FIX, COLUMN = (f"<https://w3id.org/partnergraph/shapes#{name}>" for name in ("fix", "column"))
SEVERITY = {f"<{SH}Violation>": "error", f"<{SH}Warning>": "warning", f"<{SH}Info>": "info"}
_TARGETS = {"targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode"}
_NOT_CONSTRAINTS = {
    *("message", "severity", "path", "name", "description", "order", "deactivated"),
    *("property", "sparql", "flags"),  # property, sparql: shapes of their own; flags: belongs to pattern
}
_PAIRS = {"disjoint", "equals", "lessThan", "lessThanOrEquals", "uniqueLang"}
_OF_SHAPES = {"class", "in", "pattern", "node", "not", "or", "and"}  # those that need more than their parameter
_QUERY = {"select", "prefixes", "declare", "prefix", "namespace"}
_KNOWN = {*_NOT_CONSTRAINTS, *_TARGETS, *_QUERY, *_OF_SHAPES, *PROPERTY_VIOLATIONS, *VALUE_TESTS}
_SHAPE_TYPES, _CLASS_TYPES = {f"<{SH}NodeShape>", f"<{SH}PropertyShape>"}, {f"<{RDFS}Class>", f"<{OWL}Class>"}
Node = dict[str, list[str]]


@dataclass(frozen=True)
class Constraint:
    """One question to the graph: the rule it belongs to, and a SELECT of ?this (and ?value) for each violation."""

    rule: str
    component: str
    path: str | None
    severity: str
    message: str
    fix: str | None
    column: str | None
    select: str


@dataclass(frozen=True)
class _ViolationText:
    """What a violation of a shape is called."""

    rule: str
    severity: str
    message: str
    fix: str | None
    column: str | None

    def constraint(self, component: str, path: str | None, select: str) -> Constraint:
        return Constraint(self.rule, component, path, self.severity, self.message, self.fix, self.column, select)


class Shapes:
    """The shapes of one file, ready to be turned into queries."""

    def __init__(self, reader: Reader) -> None:
        self.nodes: dict[str, Node] = {}
        for s, p, o in reader.terms("SELECT ?s ?p ?o { ?s ?p ?o }"):
            name = p[1:-1].removeprefix(SH) if p.startswith(f"<{SH}") else p
            self.nodes.setdefault(s, {}).setdefault(name, []).append(o)
        for node in self.nodes.values():
            self._refuse_unknown(node)

    def _refuse_unknown(self, node: Node) -> None:
        """Whatever is not checked here must not look as if it were."""
        for name in node:
            if not name.startswith("<") and name not in _KNOWN:
                raise unsupported(f"sh:{name}")
        if "path" in node and {"property", "sparql"} & {*node}:
            raise unsupported("sh:property or sh:sparql in a property shape")
        for prefix, namespace in zip(node.get("prefix", []), node.get("namespace", []), strict=True):
            if PREFIXES.get(plain_text(prefix)) != plain_text(namespace):
                raise unsupported(f"The prefix {plain_text(prefix)}: for {plain_text(namespace)}")

    def constraints(self, subclasses: dict[str, list[str]]) -> Iterator[Constraint]:
        """Every constraint of every shape with a target, in the order of shape names.

        `subclasses` gives, for a class, itself and all its subclasses (SHACL: "SHACL instance", section 1.1).
        """
        self.subclasses = subclasses
        for iri, shape in sorted(self.nodes.items()):
            targets = list(self._targets(iri, shape))
            if not targets:
                continue
            focus = Focus(" UNION ".join(f"{{ {target} }}" for target in targets))
            rule = re.split(r"[#/]", iri.strip("<>"))[-1]
            yield from self._property(rule, shape, focus) if "path" in shape else self._node_shape(rule, shape, focus)

    def _node(self, name: str) -> Node:
        if name not in self.nodes:
            raise unsupported(f"{name}, of which this file says nothing,")
        return self.nodes[name]

    def _targets(self, iri: str, shape: Node) -> Iterator[str]:
        types = {*shape.get(f"<{RDF}type>", [])}
        implicit = [iri] if types & _SHAPE_TYPES and types & _CLASS_TYPES else []
        for cls in [*shape.get("targetClass", []), *implicit]:
            yield f"VALUES ?class {{ {' '.join(self._classes(cls))} }} ?this a ?class"
        for predicate in shape.get("targetSubjectsOf", []):
            yield f"?this {predicate} ?any"
        for predicate in shape.get("targetObjectsOf", []):
            yield f"?any {predicate} ?this"
        for node in shape.get("targetNode", []):
            yield f"VALUES ?this {{ {node} }}"

    def _classes(self, cls: str) -> list[str]:
        return self.subclasses.get(cls, [cls])

    def _node_shape(self, rule: str, shape: Node, focus: Focus) -> Iterator[Constraint]:
        if _off(shape):
            return
        violation = self._violation_text(rule, shape)
        for component, value in _parameters(shape):
            holds = self._holds(component, value, "?this", shape)
            value_column = "" if component == "hasValue" else "(?this AS ?value)"
            select = f"SELECT ?this {value_column} {{ {focus} FILTER(!({holds})) }}"
            yield violation.constraint(component, None, select)
        for inner in sorted(shape.get("property", [])):
            yield from self._property(rule, self._node(inner), focus)
        for inner in sorted(shape.get("sparql", [])):
            yield from self._sparql(rule, shape, self._node(inner), focus)

    def _violation_text(self, rule: str, shape: Node, over: Node | None = None) -> _ViolationText:
        """`over` is the constraint inside the shape whose own words go before those of the shape."""
        words = {**shape, **(over or {})}
        severity = SEVERITY.get(shape.get("severity", [f"<{SH}Violation>"])[0])
        if severity is None:
            raise unsupported(f"The severity {shape['severity'][0]}")
        message = plain_text(min(words["message"])) if "message" in words else f"This breaks the rule {rule}."
        fix, column = (plain_text(words[name][0]) if name in words else None for name in (FIX, COLUMN))
        return _ViolationText(rule, severity, message, fix, column)

    def _sparql(self, rule: str, shape: Node, node: Node, focus: Focus) -> Iterator[Constraint]:
        if _off(node):
            return
        query = plain_text(node["select"][0])
        if special := re.search(r"[$?](PATH|path|shapesGraph|currentShape)\b", query):
            raise unsupported(special[0])
        query = query.replace("$", "?")
        value = "?value" if re.search(r"\?value\b", query.split("WHERE")[0]) else "(?this AS ?value)"
        select = f"SELECT DISTINCT ?this {value} {{ {{ {query} }} {focus.test} }}"
        yield self._violation_text(rule, shape, node).constraint("sparql", None, select)

    def _property(self, rule: str, shape: Node, focus: Focus) -> Iterator[Constraint]:
        if _off(shape):
            return
        violation, path = self._violation_text(rule, shape), self._path(shape)
        for component, value in _parameters(shape):
            select = self._violations(component, value, path, focus, shape)
            if select is not None:
                yield violation.constraint(component, path, select)

    def _path(self, shape: Node) -> str:
        path = shape["path"][0]
        if path.startswith("_:"):
            raise unsupported("A path other than one property")
        return path

    def _violations(self, component: str, value: str, path: str, focus: Focus, shape: Node) -> str | None:
        """The SELECT for one constraint of a property shape; None where nothing can violate it."""
        if component in PROPERTY_VIOLATIONS:
            return PROPERTY_VIOLATIONS[component](focus, path, value)
        holds = self._holds(component, value, "?value", shape)
        return (
            f"SELECT DISTINCT ?this ?value {{ {{ SELECT ?this ?value {{ ?this {path} ?value FILTER(!({holds})) }} }} "
            f"{focus.test} }}"
        )

    def _holds(self, component: str, value: str, var: str, shape: Node) -> str:
        """A boolean expression: the value conforms to this constraint."""
        if component in VALUE_TESTS:
            return VALUE_TESTS[component](var, value)
        match component:
            case "class":
                return f"EXISTS {{ {var} a ?kind FILTER(?kind IN ({', '.join(self._classes(value))})) }}"
            case "in":
                return " || ".join(f"sameTerm({var}, {member})" for member in self._list(value)) or "false"
            case "pattern":
                flags = f", {shape['flags'][0]}" if "flags" in shape else ""
                return f"!isBlank({var}) && REGEX(STR({var}), {value}{flags})"
            case "node":
                return self._conforms(value, var)
            case "not":
                return f"!({self._conforms(value, var)})"
            case "or" | "and":
                sign = " || " if component == "or" else " && "
                return sign.join(f"({self._conforms(member, var)})" for member in self._list(value))
            case _:
                raise unsupported(f"sh:{component} here")

    def _conforms(self, name: str, var: str) -> str:
        """A boolean expression: the node conforms to a whole (inner) shape."""
        shape = self._node(name)
        if "sparql" in shape:
            raise unsupported("sh:sparql inside another constraint")
        if _off(shape):
            return "true"
        if "path" in shape:
            return " && ".join(self._conforms_property(shape, var)) or "true"
        parts = [f"({self._holds(component, value, var, shape)})" for component, value in _parameters(shape)]
        for inner in shape.get("property", []):
            parts += self._conforms_property(self._node(inner), var)
        return " && ".join(parts) or "true"

    def _conforms_property(self, shape: Node, var: str) -> Iterator[str]:
        path, inner = self._path(shape), f"{var}_"
        if _off(shape):
            return
        for component, value in _parameters(shape):
            if component == "minCount" and number_of(value) <= 1:
                yield f"EXISTS {{ {var} {path} {inner} }}" if number_of(value) else "true"
            elif component == "maxCount" and number_of(value) <= 1:
                more = f" , {inner}b FILTER({inner} != {inner}b)" if number_of(value) else ""
                yield f"NOT EXISTS {{ {var} {path} {inner}{more} }}"
            elif component == "hasValue":
                yield f"EXISTS {{ {var} {path} {value} }}"
            elif component in _PAIRS or component in ("minCount", "maxCount"):
                raise unsupported(f"sh:{component} {value} inside another constraint")
            else:
                holds = self._holds(component, value, inner, shape)
                yield f"NOT EXISTS {{ {var} {path} {inner} FILTER(!({holds})) }}"

    def _list(self, head: str) -> list[str]:
        members = []
        while head != f"<{RDF}nil>":
            node = self.nodes[head]
            members.append(node[f"<{RDF}first>"][0])
            head = node[f"<{RDF}rest>"][0]
        return members


def _off(shape: Node) -> bool:
    return any(plain_text(value) == "true" for value in shape.get("deactivated", []))


def _parameters(shape: Node) -> Iterator[tuple[str, str]]:
    """The constraints of one shape: component and parameter, in a fixed order."""
    for component in sorted(shape):
        if component not in _NOT_CONSTRAINTS and component not in _TARGETS and not component.startswith("<"):
            for value in sorted(shape[component]):
                yield component, value
