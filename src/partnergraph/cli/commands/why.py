"""`partnergraph why`."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path

import click

from partnergraph.cli.options import Command, as_of_option, format_option, graph_option, print_text


@click.command(cls=Command)
@click.argument("a")
@click.argument("b")
@graph_option
@as_of_option
@format_option("text", "json", default="text")
def why(a: str, b: str, graph: Path | None, as_of: str | None, format_: str) -> None:
    """Every claim that connects the bodies A and B, with its words or citation, source, dates and standing.

    Each is current, ended or not known today, or at the date given. Bodies may be given by any of their names. Where no
    claim names both, the shortest way between them is shown and the exit code is 1.
    """
    from partnergraph.network.connections import explain_connection as run
    from partnergraph.network.connections import shortest_route
    from partnergraph.store import Reader

    reader = Reader.at(graph)
    if as_of is not None:
        from partnergraph.claims.as_of import as_of as view

        reader = view(reader, as_of)
    claims = run(reader, a, b)
    day = as_of or date.today().isoformat()
    if format_ == "json":
        from partnergraph.network import edge_attributes

        plain = [
            {"id": claim.iri, "sentence": claim.sentence, "from": claim.from_.iri, "to": claim.to.iri}
            | edge_attributes(claim)
            | {"status": claim.status(day), "status_on": day}
            for claim in claims
        ]
        click.echo(json.dumps(plain, ensure_ascii=False, indent=1))
    elif claims:
        print_text("\n\n".join(claim.text_on(day) for claim in claims))
    else:
        click.echo("No claim names both.", err=True)
        hops = shortest_route(reader, a, b)
        for number, hop in enumerate(hops, 1):
            print_text(f"{number}. " + "\n\n   ".join(str(claim) for claim in hop) + "\n")
        if not hops:
            click.echo("No way leads from the one to the other either.", err=True)
    sys.exit(0 if claims else 1)
