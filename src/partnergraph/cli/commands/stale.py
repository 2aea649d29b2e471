"""`partnergraph stale`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@click.option(
    "--months", type=click.IntRange(1, 1200), default=24, show_default=True, help="Without a source for so long."
)
@click.option("--at", metavar="DATE", help="Before this date.  [default: the newest that a source speaks for]")
@analysis_options(projected=False, dated=False, merged=False)
def stale(months: int, at: str | None, **parameters: Unpack[AnalysisParameters]) -> None:
    """Claims that can still hold and that no source has confirmed lately, the oldest first."""
    from partnergraph.analysis.stale import stale as run

    write_answer(lambda context: run(context, months, at), parameters)
