"""The names of some IRIs, so that an answer shows names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from partnergraph.serve.view import Shown

if TYPE_CHECKING:
    from partnergraph.store import Reader

_LABELS = """SELECT ?iri ?label {{ VALUES ?iri {{ {} }} ?iri skos:prefLabel|dcterms:title|rdfs:label ?label }}
ORDER BY ?iri ?label"""
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")  # section 19.8, IRIREF
_AT_ONCE = 500


def show(reader: Reader, values: dict[str, Any]) -> Shown:
    """The name of each of `iris` (one a line) that has one, as a JSON object."""
    asked = sorted({iri for iri in values["iris"].split("\n") if _IRI.fullmatch(iri)})
    found: dict[str, str] = {}
    for start in range(0, len(asked), _AT_ONCE):
        some = " ".join(f"<{iri}>" for iri in asked[start : start + _AT_ONCE])
        for row in reader.rows(_LABELS.format(some)):
            found.setdefault(str(row["iri"]), str(row["label"]))
    return Shown("application/json", json.dumps(found, ensure_ascii=False).encode())
