"""SHACL constraint components as SPARQL: one function each, for those that need no other shape.

`PROPERTY_VIOLATIONS` are SELECTs of what violates a constraint of a property shape, made of the focus nodes, the path
and the parameter; `VALUE_TESTS` are boolean expressions over one value.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from partnergraph.errors import StoreError

SH = "http://www.w3.org/ns/shacl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
# Datatypes of SPARQL 1.1, whose form counts too (SHACL, section 4.1.2): a cast of the text fails when it is wrong.
_CAST = {f"<{XSD}{name}>" for name in ("integer", "decimal", "boolean", "float", "double", "date", "dateTime")}
_ANY_TEXT = {f"<{XSD}{name}>" for name in ("string", "anyURI", "gYear", "gYearMonth")}


@dataclass(frozen=True)
class Focus:
    """The nodes that a shape looks at (`?this`), by the patterns of its targets.

    As text it is a pattern that gives each once. `test` is a filter for the few that some pattern gave before.
    """

    targets: str

    def __str__(self) -> str:
        return f"{{ SELECT DISTINCT ?this {{ {self.targets} }} }}"

    @property
    def test(self) -> str:
        return f"FILTER EXISTS {{ {self.targets} }}"


def unsupported(what: str) -> StoreError:
    """The error for a part of SHACL that is not translated."""
    return StoreError(f"{what} is not supported by the fast check. Say it otherwise in the shapes file.")


def plain_text(literal: str) -> str:
    """The text of a literal in N-Triples syntax."""
    text = literal[1 : literal.rindex('"')]
    escapes = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\"}
    return re.sub(r'\\([ntr"\\])', lambda m: escapes[m[1]], text)


def number_of(literal: str) -> int:
    """The whole number of a literal in N-Triples syntax."""
    return int(plain_text(literal))


def _min_count(focus: Focus, path: str, value: str) -> str | None:
    least = number_of(value)
    if least == 0:
        return None
    if least == 1:
        return f"SELECT ?this {{ {focus} FILTER NOT EXISTS {{ ?this {path} ?v }} }}"
    few = f"GROUP BY ?this HAVING(COUNT(DISTINCT ?v) < {least})"
    return f"SELECT ?this {{ {focus} OPTIONAL {{ ?this {path} ?v }} }} {few}"


def _max_count(focus: Focus, path: str, value: str) -> str:
    most = number_of(value)
    if most == 0:
        return f"SELECT DISTINCT ?this {{ {focus} ?this {path} ?v }}"
    many = f"SELECT ?this {{ ?this {path} ?v }} GROUP BY ?this HAVING(COUNT(DISTINCT ?v) > {most})"
    return f"SELECT ?this {{ {{ {many} }} {focus.test} }}"


def _has_value(focus: Focus, path: str, value: str) -> str:
    return f"SELECT ?this {{ {focus} FILTER NOT EXISTS {{ ?this {path} {value} }} }}"


def _disjoint(focus: Focus, path: str, value: str) -> str:
    shared = f"SELECT ?this ?value {{ ?this {path} ?value ; {value} ?value }}"
    return f"SELECT DISTINCT ?this ?value {{ {{ {shared} }} {focus.test} }}"


def _equals(focus: Focus, path: str, value: str) -> str:
    missing = f"?this {path} ?value FILTER NOT EXISTS {{ ?this {value} ?value }}"
    extra = f"?this {value} ?value FILTER NOT EXISTS {{ ?this {path} ?value }}"
    return f"SELECT DISTINCT ?this ?value {{ {focus} {{ {missing} }} UNION {{ {extra} }} }}"


def _less(sign: str) -> Callable[[Focus, str, str], str]:
    def violations(focus: Focus, path: str, value: str) -> str:
        pair = f"?this {path} ?value ; {value} ?other"
        wrong = f"SELECT ?this ?value {{ {pair} FILTER(!COALESCE(?value {sign} ?other, false)) }}"
        return f"SELECT DISTINCT ?this ?value {{ {{ {wrong} }} {focus.test} }}"

    return violations


def _unique_lang(focus: Focus, path: str, value: str) -> str | None:
    if "true" not in value:
        return None
    same = "?a != ?b && LANG(?a) != '' && LCASE(LANG(?a)) = LCASE(LANG(?b))"
    pair = f"?this {path} ?a , ?b FILTER({same}) BIND(LCASE(LANG(?a)) AS ?language)"
    twice = f"SELECT DISTINCT ?this ?language {{ {pair} }}"
    return f"SELECT ?this {{ {{ {twice} }} {focus.test} }}"


def _datatype(var: str, value: str) -> str:
    if value.startswith(f"<{XSD}") and value not in _CAST | _ANY_TEXT:
        raise unsupported(f"The datatype {value}")
    cast = f" && COALESCE(STRLEN(STR({value}(STR({var})))) > 0, false)" if value in _CAST else ""
    return f"isLiteral({var}) && DATATYPE({var}) = {value}{cast}"


def _node_kind(var: str, value: str) -> str:
    tests = {"IRI": "isIRI", "Literal": "isLiteral", "BlankNode": "isBlank"}
    names = re.findall("IRI|Literal|BlankNode", value.removeprefix(f"<{SH}"))
    return " || ".join(f"{tests[name]}({var})" for name in names)


def _length(sign: str) -> Callable[[str, str], str]:
    return lambda var, value: f"!isBlank({var}) && STRLEN(STR({var})) {sign} {number_of(value)}"


def _bound(sign: str) -> Callable[[str, str], str]:
    return lambda var, value: f"COALESCE({var} {sign} {value}, false)"


PROPERTY_VIOLATIONS: dict[str, Callable[[Focus, str, str], str | None]] = {
    "minCount": _min_count,
    "maxCount": _max_count,
    "hasValue": _has_value,
    "disjoint": _disjoint,
    "equals": _equals,
    "lessThan": _less("<"),
    "lessThanOrEquals": _less("<="),
    "uniqueLang": _unique_lang,
}
VALUE_TESTS: dict[str, Callable[[str, str], str]] = {
    "datatype": _datatype,
    "nodeKind": _node_kind,
    "hasValue": lambda var, value: f"sameTerm({var}, {value})",
    "minLength": _length(">="),
    "maxLength": _length("<="),
    "minInclusive": _bound(">="),
    "maxInclusive": _bound("<="),
    "minExclusive": _bound(">"),
    "maxExclusive": _bound("<"),
}
