"""`partnergraph brokers`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, organisation_option, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@organisation_option
@click.option("--bands", is_flag=True, help="Bands of ranks for more than 500 pairs, too; they take up to a minute.")
@analysis_options()
def brokers(organisation: str | None, bands: bool, **parameters: Unpack[AnalysisParameters]) -> None:
    """Who alone joins others to an organisation, by removing each, and who lies between others, by betweenness.

    Beside each number stands the one that counts inferred claims, too; ranks have a band that says how much they rest
    on single claims.
    """
    from partnergraph.analysis.brokers import brokers as run

    write_answer(lambda context: run(context, organisation, banded=bands or None), parameters)
