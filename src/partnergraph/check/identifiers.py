"""Identifiers whose form or checksum is wrong, wherever in a graph they come from."""

from __future__ import annotations

from partnergraph.errors import Finding
from partnergraph.store import Reader
from partnergraph.vocabulary.identifiers import identifier_problem
from partnergraph.vocabulary.iri import last_segment


def validate(reader: Reader) -> list[tuple[Finding, str | None]]:
    """Each such identifier, and the column of the tables where its cause stands. Runs on the default graph."""
    rows = reader.rows("SELECT ?id ?value ?scheme { ?id pg:scheme ?scheme ; skos:notation ?value } ORDER BY ?id ?value")
    findings: list[tuple[Finding, str | None]] = []
    for row in rows:
        scheme, value = last_segment(str(row["scheme"])), str(row["value"])
        if (wrong := identifier_problem(scheme, value)) is not None:
            message, fix = wrong
            finding = Finding("identifier-form", "error", message, value=value, fix=fix, focus=row["id"])
            findings.append((finding, "value"))
    return findings
