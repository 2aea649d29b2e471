"""`partnergraph report`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import (
    WRITTEN_FILE,
    WRITTEN_FOLDER,
    Command,
    graph_option,
    output_path_option,
    write_result,
)
from partnergraph.errors import UsageError


@click.command(cls=Command)
@click.argument("organisation", required=False)
@graph_option
@click.option("--as-of", metavar="DATE", help="Asked on this date: 2014, 2014-06 or 2014-06-30.  [default: today]")
@output_path_option("Write here, as .html or .pdf, instead of HTML to standard output.", WRITTEN_FILE)
@click.option(
    "--all", "folder", type=WRITTEN_FOLDER, metavar="FOLDER", help="A report of every organisation, and index.html."
)
def report(
    organisation: str | None, graph: Path | None, as_of: str | None, output: Path | None, folder: Path | None
) -> None:
    """A brief of an ORGANISATION to print: two or three A4 pages, HTML or PDF.

    Its partners with dates, status and evidence; what the network says around it; disputes, a small map, sources. By
    default of the organisation that the graph is about. PDF is printed by Chromium, Chrome or Edge, which must be
    there.
    """
    from datetime import date

    from partnergraph.report import BriefMaker, write_briefs
    from partnergraph.store import Reader

    if folder is not None and (organisation is not None or output is not None):
        raise UsageError("--all writes the reports of all organisations: leave out ORGANISATION and --output.")
    maker = BriefMaker(Reader.at(graph), as_of or date.today().isoformat())
    if folder is not None:
        number = write_briefs(maker, folder)
        click.echo(f"wrote {folder / 'index.html'} and {number} report{'' if number == 1 else 's'}", err=True)
        return
    brief = maker.brief(maker.resolve(organisation))
    if output is None:
        write_result(brief.html.encode(), None)
    else:
        brief.save(output)
        click.echo(f"wrote {output}", err=True)
