"""The public API of the library: `PartnerGraph`, a graph to query, draw and export."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from partnergraph.errors import DataError, Finding, UsageError
from partnergraph.execution.sandbox import LIBRARY_TIMEOUT as TIMEOUT
from partnergraph.execution.sandbox import MEMORY
from partnergraph.export.formats import EXPORT_FORMATS, ExportSource
from partnergraph.grammar import numbered
from partnergraph.store import Reader, locate

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd
    import rdflib

    from partnergraph.analysis.answer import AnalysisAnswer
    from partnergraph.analysis.context import AnalysisContext
    from partnergraph.claims.claim_columns import ClaimColumns
    from partnergraph.claims.name_search import NameMatch
    from partnergraph.claims.relationships import Claim
    from partnergraph.compare import Report
    from partnergraph.execution.client import QueryClient
    from partnergraph.execution.query_result import Result
    from partnergraph.execution.wire import Order
    from partnergraph.page import Page
    from partnergraph.questions.named_questions import Question
    from partnergraph.report import Brief

RDF_FORMATS = tuple(name for name, entry in EXPORT_FORMATS.items() if entry.is_rdf)
FORMATS = tuple(EXPORT_FORMATS)
MAX_TIMEOUT, MAX_MEMORY = 1_000_000, 10**15  # seconds and bytes that a query may be allowed
MAX_READ_CLAIMS = 5_000  # claims up to which a network holds all evidence from the start


class CountingOptions(TypedDict, total=False):
    """What an analysis counts: `projection` (claims, co-membership, two-mode or funding), `with_inferred` claims,
    partnerships of up to `largest` members only, `roll_up` of units into what they are a part of; see
    `partnergraph.analysis.projections`.
    """

    projection: str
    with_inferred: bool
    largest: int | None
    roll_up: bool


def _subprocess_client(targets: list[Path], timeout: float, memory: int) -> QueryClient:
    from partnergraph.execution.client import SubprocessClient

    if not 0 <= timeout <= MAX_TIMEOUT:
        raise UsageError(f"timeout={timeout}: this is not a number of seconds from 0 to {MAX_TIMEOUT:,}.")
    if not 0 <= memory <= MAX_MEMORY:
        raise UsageError(f"memory={memory}: this is not a number of bytes from 0 to {MAX_MEMORY:,}.")
    return SubprocessClient(targets, timeout=timeout, memory=memory)


class PartnerGraph:
    """A partnership graph, read-only. Make one with `PartnerGraph.open`."""

    def __init__(self, reader: Reader, date: str | None = None, asker: QueryClient | None = None) -> None:
        """A graph that a program has made: `reader` as of `date`. `asker` answers queries; by default this process."""
        self.date, self._asker = date, asker
        self._names = reader
        self._make: Callable[[], Reader] = lambda: reader

    @cached_property
    def reader(self) -> Reader:
        """Read access to the graph; as of a date, the view is made at the first access."""
        return self._make()

    @cached_property
    def _fast_reader(self) -> Reader:
        """The graph where all of it is read fastest: a small store is in memory from the first date that is asked."""
        from partnergraph.execution.store_residency import is_small

        return self.reader.resident() if self.reader.folder and is_small(self.reader.folder) else self.reader

    @classmethod
    def open(cls, path: str | Path | None = None, *, timeout: float = TIMEOUT, memory: int = MEMORY) -> PartnerGraph:
        """Open a build folder, a graph folder that has been built, a store or an RDF file; by default `./build`.

        Queries run in a process of their own, which is started with the first and ends with the program: `timeout` in
        seconds for each, `memory` in bytes. Any thread may ask, one query runs at a time, and a fork gets a process of
        its own. Raises `StoreError` that says what to run when there is nothing, `DataError` for a file that does not
        parse, `UsageError` for limits that are none.
        """
        target = locate(Path(path) if path is not None else None)
        return cls(Reader.at(target), asker=_subprocess_client([target], timeout, memory))

    @classmethod
    def load(cls, paths: Iterable[str | Path], *, timeout: float = TIMEOUT, memory: int = MEMORY) -> PartnerGraph:
        """Several RDF files as one graph, in memory; see `open` for the limits of its queries."""
        files = [Path(path) for path in paths]
        return cls(Reader.files(files), asker=_subprocess_client(files, timeout, memory))

    def as_of(self, date: str) -> PartnerGraph:
        """The graph as it was on a date (2014, 2014-06 or 2014-06-30), to be asked and drawn like any other.

        What surely did not hold then is not in it; `pg:inForce` says of every relationship left whether it surely held
        (``"yes"``) or whether the dates stated leave it open (``"unknown"``). Raises `UsageError` for another form.
        """
        from partnergraph.claims.as_of import as_of
        from partnergraph.claims.date_window import date_window

        date_window(date)  # raises for what is no date
        then = PartnerGraph(self.reader, date, self._asker if self.date is None else None)
        # Made when it is needed: queries are answered by the query process, which makes its own.
        then._make = lambda: as_of(self.reader, date)
        return then

    def query(self, question: str, **parameters: str) -> Result:
        """Ask in SPARQL 1.1 (prefixes are declared for you), or ask a named question with its parameters.

        Runs in a process that is stopped at the limits of `open` (a graph made by a program itself is asked in that
        program, without limits); SERVICE, LOAD and FROM another place are refused. The answer is computed when it is
        read. Raises `QueryError` with line and column, `QueryRefused`, `QueryLimit`, or `UsageError` for a wrong
        parameter.
        """
        from partnergraph.claims.date_window import date_window
        from partnergraph.execution.client import InProcessClient
        from partnergraph.execution.query_result import Result
        from partnergraph.questions.named_questions import is_question_name

        if not is_question_name(question) and parameters:
            raise UsageError("Parameters belong to named questions; write values into SPARQL text as VALUES.")
        order: Order = {"sparql": question}
        if is_question_name(question):
            order = {"question": question, "parameters": parameters}
        if self._asker is None:
            if self.date and is_question_name(question):  # the reader is of that date already
                order["today"] = date_window(self.date)[1]
            return Result(InProcessClient(self.reader), self.reader, order)
        if self.date:
            order["as_of"] = self.date
        return Result(self._asker, self._names, order)

    def ask(self, sparql: str) -> bool:
        """The answer to an ASK query."""
        return bool(self.query(sparql))

    def questions(self) -> tuple[Question, ...]:
        """The named questions."""
        from partnergraph.questions.named_questions import all_questions

        return all_questions()

    def find(self, name: str) -> list[NameMatch]:
        """The bodies called so, best first: by today's, former or short names, accents and case aside."""
        from partnergraph.claims.name_search import find_by_name

        return find_by_name(self.reader, name)

    def claims(self, *, derived: bool = False) -> list[Claim]:
        """Every relationship with its evidence."""
        from partnergraph.claims.relationships import read_claims

        return read_claims(self.reader, derived=derived)

    def why(self, a: str, b: str) -> list[Claim]:
        """Every claim that connects two bodies, each with its words or citation, source, dates and standing."""
        from partnergraph.network.connections import explain_connection

        return explain_connection(self.reader, a, b)

    def network(
        self,
        *,
        as_of: str | None = None,
        derived: bool = False,
        inferred: bool = True,
        places: bool = False,
        evidence: bool | None = None,
        plain: bool = False,
    ) -> nx.MultiDiGraph[str]:
        """The graph as a `networkx.MultiDiGraph`, evidence on every edge; see `partnergraph.network.build_network`.

        With `plain=True` its values are texts, numbers and truth values alone, as `networkx.write_graphml`,
        `write_gexf` and `write_gml` and other programs take them: evidence is one text, what is not known is absent.

        With `evidence=True` all of it is read at once, with `evidence=False` when it is used: names, kinds, bounds and
        standing are there, and all else of a node or an edge is read with the first use of any of it; see
        `partnergraph.network.column_network`. By default above 5,000 claims, where no derived links are asked for.
        """
        from partnergraph.network import build_network

        if plain:
            from partnergraph.export.network_files import plain_network

            return plain_network(
                self.network(as_of=as_of, derived=derived, inferred=inferred, places=places, evidence=evidence)
            )
        date = self.date if as_of is None else as_of
        if evidence is False and (derived or self.date not in (None, date)):
            raise UsageError("evidence=False: leave out derived=True, and another date than that of the graph.")
        if evidence is False or (evidence is None and self._is_large and not derived and self.date in (None, date)):
            from partnergraph.network.column_network import column_network

            then = self if date in (None, self.date) else self.as_of(str(date))
            return column_network(
                self._names, self._columns, lambda: then.reader, as_of=date, inferred=inferred, places=places
            )
        reader = self.reader if date is None else self._fast_reader
        return build_network(reader, as_of=date, derived=derived, inferred=inferred, places=places)

    # The analysis of the network. Each answer has `sentences`, which carry the IRIs of their claims, and `text()`,
    # `markdown()`, `json()`, `to_pandas()`. Names that no or several bodies have raise `QueryError`, options that do
    # not go together `UsageError`, more than 2,000 pairs without the extra "network" `MissingExtra`.

    @cached_property
    def _columns(self) -> ClaimColumns:
        from partnergraph.claims.claim_columns import claim_columns

        return claim_columns(self._names)

    @cached_property
    def _is_large(self) -> bool:
        """Whether a network holds no evidence from the start."""
        try:
            return len(self._columns.claims) > MAX_READ_CLAIMS
        except DataError:  # more kinds than columns have
            return False

    def _analysis(self, **options: Unpack[CountingOptions]) -> AnalysisContext:
        from partnergraph.analysis.context import AnalysisContext, AnalysisOptions

        return AnalysisContext(self._names, AnalysisOptions(as_of=self.date, **options), self._columns)

    def summary(self, organisation: str | None = None, **options: Unpack[CountingOptions]) -> AnalysisAnswer:
        """What the other analyses say, shortened, around an organisation; by default the one the graph is about."""
        from partnergraph.analysis.summary import summary

        return summary(self._analysis(**options), organisation)

    def brokers(self, organisation: str | None = None, **options: Unpack[CountingOptions]) -> AnalysisAnswer:
        """Who alone joins others to an organisation, and who lies between others."""
        from partnergraph.analysis.brokers import brokers

        return brokers(self._analysis(**options), organisation)

    def routes(self, a: str, b: str, most: int = 5, **options: Unpack[CountingOptions]) -> AnalysisAnswer:
        """The shortest routes of up to six steps between two organisations."""
        from partnergraph.analysis.routes import routes

        return routes(self._analysis(**options), a, b, most)

    def overlap(self, a: str, b: str, **options: Unpack[CountingOptions]) -> AnalysisAnswer:
        """The partners that two organisations have in common."""
        from partnergraph.analysis.overlap import overlap

        return overlap(self._analysis(**options), a, b)

    def gaps(self, organisation: str | None = None, **options: Unpack[CountingOptions]) -> AnalysisAnswer:
        """Partners of an organisation's partners that no counted claim joins to it."""
        from partnergraph.analysis.gaps import gaps

        return gaps(self._analysis(**options), organisation)

    def what_if(
        self,
        *,
        without: Iterable[str] = (),
        ending: str | None = None,
        at: str | None = None,
        organisation: str | None = None,
        **options: Unpack[CountingOptions],
    ) -> AnalysisAnswer:
        """What is no longer joined without some organisations; or whom a funder (`ending`) may fund on a date."""
        from partnergraph.analysis.what_if import what_if_ending, what_if_without

        without = [without] if isinstance(without, str) else list(without)
        if bool(without) == (ending is not None) or (ending is None) != (at is None):
            raise UsageError("Give either without=[NAME, ...], or ending=NAME and at=DATE.")
        if ending is None or at is None:
            return what_if_without(self._analysis(**options), without, organisation)
        return what_if_ending(self._analysis(with_inferred=options.get("with_inferred", False)), ending, at)

    def timeline(
        self,
        organisation: str | None = None,
        *,
        measure: str | None = None,
        between: tuple[str, str] | None = None,
        projection: str = "claims",
        with_inferred: bool = False,
    ) -> AnalysisAnswer:
        """How many partners an organisation surely had and can have had in each year; or a measure of it, or of the
        whole network (`partnergraph.analysis.measure_timeline.MEASURES`); or what began and ended `between` two dates,
        around it or anywhere. `as_of` does not count. Raises `UsageError` for a measure between dates.
        """
        from partnergraph.analysis.changes_between import changes_between
        from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
        from partnergraph.analysis.measure_timeline import measure_timeline
        from partnergraph.analysis.timeline import timeline

        context = AnalysisContext(self._names, AnalysisOptions(projection, with_inferred), self._columns)
        if measure and between:
            raise UsageError("A measure is of every year, what changed of some dates: give measure or between.")
        if between:
            return changes_between(context, *between, organisation)
        return measure_timeline(context, measure, organisation) if measure else timeline(context, organisation)

    def survival(self, kind: str | None = None, *, with_inferred: bool = False) -> AnalysisAnswer:
        """How long claims hold, of one kind or of all but `part-of`; `as_of` does not count."""
        from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
        from partnergraph.analysis.survival import survival

        options = AnalysisOptions(with_inferred=with_inferred)
        return survival(AnalysisContext(self._names, options, self._columns), kind)

    def communities(self, **options: Unpack[CountingOptions]) -> AnalysisAnswer:
        """Sets of bodies that are joined more among themselves than outwards, beside graphs of the same degrees."""
        from partnergraph.analysis.community_answer import community_answer

        return community_answer(self._analysis(**options))

    def stale(self, months: int = 24, at: str | None = None, *, with_inferred: bool = False) -> AnalysisAnswer:
        """The claims that can hold on a date (by default the newest that a source speaks for, or that of the graph) and
        were last confirmed more than so many months before.
        """
        from partnergraph.analysis.stale import stale

        return stale(self._analysis(with_inferred=with_inferred), months, at or self.date)

    def projection(self, name: str = "claims", **options: Unpack[CountingOptions]) -> nx.Graph[str]:
        """A projection as `networkx.Graph` (of funding a `DiGraph`); see `partnergraph.analysis.projection`."""
        options["projection"] = name
        return self._analysis(**options).projection().to_networkx()

    def measures(self, name: str = "claims", **options: Unpack[CountingOptions]) -> pd.DataFrame:
        """The measures of a projection, a row for each organisation; see `partnergraph.analysis.measures`. Raises
        `MissingExtra` without pandas.
        """
        from partnergraph.analysis.measures import measure_table
        from partnergraph.analysis.rendering import data_frame

        options["projection"] = name
        return data_frame(measure_table(self._analysis(**options).projection()))

    def report(
        self, organisation: str | None = None, path: str | Path | None = None, *, as_of: str | None = None
    ) -> Brief:
        """A brief of an organisation to print (by default of the one that the graph is about), as asked on a date: by
        default on that of the graph, else today. It is written to `path` (.html or .pdf) if given; shown in a notebook
        as it is.

        Raises `QueryError` for a name that no or several bodies have, `UsageError` for a place, for another suffix and
        another form of date, `MissingProgram` for PDF without Chromium, Chrome or Edge.
        """
        from datetime import date

        from partnergraph.report import BriefMaker

        maker = BriefMaker(self._names, as_of or self.date or date.today().isoformat(), self._columns)
        brief = maker.brief(maker.resolve(organisation))
        if path is not None:
            brief.save(Path(path))
        return brief

    def picture(self, question: str, **parameters: str) -> nx.MultiDiGraph[str]:
        """The answer to a query or a named question as a network; see `network.from_query.network_from_query`.

        A SELECT needs the columns `from` and `to`, and may have `label`, `kind` and `weight`; any CONSTRUCT will do.
        """
        from partnergraph.network.from_query import network_from_query

        result = self.query(question, **parameters)
        answer = b"" if result.form == "ASK" else result.bytes("tsv" if result.form == "SELECT" else "ntriples")
        return network_from_query(self.reader, answer, result.form, query=result.sparql)

    def draw(
        self,
        path: str | Path | None = None,
        *,
        as_of: str | None = None,
        query: str | None = None,
        renderer: str = "canvas",
        **parameters: str,
    ) -> Page:
        """The page: one self-contained HTML file, written to `path` if given; shown in a notebook as it is.

        With a `query` (or the name of a named question, and its parameters) its answer is drawn; see `picture`. With
        `renderer="webgl"` the map shows every body at once, on a machine that can draw that. The page's `note` says
        which bodies the map does not show. Raises `DataError` when there is no body to draw.
        """
        from partnergraph.network.other_vocabulary import require_bodies
        from partnergraph.page import draw

        if as_of is not None:
            return self.as_of(as_of).draw(path, query=query, renderer=renderer, **parameters)
        network = self.network(evidence=True) if query is None else self.picture(query, **parameters)
        require_bodies(network, self.reader)
        page = draw(network, renderer)
        if path is not None:
            page.save(Path(path))
        return page

    def diff(self, other: PartnerGraph, *, names: tuple[str, str] = ("before", "after")) -> Report:
        """What changed from this graph to another: `.text()`, `.markdown()`, `.html()`, `.json()`, `.patch()`.

        `names` are what the two are called in it. Raises `UsageError` when what differs has blank nodes.
        """
        from partnergraph.compare import compare

        return compare(self.reader, other.reader, *names)

    def draw_diff(self, other: PartnerGraph, report: Report | None = None) -> Page:
        """The page of the other graph, coloured by what changed since this one; what is gone is drawn as well."""
        from partnergraph.network.diff_network import diff_network
        from partnergraph.network.other_vocabulary import require_bodies
        from partnergraph.page import draw

        report = report or self.diff(other)
        network = diff_network(self.network(evidence=True), other.network(evidence=True), report.status, report.renamed)
        require_bodies(network, other.reader)
        return draw(network)

    def to_rdflib(self) -> rdflib.Dataset:
        """A copy as `rdflib.Dataset`, the named graphs kept, the default graph their union."""
        import rdflib

        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data="".join(self.reader.nquads()), format="nquads")
        return dataset

    def export(self, format_: str, path: str | Path) -> list[Path]:
        """Write the graph in one of `FORMATS`; returns the files written. Equal graphs give equal bytes.

        csv writes nodes.csv, edges.csv and evidence.csv into the folder `path`; org is the view in the words of the
        W3C's Organization Ontology. "tables" gives back the tables that the graph was built from: a workbook
        (`path` ends in .xlsx), or a whole graph folder; see `workbook.folder_writer`. Raises `UsageError` for an
        unknown format, or a place where a build has published, and `DataError` for a network without a body.
        """
        if (format_entry := EXPORT_FORMATS.get(format_)) is None:
            raise UsageError(f"'{format_}' is not a form to export. The forms: {', '.join(FORMATS)}")
        return format_entry.write(self.export_source, Path(path))[0]

    @property
    def export_source(self) -> ExportSource:
        """What `export.formats` writes. Its network raises `DataError` when there is no body in it."""
        from partnergraph.network.other_vocabulary import require_bodies

        def network() -> nx.MultiDiGraph[str]:
            network = self.network(evidence=True)
            require_bodies(network, self.reader)
            return network

        return ExportSource(self.reader, network)

    def dump(self, format_: str) -> bytes:
        """The graph in an RDF syntax, or the ORG view (``"org"``, as Turtle). Raises `UsageError`."""
        format_entry = EXPORT_FORMATS.get(format_)
        if format_entry is None or not format_entry.is_rdf or format_entry.document is None:
            raise UsageError(f"'{format_}' is not an RDF syntax. The syntaxes: {', '.join(RDF_FORMATS)}")
        return format_entry.document(self.export_source)

    def check(self) -> list[Finding]:
        """The findings of all checks on this graph."""
        from partnergraph.check import check

        return check(self.reader)

    def __len__(self) -> int:
        """The number of statements, counted in each named graph."""
        return sum(1 for _ in self.reader.nquads())

    def _repr_html_(self) -> str:
        claims = self.claims()
        kinds: dict[str, int] = {}
        for claim in claims:
            kinds[claim.label] = kinds.get(claim.label, 0) + 1
        rows = "".join(
            f"<tr><td>{html.escape(kind)}</td><td>{number}</td></tr>"
            for kind, number in sorted(kinds.items(), key=lambda item: (-item[1], item[0]))
        )
        return (
            f"<table><caption>PartnerGraph: {numbered(len(claims), 'relationship')}</caption>"
            '<thead><tr><th scope="col">kind</th><th scope="col">relationships</th></tr></thead>'
            f"<tbody>{rows}</tbody></table>"
        )
