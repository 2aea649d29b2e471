"""`partnergraph timeline`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@click.argument("organisation", required=False)
@analysis_options(dated=False, merged=False)
def timeline(organisation: str | None, **parameters: Unpack[AnalysisParameters]) -> None:
    """How many partners an ORGANISATION surely had and can have had in each year, and what began and ended.

    By default the organisation that the graph is about.
    """
    from partnergraph.analysis.timeline import timeline as run

    write_answer(lambda context: run(context, organisation), parameters)
