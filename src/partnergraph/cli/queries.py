"""`partnergraph queries`."""

from __future__ import annotations

import json

import click

from partnergraph.cli.options import format_option


@click.command()
@click.argument("name", required=False)
@format_option("table", "json", default="table")
def queries(name: str | None, format_: str) -> None:
    """List the named questions, or show the text of one with all its prefixes."""
    from dataclasses import asdict

    from partnergraph.queries.named import all_questions, get

    if name:
        question = get(name)
        click.echo(f"# {question.title}\n# {question.question}")
        for parameter in question.parameters:
            default = "required" if parameter.default is None else f"default {parameter.default}"
            click.echo(f"# parameter ?_{parameter.name} ({parameter.type}, {default}): {parameter.help}")
        click.echo(question.full_text, nl=False)
        return
    if format_ == "json":
        rows = [{k: v for k, v in asdict(question).items() if k != "text"} for question in all_questions()]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    width = max(len(question.name) for question in all_questions())
    for question in all_questions():
        takes = "".join(f" -p {p.name}={'...' if p.default is None else p.default}" for p in question.parameters)
        click.echo(f"{question.name:{width}}  {question.question}{takes}")
