"""`partnergraph duplicates`."""

from __future__ import annotations

from pathlib import Path

import click

from partnergraph.cli.options import Command, form_of_result, format_option, graph_option, output_option, write_result

FORMS = ("text", "csv", "json")


@click.command(cls=Command)
@graph_option
@format_option(*FORMS)
@output_option
def duplicates(graph: Path | None, format_: str | None, output: Path | None) -> None:
    """Likely duplicate organisations and claims, why, and what a merge would do. Nothing is merged or written."""
    from partnergraph.match.duplicates import duplicates as run
    from partnergraph.match.output import format_duplicates
    from partnergraph.store import Reader

    form = form_of_result(format_, output, FORMS)
    all_duplicates = run(Reader.at(graph))
    write_result(format_duplicates(all_duplicates, form).encode(), output)
    bodies = sum(duplicate.sort == "organisation" for duplicate in all_duplicates)
    click.echo(
        f"{bodies} likely duplicate organisations, {len(all_duplicates) - bodies} likely duplicate claims", err=True
    )
