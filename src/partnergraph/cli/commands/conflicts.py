"""`partnergraph conflicts`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import Command, form_of_result, format_option, graph_option, output_option, write_result

FORMS = ("text", "csv", "json")


@click.command(cls=Command)
@graph_option
@format_option(*FORMS)
@output_option
def conflicts(graph: Path | None, format_: str | None, output: Path | None) -> None:
    """Where sources or records disagree: both sides with evidence and standing. Both are kept; nothing is written."""
    from partnergraph.match.conflicts import conflicts as run
    from partnergraph.match.output import format_conflicts
    from partnergraph.store import Reader

    form = form_of_result(format_, output, FORMS)
    all_conflicts = run(Reader.at(graph))
    write_result(format_conflicts(all_conflicts, form).encode(), output)
    marked = sum(conflict.marked for conflict in all_conflicts)
    click.echo(f"{len(all_conflicts)} conflicts, {marked} of them marked by an editor", err=True)
