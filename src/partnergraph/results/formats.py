"""The registry of result formats: all that is particular to a format stands in one entry of `FORMATS`.

The command line, the library, the notebook, the endpoint (content negotiation, OpenAPI, service description), the
workbench and the export of graphs derive their choices, file suffixes and media types from it. TSV, CSV, JSON, XML and
the RDF syntaxes are written by the engine, exactly as the W3C defines them; any other format of a SELECT is written
from the TSV by its `writer`. Writers import their libraries when they are called.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from partnergraph.errors import QueryForm

# The TSV of a SELECT and the names of its IRIs -> the document, and a note when something did not fit into it.
Writer = Callable[[bytes, Mapping[str, str]], tuple[bytes, str | None]]
SELECT, ASK, GRAPH = "select", "ask", "graph"  # forms of a query; CONSTRUCT and DESCRIBE give a graph
QUERY_FORMS = (SELECT, ASK, GRAPH)
DEFAULT_TABLE_ROWS = 1000  # of a table for people, unless they ask for more
SHEET_ROWS = 1_048_575  # of a sheet, below the heading
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


@dataclass(frozen=True)
class ResultFormat:
    """One output format of a query.

    `aliases` are other names and media types that clients use for it; `generic_aliases` are so general that they mean
    this format only where no HTML page is offered as well (a browser accepts XML, too). `w3c_name` is its name under
    http://www.w3.org/ns/formats/. Without a `media_type` it is for the command line and the library only.
    """

    name: str
    label: str
    query_forms: tuple[str, ...]
    suffixes: tuple[str, ...] = ()
    media_type: str | None = None
    aliases: tuple[str, ...] = ()
    generic_aliases: tuple[str, ...] = ()
    w3c_name: str | None = None
    is_binary: bool = False
    writer: Writer | None = None  # None: the engine writes it
    uses_labels: bool = False  # whether the writer shows names instead of IRIs
    default_rows: int | None = None  # rows that are written unless more are asked for
    max_rows: int | None = None  # rows that the format can hold
    named_graphs: bool = False  # whether an RDF syntax holds named graphs

    @property
    def is_xml(self) -> bool:
        """Whether it is XML, which cannot hold every character."""
        return (self.media_type or "").endswith("+xml")


def _write_table(tsv: bytes, labels: Mapping[str, str]) -> tuple[bytes, None]:
    from partnergraph.results.text_table import text_table

    return text_table(tsv, labels).encode(), None


def _write_excel_csv(tsv: bytes, labels: Mapping[str, str]) -> tuple[bytes, None]:
    from partnergraph.results.spreadsheets import to_excel_csv

    return to_excel_csv(tsv, labels), None


def _write_xlsx(tsv: bytes, labels: Mapping[str, str]) -> tuple[bytes, str | None]:
    from partnergraph.results.spreadsheets import to_xlsx

    return to_xlsx(tsv, labels)


def _write_parquet(tsv: bytes, _: Mapping[str, str]) -> tuple[bytes, None]:
    from partnergraph.results.dataframes import to_parquet

    return to_parquet(tsv), None


def _write_arrow(tsv: bytes, _: Mapping[str, str]) -> tuple[bytes, None]:
    from partnergraph.results.dataframes import to_arrow

    return to_arrow(tsv), None


# The order is that in which formats are listed for people.
FORMATS: dict[str, ResultFormat] = {
    entry.name: entry
    for entry in (
        ResultFormat(  # of an ASK yes or no, of a graph Turtle
            *("table", "Table", QUERY_FORMS),
            writer=_write_table,
            uses_labels=True,
            default_rows=DEFAULT_TABLE_ROWS,
        ),
        ResultFormat(
            *("csv", "CSV", (SELECT,), (".csv",), "text/csv; charset=utf-8"),
            w3c_name="SPARQL_Results_CSV",
        ),
        ResultFormat(
            *("tsv", "TSV", (SELECT,), (".tsv",), "text/tab-separated-values; charset=utf-8"),
            aliases=("text/tsv",),
            w3c_name="SPARQL_Results_TSV",
        ),
        ResultFormat(
            *("json", "JSON", (SELECT, ASK), (".json", ".srj"), "application/sparql-results+json"),
            aliases=("application/json", "srj", "sparql-results+json"),
            w3c_name="SPARQL_Results_JSON",
        ),
        ResultFormat(
            *("xml", "XML", (SELECT, ASK), (".xml", ".srx"), "application/sparql-results+xml"),
            aliases=("application/xml", "text/xml", "srx", "sparql-results+xml"),
            w3c_name="SPARQL_Results_XML",
        ),
        ResultFormat("excel-csv", "CSV for spreadsheets", (SELECT,), writer=_write_excel_csv, uses_labels=True),
        ResultFormat(
            *("xlsx", "Excel", (SELECT,), (".xlsx",)),
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            aliases=("excel",),
            is_binary=True,
            writer=_write_xlsx,
            uses_labels=True,
            max_rows=SHEET_ROWS,
        ),
        ResultFormat(
            *("parquet", "Parquet", (SELECT,), (".parquet",), "application/vnd.apache.parquet"),
            is_binary=True,
            writer=_write_parquet,
        ),
        ResultFormat(
            *("arrow", "Arrow", (SELECT,), (".arrow", ".feather"), "application/vnd.apache.arrow.file"),
            is_binary=True,
            writer=_write_arrow,
        ),
        ResultFormat(
            *("turtle", "Turtle", (GRAPH,), (".ttl",), "text/turtle; charset=utf-8"),
            aliases=("ttl", "n3", "text/n3", "text/rdf+n3", "application/turtle", "application/x-turtle"),
            w3c_name="Turtle",
        ),
        ResultFormat(
            *("ntriples", "N-Triples", (GRAPH,), (".nt",), "application/n-triples"),
            aliases=("nt", "n-triples"),
            w3c_name="N-Triples",
        ),
        ResultFormat(
            *("jsonld", "JSON-LD", (GRAPH,), (".jsonld",), "application/ld+json"),
            aliases=("json-ld", "ld+json", "application/x-json+ld"),
            generic_aliases=("application/json", "json"),
            w3c_name="JSON-LD",
            named_graphs=True,
        ),
        ResultFormat(
            *("rdfxml", "RDF/XML", (GRAPH,), (".rdf",), "application/rdf+xml"),
            aliases=("rdf", "rdf-xml", "rdf/xml", "rdf+xml"),
            generic_aliases=("application/xml", "text/xml", "xml"),
            w3c_name="RDF_XML",
        ),
        ResultFormat(
            *("trig", "TriG", (GRAPH,), (".trig",), "application/trig"),
            aliases=("application/x-trig",),
            w3c_name="TriG",
            named_graphs=True,
        ),
        ResultFormat(
            *("nquads", "N-Quads", (GRAPH,), (".nq",), "application/n-quads"),
            aliases=("nq", "n-quads", "text/x-nquads"),
            w3c_name="N-Quads",
            named_graphs=True,
        ),
    )
}
SUFFIXES = {suffix: entry.name for entry in FORMATS.values() for suffix in entry.suffixes}
RDF_SYNTAXES = tuple(entry.name for entry in FORMATS.values() if entry.query_forms == (GRAPH,))
XML_FORMATS = frozenset(entry.name for entry in FORMATS.values() if entry.is_xml)
DERIVED_FORMATS = frozenset(entry.name for entry in FORMATS.values() if entry.writer)  # from TSV


def media_types(query_form: str) -> dict[str, str]:
    """The formats that the endpoint offers for a form of a query (`SELECT`, `ASK` or `GRAPH`): name to media type.

    Of those that a client accepts alike the endpoint takes the first; so those that hold any answer come first.

    >>> media_types(ASK), next(iter(media_types(SELECT)))
    ({'json': 'application/sparql-results+json', 'xml': 'application/sparql-results+xml'}, 'json')
    """
    fitting = (entry for entry in FORMATS.values() if query_form in entry.query_forms)
    return {
        entry.name: entry.media_type
        for entry in sorted(fitting, key=lambda entry: ASK not in entry.query_forms)
        if entry.media_type
    }


def check_xml(data: bytes) -> None:
    """Raises `QueryForm` for a character that no document in XML can hold (XML 1.0, 2.2), which the engine writes.

    >>> check_xml("a\\tb\\x07".encode())
    Traceback (most recent call last):
    partnergraph.errors.QueryForm: The answer holds the character U+0007, which XML cannot. Ask for another form.
    """
    if match := _NOT_IN_XML.search(data):
        character = ord(match[0].decode())
        raise QueryForm(f"The answer holds the character U+{character:04X}, which XML cannot. Ask for another form.")
