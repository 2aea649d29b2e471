"""`partnergraph export`."""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import click

from partnergraph.cli.options import (
    WRITTEN_PATH,
    Command,
    format_option,
    graph_option,
    output_path_option,
    write_result,
)
from partnergraph.export.formats import DEFAULT_FORMAT, EXPORT_FORMATS, SUFFIXES


def _formats() -> str:
    """The formats, each with its description, in lines for a terminal."""
    indent = " " * (max(map(len, EXPORT_FORMATS)) + 2)
    lines = (f"{entry.name:{len(indent)}}{entry.description}" for entry in EXPORT_FORMATS.values())
    return "\n".join(fill(line, 76, subsequent_indent=indent) for line in lines)


_HELP = f"""Write the graph in another form, by default {DEFAULT_FORMAT}: RDF syntaxes, the W3C ORG view, node and edge
lists, GraphML, GEXF, its tables.

\b
{_formats()}

--tables PATH is short for --format tables --output PATH.
"""


@click.command(cls=Command, help=_HELP)
@graph_option
@format_option(*EXPORT_FORMATS)
@output_path_option("File, or folder for csv.", WRITTEN_PATH)
@click.option(
    "--tables",
    type=WRITTEN_PATH,
    default=None,
    help="Give the tables back: a workbook (.xlsx), or a folder that is not there yet.",
)
@click.option("--full", is_flag=True, help="Of a workbook of tables: with the sheets that have no rows.")
def export(graph: Path | None, format_: str | None, output: Path | None, tables: Path | None, full: bool) -> None:
    """See `_HELP`."""
    from partnergraph.errors import UsageError
    from partnergraph.graph import PartnerGraph

    if tables is not None:
        if format_ is not None or output is not None:
            raise UsageError("--tables says what is written and where; leave --format and --output out.")
        format_, output = "tables", tables
    chosen = format_ or (SUFFIXES.get(output.suffix) if output else DEFAULT_FORMAT)
    if chosen is None:
        raise UsageError(f"The name {output} says no form; add --format ({', '.join(EXPORT_FORMATS)}).")
    entry = EXPORT_FORMATS[chosen]
    if output is None and not entry.is_rdf:
        raise UsageError(f"{chosen} is written to a {'file' if entry.document else 'folder'}: add --output.")
    is_workbook = chosen == "tables" and output is not None and output.suffix.lower() == ".xlsx"
    if full and not is_workbook:
        raise UsageError("--full is for a workbook of tables: add --tables NAME.xlsx.")
    opened = PartnerGraph.open(graph)
    if output is None:
        write_result(opened.dump(chosen), None)
        return
    if full:
        from partnergraph.workbook.folder_writer import export_folder

        files, notes = export_folder(opened.reader, output, full=True)
    else:
        files, notes = entry.write(opened.export_source, output)
    for note in notes:
        click.echo(f"warning: {note}", err=True)
    for path in files:
        click.echo(f"wrote {path}", err=True)
