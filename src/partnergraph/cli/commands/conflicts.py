"""`partnergraph conflicts`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import Command, format_option, graph_option, output_option, write_result


@click.command(cls=Command)
@graph_option
@format_option("text", "csv", "json", default="text")
@output_option
def conflicts(graph: Path | None, format_: str, output: Path | None) -> None:
    """Where sources or records disagree: both sides with evidence and standing. Both are kept; nothing is written."""
    from partnergraph.match.conflicts import conflicts as run
    from partnergraph.match.output import format_conflicts
    from partnergraph.store import Reader

    found = run(Reader.at(graph))
    write_result(format_conflicts(found, format_).encode(), output)
    marked = sum(one.marked for one in found)
    click.echo(f"{len(found)} conflicts, {marked} of them marked by an editor", err=True)
