"""Run the shapes of `ontology/shapes.ttl` on a graph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from partnergraph.check.shacl_to_sparql import Constraint, Shapes
from partnergraph.errors import Finding
from partnergraph.store import Reader
from partnergraph.vocabulary import ontology_dir


@cache
def _shapes(path: Path) -> Shapes:
    return Shapes(Reader.files([path]))


def validate(reader: Reader, shapes: Path | None = None) -> list[tuple[Finding, str | None]]:
    """Every violation of the shapes as a finding without a place, and the column of the tables where its cause stands.

    The graph must hold the vocabulary too, since subclasses count (SHACL, section 3.2). Runs on the default graph.
    """
    return [(_finding(*violation), violation[0].column) for violation in violations(reader, shapes)]


def violations(reader: Reader, shapes: Path | None = None) -> Iterator[tuple[Constraint, str, str | None]]:
    """Each constraint with the focus node, and the value if there is one, of what violates it."""
    for constraint in _shapes(shapes or ontology_dir() / "shapes.ttl").constraints(_subclasses(reader)):
        for row in reader.rows(constraint.select):
            yield constraint, str(row["this"]), row.get("value")


def _subclasses(reader: Reader) -> dict[str, list[str]]:
    subclasses: dict[str, list[str]] = {}
    for sub, sup in reader.terms(
        "SELECT DISTINCT ?sub ?sup { ?sub rdfs:subClassOf+ ?sup FILTER(isIRI(?sup)) } ORDER BY ?sub"
    ):
        subclasses.setdefault(sup, [sup]).append(sub)
    return subclasses


def _finding(constraint: Constraint, focus: str, value: str | None) -> Finding:
    message = re.sub(r"\{[?$]value\}", lambda _: value or "", constraint.message)
    message = re.sub(r"\{[?$]this\}", lambda _: focus, message)
    return Finding(constraint.rule, constraint.severity, message, None, value, constraint.fix, focus)
