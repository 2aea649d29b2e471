"""`partnergraph serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from partnergraph.cli.options import MEGABYTES, Command, Number, graph_option
from partnergraph.files import refuse_published


@click.command(cls=Command)
@graph_option
@click.option("--address", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", "-p", type=click.IntRange(0, 65535), default=7878, show_default=True, help="0: any free one.")
@click.option("--workers", type=click.IntRange(1, 64), default=4, show_default=True, help="Queries at once.")
@click.option("--queue", type=click.IntRange(0, 10_000), default=64, show_default=True, help="Queries that may wait.")
@click.option("--aside", type=click.IntRange(0, 64), default=4, show_default=True, help="Long ones beside them.")
@click.option("--timeout", type=Number(0.1, 60), default=10.0, show_default=True, help="Seconds for a query.")
@click.option("--memory", type=MEGABYTES, default=2000, show_default=True, help="Megabytes for a query.")
@click.option("--host", "hosts", multiple=True, metavar="NAME", help="Another name by which it may be asked.")
@click.option("--cors", multiple=True, metavar="ORIGIN", help="A site whose pages may ask by GET, as https://x.org.")
@click.option("--allow-remote", is_flag=True, help="Listen at an address that other machines can reach.")
@click.option(
    "--audit",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default=None,
    help="A JSON line for every request.",
)
def serve(
    graph: Path | None,
    address: str,
    port: int,
    workers: int,
    queue: int,
    aside: int,
    timeout: float,
    memory: int,
    hosts: tuple[str, ...],
    cors: tuple[str, ...],
    allow_remote: bool,
    audit: Path | None,
) -> None:
    """Serve the graph read-only: SPARQL 1.1 Protocol at /sparql.

    Every query runs in a process of its own with limits, and a newly built generation is taken over by itself.
    Stop it with Ctrl-C.
    """
    from partnergraph.server.run import run

    if audit is not None and str(audit) != "-":
        refuse_published(Path(os.path.realpath(audit)))
    run(
        graph,
        address=address,
        port=port,
        workers=workers,
        queue=queue,
        aside=aside,
        timeout=timeout,
        memory=memory * 1_000_000,
        hosts=hosts,
        origins=cors,
        anywhere=allow_remote,
        audit=audit,
        started=lambda where: click.echo(f"Serving {where}sparql (stop with Ctrl-C)", err=True),
    )
