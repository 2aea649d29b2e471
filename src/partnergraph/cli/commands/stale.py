"""`partnergraph stale`."""

from __future__ import annotations

from pathlib import Path
from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command, write_result
from partnergraph.errors import UsageError
from partnergraph.grammar import numbered


@click.command(cls=Command)
@click.option(
    "--months", type=click.IntRange(1, 1200), default=24, show_default=True, help="Without a source for so long."
)
@click.option("--at", metavar="DATE", help="Before this date.  [default: today]")
@analysis_options(projected=False, dated=False, merged=False)
def stale(months: int, at: str | None, **parameters: Unpack[AnalysisParameters]) -> None:
    """Claims that can still hold and that no source has confirmed lately, the oldest first.

    With -o todo.xlsx they become a to-do list to fill in, together with claims whose party has ended, and claims whose
    sources are gone (withdrawn; with -g FOLDER also a text that is missing). Put the list into the folder tables and
    build: what was filled in becomes evidence.
    """
    from datetime import date

    output, day = parameters.get("output"), at or date.today().isoformat()
    if output is not None and output.suffix.lower() == ".xlsx":
        _write_todo_list(output, months, day, parameters)
        return
    from partnergraph.analysis.stale import stale as run

    write_answer(lambda context: run(context, months, day), parameters)


def _write_todo_list(output: Path, months: int, day: str, parameters: AnalysisParameters) -> None:
    from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
    from partnergraph.analysis.todo_list import todo_items
    from partnergraph.claims.sources import read_sources
    from partnergraph.store import Reader
    from partnergraph.tables.todo_schema import kind_and_parties, statement_title
    from partnergraph.workbook.todo_workbook import build_todo_workbook, refuse_filled

    if parameters.get("format_") or parameters.get("claims") or parameters.get("drawing"):
        raise UsageError("A to-do list is a workbook; leave out --format, --claims and --draw.")
    refuse_filled(output)
    graph = parameters.get("graph")
    reader = Reader.at(graph)
    context = AnalysisContext(reader, AnalysisOptions(with_inferred=parameters.get("with_inferred", False)))
    items = todo_items(context, day, months, _missing_texts(graph))
    if not items:
        click.echo("Nothing is to be looked at; no list was written.", err=True)
        return
    rows = [
        {
            "in_words": item.claim.dated_sentence,
            "last_confirmed": item.claim.last_confirmed or "",
            "to_be_done": " ".join(item.tasks),
            "claim": item.claim.id,
            "list_date": day,
            "kind_and_parties": kind_and_parties(item.claim.kind, item.claim.from_.iri, item.claim.to.iri),
        }
        for item in items
    ]
    sources = [source for source in read_sources(reader).values() if source.kind != "register"]
    # What the editors knew on the day of a list confirms nothing later; their own source does.
    statements = {
        statement_title(s.title, other.date or "") for s in sources if s.kind == "editorial" for other in sources
    }
    titles = sorted({source.title for source in sources} - statements)
    write_result(build_todo_workbook(rows, titles), output)
    click.echo(
        f"{numbered(len(rows), 'claim')} to look at, in {output}. Fill in what you find out, put the file into the "
        "folder tables of the graph folder, and build.",
        err=True,
    )


def _missing_texts(graph: Path | None) -> set[str]:
    """The sources of a graph folder whose text is missing."""
    from partnergraph.graph_folder.settings import CONFIG, list_entries, read_settings

    if graph is None or not (graph / CONFIG).is_file():
        return set()
    entries = list_entries(read_settings(graph), "document")
    return {str(entry.get("source")) for entry in entries if not (graph / str(entry.get("path", ""))).is_file()}
