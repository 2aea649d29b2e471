"""`partnergraph summary`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, organisation_option, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@organisation_option
@analysis_options()
def summary(organisation: str | None, **parameters: Unpack[AnalysisParameters]) -> None:
    """What the network says around an organisation: size, neighbours, brokers, gaps, sets and stale claims."""
    from partnergraph.analysis.summary import summary as run

    write_answer(lambda context: run(context, organisation), parameters)
