"""Shapes and identifiers -> findings, each naming rule, file, row, value and the fix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from partnergraph.check import identifiers, shapes
from partnergraph.errors import Finding, Place
from partnergraph.store import Reader

__all__ = ["check"]


def check(reader: Reader, places: Mapping[str, Place] | None = None) -> list[Finding]:
    """Everything that is wrong in a graph, sorted by place. `places` says where each record was written."""
    place_of = places or {}
    findings = set()
    for finding, column in [*shapes.validate(reader), *identifiers.validate(reader)]:
        place = place_of.get(finding.focus or "")
        findings.add(replace(finding, place=place.at(column)) if place else finding)
    return sorted(findings, key=_order)


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
