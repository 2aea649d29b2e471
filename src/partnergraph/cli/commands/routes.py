"""`partnergraph routes`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@click.argument("a")
@click.argument("b")
@click.option("--max", "most", type=click.IntRange(1, 1000), default=5, show_default=True, help="Show so many routes.")
@analysis_options()
def routes(a: str, b: str, most: int, **parameters: Unpack[AnalysisParameters]) -> None:
    """The shortest routes of up to six steps from A to B, with what the claims of each step say.

    Organisations may be given by any of their names. In the funding projection, routes follow the money.
    """
    from partnergraph.analysis.routes import routes as run

    write_answer(lambda context: run(context, a, b, most), parameters)
