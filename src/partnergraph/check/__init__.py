"""Shapes and identifiers -> findings, each naming rule, file, row, value and the fix."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from partnergraph.check import bodies, evidence_wording, identifiers, lifetimes, shapes
from partnergraph.check.graph_values import GraphValues
from partnergraph.errors import Finding, Place
from partnergraph.store import Reader

__all__ = ["check"]


def check(reader: Reader, places: Mapping[str, Place] | None = None) -> list[Finding]:
    """Everything that is wrong in a graph, sorted by place. `places` says where each record was written."""
    place_of = places or {}
    findings = {_placed(finding, column, place_of) for finding, column in shapes.validate(reader)}
    findings |= {_placed(finding, column, place_of) for finding, column in identifiers.validate(reader)}
    findings |= {_placed(finding, column, place_of) for finding, column in _likely_mistakes(reader, place_of)}
    return sorted(findings, key=_order)


def _placed(finding: Finding, column: str | None, places: Mapping[str, Place]) -> Finding:
    place = places.get(finding.focus or "")
    return replace(finding, place=place.at(column)) if place else finding


def _likely_mistakes(reader: Reader, places: Mapping[str, Place]) -> Iterator[tuple[Finding, str | None]]:
    """Warnings of what is sound RDF, but seldom what the sources mean. What a register says cannot be mended by whoever
    reads them, and is left out.
    """
    values = GraphValues(reader)
    for module in (lifetimes, bodies, evidence_wording):
        for finding, column in module.validate(values):
            if finding.focus in places or finding.focus not in values.of_registers:
                yield finding, column


def _order(finding: Finding) -> tuple[str, str, int, str, str, str]:
    place = finding.place or Place("")
    return (
        place.file,
        place.sheet or "",
        place.row or 0,
        finding.focus or "",
        finding.rule,
        f"{finding.message} {finding.value}",
    )
