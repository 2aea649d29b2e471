"""`partnergraph overlap`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@click.argument("a")
@click.argument("b")
@analysis_options()
def overlap(a: str, b: str, **parameters: Unpack[AnalysisParameters]) -> None:
    """The partners that the organisations A and B have in common, and those of one alone.

    A body that is only a part of another, or that another is only a part of, is no partner of it.
    """
    from partnergraph.analysis.overlap import overlap as run

    write_answer(lambda context: run(context, a, b), parameters)
