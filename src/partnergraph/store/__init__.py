"""The store: a graph is read (`Reader`), written (`Writer`) and found on disk (`locate`). The engine is in `oxigraph`.

The default graph always holds the merge of all named graphs, each triple once (RDF 1.1 Semantics, section 5.1).
"""

from __future__ import annotations

from partnergraph.store.location import locate, locate_previous
from partnergraph.store.oxigraph.engine_errors import address_space, check_address_space, store_error
from partnergraph.store.oxigraph.formats import (
    GRAPH_FORMATS,
    RESULT_FORMATS,
    Result,
    convert_table,
    is_empty_answer,
    term_text,
)
from partnergraph.store.oxigraph.loading import RDF_SUFFIXES
from partnergraph.store.oxigraph.queries import prefixes_of
from partnergraph.store.oxigraph.reader import Reader
from partnergraph.store.oxigraph.writer import Writer

__all__ = [
    "GRAPH_FORMATS",
    "RDF_SUFFIXES",
    "RESULT_FORMATS",
    "Reader",
    "Result",
    "Writer",
    "address_space",
    "check_address_space",
    "convert_table",
    "is_empty_answer",
    "locate",
    "locate_previous",
    "prefixes_of",
    "store_error",
    "term_text",
]
