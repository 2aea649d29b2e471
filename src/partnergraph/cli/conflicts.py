"""`partnergraph conflicts`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import Command, deliver, format_option, graph_option, output_option


@click.command(cls=Command)
@graph_option
@format_option("text", "csv", "json", default="text")
@output_option
def conflicts(graph: Path | None, format_: str, output: Path | None) -> None:
    """Where sources or records disagree: both sides with evidence and standing. Both are kept; nothing is written."""
    from partnergraph.match.conflicts import conflicts as run
    from partnergraph.match.output import conflicts_as
    from partnergraph.store import Reader

    found = run(Reader.at(graph))
    deliver(conflicts_as(found, format_).encode(), output)
    marked = sum(one.marked for one in found)
    click.echo(f"{len(found)} conflicts, {marked} of them marked by an editor", err=True)
