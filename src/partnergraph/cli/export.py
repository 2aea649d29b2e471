"""`partnergraph export`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import deliver, format_option, graph_option


@click.command()
@graph_option
@format_option("trig", "nquads", "turtle", "ntriples", "jsonld", "rdfxml", "org", "csv", "graphml", "gexf")
@click.option(
    "--output", "-o", "output", type=click.Path(path_type=Path), default=None, help="File, or folder for csv."
)
def export(graph: Path | None, format_: str | None, output: Path | None) -> None:
    """Write the graph in another form: RDF syntaxes, the W3C ORG view, node and edge lists, GraphML, GEXF.

    trig, nquads and jsonld keep the named graphs; the others write the merge of all. GEXF carries the time in which
    each edge held. csv writes nodes.csv, edges.csv and evidence.csv; an apostrophe stands before a cell that a
    spreadsheet program would take for a formula.
    """
    from partnergraph.errors import UsageError
    from partnergraph.graph import FORMATS, PartnerGraph

    suffix = {".ttl": "turtle", ".nt": "ntriples", ".nq": "nquads", ".rdf": "rdfxml"}
    chosen = format_ or (suffix.get(output.suffix, output.suffix.lstrip(".")) if output else "trig")
    if chosen not in FORMATS:
        raise UsageError(f"The name {output} says no form; add --format ({', '.join(FORMATS)}).")
    opened = PartnerGraph.open(graph)
    if output is None:
        if chosen in ("csv", "graphml", "gexf"):
            raise UsageError(f"{chosen} is written to a {'folder' if chosen == 'csv' else 'file'}: add --output.")
        deliver(opened.dump(chosen), None)
        return
    for path in opened.export(chosen, output):
        click.echo(f"wrote {path}", err=True)
