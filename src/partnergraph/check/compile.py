"""SHACL shapes -> SPARQL SELECTs that return what violates them.

Only the parts of SHACL Core and SHACL-SPARQL (W3C Recommendation of 20 July 2017) that `ontology/shapes.ttl` uses are
known; anything else is refused, never skipped. pySHACL is the oracle in the tests, finding by finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from partnergraph.errors import StoreError
from partnergraph.store import Reader

SH = "http://www.w3.org/ns/shacl#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
SEVERITY = {f"<{SH}Violation>": "error", f"<{SH}Warning>": "warning", f"<{SH}Info>": "info"}
_TARGETS = {"targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode"}
_NOT_CONSTRAINTS = {"message", "severity", "path", "name", "description", "order", "property", "sparql", "deactivated"}
Node = dict[str, list[str]]


@dataclass(frozen=True)
class Constraint:
    """One question to the graph: the rule it belongs to, and a SELECT of ?this (and ?value) for each violation.

    `shows_value` says whether a violation names a value; `about_itself` that the value is the focus node itself.
    """

    rule: str
    component: str
    severity: str
    message: str
    select: str


class Shapes:
    """The shapes of one file, ready to be turned into queries."""

    def __init__(self, reader: Reader) -> None:
        self.nodes: dict[str, Node] = {}
        for s, p, o in reader.terms("SELECT ?s ?p ?o { ?s ?p ?o }"):
            name = p[1:-1].removeprefix(SH) if p.startswith(f"<{SH}") else p
            self.nodes.setdefault(s, {}).setdefault(name, []).append(o)

    def constraints(self, subclasses: dict[str, list[str]]) -> Iterator[Constraint]:
        """Every constraint of every shape with a target, in the order of shape names.

        `subclasses` gives, for a class, itself and all its subclasses (SHACL: "SHACL instance", section 1.1).
        """
        self.subclasses = subclasses
        for iri, shape in sorted(self.nodes.items()):
            targets = list(self._targets(shape))
            if not targets or "true" in str(shape.get("deactivated", "")):
                continue
            focus = f"{{ SELECT DISTINCT ?this {{ {' UNION '.join(f'{{ {t} }}' for t in targets)} }} }}"
            rule = re.split(r"[#/]", iri.strip("<>"))[-1]
            yield from self._node_shape(rule, shape, focus)

    def _targets(self, shape: Node) -> Iterator[str]:
        for cls in shape.get("targetClass", []):
            yield f"VALUES ?class {{ {' '.join(self._classes(cls))} }} ?this a ?class"
        for predicate in shape.get("targetSubjectsOf", []):
            yield f"?this {predicate} ?any"
        for predicate in shape.get("targetObjectsOf", []):
            yield f"?any {predicate} ?this"
        for node in shape.get("targetNode", []):
            yield f"VALUES ?this {{ {node} }}"

    def _classes(self, cls: str) -> list[str]:
        return self.subclasses.get(cls, [cls])

    def _node_shape(self, rule: str, shape: Node, focus: str) -> Iterator[Constraint]:
        severity, message = self._says(shape, rule)
        for component, values in shape.items():
            if component in _NOT_CONSTRAINTS or component in _TARGETS or component.startswith("<"):
                continue
            for value in values:
                holds = self._holds(component, value, "?this", shape)
                select = f"SELECT ?this (?this AS ?value) {{ {focus} FILTER(!({holds})) }}"
                yield Constraint(rule, component, severity, message, select)
        for inner in shape.get("property", []):
            yield from self._property(rule, self.nodes[inner], focus, severity)
        for inner in shape.get("sparql", []):
            yield self._sparql(rule, self.nodes[inner], focus, severity)

    def _says(self, shape: Node, rule: str, inherited: str = "error") -> tuple[str, str]:
        severity = SEVERITY[shape["severity"][0]] if "severity" in shape else inherited
        message = _plain(shape["message"][0]) if "message" in shape else f"This breaks the rule {rule}."
        return severity, message

    def _sparql(self, rule: str, node: Node, focus: str, inherited: str) -> Constraint:
        severity, message = self._says(node, rule, inherited)
        query = _plain(node["select"][0]).replace("$", "?")
        value = "?value" if re.search(r"\?value\b", query.split("WHERE")[0]) else "(?this AS ?value)"
        return Constraint(rule, "sparql", severity, message, f"SELECT ?this {value} {{ {focus} {{ {query} }} }}")

    def _property(self, rule: str, shape: Node, focus: str, inherited: str) -> Iterator[Constraint]:
        severity, message = self._says(shape, rule, inherited)
        path = self._path(shape["path"][0])
        for component, values in shape.items():
            if component in _NOT_CONSTRAINTS or component.startswith("<"):
                continue
            for value in values:
                select = self._violations(component, value, path, focus, shape)
                if select is not None:
                    yield Constraint(rule, component, severity, message, select)

    def _path(self, path: str) -> str:
        if path.startswith("_:"):
            raise StoreError("Shapes with a path other than one property are not supported by the fast check.")
        return path

    def _violations(self, component: str, value: str, path: str, focus: str, shape: Node) -> str | None:
        """The SELECT for one constraint of a property shape."""
        match component:
            case "minCount":
                least = _number(value)
                if least == 0:
                    return None
                if least == 1:
                    return f"SELECT ?this {{ {focus} FILTER NOT EXISTS {{ ?this {path} ?v }} }}"
                counted = f"SELECT ?this (COUNT(DISTINCT ?v) AS ?n) {{ ?this {path} ?v }} GROUP BY ?this"
                few = f"{{ {counted} HAVING(?n < {least}) }}"
                return f"SELECT ?this {{ {focus} {{ {few} }} UNION {{ FILTER NOT EXISTS {{ ?this {path} ?v }} }} }}"
            case "maxCount":
                if _number(value) == 0:
                    return f"SELECT DISTINCT ?this {{ {focus} ?this {path} ?v }}"
                many = (
                    f"SELECT ?this {{ ?this {path} ?v }} GROUP BY ?this HAVING(COUNT(DISTINCT ?v) > {_number(value)})"
                )
                return f"SELECT ?this {{ {focus} {{ {many} }} }}"
            case "hasValue":
                return f"SELECT ?this {{ {focus} FILTER NOT EXISTS {{ ?this {path} {value} }} }}"
            case "disjoint":
                return f"SELECT ?this ?value {{ {focus} ?this {path} ?value ; {value} ?value }}"
            case "equals":
                one = f"?this {path} ?value FILTER NOT EXISTS {{ ?this {value} ?value }}"
                other = f"?this {value} ?value FILTER NOT EXISTS {{ ?this {path} ?value }}"
                return f"SELECT ?this ?value {{ {focus} {{ {one} }} UNION {{ {other} }} }}"
            case "lessThan" | "lessThanOrEquals":
                sign = "<" if component == "lessThan" else "<="
                holds = f"COALESCE(?value {sign} ?other, false)"
                return f"SELECT ?this ?value {{ {focus} ?this {path} ?value ; {value} ?other FILTER(!{holds}) }}"
            case "uniqueLang":
                if "true" not in value:
                    return None
                same = "?a != ?b && LANG(?a) != '' && LCASE(LANG(?a)) = LCASE(LANG(?b))"
                pair = f"?this {path} ?a , ?b FILTER({same}) BIND(LCASE(LANG(?a)) AS ?language)"
                return f"SELECT ?this {{ SELECT DISTINCT ?this ?language {{ {focus} {pair} }} }}"
            case _:
                holds = self._holds(component, value, "?value", shape)
                return f"SELECT DISTINCT ?this ?value {{ {focus} ?this {path} ?value FILTER(!({holds})) }}"

    def _holds(self, component: str, value: str, var: str, shape: Node) -> str:
        """A boolean expression: the value conforms to this constraint."""
        match component:
            case "class":
                return f"EXISTS {{ {var} a ?kind FILTER(?kind IN ({', '.join(self._classes(value))})) }}"
            case "datatype":
                return f"isLiteral({var}) && DATATYPE({var}) = {value}"
            case "nodeKind":
                tests = {"IRI": "isIRI", "Literal": "isLiteral", "BlankNode": "isBlank"}
                names = re.findall("IRI|Literal|BlankNode", value.removeprefix(f"<{SH}"))
                return " || ".join(f"{tests[name]}({var})" for name in names)
            case "in":
                return f"{var} IN ({', '.join(self._list(value))})"
            case "hasValue":
                return f"{var} = {value}"
            case "pattern":
                flags = f", {shape['flags'][0]}" if "flags" in shape else ""
                return f"!isBlank({var}) && REGEX(STR({var}), {value}{flags})"
            case "flags":
                return "true"
            case "minLength" | "maxLength":
                sign = ">=" if component == "minLength" else "<="
                return f"!isBlank({var}) && STRLEN(STR({var})) {sign} {_number(value)}"
            case "minInclusive" | "maxInclusive" | "minExclusive" | "maxExclusive":
                sign = {"minI": ">=", "maxI": "<=", "minE": ">", "maxE": "<"}[component[:4]]
                return f"COALESCE({var} {sign} {value}, false)"
            case "node":
                return self._conforms(value, var)
            case "not":
                return f"!({self._conforms(value, var)})"
            case "or" | "and":
                sign = " || " if component == "or" else " && "
                return sign.join(f"({self._conforms(member, var)})" for member in self._list(value))
            case _:
                raise StoreError(f"sh:{component} is not supported by the fast check; mend ontology/shapes.ttl.")

    def _conforms(self, name: str, var: str) -> str:
        """A boolean expression: the node conforms to a whole (inner) shape."""
        shape = self.nodes[name]
        if "sparql" in shape:
            raise StoreError("sh:sparql inside another constraint is not supported by the fast check.")
        parts: list[str] = []
        if "path" in shape:
            parts += self._conforms_property(shape, var)
        else:
            for component, values in shape.items():
                if component not in _NOT_CONSTRAINTS and not component.startswith("<"):
                    parts += [f"({self._holds(component, value, var, shape)})" for value in values]
            for inner in shape.get("property", []):
                parts += self._conforms_property(self.nodes[inner], var)
        return " && ".join(parts) or "true"

    def _conforms_property(self, shape: Node, var: str) -> Iterator[str]:
        path, inner = self._path(shape["path"][0]), f"?in{len(var)}"
        for component, values in shape.items():
            if component in _NOT_CONSTRAINTS or component.startswith("<"):
                continue
            value = values[0]
            if component == "minCount" and _number(value) <= 1:
                yield f"EXISTS {{ {var} {path} {inner} }}" if _number(value) else "true"
            elif component == "maxCount" and _number(value) <= 1:
                more = (
                    f"{var} {path} {inner} , {inner}b FILTER({inner} != {inner}b)"
                    if _number(value)
                    else f"{var} {path} {inner}"
                )
                yield f"NOT EXISTS {{ {more} }}"
            elif component == "hasValue":
                yield f"EXISTS {{ {var} {path} {value} }}"
            elif component in (
                "minCount",
                "maxCount",
                "disjoint",
                "equals",
                "lessThan",
                "lessThanOrEquals",
                "uniqueLang",
            ):
                raise StoreError(f"sh:{component} inside another constraint is not supported by the fast check.")
            else:
                holds = self._holds(component, value, inner, shape)
                yield f"NOT EXISTS {{ {var} {path} {inner} FILTER(!({holds})) }}"

    def _list(self, head: str) -> list[str]:
        found = []
        while head != f"<{RDF}nil>":
            node = self.nodes[head]
            found.append(node[f"<{RDF}first>"][0])
            head = node[f"<{RDF}rest>"][0]
        return found


def _plain(literal: str) -> str:
    """The text of a literal in N-Triples syntax."""
    text = literal[1 : literal.rindex('"')]
    escapes = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
    return re.sub(r'\\([ntr"\\])', lambda m: escapes[m[1]], text)


def _number(literal: str) -> int:
    return int(_plain(literal))
