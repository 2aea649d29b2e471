"""`partnergraph export`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import (
    WRITTEN_PATH,
    Command,
    format_option,
    graph_option,
    output_path_option,
    write_result,
)


@click.command(cls=Command)
@graph_option
@format_option("trig", "nquads", "turtle", "ntriples", "jsonld", "rdfxml", "org", "csv", "graphml", "gexf")
@output_path_option("File, or folder for csv.", WRITTEN_PATH)
@click.option(
    "--tables",
    type=WRITTEN_PATH,
    default=None,
    help="Give the tables back: a workbook (.xlsx), or a folder that is not there yet.",
)
def export(graph: Path | None, format_: str | None, output: Path | None, tables: Path | None) -> None:
    """Write the graph in another form: RDF syntaxes, the W3C ORG view, node and edge lists, GraphML, GEXF, its tables.

    trig, nquads and jsonld keep the named graphs; the others write the merge of all. GEXF carries the time in which
    each edge held. csv writes nodes.csv, edges.csv and evidence.csv; an apostrophe stands before a cell that a
    spreadsheet program would take for a formula.

    --tables gives back what the graph was built from, every id as it was: a workbook to edit, or a whole graph folder
    with its documents, which builds to the same graph.
    """
    from partnergraph.errors import UsageError
    from partnergraph.graph import FORMATS, PartnerGraph

    if tables is not None:
        if format_ is not None or output is not None:
            raise UsageError("--tables says what is written and where; leave --format and --output out.")
        _tables(graph, tables)
        return
    suffix = {".ttl": "turtle", ".nt": "ntriples", ".nq": "nquads", ".rdf": "rdfxml"}
    chosen = format_ or (suffix.get(output.suffix, output.suffix.lstrip(".")) if output else "trig")
    if chosen not in FORMATS:
        raise UsageError(f"The name {output} says no form; add --format ({', '.join(FORMATS)}).")
    opened = PartnerGraph.open(graph)
    if output is None:
        if chosen in ("csv", "graphml", "gexf"):
            raise UsageError(f"{chosen} is written to a {'folder' if chosen == 'csv' else 'file'}: add --output.")
        write_result(opened.dump(chosen), None)
        return
    for path in opened.export(chosen, output):
        click.echo(f"wrote {path}", err=True)


def _tables(graph: Path | None, target: Path) -> None:
    from partnergraph.graph import PartnerGraph
    from partnergraph.workbook.folder_writer import export_folder as write

    files, notes = write(PartnerGraph.open(graph).reader, target)
    for note in notes:
        click.echo(f"warning: {note}", err=True)
    for path in files:
        click.echo(f"wrote {path}", err=True)
