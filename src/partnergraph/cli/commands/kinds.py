"""`partnergraph kinds`."""

from __future__ import annotations

import json

import click

from partnergraph.cli.options import Command, format_option


@click.command(cls=Command)
@click.option("--list", "scheme", default="relationship-kind", show_default=True, help="Which list; 'all' names them.")
@format_option("table", "json", default="table")
def kinds(scheme: str, format_: str) -> None:
    """List the kinds of relationship, with their wording in both directions, or another list of the vocabulary."""
    from dataclasses import asdict

    from partnergraph.errors import UsageError
    from partnergraph.vocabulary import concepts, schemes

    if scheme == "all":
        click.echo("\n".join(schemes()))
        return
    try:
        listed_concepts = concepts(scheme)
    except KeyError as error:
        raise UsageError(f"{error.args[0]} All lists: partnergraph kinds --list all") from None
    if format_ == "json":
        click.echo(json.dumps([asdict(concept) for concept in listed_concepts], ensure_ascii=False, indent=1))
        return
    width = max(len(concept.code) for concept in listed_concepts)
    for concept in listed_concepts:
        wording = f"  [{concept.forward} / {concept.inverse}]" if concept.forward else ""
        click.echo(f"{concept.code:{width}}  {concept.definition}{wording}")
