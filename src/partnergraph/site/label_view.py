"""The names of some IRIs, so that an answer shows names."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from partnergraph.execution.execute import called
from partnergraph.site.view import Shown

if TYPE_CHECKING:
    from partnergraph.store import Reader

BY = "skos:prefLabel|dcterms:title|rdfs:label"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")  # section 19.8, IRIREF


def show(reader: Reader, values: dict[str, Any]) -> Shown:
    """The name of each of `iris` (one a line) that has one, as a JSON object."""
    asked = {iri for iri in values["iris"].split("\n") if _IRI.fullmatch(iri)}
    return Shown("application/json", json.dumps(called(reader, asked, BY), ensure_ascii=False).encode())
