"""`partnergraph survival`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@click.option("--kind", metavar="CODE", help="Claims of this kind, such as membership.  [default: all but parts]")
@analysis_options(projected=False, dated=False, merged=False)
def survival(kind: str | None, **parameters: Unpack[AnalysisParameters]) -> None:
    """How long claims with a known start hold: the share that still hold after 1, 2, 5 and 10 years.

    By Kaplan and Meier, for the shortest and for the longest durations that the dates allow. A claim without an end
    counts up to its last confirmation by a source.
    """
    from partnergraph.analysis.survival import survival as run

    write_answer(lambda context: run(context, kind), parameters)
