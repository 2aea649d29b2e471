"""The syntaxes of results and graphs that the engine writes, and its terms as text."""

from __future__ import annotations

from typing import cast

import pyoxigraph as ox

Result = ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean
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


def is_empty_answer(result: Result, format_: str, size: int) -> bool:
    """Whether an answer that was written in a format and took `size` bytes has no row and no triple, or is no: it is as
    long as an empty one with the same columns, to which any row or triple adds something.
    """
    if isinstance(result, ox.QueryBoolean):
        return not result
    if isinstance(result, ox.QueryTriples):
        return size == len(cast(bytes, ox.serialize((), format=GRAPH_FORMATS[format_])))
    heading = "\t".join(map(str, result.variables)) + "\n"
    return size == len(convert_table(heading.encode(), format_))
