"""The labels of some IRIs, which the workbench shows in their place."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from partnergraph.execution.execute import labels
from partnergraph.site.view import RenderedView

if TYPE_CHECKING:
    from partnergraph.store import Reader

LABEL_PATH = "skos:prefLabel|dcterms:title|rdfs:label"
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")  # section 19.8, IRIREF


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """The label of each of `iris` (one a line) that has one, as a JSON object."""
    iris = {iri for iri in values["iris"].split("\n") if _IRI.fullmatch(iri)}
    return RenderedView("application/json", json.dumps(labels(reader, iris, LABEL_PATH), ensure_ascii=False).encode())
