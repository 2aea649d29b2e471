"""`partnergraph gaps`."""

from __future__ import annotations

from typing import Unpack

import click

from partnergraph.cli.analysis import AnalysisParameters, analysis_options, organisation_option, write_answer
from partnergraph.cli.options import Command


@click.command(cls=Command)
@organisation_option
@analysis_options()
def gaps(organisation: str | None, **parameters: Unpack[AnalysisParameters]) -> None:
    """Who is a partner of an organisation's partners without a claim that joins it, most shared partners first.

    Also which types of bodies, and which places, the partners of other bodies of its type have and its own have not.
    """
    from partnergraph.analysis.gaps import gaps as run

    write_answer(lambda context: run(context, organisation), parameters)
