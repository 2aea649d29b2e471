"""The syntaxes of results and graphs that the engine writes, and its terms as text."""

from __future__ import annotations

from typing import cast

import pyoxigraph as ox

RESULT_FORMATS = {
    "tsv": ox.QueryResultsFormat.TSV,
    "csv": ox.QueryResultsFormat.CSV,
    "json": ox.QueryResultsFormat.JSON,
    "xml": ox.QueryResultsFormat.XML,
}
GRAPH_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}


def term_text(term: object) -> str | None:
    """The plain value of a term: an IRI's address, a literal's text; None for an unbound variable."""
    if term is None:
        return None
    return str(getattr(term, "value", term))


def convert_table(tsv: bytes, format_: str) -> bytes:
    """A table in TSV as one of the other `RESULT_FORMATS`: the same terms."""
    solutions = ox.parse_query_results(tsv, format=ox.QueryResultsFormat.TSV)
    return cast(bytes, solutions.serialize(format=RESULT_FORMATS[format_]))
